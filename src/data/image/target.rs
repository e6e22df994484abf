//! Addresses of images in private registries of ECR.

use crate::cloud::aws::Session;
use crate::values::image::parsed;

/// An image in a registry.
#[derive(Debug, PartialEq)]
pub struct Target {
    /// Host name of the registry.
    pub host: String,
    /// Account of the registry.
    pub account: String,
    /// Region of the registry.
    pub region: String,
    /// Repository in it.
    pub repository: String,
    /// Tag of the image.
    pub tag: Option<String>,
    /// Digest of the image.
    pub digest: Option<String>,
}

impl Target {
    /// Its address.
    pub fn uri(&self) -> String {
        let tag = self.tag.as_ref().map(|tag| format!(":{tag}")).unwrap_or_default();
        let digest = self.digest.as_ref().map(|digest| format!("@{digest}")).unwrap_or_default();
        format!("{}/{}{tag}{digest}", self.host, self.repository)
    }
}

/// Takes the address of an image in a private registry of ECR apart.
pub fn target(uri: &str) -> Result<Target, String> {
    let image = parsed(uri)?;
    let (account, region) = registry(&image.registry).ok_or(
        "must be in a private registry of ECR, such as \"123456789012.dkr.ecr.eu-north-1.amazonaws.com/web:1.4.2\": \
         others cannot be looked up",
    )?;
    if image.tag.is_null() && image.digest.is_null() {
        return Err("must have a tag or a digest: none is made up".to_owned());
    }
    Ok(Target {
        account: account.to_owned(),
        region: region.to_owned(),
        host: image.registry,
        repository: image.repository,
        tag: image.tag.into_known(),
        digest: image.digest.into_known(),
    })
}

/// The host name of the account's own registry.
pub fn host(session: &Session) -> String {
    let domain = if session.partition == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" };
    format!("{}.dkr.ecr.{}.{domain}", session.account, session.region)
}

/// Account and region of a registry's host name, in any of its forms:
/// <https://docs.aws.amazon.com/general/latest/gr/ecr.html>.
fn registry(host: &str) -> Option<(&str, &str)> {
    let (account, rest) = host.split_once('.')?;
    let rest =
        ["dkr.ecr.", "dkr.ecr-fips.", "dkr-ecr.", "dkr-ecr-fips."].iter().find_map(|kind| rest.strip_prefix(kind))?;
    let (region, domain) = rest.split_once('.')?;
    let digits = account.len() == 12 && account.chars().all(|c| c.is_ascii_digit());
    let known = domain.starts_with("amazonaws.") || domain == "on.aws" || domain == "on.amazonwebservices.com.cn";
    (digits && known).then_some((account, region))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_registry_tells_its_account_and_region() {
        for (kind, domain) in [
            ("dkr.ecr", "amazonaws.com"),
            ("dkr.ecr", "amazonaws.com.cn"),
            ("dkr.ecr-fips", "amazonaws.com"),
            ("dkr-ecr", "on.aws"),
            ("dkr-ecr", "on.amazonwebservices.com.cn"),
        ] {
            let host = format!("123456789012.{kind}.eu-north-1.{domain}");
            assert_eq!(registry(&host), Some(("123456789012", "eu-north-1")), "{host}");
        }
        for host in ["docker.io", "public.ecr.aws", "1234.dkr.ecr.eu-north-1.amazonaws.com", "ghcr.io"] {
            assert_eq!(registry(host), None, "{host}");
        }
    }

    #[test]
    fn only_what_can_be_looked_up_is_an_address() {
        let host = "123456789012.dkr.ecr.eu-north-1.amazonaws.com";
        let found = target(&format!("{host}/shop/web:1")).unwrap();
        assert_eq!((found.repository.as_str(), found.tag.as_deref()), ("shop/web", Some("1")));
        assert_eq!(found.uri(), format!("{host}/shop/web:1"));
        for (uri, why) in [("nginx:1.27", "private registry"), (&*format!("{host}/web"), "tag or a digest"), ("", "")] {
            assert!(target(uri).unwrap_err().contains(why), "{uri}");
        }
    }
}
