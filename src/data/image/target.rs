//! Addresses of images in private registries of ECR.

use crate::cloud::aws::Session;
use crate::values::image::{ecr_registry, parsed};

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
    let (account, region) = ecr_registry(&image.registry).ok_or(
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

#[cfg(test)]
mod tests {
    use super::*;

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
