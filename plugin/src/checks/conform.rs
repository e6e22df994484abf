//! Bringing an answer into the exact shape of its schema.

use std::collections::BTreeMap;

use unicode_normalization::{UnicodeNormalization, is_nfc};

use super::Violation;
use crate::{Block, NestedBlock, Nesting, Path, Type, Value};

/// A value that has the type of its schema, and what had to be mended for that.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Conformed {
    /// Of the schema's type throughout: it can always be encoded.
    pub value: Value,
    /// What was mended, and where. Empty for a good answer.
    pub violations: Vec<Violation>,
}

/// Mends what a provider answers, so that something can always be sent: what is missing or of a wrong type becomes null
/// and a violation. Silently, write-only attributes become null, absent collections of blocks empty, and strings NFC, as
/// core will have them anyway.
///
/// Protocol source: Terraform's `docs/plugin-protocol/object-wire-format.md`; of write-only attributes, core's
/// `ephemeral.ValidateWriteOnlyAttributes`.
pub fn conform(block: &Block, value: Value) -> Conformed {
    let mut violations = Vec::new();
    let value = object(block, value, &Path::root(), &mut violations);
    Conformed { value, violations }
}

/// Takes an attribute's value from the configuration where the plan only says "unknown". A model that cannot hold a
/// partly known list would otherwise plan less than the user wrote, which core refuses.
pub fn restore_configured(block: &Block, config: &Value, mut planned: Value) -> Value {
    let Some(members) = planned.as_members_mut() else { return planned };
    for attribute in block.attributes.iter().filter(|attribute| !attribute.write_only) {
        let configured = config.get(&attribute.name);
        if let Some(value) = members.get_mut(&attribute.name)
            && !value.is_known()
            && !configured.is_null()
        {
            *value = configured.clone();
        }
    }
    for nested in &block.blocks {
        let configured = config.get(&nested.name);
        let Some(slot) = members.get_mut(&nested.name) else { continue };
        let restore = |config: &Value, planned| restore_configured(&nested.block, config, planned);
        *slot = match (nested.nesting, std::mem::take(slot)) {
            (Nesting::Single | Nesting::Group, planned) => restore(configured, planned),
            (_, Value::List(planned)) => {
                let configured = configured.as_elements().unwrap_or_default();
                let config = |index| configured.get(index).unwrap_or(&Value::Null);
                Value::List(planned.into_iter().enumerate().map(|(i, value)| restore(config(i), value)).collect())
            }
            (_, Value::Map(planned)) => {
                let restore = |(key, value): (String, _)| {
                    let value = restore(configured.get(&key), value);
                    (key, value)
                };
                Value::Map(planned.into_iter().map(restore).collect())
            }
            (_, other) => other,
        };
    }
    planned
}

fn object(block: &Block, value: Value, path: &Path, found: &mut Vec<Violation>) -> Value {
    let mut members = match value {
        Value::Null => return Value::Null,
        // Only a whole block that the configuration does not know yet is unknown.
        Value::Unknown(_) if !path.is_root() => return value,
        Value::Object(members) | Value::Map(members) => members,
        other => {
            found.push(Violation::new(path, format!("an object is required, not {}", kind(&other))));
            return Value::Null;
        }
    };
    let mut take = |name: &str, path: &Path, found: &mut Vec<Violation>| {
        members.remove(name).unwrap_or_else(|| {
            found.push(Violation::new(path, "it is missing"));
            Value::Null
        })
    };
    let mut conformed = BTreeMap::new();
    for attribute in &block.attributes {
        let path = path.attr(&attribute.name);
        let value = typed(take(&attribute.name, &path, found), &attribute.ty, &path, found);
        conformed.insert(attribute.name.clone(), if attribute.write_only { Value::Null } else { value });
    }
    for nested in &block.blocks {
        let path = path.attr(&nested.name);
        let value = blocks(nested, take(&nested.name, &path, found), &path, found);
        conformed.insert(nested.name.clone(), value);
    }
    for name in members.keys() {
        found.push(Violation::new(&path.attr(name), "the schema has no such attribute"));
    }
    Value::Object(conformed)
}

fn blocks(nested: &NestedBlock, value: Value, path: &Path, found: &mut Vec<Violation>) -> Value {
    let block = &nested.block;
    match (nested.nesting, value) {
        (_, Value::Null) => nested.empty_value(),
        (_, Value::Unknown(refinement)) => Value::Unknown(refinement),
        (Nesting::Single | Nesting::Group, value) => object(block, value, path, found),
        (Nesting::List, Value::List(elements)) => {
            let conform = |(index, value)| object(block, value, &path.index(index), found);
            Value::List(elements.into_iter().enumerate().map(conform).collect())
        }
        (Nesting::Set, Value::Set(elements) | Value::List(elements)) => {
            Value::set(elements.into_iter().map(|value| object(block, value, path, found)).collect())
        }
        (Nesting::Map, Value::Map(members) | Value::Object(members)) => {
            let conform = |(key, value)| {
                let value = object(block, value, &path.key(&key), found);
                (key, value)
            };
            Value::Map(members.into_iter().map(conform).collect())
        }
        (_, other) => {
            found.push(Violation::new(path, format!("blocks are required, not {}", kind(&other))));
            nested.empty_value()
        }
    }
}

fn typed(value: Value, ty: &Type, path: &Path, found: &mut Vec<Violation>) -> Value {
    match (value, ty) {
        (value @ (Value::Null | Value::Unknown(_)), _) => value,
        (value @ Value::Bool(_), Type::Bool) | (value @ Value::Number(_), Type::Number) => value,
        (Value::String(text), Type::String) => Value::String(normal(text)),
        (Value::List(elements), Type::List(element)) => {
            let conform = |(index, value)| typed(value, element, &path.index(index), found);
            Value::List(elements.into_iter().enumerate().map(conform).collect())
        }
        (Value::Set(elements) | Value::List(elements), Type::Set(element)) => {
            Value::set(elements.into_iter().map(|value| typed(value, element, path, found)).collect())
        }
        (Value::Map(members), Type::Map(element)) => {
            let conform = |(key, value): (String, _)| {
                let value = typed(value, element, &path.key(&key), found);
                (normal(key), value)
            };
            Value::Map(members.into_iter().map(conform).collect())
        }
        (Value::Object(mut members), Type::Object { attributes, .. }) => {
            let mut conformed = BTreeMap::new();
            for (name, ty) in attributes {
                let path = path.attr(name);
                let value = members.remove(name).unwrap_or_else(|| {
                    found.push(Violation::new(&path, "it is missing"));
                    Value::Null
                });
                conformed.insert(name.clone(), typed(value, ty, &path, found));
            }
            for name in members.keys() {
                found.push(Violation::new(&path.attr(name), "the schema has no such attribute"));
            }
            Value::Object(conformed)
        }
        (Value::Tuple(elements), Type::Tuple(types)) if elements.len() == types.len() => {
            let conform = |(index, (value, ty))| typed(value, ty, &path.index(index), found);
            Value::Tuple(elements.into_iter().zip(types).enumerate().map(conform).collect())
        }
        (Value::Dynamic(typed_value), Type::Dynamic) => {
            let (ty, value) = *typed_value;
            let value = typed(value, &ty, path, found);
            Value::Dynamic(Box::new((ty, value)))
        }
        (other, ty) => {
            found.push(Violation::new(path, format!("{ty} is required, not {}", kind(&other))));
            Value::Null
        }
    }
}

fn normal(text: String) -> String {
    if is_nfc(&text) { text } else { text.nfc().collect() }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Unknown(_) => "an unknown value",
        Value::Bool(_) => "a bool",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::List(_) => "a list",
        Value::Set(_) => "a set",
        Value::Map(_) => "a map",
        Value::Object(_) => "an object",
        Value::Tuple(_) => "a tuple",
        Value::Dynamic(_) => "a value with its own type",
    }
}
