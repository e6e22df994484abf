//! What values of every resource must look like. No message repeats a value: it may be a secret.

use std::collections::BTreeMap;

use tf_plugin::Attr;

use crate::values::duration;

/// What a validator answers.
pub type Verdict = Result<(), String>;

/// Lower-case letters, digits and single hyphens, beginning with a letter: the names of all objects begin with it.
pub fn name(text: &str) -> Verdict {
    let letters = text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    let begins = text.starts_with(|c: char| c.is_ascii_lowercase());
    // EC2 keeps names that look like ids for itself, and every account has a cluster and groups called `default`.
    let reserved = text.starts_with("sg-") || text == "default";
    if letters && begins && !reserved && !text.ends_with('-') && !text.contains("--") && text.len() <= 50 {
        return Ok(());
    }
    if reserved {
        return Err("must not be `default` or begin with `sg-`: AWS has objects called so".to_owned());
    }
    Err("must begin with a letter and have lower-case letters, digits and single hyphens only, 50 at most".to_owned())
}

/// AWS's limits on tags, and the prefixes that are not the user's.
pub fn tags(tags: &BTreeMap<String, Attr<String>>) -> Verdict {
    if tags.len() > 40 {
        return Err("an object takes 50 tags, of which drop and AWS need some: 40 at most".to_owned());
    }
    for key in tags.keys() {
        if key.starts_with("aws:") || key.starts_with("drop:") {
            return Err("a key begins with `aws:` or `drop:`; these prefixes are taken".to_owned());
        }
        let legal = |c: char| c.is_alphanumeric() || " _.:/=+-@".contains(c);
        if key.is_empty() || key.len() > 128 || !key.chars().all(legal) {
            return Err("every key must be 1 to 128 letters, digits, spaces and _ . : / = + - @".to_owned());
        }
    }
    Ok(())
}

/// The words of a command.
pub fn command(words: &[String]) -> Verdict {
    if words.iter().any(|word| !word.trim().is_empty()) { Ok(()) } else { Err("must name a command".to_owned()) }
}

/// `30s`, `45m`, `2h`, `1d`.
pub fn time(text: &str) -> Verdict {
    duration::parsed(text).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_begin_every_object_name() {
        assert!(["a", "orders", "orders-2"].iter().all(|text| name(text).is_ok()));
        assert!(
            !["", "2a", "A", "a--b", "a-", "a_b", "ä", "a\nb", "${a}", "default", "sg-1"]
                .iter()
                .any(|text| name(text).is_ok())
        );
    }
}
