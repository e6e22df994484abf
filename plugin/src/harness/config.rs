//! JSON in place of HCL. An argument that is null is one whose expression is null.

use serde_json::Value as Json;

use crate::{Block, NestedBlock, Nesting, Path, Type, Value};

const UNKNOWN: &str = "\u{fffd}unknown\u{fffd}";

/// Stands for a value, or for blocks, that the plan does not know yet.
pub fn unknown() -> Json {
    Json::from(UNKNOWN)
}

/// A configuration as the CLI would decode it. What the CLI would refuse in it panics: the test is wrong then.
pub fn value(block: &Block, config: &Json) -> Value {
    object(block, config, &Path::root())
}

fn object(block: &Block, config: &Json, path: &Path) -> Value {
    let Json::Object(given) = config else { panic!("{path}: an object is required, not {config}") };
    let known = |name: &String| block.attribute(name).is_some() || block.nested(name).is_some();
    if let Some(name) = given.keys().find(|name| !known(name)) {
        panic!("Unsupported argument: {}", path.attr(name));
    }
    let attributes = block.attributes.iter().map(|attribute| {
        let path = path.attr(&attribute.name);
        assert!(given.contains_key(&attribute.name) || !attribute.required, "Missing required argument: {path}");
        let value = given.get(&attribute.name).filter(|value| !value.is_null());
        let configurable = attribute.required || attribute.optional;
        assert!(value.is_none() || configurable, "Computed attributes cannot be configured: {path}");
        (attribute.name.clone(), value.map_or(Value::Null, |value| typed(&attribute.ty, value, &path)))
    });
    let blocks = block.blocks.iter().map(|nested| {
        let path = path.attr(&nested.name);
        let value = given.get(&nested.name).filter(|value| !value.is_null());
        (nested.name.clone(), value.map_or_else(|| nested.empty_value(), |value| blocks(nested, value, &path)))
    });
    Value::object(attributes.chain(blocks).collect::<Vec<_>>())
}

fn blocks(nested: &NestedBlock, config: &Json, path: &Path) -> Value {
    if config == UNKNOWN {
        return Value::UNKNOWN;
    }
    match (nested.nesting, config) {
        (Nesting::Single | Nesting::Group, config) => object(&nested.block, config, path),
        (Nesting::List, Json::Array(elements)) => Value::List(
            elements.iter().enumerate().map(|(index, json)| object(&nested.block, json, &path.index(index))).collect(),
        ),
        (Nesting::Set, Json::Array(elements)) => {
            Value::Set(elements.iter().map(|json| object(&nested.block, json, path)).collect())
        }
        (Nesting::Map, Json::Object(members)) => Value::Map(
            members.iter().map(|(key, json)| (key.clone(), object(&nested.block, json, &path.key(key)))).collect(),
        ),
        (nesting, config) => panic!("{path}: {nesting:?} blocks cannot be written as {config}"),
    }
}

pub(super) fn typed(ty: &Type, config: &Json, path: &Path) -> Value {
    let elements = |element: &Type, values: &[Json]| {
        values.iter().enumerate().map(|(index, json)| typed(element, json, &path.index(index))).collect::<Vec<_>>()
    };
    match (ty, config) {
        (_, Json::Null) => Value::Null,
        (_, Json::String(text)) if text == UNKNOWN => Value::UNKNOWN,
        (Type::Bool, Json::Bool(value)) => Value::Bool(*value),
        (Type::String, Json::String(text)) => Value::String(text.clone()),
        (Type::Number, Json::Number(number)) => match number.to_string().parse() {
            Ok(number) => Value::Number(number),
            Err(error) => panic!("{path}: {error}"),
        },
        (Type::List(element), Json::Array(values)) => Value::List(elements(element, values)),
        (Type::Set(element), Json::Array(values)) => Value::Set(elements(element, values)),
        (Type::Map(element), Json::Object(members)) => {
            Value::Map(members.iter().map(|(key, json)| (key.clone(), typed(element, json, &path.key(key)))).collect())
        }
        (Type::Object { attributes, optional }, Json::Object(members)) => {
            let member = |(name, ty): (&String, &Type)| {
                let path = path.attr(name);
                let json = members.get(name).unwrap_or(&Json::Null);
                assert!(members.contains_key(name) || optional.contains(name), "{path} is required");
                (name.clone(), typed(ty, json, &path))
            };
            Value::Object(attributes.iter().map(member).collect())
        }
        (Type::Tuple(types), Json::Array(values)) => {
            let values = types.iter().zip(values).enumerate();
            Value::Tuple(values.map(|(index, (ty, json))| typed(ty, json, &path.index(index))).collect())
        }
        (ty, config) => panic!("{path}: {ty} is required, not {config}"),
    }
}
