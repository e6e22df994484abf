//! `parse_image`.

use tf_plugin::{FunctionError, Parameters};

use crate::values::image::{Image, parsed};

/// Takes the name of a container image apart.
///
/// `provider::drop::parse_image("nginx:1.27")` is `{ registry = "docker.io", repository = "library/nginx", tag =
/// "1.27", digest = null }`. What a name leaves out is what Docker takes it for, but no tag is made up.
#[derive(Parameters)]
pub struct Name {
    /// The image, such as `"123456789012.dkr.ecr.eu-north-1.amazonaws.com/web:1.4.2"`, with a tag, a digest, both or
    /// neither.
    uri: String,
}

pub fn parse_image(given: Name) -> Result<Image, FunctionError> {
    parsed(&given.uri).map_err(|why| FunctionError::argument("uri", why))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(uri: &str) -> Result<(String, String, Option<String>, Option<String>), FunctionError> {
        let image = parse_image(Name { uri: uri.to_owned() })?;
        Ok((image.registry, image.repository, image.tag.into_known(), image.digest.into_known()))
    }

    #[test]
    fn what_is_left_out_is_what_docker_takes_it_for() {
        let is = |registry: &str, repository: &str, tag: Option<&str>, digest: Option<&str>| {
            Ok((registry.to_owned(), repository.to_owned(), tag.map(str::to_owned), digest.map(str::to_owned)))
        };
        assert_eq!(parts("nginx"), is("docker.io", "library/nginx", None, None));
        for same in ["docker.io/nginx", "index.docker.io/nginx", "docker.io/library/nginx"] {
            assert_eq!(parts(same), parts("nginx"), "{same}");
        }
        assert_eq!(parts("docker.io/acme/web"), parts("acme/web"));
        assert_eq!(parts("[::1]:5000/web"), is("[::1]:5000", "web", None, None));
        assert_eq!(parts("a/b__c.d---e"), is("docker.io", "a/b__c.d---e", None, None));
        assert_eq!(parts("acme/web:1"), is("docker.io", "acme/web", Some("1"), None));
        assert_eq!(parts("localhost:5000/web"), is("localhost:5000", "web", None, None));
        let digest = format!("sha256:{}", "0a".repeat(32));
        assert_eq!(parts(&format!("r.example/a/b:c@{digest}")), is("r.example", "a/b", Some("c"), Some(&digest)));
    }

    #[test]
    fn what_no_registry_takes_is_refused() {
        for uri in [
            "",
            "Web",
            "a//b",
            "web:",
            "web:-1",
            "web@sha256:xyz",
            "web@",
            "r.example/",
            " web",
            "host:/a",
            ":5000/a",
            "a..b/c",
            "-r.example/a",
            "r.example:x/a",
            "a___b",
            "web-",
            "_web",
            "r.example/.",
            "[::g]/a",
        ] {
            assert!(parts(uri).is_err(), "{uri}");
        }
        let short = format!("web@sha256:{}", "0a".repeat(16));
        for uri in [short, format!("r.example/{}", "a/".repeat(130) + "a")] {
            assert!(parts(&uri).is_err(), "{uri}");
        }
    }
}
