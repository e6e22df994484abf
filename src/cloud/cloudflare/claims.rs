//! What the resources of one walk ask of what a zone has once.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde_json::Value as Json;

/// What each resource of this walk asks, by what it is asked of: two that disagree cannot both be had.
#[derive(Debug, Default)]
pub struct Claims(Mutex<BTreeMap<String, BTreeMap<String, Json>>>);

impl Claims {
    /// Notes what a resource asks, in place of what it asked before, and answers what the others ask.
    pub fn note(&self, of: &str, owner: &str, asked: Json) -> BTreeMap<String, Json> {
        // A claim is one assignment: a panic elsewhere cannot leave it half made.
        let mut claims = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let all = claims.entry(of.to_owned()).or_default();
        all.insert(owner.to_owned(), asked);
        all.iter().filter(|(other, _)| *other != owner).map(|(other, asked)| (other.clone(), asked.clone())).collect()
    }
}
