//! Values to MessagePack.
//!
//! Protocol source: "MessagePack Serialization Rules" in Terraform's `docs/plugin-protocol/object-wire-format.md`.
//! Numbers are 64-bit integers or decimal text: go-cty (`cty/msgpack/marshal.go`) also writes floats where these are
//! exact, and reads all three. A refinement is written only where it says something, since an empty one is not allowed.

use rmp::Marker;

use super::{CodecError, MAX_DEPTH, Problem, too_deep};
use crate::{Number, PathStep, Refinement, Type, Value};

/// Writes `value`, which must be of type `ty`.
///
/// # Errors
///
/// A value that is not of the type, with the place where it is not.
pub fn encode(value: &Value, ty: &Type) -> Result<Vec<u8>, CodecError> {
    let mut writer = Writer::default();
    writer.value(value, ty, 0)?;
    Ok(writer.out)
}

#[derive(Default)]
struct Writer {
    out: Vec<u8>,
}

impl Writer {
    fn value(&mut self, value: &Value, ty: &Type, depth: usize) -> Result<(), Problem> {
        if depth > MAX_DEPTH {
            return Err(too_deep());
        }
        match (value, ty) {
            (Value::Null, _) => self.marker(Marker::Null),
            (Value::Unknown(refinement), _) => self.unknown(refinement.as_deref()),
            (Value::Bool(value), Type::Bool) => self.bool(*value),
            (Value::Number(value), Type::Number) => self.number(value),
            (Value::String(value), Type::String) => self.text(value),
            (Value::Dynamic(typed), Type::Dynamic) => {
                self.array(2);
                self.bytes(&typed.0.to_json());
                self.value(&typed.1, &typed.0, depth + 1)?;
            }
            (Value::List(elements), Type::List(element)) | (Value::Set(elements), Type::Set(element)) => {
                self.array(elements.len());
                for (index, value) in elements.iter().enumerate() {
                    self.value(value, element, depth + 1).map_err(|e| e.within(PathStep::Index(index)))?;
                }
            }
            (Value::Tuple(elements), Type::Tuple(types)) if elements.len() == types.len() => {
                self.array(elements.len());
                for (index, (value, ty)) in elements.iter().zip(types).enumerate() {
                    self.value(value, ty, depth + 1).map_err(|e| e.within(PathStep::Index(index)))?;
                }
            }
            (Value::Map(members), Type::Map(element)) => {
                self.map(members.len());
                for (key, value) in members {
                    self.text(key);
                    self.value(value, element, depth + 1).map_err(|e| e.within(PathStep::Key(key.clone())))?;
                }
            }
            (Value::Object(members), Type::Object { attributes, .. }) => {
                if let Some(extra) = members.keys().find(|name| !attributes.contains_key(*name)) {
                    return Err(Problem::new(format!("there is no attribute {extra:?}")));
                }
                self.map(attributes.len());
                for (name, ty) in attributes {
                    let missing = || Problem::new(format!("the attribute {name:?} is missing"));
                    let value = members.get(name).ok_or_else(missing)?;
                    self.text(name);
                    self.value(value, ty, depth + 1).map_err(|e| e.within(PathStep::Attribute(name.clone())))?;
                }
            }
            _ => return Err(Problem::new(format!("{ty} is required"))),
        }
        Ok(())
    }

    /// Whole numbers of 64 bits as such, all others as decimal text: binary floats would round.
    fn number(&mut self, number: &Number) {
        match number.as_i64() {
            Some(integer) => self.integer(integer),
            None => self.text(&number.to_string()),
        }
    }

    fn integer(&mut self, integer: i64) {
        match (u8::try_from(integer), i8::try_from(integer)) {
            (Ok(small @ 0..=127), _) => self.marker(Marker::FixPos(small)),
            (_, Ok(small @ -32..=-1)) => self.marker(Marker::FixNeg(small)),
            _ => {
                self.marker(Marker::I64);
                self.out.extend(integer.to_be_bytes());
            }
        }
    }

    fn unknown(&mut self, refinement: Option<&Refinement>) {
        match refinement.filter(|refinement| **refinement != Refinement::default()) {
            None => {
                self.marker(Marker::FixExt1);
                self.out.extend([0, 0]);
            }
            Some(refinement) => {
                let content = refined(refinement);
                self.marker(Marker::Ext32);
                self.length(content.len());
                self.out.push(12);
                self.out.extend(content);
            }
        }
    }

    fn bool(&mut self, value: bool) {
        self.marker(if value { Marker::True } else { Marker::False });
    }

    fn text(&mut self, text: &str) {
        match u8::try_from(text.len()) {
            Ok(short @ 0..=31) => self.marker(Marker::FixStr(short)),
            _ => {
                self.marker(Marker::Str32);
                self.length(text.len());
            }
        }
        self.out.extend(text.as_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.marker(Marker::Bin32);
        self.length(bytes.len());
        self.out.extend(bytes);
    }

    fn array(&mut self, count: usize) {
        match u8::try_from(count) {
            Ok(small @ 0..=15) => self.marker(Marker::FixArray(small)),
            _ => {
                self.marker(Marker::Array32);
                self.length(count);
            }
        }
    }

    fn map(&mut self, count: usize) {
        match u8::try_from(count) {
            Ok(small @ 0..=15) => self.marker(Marker::FixMap(small)),
            _ => {
                self.marker(Marker::Map32);
                self.length(count);
            }
        }
    }

    fn marker(&mut self, marker: Marker) {
        self.out.push(marker.to_u8());
    }

    // A message holds 256 MiB at most, so a length beyond 32 bits never leaves the process.
    fn length(&mut self, length: usize) {
        self.out.extend(u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes());
    }
}

/// The content of the extension: a map of only what is known, since an empty one is not allowed.
fn refined(refinement: &Refinement) -> Vec<u8> {
    let Refinement { not_null, prefix, lower, upper, min_length, max_length } = refinement;
    let given = [prefix.is_some(), lower.is_some(), upper.is_some(), min_length.is_some(), max_length.is_some()];
    let mut writer = Writer::default();
    writer.map(usize::from(*not_null) + given.into_iter().filter(|given| *given).count());
    if *not_null {
        writer.integer(1);
        writer.bool(false);
    }
    if let Some(prefix) = prefix {
        writer.integer(2);
        writer.text(prefix);
    }
    for (key, bound) in [(3, lower), (4, upper)] {
        if let Some((number, inclusive)) = bound {
            writer.integer(key);
            writer.array(2);
            writer.number(number);
            writer.bool(*inclusive);
        }
    }
    for (key, bound) in [(5, min_length), (6, max_length)] {
        if let Some(length) = bound {
            writer.integer(key);
            writer.integer(i64::try_from(*length).unwrap_or(i64::MAX));
        }
    }
    writer.out
}
