//! Names of hosts and domains.

use crate::values::rules::Verdict;

/// Whether a text is a host name of at least two parts, in lower case and in the letters that DNS has.
pub fn is_host(text: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty()
            && part.len() <= 63
            && part.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-' || c == b'_')
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    text.len() <= 253 && text.contains('.') && text.split('.').all(part)
}

/// A domain.
pub fn domain(text: &str) -> Verdict {
    if is_host(text) { Ok(()) } else { Err("must be a domain in lower case, such as \"shop.example\"".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_have_parts_of_plain_letters() {
        assert!(["shop.example", "a-b.shop.example", "xn--9ca.example"].iter().all(|text| domain(text).is_ok()));
        assert!(
            ["", "shop", "Shop.example", "shop.example.", "*.shop.example", "-a.example", "a b.example"]
                .iter()
                .all(|text| domain(text).is_err())
        );
    }
}
