//! What the calls of several kinds share.

use serde_json::Value as Json;

use crate::base::{CallError, ErrorClass};
use crate::engine::run::component::{Seen, UNKNOWN};

/// A text among what a component tells others; empty where it is not told.
pub fn output<'a>(seen: &'a Seen, name: &str) -> &'a str {
    seen.outputs.get(name).and_then(Json::as_str).unwrap_or_default()
}

/// A call that the kind's table does not name for any field: a defect of the kind, caught by its test.
pub fn unknown_call(call: &str) -> CallError {
    CallError::own(call, ErrorClass::Invalid, UNKNOWN)
}
