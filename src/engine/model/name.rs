//! Names of components inside their resource.

use std::borrow::Borrow;
use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::base::hex;

/// The name of a component inside its resource: `db_instance`, or `alarm.error_rate` for one of several of a kind.
///
/// The part before the first dot is a word of ours; the label behind it is the user's. The text is what states, steps and
/// drift show: everything in a label but letters, digits, `-`, `_` and `.` is percent-escaped there, once.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ComponentName(String);

impl ComponentName {
    /// One of several components of a kind, by the key of the block that asks for it.
    pub fn labelled(kind: &str, label: &str) -> Self {
        debug_assert!(is_word(kind), "`{kind}` is not a word");
        Self(format!("{kind}.{}", escaped(label)))
    }

    /// A name as a state wrote it, if it is one.
    pub fn parse(text: &str) -> Option<Self> {
        let name = Self(text.to_owned());
        let label = name.0.split_once('.').map(|(_, label)| label);
        let is_canonical =
            |label: &str| !label.is_empty() && name.label().is_some_and(|plain| escaped(&plain) == label);
        (is_word(name.kind()) && label.is_none_or(is_canonical)).then_some(name)
    }

    /// The word for its kind, or for its role where a resource has several of a kind under names of ours.
    pub fn kind(&self) -> &str {
        self.0.split('.').next().unwrap_or_default()
    }

    /// The label as the user wrote it.
    pub fn label(&self) -> Option<String> {
        self.0.split_once('.').map(|(_, label)| unescaped(label))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The label as a part of a cloud name: lower-case letters, digits and single hyphens. A label that cannot be told from
    /// another in this form gets a hash of the whole name.
    pub fn slug(&self) -> Option<String> {
        let label = self.label()?;
        let mut slug = String::new();
        for letter in label.chars() {
            match letter.to_ascii_lowercase() {
                plain if plain.is_ascii_alphanumeric() => slug.push(plain),
                _ if !slug.ends_with('-') && !slug.is_empty() => slug.push('-'),
                _ => {}
            }
        }
        let slug = slug.trim_end_matches('-');
        if slug == label {
            return Some(label);
        }
        let hash = &hex(&Sha256::digest(self.0.as_bytes()))[..8];
        Some([slug, hash].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-"))
    }
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_')
}

fn escaped(label: &str) -> String {
    let mut text = String::with_capacity(label.len());
    for byte in label.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => text.push(char::from(byte)),
            other => text.push_str(&format!("%{other:02X}")),
        }
    }
    text
}

fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let code = behind.get(..2).filter(|_| *first == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        match code.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &behind[2..];
            }
            None => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A name that is written in this form already.
impl From<&str> for ComponentName {
    fn from(text: &str) -> Self {
        debug_assert!(Self::parse(text).is_some(), "`{text}` is not the name of a component");
        Self(text.to_owned())
    }
}

impl From<&Self> for ComponentName {
    fn from(name: &Self) -> Self {
        name.clone()
    }
}

impl fmt::Display for ComponentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Deref for ComponentName {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for ComponentName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl PartialEq<str> for ComponentName {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for ComponentName {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_label_is_escaped_once() {
        let name = ComponentName::labelled("route", "www.shop.example/a b*");
        assert_eq!(name, "route.www.shop.example%2Fa%20b%2A");
        assert_eq!((name.kind(), name.label().as_deref()), ("route", Some("www.shop.example/a b*")));
        assert_eq!(ComponentName::parse(&name), Some(name));
        for text in ["", "Db", "alarm.", "alarm.a/b", "alarm.%2f", "alarm.%41", ".a"] {
            assert_eq!(ComponentName::parse(text), None, "{text}");
        }
    }

    #[test]
    fn plain_labels_stay_as_they_are_in_cloud_names() {
        assert_eq!(ComponentName::from("db_instance").slug(), None);
        assert_eq!(ComponentName::labelled("alarm", "cpu-high").slug().as_deref(), Some("cpu-high"));
        let alike = ["a.b", "a-b", "a_b", "A-b", "a--b", "a-b-", "a b"];
        let slugs: BTreeSet<String> =
            alike.iter().filter_map(|label| ComponentName::labelled("alarm", label).slug()).collect();
        assert_eq!(slugs.len(), alike.len(), "{slugs:?}");
        assert!(slugs.iter().all(|slug| slug.starts_with("a-b")));
    }

    proptest! {
        #[test]
        fn every_label_is_read_back(label in ".+") {
            let name = ComponentName::labelled("alarm", &label);
            prop_assert_eq!(name.label(), Some(label));
            prop_assert_eq!(ComponentName::parse(&name), Some(name.clone()));
            let slug = name.slug().unwrap_or_default();
            prop_assert!(!slug.is_empty() && !slug.contains("--") && !slug.ends_with('-'));
        }

        #[test]
        fn two_labels_never_share_a_cloud_name(a in "[aA._ -]{1,4}", b in "[aA._ -]{1,4}") {
            prop_assume!(a != b);
            prop_assert_ne!(ComponentName::labelled("alarm", &a).slug(), ComponentName::labelled("alarm", &b).slug());
        }
    }
}
