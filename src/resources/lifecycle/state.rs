//! What the `drift` of a state says of the whole resource.

use tf_plugin::Value;

use super::values::lines;
use crate::engine::plan::drift::{self, Deviation};

/// Whether a state was taken over from another provider and its object not looked at since.
pub fn is_unread(state: &Value) -> bool {
    drift::parse(&lines(state.get("drift"))).contains(&Deviation::Unread)
}

/// Whether a state was taken over from another provider, whose object stays with nobody, and nothing was begun since.
pub fn is_unbuilt(state: &Value) -> bool {
    drift::parse(&lines(state.get("drift"))).contains(&Deviation::Unbuilt)
}
