//! Tags in AWS: the rules that hold for all services, and so for `tags` and `default_tags` alike.
//!
//! Counts, lengths and characters: <https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html>. EC2 takes other
//! characters too; the patterns of IAM, ECS, CloudWatch Logs and ACM do not:
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_Tag.html>. No message repeats a value: it may be a secret.

use std::collections::BTreeMap;

use tf_plugin::{Attr, Problems};

/// How many tags an object takes. Those of AWS itself, `aws:…`, do not count.
pub const LIMIT: usize = 50;

const LONGEST_KEY: usize = 128;
const LONGEST_VALUE: usize = 256;
/// The beginning of keys and values that AWS keeps for itself, in any case.
const AWS: &str = "aws:";
/// The beginning of keys that carry what drop remembers in the cloud.
const DROP: &str = "drop:";

/// Checks every key, and every value that is known.
///
/// # Errors
/// Each entry that AWS would refuse, or that drop keeps for itself.
pub fn valid(tags: &BTreeMap<String, Attr<String>>) -> Result<(), Problems> {
    // Every object has a tag that names its owner.
    if tags.len() >= LIMIT {
        let most = LIMIT - 1;
        return Err(format!("has {} tags: an object takes {LIMIT}, {most} beside those of drop", tags.len()).into());
    }
    let mut problems = Problems::default();
    for (key, value) in tags {
        // A key that is refused is not shown: it may come from a secret.
        if let Some(problem) = key_problem(key) {
            problems.at_whole(problem);
        } else if let Some(problem) = value.known().and_then(|value| value_problem(value)) {
            problems.at_key(key, problem);
        }
    }
    problems.into_result()
}

/// Whether a text begins with a reserved prefix, whatever its case.
pub fn begins_with(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

fn key_problem(key: &str) -> Option<String> {
    if let Some(taken) = [AWS, DROP].into_iter().find(|prefix| begins_with(key, prefix)) {
        let whose = if taken == AWS { "AWS" } else { "drop" };
        return Some(format!("must have other keys: {whose} keeps keys that begin with `{taken}` for itself"));
    }
    if key.is_empty() || key.chars().count() > LONGEST_KEY || !key.chars().all(is_legal) {
        return Some(format!("must have keys of 1 to {LONGEST_KEY} {CHARACTERS}"));
    }
    None
}

fn value_problem(value: &str) -> Option<String> {
    if begins_with(value, AWS) {
        return Some(format!("must not begin with `{AWS}`: AWS keeps such values for itself"));
    }
    let fits = value.chars().count() <= LONGEST_VALUE && value.chars().all(is_legal);
    (!fits).then(|| format!("must have at most {LONGEST_VALUE} {CHARACTERS}"))
}

const CHARACTERS: &str = "letters, digits, spaces and `_ . : / = + - @`";

fn is_legal(c: char) -> bool {
    c.is_alphanumeric() || (c.is_whitespace() && !c.is_control()) || "_.:/=+-@".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(key: &str, value: &str) -> Option<String> {
        let problems = valid(&[(key.to_owned(), Attr::Known(value.to_owned()))].into()).err()?;
        let (path, problem) = problems.into_parts().next()?;
        let root = tf_plugin::Path::root();
        assert_eq!(path, if key_problem(key).is_some() { root } else { root.key(key) });
        Some(problem)
    }

    #[test]
    fn aws_and_drop_keep_prefixes_in_any_case() {
        for (key, value, says) in [
            ("aws:x", "", "`aws:`"),
            ("AWS:x", "", "`aws:`"),
            ("drop:state", "complete deadbeef", "`drop:`"),
            ("Drop:owner", "", "`drop:`"),
            ("note", "Aws:x", "`aws:`"),
        ] {
            assert!(refused(key, value).unwrap().contains(says), "{key}");
        }
        for (key, value) in [("awsx", "drop:x"), ("a:aws:", "x aws:"), ("drop", "aws"), ("dröp:", "ä")] {
            assert_eq!(refused(key, value), None, "{key}");
        }
    }

    #[test]
    fn keys_and_values_have_lengths_and_characters() {
        let (long, longest) = ("ä".repeat(257), "ä".repeat(256));
        for (key, value) in [
            ("", "x"),
            ("a!b", "x"),
            ("a\tb", "x"),
            (&longest[..256], &long),
            ("note", "a,b"),
            ("note", "a\n"),
            ("note", &long),
        ] {
            assert!(refused(key, value).unwrap().contains("_ . : / = + - @"), "{key}");
        }
        let widest = "é".repeat(128);
        for (key, value) in [(widest.as_str(), longest.as_str()), ("a b_.:/=+-@1", ""), ("k", "a b_.:/=+-@1")] {
            assert_eq!(refused(key, value), None, "{key}");
        }
        assert!(refused(&"é".repeat(129), "").is_some());
    }

    #[test]
    fn an_object_takes_fifty_tags() {
        let tags = |count: usize| (0..count).map(|n| (format!("k{n}"), Attr::Unknown)).collect();
        assert_eq!(valid(&tags(49)), Ok(()));
        let (path, problem) = valid(&tags(50)).unwrap_err().into_parts().next().unwrap();
        assert!(path == tf_plugin::Path::root() && problem.contains("49 beside"), "{problem}");
    }
}
