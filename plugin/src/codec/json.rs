//! JSON as state files and `terraform show -json` have it, to values and back.
//!
//! Protocol source: "JSON Serialization Rules" in Terraform's `docs/plugin-protocol/object-wire-format.md`, and
//! `RawState.json` of `UpgradeResourceState`. Numbers also as text, as go-cty reads them (`cty/json/unmarshal.go`).

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::{CodecError, MAX_DEPTH, Problem, too_deep};
use crate::{Number, PathStep, Type, Value};

/// Reads a value that has every attribute of its type and no other.
///
/// # Errors
///
/// Text that is not such a value, with the place of what is wrong.
pub fn decode(text: &[u8], ty: &Type) -> Result<Value, CodecError> {
    decode_with(text, ty, Missing::Refused)
}

/// Reads a value that an older schema may have written: what is missing becomes null, what is unheard of is dropped.
///
/// # Errors
///
/// Text that is not JSON, or an attribute of another type, with its place.
pub fn decode_leniently(text: &[u8], ty: &Type) -> Result<Value, CodecError> {
    decode_with(text, ty, Missing::Null)
}

/// Writes a wholly known value.
///
/// # Errors
///
/// A value that is not of the type, or not wholly known.
pub fn encode(value: &Value, ty: &Type) -> Result<Vec<u8>, CodecError> {
    let mut out = String::new();
    write(&mut out, value, ty, 0)?;
    Ok(out.into_bytes())
}

#[derive(Clone, Copy, PartialEq)]
enum Missing {
    Refused,
    Null,
}

fn decode_with(text: &[u8], ty: &Type, missing: Missing) -> Result<Value, CodecError> {
    let raw: &RawValue = serde_json::from_slice(text).map_err(malformed)?;
    Ok(read(raw, ty, missing, 0)?)
}

// `RawValue` leaves numbers as text, so that none is rounded, and scans without recursion.
fn read(raw: &RawValue, ty: &Type, missing: Missing, depth: usize) -> Result<Value, Problem> {
    if depth > MAX_DEPTH {
        return Err(too_deep());
    }
    let text = raw.get();
    if text == "null" {
        return Ok(Value::Null);
    }
    let elements = |element: &Type| {
        let raws: Vec<&RawValue> = parse(text, "a list")?;
        let read = |(index, raw)| read(raw, element, missing, depth + 1).map_err(|e| e.within(PathStep::Index(index)));
        raws.into_iter().enumerate().map(read).collect::<Result<Vec<_>, _>>()
    };
    match ty {
        Type::Bool => parse(text, "a bool").map(Value::Bool),
        Type::String => parse(text, "a string").map(Value::String),
        Type::Number => read_number(text).map(Value::Number),
        Type::List(element) => elements(element).map(Value::List),
        Type::Set(element) => elements(element).map(Value::set),
        Type::Map(element) => {
            let raws: BTreeMap<String, &RawValue> = parse(text, "a map")?;
            let mut members = BTreeMap::new();
            for (key, raw) in raws {
                let value = read(raw, element, missing, depth + 1).map_err(|e| e.within(PathStep::Key(key.clone())))?;
                members.insert(key, value);
            }
            Ok(Value::Map(members))
        }
        Type::Object { attributes, .. } => read_object(text, attributes, missing, depth),
        Type::Tuple(types) => {
            let raws: Vec<&RawValue> = parse(text, "a list")?;
            if raws.len() != types.len() {
                let (needed, given) = (types.len(), raws.len());
                return Err(Problem::new(format!("a tuple of {needed} elements is required, {given} given")));
            }
            let read = |(index, (raw, ty)): (usize, (&RawValue, &Type))| {
                read(raw, ty, missing, depth + 1).map_err(|e| e.within(PathStep::Index(index)))
            };
            let elements = raws.into_iter().zip(types).enumerate().map(read).collect::<Result<_, _>>()?;
            Ok(Value::Tuple(elements))
        }
        Type::Dynamic => {
            let raws: BTreeMap<String, &RawValue> = parse(text, "a pair of type and value")?;
            let (Some(ty), Some(value)) = (raws.get("type"), raws.get("value")) else {
                return Err(Problem::new("a value of any type has the members \"type\" and \"value\""));
            };
            let ty = Type::from_json(ty.get().as_bytes()).map_err(|error| Problem::new(error.to_string()))?;
            let value = read(value, &ty, missing, depth + 1)?;
            Ok(if ty == Type::Dynamic { value } else { Value::Dynamic(Box::new((ty, value))) })
        }
    }
}

fn read_object(
    text: &str,
    attributes: &BTreeMap<String, Type>,
    missing: Missing,
    depth: usize,
) -> Result<Value, Problem> {
    let raws: BTreeMap<String, &RawValue> = parse(text, "an object")?;
    if missing == Missing::Refused
        && let Some(extra) = raws.keys().find(|name| !attributes.contains_key(*name))
    {
        return Err(Problem::new(format!("there is no attribute {extra:?}")));
    }
    let mut members = BTreeMap::new();
    for (name, ty) in attributes {
        let value = match raws.get(name) {
            Some(raw) => read(raw, ty, missing, depth + 1).map_err(|e| e.within(PathStep::Attribute(name.clone())))?,
            None if missing == Missing::Null => Value::Null,
            None => return Err(Problem::new(format!("the attribute {name:?} is missing"))),
        };
        members.insert(name.clone(), value);
    }
    Ok(Value::Object(members))
}

fn read_number(text: &str) -> Result<Number, Problem> {
    let unquoted = if text.starts_with('"') { parse::<String>(text, "a number")? } else { text.to_owned() };
    unquoted.parse().map_err(|error| Problem::new(format!("{error}")))
}

fn parse<'a, T: ParseJson<'a>>(text: &'a str, what: &str) -> Result<T, Problem> {
    T::parse(text).map_err(|_| Problem::new(format!("{what} is required")))
}

/// What is read from JSON text here. Saves a dependency on serde for the sake of one bound.
trait ParseJson<'a>: Sized {
    fn parse(text: &'a str) -> serde_json::Result<Self>;
}

macro_rules! parse_json {
    ($($target:ty),*) => {$(
        impl<'a> ParseJson<'a> for $target {
            fn parse(text: &'a str) -> serde_json::Result<Self> {
                serde_json::from_str(text)
            }
        }
    )*};
}

parse_json!(bool, String, Vec<&'a RawValue>, BTreeMap<String, &'a RawValue>);

fn write(out: &mut String, value: &Value, ty: &Type, depth: usize) -> Result<(), Problem> {
    if depth > MAX_DEPTH {
        return Err(too_deep());
    }
    let list = |out: &mut String, elements: &mut dyn Iterator<Item = (&Value, &Type)>| -> Result<(), Problem> {
        out.push('[');
        for (index, (value, ty)) in elements.enumerate() {
            out.push_str(if index == 0 { "" } else { "," });
            write(out, value, ty, depth + 1).map_err(|e| e.within(PathStep::Index(index)))?;
        }
        out.push(']');
        Ok(())
    };
    match (value, ty) {
        (Value::Null, _) => out.push_str("null"),
        (Value::Unknown(_), _) => return Err(Problem::new("unknown values have no JSON form")),
        (Value::Bool(value), Type::Bool) => out.push_str(if *value { "true" } else { "false" }),
        (Value::Number(value), Type::Number) => out.push_str(&value.to_string()),
        (Value::String(value), Type::String) => out.push_str(&quoted(value)),
        (Value::List(elements), Type::List(element)) | (Value::Set(elements), Type::Set(element)) => {
            list(out, &mut elements.iter().map(|value| (value, &**element)))?;
        }
        (Value::Tuple(elements), Type::Tuple(types)) if elements.len() == types.len() => {
            list(out, &mut elements.iter().zip(types))?;
        }
        (Value::Map(members), Type::Map(element)) => {
            out.push('{');
            for (position, (key, value)) in members.iter().enumerate() {
                out.push_str(if position == 0 { "" } else { "," });
                out.push_str(&quoted(key));
                out.push(':');
                write(out, value, element, depth + 1).map_err(|e| e.within(PathStep::Key(key.clone())))?;
            }
            out.push('}');
        }
        (Value::Object(members), Type::Object { attributes, .. }) => {
            out.push('{');
            for (position, (name, ty)) in attributes.iter().enumerate() {
                out.push_str(if position == 0 { "" } else { "," });
                out.push_str(&quoted(name));
                out.push(':');
                let value = members.get(name).unwrap_or(&Value::Null);
                write(out, value, ty, depth + 1).map_err(|e| e.within(PathStep::Attribute(name.clone())))?;
            }
            out.push('}');
        }
        (Value::Dynamic(typed), Type::Dynamic) => {
            out.push_str("{\"type\":");
            out.push_str(&String::from_utf8_lossy(&typed.0.to_json()));
            out.push_str(",\"value\":");
            write(out, &typed.1, &typed.0, depth + 1)?;
            out.push('}');
        }
        _ => return Err(Problem::new(format!("{ty} is required"))),
    }
    Ok(())
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn malformed(error: serde_json::Error) -> Problem {
    Problem::new(format!("malformed JSON: {error}"))
}
