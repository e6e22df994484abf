//! The parts of an ARN.

/// An ARN, `arn:<partition>:<service>:<region>:<account>:<resource>`.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Arn<'a> {
    /// `aws`, `aws-cn` or `aws-us-gov`.
    pub partition: &'a str,
    /// `ecs`, `elasticloadbalancing` …
    pub service: &'a str,
    /// The region; an object of all regions has none.
    pub region: Option<&'a str>,
    /// The account id, if the object is one account's.
    pub account: Option<&'a str>,
    /// The rest, as the service writes it: `db:orders`, `service/main/web`.
    pub resource: &'a str,
}

impl<'a> Arn<'a> {
    /// The parts of a text, if it is an ARN.
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.strip_prefix("arn:")?.splitn(5, ':');
        let mut next = || parts.next();
        let (partition, service, region, account) = (next()?, next()?, next()?, next()?);
        let given = |part: &'a str| Some(part).filter(|part| !part.is_empty());
        Some(Self { partition, service, region: given(region), account: given(account), resource: next()? })
    }

    /// The same; a text that is no ARN is only a resource.
    pub fn of(text: &'a str) -> Self {
        Self::parse(text).unwrap_or(Self { resource: text, ..Self::default() })
    }

    /// What stands behind the last slash of the resource, or behind its last colon where it has no slash.
    pub fn last(&self) -> &'a str {
        let (resource, separator) = (self.resource, if self.resource.contains('/') { '/' } else { ':' });
        resource.rsplit(separator).next().unwrap_or(resource)
    }

    /// What stands between the last two slashes of the resource: the name, where a hash comes behind it.
    pub fn last_but_one(&self) -> Option<&'a str> {
        self.resource.rsplit('/').nth(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_has_six_parts() {
        let arn = Arn::parse("arn:aws:logs:eu-north-1:123456789012:log-group:/drop/web:*").unwrap();
        assert_eq!((arn.partition, arn.service, arn.resource), ("aws", "logs", "log-group:/drop/web:*"));
        assert_eq!((arn.region, arn.account), (Some("eu-north-1"), Some("123456789012")));
        assert_eq!(Arn::parse("arn:aws:iam::123456789012:role/web").unwrap().region, None);
        for text in ["", "web", "arn:aws:ecs:eu-north-1:123456789012", "aws:ecs:a:b:c:d"] {
            assert_eq!(Arn::parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_end_of_an_arn_is_a_name_or_an_id() {
        let last = |resource: &str| Arn::of(&format!("arn:aws:x:r:a:{resource}")).last().to_owned();
        assert_eq!(last("db:orders"), "orders");
        assert_eq!(last("service/main/web"), "web");
        assert_eq!(last("task-definition/web:7"), "web:7");
        assert_eq!(Arn::of("web").last(), "web");
        assert_eq!(Arn::of("arn:aws:x:r:a:targetgroup/web/0123").last_but_one(), Some("web"));
        assert_eq!(Arn::of("web").last_but_one(), None);
    }
}
