//! Names of container images.

use tf_plugin::{Attr, Object};

use crate::values::region::partition;

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

/// The registry of what names none.
const DOCKER_HUB: &str = "docker.io";
/// The most characters of registry and repository together.
const LONGEST: usize = 255;

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
    // What stands before the first slash is a host if it looks like one; Docker's own has an older name.
    let is_host = |part: &str| {
        part.contains(['.', ':']) || part == "localhost" || part.contains(|c: char| c.is_ascii_uppercase())
    };
    let (registry, repository) = match path.split_once('/').filter(|(first, _)| is_host(first)) {
        Some(("index.docker.io", repository)) => (DOCKER_HUB, repository),
        Some((registry, repository)) => (registry, repository),
        None => (DOCKER_HUB, path),
    };
    if !is_registry(registry) {
        return Err(wrong("a registry is a host name, with `:<port>` behind it if it has one"));
    }
    let official = registry == DOCKER_HUB && !repository.contains('/');
    let repository = if official { format!("library/{repository}") } else { repository.to_owned() };
    if path.is_empty() || !repository.split('/').all(is_part) {
        return Err(wrong(
            "a repository has lower-case letters, digits and single `._-` between them, in parts divided by `/`",
        ));
    }
    if registry.len() + 1 + repository.len() > LONGEST {
        return Err(wrong("registry and repository have 255 characters at most"));
    }
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if tag.is_some_and(|tag| {
        tag.len() > 128 || !tag.starts_with(word) || !tag.chars().all(|c| word(c) || ".-".contains(c))
    }) {
        return Err(wrong("a tag has at most 128 letters, digits and `._-`, and begins with none of `.-`"));
    }
    if digest.is_some_and(|digest| !is_digest(digest)) {
        return Err(wrong("a digest is written `sha256:<64 hexadecimal digits>`"));
    }
    let attr = |text: Option<&str>| Attr::from(text.map(str::to_owned));
    Ok(Image { registry: registry.to_owned(), repository, tag: attr(tag), digest: attr(digest) })
}

/// A host name or an address, with a port or without one.
fn is_registry(text: &str) -> bool {
    let (host, port) = match text.rsplit_once(':').filter(|_| !text.ends_with(']')) {
        Some((host, port)) => (host, Some(port)),
        None => (text, None),
    };
    let label = |label: &str| {
        let inner = label.strip_prefix(|c: char| c.is_ascii_alphanumeric());
        inner.is_some_and(|_| !label.ends_with('-') && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'))
    };
    let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let is_host = match address {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => host.split('.').all(label),
    };
    is_host && port.is_none_or(|port| !port.is_empty() && port.bytes().all(|c| c.is_ascii_digit()))
}

/// Letters and digits, with a period, one or two underscores, or hyphens between them.
fn is_part(text: &str) -> bool {
    let separators = text.split(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit()).filter(|gap| !gap.is_empty());
    let is_end = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    text.starts_with(is_end)
        && text.ends_with(is_end)
        && separators.into_iter().all(|gap| [".", "_", "__"].contains(&gap) || gap.bytes().all(|c| c == b'-'))
}

/// `<algorithm>:<hexadecimal digits>`; that of SHA-256 has 64.
fn is_digest(text: &str) -> bool {
    let hex = |hex: &str| hex.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c));
    match text.split_once(':') {
        Some(("sha256", of)) => of.len() == 64 && hex(of),
        Some((kind, of)) => kind.starts_with(|c: char| c.is_ascii_lowercase()) && of.len() >= 32 && hex(of),
        None => false,
    }
}

/// Account and region of the host name of a private registry of ECR, in any of its forms:
/// <https://docs.aws.amazon.com/general/latest/gr/ecr.html>.
pub fn ecr_registry(host: &str) -> Option<(&str, &str)> {
    let (account, rest) = host.split_once('.')?;
    let rest =
        ["dkr.ecr.", "dkr.ecr-fips.", "dkr-ecr.", "dkr-ecr-fips."].iter().find_map(|kind| rest.strip_prefix(kind))?;
    let (region, domain) = rest.split_once('.')?;
    let digits = account.len() == 12 && account.chars().all(|c| c.is_ascii_digit());
    let known = domain.starts_with("amazonaws.") || domain == "on.aws" || domain == "on.amazonwebservices.com.cn";
    (digits && known).then_some((account, region))
}

/// ARN of the repository of an image in a private registry of ECR; `None` of any other image.
pub fn ecr_repository(uri: &str) -> Option<String> {
    let image = parsed(uri).ok()?;
    let (account, region) = ecr_registry(&image.registry)?;
    Some(format!("arn:{}:ecr:{region}:{account}:repository/{}", partition(region), image.repository))
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
            assert_eq!(ecr_registry(&host), Some(("123456789012", "eu-north-1")), "{host}");
        }
        for host in ["docker.io", "public.ecr.aws", "1234.dkr.ecr.eu-north-1.amazonaws.com", "ghcr.io"] {
            assert_eq!(ecr_registry(host), None, "{host}");
        }
    }

    #[test]
    fn only_an_image_of_ecr_has_a_repository_to_be_granted() {
        let uri = "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/shop/web:1";
        assert_eq!(ecr_repository(uri).as_deref(), Some("arn:aws-cn:ecr:cn-north-1:123456789012:repository/shop/web"));
        assert_eq!(ecr_repository("public.ecr.aws/nginx/nginx:1.27"), None);
    }
}
