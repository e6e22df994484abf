//! What reading a component returned.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::base::{HOLDER_PREFIX, RESOURCE_TAG, Words};
use crate::engine::model::kind::{TAGS, UNTAG};

/// Where an object is in its life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// It can be used and changed.
    Ready,
    /// It is being made or changed; the cloud's own word for it.
    Pending(String),
    /// It is on its way out.
    Deleting(String),
    /// It will not become ready by itself; the cloud's reason.
    Failed(Words),
}

/// What reading a component returned.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The id that other calls take: a name, an id or an ARN, as the kind has it.
    pub id: String,
    /// Where it is in its life.
    pub phase: Phase,
    /// Its fields, under the names of the kind's table.
    pub fields: BTreeMap<&'static str, Json>,
    /// What it tells others. `id` need not be among them.
    pub outputs: BTreeMap<&'static str, Json>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

impl Seen {
    /// What it answers under this name.
    pub fn output(&self, name: &str) -> Option<Json> {
        if name == "id" { Some(Json::from(self.id.as_str())) } else { self.outputs.get(name).cloned() }
    }

    /// The same object with these tags.
    #[must_use]
    pub fn tagged(&self, tags: BTreeMap<String, String>) -> Self {
        let mut seen = self.clone();
        if let Some(shown) = seen.fields.get_mut(TAGS) {
            *shown = Json::from_iter(tags.clone());
        }
        if let Some(keys) = seen.fields.get_mut(UNTAG) {
            *keys = tags.keys().map(|key| Json::from(key.as_str())).collect();
        }
        seen.tags = tags;
        seen
    }

    /// Whether an owner is among the holders that its tags name.
    pub fn is_held_by(&self, owner: &str) -> bool {
        self.holders().any(|holder| holder == owner)
    }

    /// The holders that its tags name.
    pub fn holders(&self) -> impl Iterator<Item = &str> {
        self.tags.keys().filter_map(|key| key.strip_prefix(HOLDER_PREFIX))
    }

    /// The resource that its tag names, if it has one.
    pub fn owner(&self) -> Option<&str> {
        self.tags.get(RESOURCE_TAG).map(String::as_str)
    }
}
