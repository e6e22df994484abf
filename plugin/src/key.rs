//! What identifies the elements of a repeated block.
//!
//! Core knows the elements of a list of blocks by their position alone. Where some attributes are marked as
//! [`key`](crate::Attribute::key), they are known by the values of these, and their order means nothing: computed values
//! follow the key, an attribute that forces replacement is compared with that of the same key, and a key that occurs twice
//! is an error ([`checks::key_problems`](crate::checks::key_problems)).

use std::fmt;

use crate::{Attr, Attribute, Block, NestedBlock, Nesting, Value};

/// The key attributes of one element, in the order of the schema, with defaults filled in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    parts: Vec<(String, Value)>,
}

impl Key {
    /// The key attributes and their values.
    pub fn parts(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.parts.iter().map(|(name, value)| (name.as_str(), value))
    }
}

/// As HCL would write it: `host = "www.example.com", path = "/*"`.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, (name, value)) in self.parts.iter().enumerate() {
            write!(f, "{}{name} = {value}", if position == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

/// For looking one up. The names stand in the order of the schema.
impl<N: Into<String>, V: Into<Value>> FromIterator<(N, V)> for Key {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(parts: I) -> Self {
        Self { parts: parts.into_iter().map(|(name, value)| (name.into(), value.into())).collect() }
    }
}

impl Block {
    /// The attributes that identify a block of this schema among others. Empty if none does.
    pub fn key_attributes(&self) -> impl Iterator<Item = &Attribute> {
        self.attributes.iter().filter(|attribute| attribute.key)
    }

    /// Whether blocks of this schema are identified by key attributes.
    pub fn has_key(&self) -> bool {
        self.key_attributes().next().is_some()
    }

    /// Whether any list of blocks inside has keys.
    pub(crate) fn has_keys_inside(&self) -> bool {
        let keyed = |nested: &NestedBlock| nested.nesting == Nesting::List && nested.block.has_key();
        self.blocks.iter().any(|nested| keyed(nested) || nested.block.has_keys_inside())
    }

    /// The key of one block. Null if a part of it is missing, or if this schema has no key attributes; unknown as long as
    /// a part of it is.
    pub fn key_of(&self, element: &Value) -> Attr<Key> {
        let mut parts = Vec::new();
        for attribute in self.key_attributes() {
            let value = match (element.is_known(), element.get(&attribute.name)) {
                (false, _) => &Value::UNKNOWN,
                (true, value) if value.is_null() => attribute.default.as_ref().unwrap_or(&Value::Null),
                (true, value) => value,
            };
            parts.push((attribute.name.clone(), value.clone()));
        }
        if parts.is_empty() || parts.iter().any(|(_, value)| value.is_null()) {
            Attr::Null
        } else if parts.iter().all(|(_, value)| value.is_wholly_known()) {
            Attr::Known(Key { parts })
        } else {
            Attr::Unknown
        }
    }

    /// The one of `elements` that has the key of `like`. Null if there is none, or if that key is not known.
    pub(crate) fn counterpart<'a>(&self, elements: &'a [Value], like: &Value) -> &'a Value {
        let key = self.key_of(like);
        let found = elements.iter().find(|element| key.is_known() && self.key_of(element) == key);
        found.unwrap_or(&Value::Null)
    }
}

#[cfg(test)]
mod tests;
