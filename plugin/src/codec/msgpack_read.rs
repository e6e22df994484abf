//! MessagePack to values.
//!
//! Protocol source: "MessagePack Serialization Rules" in Terraform's `docs/plugin-protocol/object-wire-format.md`. Any
//! width of a number is read, any extension is an unknown value, and unheard-of refinements are passed over, as it asks
//! for. That every attribute must be there, and no other, is go-cty's (`cty/msgpack/unmarshal.go`).

use std::collections::BTreeMap;

use rmp::Marker;

use super::{CodecError, MAX_DEPTH, Problem, too_deep};
use crate::{Number, PathStep, Refinement, Type, Value};

/// The extension code of an unknown value with refinements. Any other code is an unknown value without.
const REFINED: i8 = 12;

/// Reads one value of type `ty`, and nothing after it.
///
/// # Errors
///
/// Bytes that are not such a value, with the place of what is wrong.
pub fn decode(bytes: &[u8], ty: &Type) -> Result<Value, CodecError> {
    let mut reader = Reader { rest: bytes };
    let value = reader.value(ty, 0)?;
    if !reader.rest.is_empty() {
        return Err(Problem::new(format!("{} bytes too many after the value", reader.rest.len())).into());
    }
    Ok(value)
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn value(&mut self, ty: &Type, depth: usize) -> Result<Value, Problem> {
        if depth > MAX_DEPTH {
            return Err(too_deep());
        }
        let marker = self.marker()?;
        if marker == Marker::Null {
            return Ok(Value::Null);
        }
        if let Some(length) = self.extension(marker)? {
            return self.unknown(length);
        }
        match ty {
            Type::Bool => match marker {
                Marker::True => Ok(Value::Bool(true)),
                Marker::False => Ok(Value::Bool(false)),
                _ => Err(expected("a bool", marker)),
            },
            Type::Number => self.number(marker).map(Value::Number),
            Type::String => self.text(marker).map(|text| Value::String(text.to_owned())),
            Type::Dynamic => self.dynamic(marker, depth),
            Type::List(element) => self.elements(marker, element, depth).map(Value::List),
            Type::Set(element) => self.elements(marker, element, depth).map(Value::set),
            Type::Tuple(types) => self.tuple(marker, types, depth),
            Type::Map(element) => {
                let count = self.map_length(marker)?;
                let mut members = BTreeMap::new();
                for _ in 0..count {
                    let key = self.key()?;
                    let value = self.value(element, depth + 1).map_err(|e| e.within(PathStep::Key(key.to_owned())))?;
                    members.insert(key.to_owned(), value);
                }
                Ok(Value::Map(members))
            }
            Type::Object { attributes, .. } => self.object(marker, attributes, depth),
        }
    }

    fn object(&mut self, marker: Marker, attributes: &BTreeMap<String, Type>, depth: usize) -> Result<Value, Problem> {
        let count = self.map_length(marker)?;
        let mut members = BTreeMap::new();
        for _ in 0..count {
            let name = self.key()?;
            let Some(ty) = attributes.get(name) else {
                return Err(Problem::new(format!("there is no attribute {name:?}")));
            };
            let value = self.value(ty, depth + 1).map_err(|e| e.within(PathStep::Attribute(name.to_owned())))?;
            members.insert(name.to_owned(), value);
        }
        match attributes.keys().find(|name| !members.contains_key(*name)) {
            Some(missing) => Err(Problem::new(format!("the attribute {missing:?} is missing"))),
            None => Ok(Value::Object(members)),
        }
    }

    fn elements(&mut self, marker: Marker, element: &Type, depth: usize) -> Result<Vec<Value>, Problem> {
        let count = self.array_length(marker)?;
        let mut elements = Vec::new();
        for index in 0..count {
            elements.push(self.value(element, depth + 1).map_err(|e| e.within(PathStep::Index(index)))?);
        }
        Ok(elements)
    }

    fn tuple(&mut self, marker: Marker, types: &[Type], depth: usize) -> Result<Value, Problem> {
        let count = self.array_length(marker)?;
        if count != types.len() {
            return Err(Problem::new(format!("a tuple of {} elements is required, {count} given", types.len())));
        }
        let mut elements = Vec::new();
        for (index, ty) in types.iter().enumerate() {
            elements.push(self.value(ty, depth + 1).map_err(|e| e.within(PathStep::Index(index)))?);
        }
        Ok(Value::Tuple(elements))
    }

    fn dynamic(&mut self, marker: Marker, depth: usize) -> Result<Value, Problem> {
        if self.array_length(marker)? != 2 {
            return Err(Problem::new("a value of any type is a pair of type and value"));
        }
        let marker = self.marker()?;
        let text = match marker {
            Marker::Bin8 | Marker::Bin16 | Marker::Bin32 => {
                let length = self.length(marker)?;
                self.take(length)?
            }
            _ => self.text(marker)?.as_bytes(),
        };
        let ty = Type::from_json(text).map_err(|error| Problem::new(error.to_string()))?;
        if ty == Type::Dynamic {
            // A pair that says nothing about the type is the bare null or unknown value inside it.
            return self.value(&ty, depth + 1);
        }
        let value = self.value(&ty, depth + 1)?;
        Ok(Value::Dynamic(Box::new((ty, value))))
    }

    fn number(&mut self, marker: Marker) -> Result<Number, Problem> {
        Ok(match marker {
            Marker::FixPos(small) => Number::from(i64::from(small)),
            Marker::FixNeg(small) => Number::from(i64::from(small)),
            Marker::U8 => Number::from(u64::from(self.array::<1>()?[0])),
            Marker::U16 => Number::from(u64::from(u16::from_be_bytes(self.array()?))),
            Marker::U32 => Number::from(u64::from(u32::from_be_bytes(self.array()?))),
            Marker::U64 => Number::from(u64::from_be_bytes(self.array()?)),
            Marker::I8 => Number::from(i64::from(self.array::<1>()?[0] as i8)),
            Marker::I16 => Number::from(i64::from(i16::from_be_bytes(self.array()?))),
            Marker::I32 => Number::from(i64::from(i32::from_be_bytes(self.array()?))),
            Marker::I64 => Number::from(i64::from_be_bytes(self.array()?)),
            Marker::F32 => float(f64::from(f32::from_be_bytes(self.array()?)))?,
            Marker::F64 => float(f64::from_be_bytes(self.array()?))?,
            _ => {
                let text = self.text(marker).map_err(|_| expected("a number", marker))?;
                text.parse().map_err(|error| Problem::new(format!("{error}")))?
            }
        })
    }

    /// A whole number that is not negative, in whatever width it comes.
    fn unsigned(&mut self) -> Result<u64, Problem> {
        let marker = self.marker()?;
        self.number(marker)?.as_u64().ok_or_else(|| Problem::new("a length or key of a refinement is not valid"))
    }

    fn key(&mut self) -> Result<&'a str, Problem> {
        let marker = self.marker()?;
        self.text(marker)
    }

    fn text(&mut self, marker: Marker) -> Result<&'a str, Problem> {
        let length = match marker {
            Marker::FixStr(length) => usize::from(length),
            Marker::Str8 | Marker::Str16 | Marker::Str32 => self.length(marker)?,
            _ => return Err(expected("a string", marker)),
        };
        std::str::from_utf8(self.take(length)?).map_err(|_| Problem::new("a string must be UTF-8"))
    }

    fn array_length(&mut self, marker: Marker) -> Result<usize, Problem> {
        match marker {
            Marker::FixArray(length) => Ok(usize::from(length)),
            Marker::Array16 | Marker::Array32 => self.length(marker),
            _ => Err(expected("a list", marker)),
        }
    }

    fn map_length(&mut self, marker: Marker) -> Result<usize, Problem> {
        match marker {
            Marker::FixMap(length) => Ok(usize::from(length)),
            Marker::Map16 | Marker::Map32 => self.length(marker),
            _ => Err(expected("a map or object", marker)),
        }
    }

    /// The length of an extension, if `marker` begins one. Its code comes next.
    fn extension(&mut self, marker: Marker) -> Result<Option<usize>, Problem> {
        Ok(match marker {
            Marker::FixExt1 => Some(1),
            Marker::FixExt2 => Some(2),
            Marker::FixExt4 => Some(4),
            Marker::FixExt8 => Some(8),
            Marker::FixExt16 => Some(16),
            Marker::Ext8 | Marker::Ext16 | Marker::Ext32 => Some(self.length(marker)?),
            _ => None,
        })
    }

    /// The big-endian length that follows a marker of variable size.
    fn length(&mut self, marker: Marker) -> Result<usize, Problem> {
        Ok(match marker {
            Marker::Str8 | Marker::Bin8 | Marker::Ext8 => usize::from(self.array::<1>()?[0]),
            Marker::Str16 | Marker::Bin16 | Marker::Ext16 | Marker::Array16 | Marker::Map16 => {
                usize::from(u16::from_be_bytes(self.array()?))
            }
            _ => u32::from_be_bytes(self.array()?) as usize,
        })
    }

    fn unknown(&mut self, length: usize) -> Result<Value, Problem> {
        let code = self.array::<1>()?[0] as i8;
        let content = self.take(length)?;
        if code != REFINED {
            return Ok(Value::UNKNOWN);
        }
        let refinement = Reader { rest: content }.refinement()?;
        Ok(Value::Unknown((refinement != Refinement::default()).then(|| Box::new(refinement))))
    }

    fn refinement(&mut self) -> Result<Refinement, Problem> {
        let marker = self.marker()?;
        let count = self.map_length(marker)?;
        let mut refinement = Refinement::default();
        for _ in 0..count {
            match self.unsigned()? {
                1 => refinement.not_null = self.marker()? == Marker::False,
                2 => refinement.prefix = Some(self.key()?.to_owned()),
                3 => refinement.lower = Some(self.bound()?),
                4 => refinement.upper = Some(self.bound()?),
                5 => refinement.min_length = Some(self.unsigned()?),
                6 => refinement.max_length = Some(self.unsigned()?),
                _ => self.skip()?,
            }
        }
        Ok(refinement)
    }

    fn bound(&mut self) -> Result<(Number, bool), Problem> {
        let marker = self.marker()?;
        if self.array_length(marker)? != 2 {
            return Err(Problem::new("a bound of a number is a pair"));
        }
        let marker = self.marker()?;
        Ok((self.number(marker)?, self.marker()? == Marker::True))
    }

    /// Passes over one value of any shape, without recursion.
    fn skip(&mut self) -> Result<(), Problem> {
        let mut pending = 1_u64;
        while pending > 0 {
            pending -= 1;
            let marker = self.marker()?;
            if let Some(length) = self.extension(marker)? {
                self.take(length.saturating_add(1))?;
                continue;
            }
            match marker {
                Marker::FixArray(_) | Marker::Array16 | Marker::Array32 => pending += self.array_length(marker)? as u64,
                Marker::FixMap(_) | Marker::Map16 | Marker::Map32 => pending += 2 * self.map_length(marker)? as u64,
                Marker::FixStr(length) => drop(self.take(usize::from(length))?),
                Marker::Str8 | Marker::Str16 | Marker::Str32 | Marker::Bin8 | Marker::Bin16 | Marker::Bin32 => {
                    let length = self.length(marker)?;
                    self.take(length)?;
                }
                Marker::U8 | Marker::I8 => drop(self.take(1)?),
                Marker::U16 | Marker::I16 => drop(self.take(2)?),
                Marker::U32 | Marker::I32 | Marker::F32 => drop(self.take(4)?),
                Marker::U64 | Marker::I64 | Marker::F64 => drop(self.take(8)?),
                _ => {}
            }
        }
        Ok(())
    }

    fn marker(&mut self) -> Result<Marker, Problem> {
        Ok(Marker::from_u8(self.array::<1>()?[0]))
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Problem> {
        let (head, rest) = self.rest.split_first_chunk().ok_or_else(cut_off)?;
        self.rest = rest;
        Ok(*head)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], Problem> {
        let (head, rest) = self.rest.split_at_checked(length).ok_or_else(cut_off)?;
        self.rest = rest;
        Ok(head)
    }
}

fn float(value: f64) -> Result<Number, Problem> {
    Number::from_f64(value).ok_or_else(|| Problem::new("a number must be finite"))
}

fn cut_off() -> Problem {
    Problem::new("the value is cut off")
}

fn expected(what: &str, found: Marker) -> Problem {
    let found = match found {
        Marker::True | Marker::False => "a bool",
        Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32 => "a string",
        Marker::Bin8 | Marker::Bin16 | Marker::Bin32 => "bytes",
        Marker::FixArray(_) | Marker::Array16 | Marker::Array32 => "a list",
        Marker::FixMap(_) | Marker::Map16 | Marker::Map32 => "a map",
        Marker::Reserved => "a reserved byte",
        _ => "a number",
    };
    Problem::new(format!("{what} is required, {found} given"))
}
