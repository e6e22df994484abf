//! `parse_image`.

use tf_plugin::{Attr, FunctionError, Object, Parameters};

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

#[derive(Debug, PartialEq, Object)]
pub struct Image {
    /// Host of the registry, with its port if it has one.
    pub registry: String,
    /// The repository in it.
    pub repository: String,
    /// The tag; null if the name has none.
    pub tag: Attr<String>,
    /// The digest, such as `sha256:…`; null if the name has none.
    pub digest: Attr<String>,
}

pub fn parse_image(given: Name) -> Result<Image, FunctionError> {
    parsed(&given.uri).map_err(|why| FunctionError::argument("uri", why))
}

/// <https://github.com/distribution/reference/blob/main/reference.go>
pub fn parsed(uri: &str) -> Result<Image, String> {
    let wrong = |what: &str| format!("is no name of an image: {what}");
    let (rest, digest) = match uri.split_once('@') {
        Some((rest, digest)) => (rest, Some(digest)),
        None => (uri, None),
    };
    // Behind the last slash a colon begins the tag; before it, a port.
    let (path, tag) = match rest.rsplit_once(':').filter(|(_, tag)| !tag.contains('/')) {
        Some((path, tag)) => (path, Some(tag)),
        None => (rest, None),
    };
    let is_host = |part: &str| part.contains(['.', ':']) || part == "localhost";
    let (registry, repository) = match path.split_once('/').filter(|(first, _)| is_host(first)) {
        Some((registry, repository)) => (registry, repository.to_owned()),
        None if path.contains('/') => ("docker.io", path.to_owned()),
        None => ("docker.io", format!("library/{path}")),
    };
    let part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
            && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c))
    };
    if !repository.split('/').all(part) || path.is_empty() {
        return Err(wrong("a repository has lower-case letters, digits and `._-`, in parts divided by `/`"));
    }
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if tag.is_some_and(|tag| {
        tag.len() > 128 || !tag.starts_with(word) || !tag.chars().all(|c| word(c) || ".-".contains(c))
    }) {
        return Err(wrong("a tag has at most 128 letters, digits and `._-`, and begins with none of `.-`"));
    }
    let hex = |hex: &str| hex.len() >= 32 && hex.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c));
    if digest.is_some_and(|digest| !digest.split_once(':').is_some_and(|(kind, of)| !kind.is_empty() && hex(of))) {
        return Err(wrong("a digest is written `sha256:<64 hexadecimal digits>`"));
    }
    let attr = |text: Option<&str>| Attr::from(text.map(str::to_owned));
    Ok(Image { registry: registry.to_owned(), repository, tag: attr(tag), digest: attr(digest) })
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
        assert_eq!(parts("acme/web:1"), is("docker.io", "acme/web", Some("1"), None));
        assert_eq!(parts("localhost:5000/web"), is("localhost:5000", "web", None, None));
        let digest = format!("sha256:{}", "0a".repeat(32));
        assert_eq!(parts(&format!("r.example/a/b:c@{digest}")), is("r.example", "a/b", Some("c"), Some(&digest)));
    }

    #[test]
    fn what_no_registry_takes_is_refused() {
        for uri in ["", "Web", "a//b", "web:", "web:-1", "web@sha256:xyz", "web@", "r.example/", " web"] {
            assert!(parts(uri).is_err(), "{uri}");
        }
    }
}
