//! The rules by which Terraform core judges a provider's answers.
//!
//! A provider that breaks one sees "Provider produced an invalid plan", or worse, loses an object that it has created.
//! So every answer is checked by the same rules before it is sent, and the message names the attribute.

mod apply;
mod blocks;
mod conform;
mod keys;
mod plan;
mod proposed;
mod required;
mod write_only;

pub use apply::compatible;
pub use conform::{Conformed, conform, restore_configured};
pub use keys::key_problems;
pub use plan::plan_valid;
pub(crate) use proposed::proposed_by_key;
pub use proposed::proposed_new;
pub use required::missing_required;
pub use write_only::write_only_given;

use crate::{Path, PathStep, Value};

/// One broken rule: always a bug of the provider, never of the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Where it is. Root for the object itself.
    pub path: Path,
    /// What is wrong, as a clause that follows "of `path`:". Sensitive values are not repeated in it.
    pub problem: String,
}

impl Violation {
    pub(crate) fn new(path: &Path, problem: impl Into<String>) -> Self {
        Self { path: path.clone(), problem: problem.into() }
    }
}

/// Where the first value is that is not known, if there is one.
pub fn first_unknown(value: &Value) -> Option<Path> {
    let mut found = None;
    value.walk(&mut |path, value| {
        if found.is_none() && matches!(value, Value::Unknown(_)) {
            found = Some(path.clone());
        }
    });
    found
}

/// A value for a message, unless it must stay secret.
fn shown(value: &Value, secret: bool) -> String {
    if secret { "a secret value".to_owned() } else { value.to_string() }
}

/// An element of a collection by its key or position.
fn element<'a>(collection: &'a Value, step: &PathStep) -> Option<&'a Value> {
    match step {
        PathStep::Index(index) => collection.as_elements()?.get(*index),
        PathStep::Attribute(name) | PathStep::Key(name) => collection.as_members()?.get(name),
    }
}

/// The elements of a list or map with the steps that lead to them.
fn elements(collection: &Value) -> Vec<(PathStep, &Value)> {
    match collection {
        Value::List(elements) | Value::Tuple(elements) => {
            elements.iter().enumerate().map(|(index, value)| (PathStep::Index(index), value)).collect()
        }
        Value::Map(members) | Value::Object(members) => {
            members.iter().map(|(key, value)| (PathStep::Key(key.clone()), value)).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
