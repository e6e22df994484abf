//! How objects of a zone say whose they are. They have no tags on every plan, but they have comments.

use std::collections::BTreeMap;

use crate::base::RESOURCE_TAG;
use crate::engine::model::identity::Owner;

/// The token permission to read and write DNS records.
pub const DNS_WRITE: &str = "DNS Write";
/// The token permission to find the zone.
pub const ZONE_READ: &str = "Zone Read";

/// The comment of an object of this owner.
pub fn comment(owner: &str) -> String {
    format!("{RESOURCE_TAG}={owner}")
}

/// The tags that a comment stands for.
pub fn tags(comment: &str) -> BTreeMap<String, String> {
    let owner = comment.strip_prefix(RESOURCE_TAG).and_then(|rest| rest.strip_prefix('='));
    owner.map(|owner| (RESOURCE_TAG.to_owned(), owner.to_owned())).into_iter().collect()
}

/// What an edge is called inside its zone: its name, after its environment and a dot. Names hold no dots, so that two
/// edges are never called the same.
pub fn label(owner: &str) -> String {
    Owner::parse(owner).map_or_else(|| owner.to_owned(), |owner| owner.path().replace('/', "."))
}

/// A text as the content of a TXT record. Cloudflare takes it as it stands in a zone file, in quotes.
pub fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

/// The text of a TXT record, whether it came in quotes or not.
pub fn unquoted(content: &str) -> &str {
    content.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_is_read_back() {
        let owner = "drop_edge/-/site";
        assert_eq!(tags(&comment(owner)).get(RESOURCE_TAG).map(String::as_str), Some(owner));
        assert!(tags("made by hand").is_empty());
    }

    #[test]
    fn an_environment_is_part_of_the_label() {
        assert_eq!(label("drop_edge/-/site"), "site");
        assert_eq!(label("drop_edge/prod/site"), "prod.site");
    }
}
