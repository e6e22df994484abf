//! The fields of a kind as one struct: its table, its desired form and the form in which it is seen.
//!
//! The engine works on values by name. A kind's code reads and writes the struct, and the compiler holds that every field has
//! a rule, that what is seen has all fields, and that nothing asks for a field that does not exist.

use std::collections::{BTreeMap, BTreeSet};
use std::marker::PhantomData;

pub use drop_derive::Fields;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::base::{CallError, ErrorClass, Result};
use crate::engine::model::kind::{Field, TAGS, UNTAG};
use crate::engine::model::spec::Resolved;

/// A struct that holds the fields of a kind. `#[derive(Fields)]` implements it.
pub trait Fields: Default {
    /// The kind's table.
    const FIELDS: &'static [Field];

    /// The struct of these values. A field without a value, or with null, has its default.
    ///
    /// # Errors
    /// A value is of another type.
    fn decode(values: &dyn Values) -> Result<Self>;

    /// The values of the struct. A field that not every read looks at is left out while it has none.
    fn encode(&self) -> BTreeMap<&'static str, Json>;
}

/// The name of a field whose value is a `T`.
#[derive(Debug)]
pub struct FieldName<T> {
    name: &'static str,
    value: PhantomData<fn() -> T>,
}

impl<T> FieldName<T> {
    /// The field of that name.
    pub const fn new(name: &'static str) -> Self {
        Self { name, value: PhantomData }
    }

    /// The name.
    pub const fn text(&self) -> &'static str {
        self.name
    }
}

impl<T> From<FieldName<T>> for &'static str {
    fn from(field: FieldName<T>) -> Self {
        field.name
    }
}

/// Values of fields by name.
pub trait Values {
    /// The value of a field, if there is one.
    fn value(&self, field: &str) -> Option<&Json>;
}

impl Values for Resolved {
    fn value(&self, field: &str) -> Option<&Json> {
        self.0.get(field)
    }
}

impl Values for BTreeMap<&'static str, Json> {
    fn value(&self, field: &str) -> Option<&Json> {
        self.get(field)
    }
}

/// The value of one field, as the derive asks for it.
///
/// # Errors
/// It is of another type.
pub fn decode<T: DeserializeOwned + Default>(values: &dyn Values, field: &'static str) -> Result<T> {
    match values.value(field) {
        None | Some(Json::Null) => Ok(T::default()),
        Some(value) => T::deserialize(value).map_err(|_| wrong_type(field)),
    }
}

/// A defect of a layout. The value itself is not named.
fn wrong_type(field: &str) -> CallError {
    CallError::own(field, ErrorClass::Invalid, format!("the value of the field `{field}` is of the wrong type"))
}

/// Enters the value of one field, as the derive asks for it.
pub fn encode<T: Serialize>(
    values: &mut BTreeMap<&'static str, Json>,
    table: &'static [Field],
    field: &'static str,
    value: &T,
) {
    let value = serde_json::to_value(value).unwrap_or_default();
    if table.iter().any(|entry| entry.name == field && entry.may_be_unread()) && value.is_null() {
        return;
    }
    if let (TAGS, Some(tags)) = (field, value.as_object()) {
        values.insert(UNTAG, tags.keys().map(|key| Json::from(key.as_str())).collect());
    }
    values.insert(field, value);
}

/// The tags of an object. Seen, they are two fields: the tags, and the keys that can be taken away.
pub type Tags = BTreeMap<String, String>;

/// Entries of a list that others may add to: seen they are all there are, and a desired value names one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Entries(pub BTreeSet<String>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        Ok(match OneOrMore::deserialize(deserializer)? {
            OneOrMore::One(entry) => Self(BTreeSet::from([entry])),
            OneOrMore::More(entries) => Self(entries),
        })
    }
}

/// One text where one is desired; what is seen beyond that is a list, which equals no desired value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum OneOrMore {
    /// One.
    One(String),
    /// None, or several.
    More(BTreeSet<String>),
}

impl OneOrMore {
    /// The one text.
    pub fn one(self) -> Option<String> {
        match self {
            Self::One(text) => Some(text),
            Self::More(_) => None,
        }
    }
}

impl From<BTreeSet<String>> for OneOrMore {
    fn from(mut texts: BTreeSet<String>) -> Self {
        match texts.len() {
            1 => texts.pop_first().map_or_else(|| Self::More(BTreeSet::new()), Self::One),
            _ => Self::More(texts),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Debug, Default, PartialEq, Fields)]
    struct GateFields {
        /// Room.
        #[field(fixed())]
        room: String,
        /// Width.
        #[field(in_place("x:Modify"))]
        width: Option<i32>,
        /// Keys.
        #[field(in_place("x:Modify").post_create())]
        keys: Entries,
        /// Colour of the paint.
        #[field(in_place("x:Paint").not_always_read())]
        colour: Option<String>,
        /// Tags.
        #[field(tags("x:Tag", "x:Untag"))]
        tags: Tags,
    }

    #[test]
    fn the_struct_is_the_table() {
        let names: Vec<&str> = GateFields::FIELDS.iter().map(|field| field.name).collect();
        let (room, width, keys) = (GateFields::ROOM.text(), GateFields::WIDTH.text(), GateFields::KEYS.text());
        assert_eq!(names, [room, width, keys, GateFields::COLOUR.text(), UNTAG, GateFields::TAGS.text()]);
        assert_eq!(names, ["room", "width", "keys", "colour", "untag", TAGS]);
        assert_eq!(GateFields::FIELDS[2].set.call(), Some("x:Modify"));
        let untag = GateFields::FIELDS.iter().find(|field| field.name == UNTAG).unwrap();
        assert_eq!((untag.set.call(), untag.removes), (Some("x:Untag"), Some(TAGS)));
    }

    #[test]
    fn what_is_seen_names_every_field_but_those_that_were_not_looked_at() {
        let gate =
            GateFields { room: "a".to_owned(), tags: [("k".to_owned(), "v".to_owned())].into(), ..Default::default() };
        let seen = gate.encode();
        let expected = json!({"room": "a", "width": null, "keys": [], "tags": {"k": "v"}, "untag": ["k"]});
        assert_eq!(json!(seen), expected);
        assert_eq!(GateFields::decode(&seen).unwrap(), gate);
    }

    #[test]
    fn a_wish_is_read_by_its_types() {
        let desired = |name: &str, value: Json| Resolved::from(BTreeMap::from([(name.to_owned(), value)]));
        assert_eq!(GateFields::decode(&desired("width", json!(3))).unwrap().width, Some(3));
        assert_eq!(GateFields::decode(&desired("keys", json!("k"))).unwrap().keys.0, BTreeSet::from(["k".to_owned()]));
        assert_eq!(GateFields::decode(&desired("room", Json::Null)).unwrap(), GateFields::default());
        let wrong = GateFields::decode(&desired("width", json!("hidden"))).unwrap_err();
        assert_eq!(wrong.message, "the value of the field `width` is of the wrong type");
    }
}
