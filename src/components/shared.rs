//! What the calls of several kinds share.

use serde_json::Value as Json;

use crate::base::{CallError, ErrorClass};
use crate::engine::model::manual::Manual;
use crate::engine::run::component::{Seen, UNKNOWN};

/// A text among what a component tells others; empty where it is not told.
pub fn output<'a>(seen: &'a Seen, name: &str) -> &'a str {
    seen.outputs.get(name).and_then(Json::as_str).unwrap_or_default()
}

/// A list of texts among what a component tells others; empty where it is not told.
pub fn outputs(seen: &Seen, name: &str) -> Vec<String> {
    let told = seen.outputs.get(name).and_then(Json::as_array).into_iter().flatten();
    told.filter_map(Json::as_str).map(str::to_owned).collect()
}

/// A call that the kind's table does not name for any field: a defect of the kind, caught by its test.
pub fn unknown_call(call: &str) -> CallError {
    CallError::own(call, ErrorClass::Invalid, UNKNOWN)
}

/// A shell command that makes `calls` for every object that a listing finds: by its name where there is one, by our tag where
/// there is none.
pub fn aws_each(at: &Manual<'_>, listing: &str, query: &str, calls: &[&str]) -> String {
    let region = at.place;
    let calls: Vec<String> = calls.iter().map(|call| format!("aws {call} $each --region {region};")).collect();
    let found = format!("aws {listing} --region {region} --query '{query}' --output text");
    format!("for each in $({found}); do {} done", calls.join(" "))
}
