//! Names of container images.

use tf_plugin::{Attr, Object};

/// The parts of an image's name.
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

/// Takes the name of an image apart.
///
/// # Errors
/// What is wrong with it, to follow the name of the attribute.
///
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
