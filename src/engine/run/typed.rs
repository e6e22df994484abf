//! What a component shows and is told, as the struct of its kind instead of values by name.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::base::Result;
use crate::engine::model::fields::{FieldName, Fields, Values};
use crate::engine::run::component::{Change, Phase, Seen};

impl Seen {
    /// An object that can be used, with its fields and tags.
    pub fn of(id: String, fields: &impl Fields, tags: BTreeMap<String, String>) -> Self {
        Self { id, phase: Phase::Ready, fields: fields.encode(), outputs: BTreeMap::new(), tags }
    }

    /// The same in another phase.
    #[must_use]
    pub fn in_phase(mut self, phase: Phase) -> Self {
        self.phase = phase;
        self
    }

    /// The same, with what it tells others under a name.
    #[must_use]
    pub fn telling(mut self, name: &'static str, value: impl Into<Json>) -> Self {
        self.outputs.insert(name, value.into());
        self
    }
}

/// # Errors
/// Of all forms: a value is of another type than its field.
impl Change<'_> {
    /// Whether this field is to be set.
    pub fn sets<T>(&self, field: FieldName<T>) -> bool {
        self.is_set(field.text())
    }

    /// All that is desired, also what is as desired already.
    pub fn desired<K: Fields>(&self) -> Result<K> {
        K::decode(self.spec)
    }

    /// The object as it is.
    pub fn live<K: Fields>(&self) -> Result<K> {
        K::decode(&self.seen.fields)
    }

    /// The fields to set, and nothing else.
    pub fn only<K: Fields>(&self) -> Result<K> {
        K::decode(&Only(self))
    }

    /// The object as it shall be: the fields to set as desired, and the others as they are. What was not seen is taken from
    /// the desired value.
    pub fn whole<K: Fields>(&self) -> Result<K> {
        K::decode(&Whole(self))
    }

    fn is_set(&self, field: &str) -> bool {
        self.fields.iter().any(|set| set == field)
    }
}

struct Only<'a>(&'a Change<'a>);

impl Values for Only<'_> {
    fn value(&self, field: &str) -> Option<&Json> {
        self.0.spec.value(field).filter(|_| self.0.is_set(field))
    }
}

struct Whole<'a>(&'a Change<'a>);

impl Values for Whole<'_> {
    fn value(&self, field: &str) -> Option<&Json> {
        let (desired, live) = (self.0.spec.value(field), self.0.seen.fields.value(field));
        if self.0.is_set(field) { desired } else { live.or(desired) }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::engine::model::procedure::Turn;
    use crate::engine::model::spec::Resolved;

    #[derive(Debug, Default, PartialEq, Fields)]
    struct LampFields {
        /// Colour.
        #[field(in_place("x:Set"))]
        colour: Option<String>,
        /// Power in watts.
        #[field(in_place("x:Set"))]
        watts: Option<i32>,
        /// Socket.
        #[field(once())]
        socket: Option<String>,
    }

    fn lamp(colour: Option<&str>, watts: Option<i32>, socket: Option<&str>) -> LampFields {
        LampFields { colour: colour.map(str::to_owned), watts, socket: socket.map(str::to_owned) }
    }

    #[test]
    fn a_change_has_four_forms() {
        let seen = Seen::of("a".to_owned(), &lamp(Some("red"), Some(5), None), BTreeMap::new());
        let desired = [("colour", json!(null)), ("watts", json!(7)), ("socket", json!("s"))];
        let spec = Resolved::from(BTreeMap::from(desired.map(|(name, value)| (name.to_owned(), value))));
        let fields = ["colour".to_owned()];
        let change =
            Change { call: "x:Set", turn: Turn::Main, interim: false, seen: &seen, spec: &spec, fields: &fields };
        assert_eq!(change.desired::<LampFields>().unwrap(), lamp(None, Some(7), Some("s")));
        assert_eq!(change.live::<LampFields>().unwrap(), lamp(Some("red"), Some(5), None));
        assert_eq!(change.only::<LampFields>().unwrap(), lamp(None, None, None));
        assert_eq!(change.whole::<LampFields>().unwrap(), lamp(None, Some(5), Some("s")));
        assert!(change.sets(LampFields::COLOUR));
        assert!(!change.sets(LampFields::WATTS) && !change.sets(LampFields::SOCKET));
    }
}
