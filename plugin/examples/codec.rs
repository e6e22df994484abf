//! The codec as a filter, for foreign implementations to be compared with: a request a line in JSON, an answer a line.
//!
//! `cargo build -p tf-plugin --example codec`; the Go program in `acceptance-tests/oracle` talks to it.

use std::{
    error::Error,
    io::{self, BufRead, Write},
};

use base64::{Engine, prelude::BASE64_STANDARD as BASE64};
use serde_json::{Value as Json, json};
use tf_plugin::{Attribute, Block, Bound, NestedBlock, Nesting, Number, Refinement, Type, Value, checks, codec};

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let answer =
            answer(&serde_json::from_str(&line?)?).unwrap_or_else(|error| json!({ "error": error.to_string() }));
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}

fn answer(request: &Json) -> Outcome<Json> {
    match request["ask"].as_str().unwrap_or_default() {
        // A type and a value of it, made from a seed.
        "generate" => {
            let mut random = Random(request["seed"].as_u64().unwrap_or_default());
            let ty = random.ty(3);
            let value = random.value(&ty);
            Ok(json!({ "type": type_json(&ty)?, "msgpack": BASE64.encode(codec::to_msgpack(&value, &ty)?) }))
        }
        // The same value, read and written.
        "recode" => {
            let ty = ty(&request["type"])?;
            let value = codec::from_msgpack(&bytes(&request["msgpack"])?, &ty)?;
            Ok(json!({ "msgpack": BASE64.encode(codec::to_msgpack(&value, &ty)?) }))
        }
        // Whether two encodings are of one value, after what the CLI does to every string, and if asked for without what
        // is promised of unknown values.
        "same" => {
            let ty = ty(&request["type"])?;
            let read = |name: &str| -> Outcome<Value> {
                let value = codec::from_msgpack(&bytes(&request[name])?, &ty)?;
                let block = Block::default().with(Attribute::new("v", ty.clone()).optional());
                let value = checks::conform(&block, Value::object([("v", value)])).value.get("v").clone();
                Ok(if request["unrefined"] == true { value.unrefined() } else { value })
            };
            let (left, right) = (read("left")?, read("right")?);
            Ok(json!({ "same": left == right, "left": left.to_string(), "right": right.to_string() }))
        }
        // The type of what a block decodes to.
        "implied" => Ok(json!({ "type": type_json(&block(&request["block"])?.implied_type())? })),
        other => Err(format!("{other:?} is not a request").into()),
    }
}

fn bytes(text: &Json) -> Outcome<Vec<u8>> {
    Ok(BASE64.decode(text.as_str().unwrap_or_default())?)
}

fn ty(json: &Json) -> Outcome<Type> {
    Ok(Type::from_json(json.to_string().as_bytes())?)
}

fn type_json(ty: &Type) -> Outcome<Json> {
    Ok(serde_json::from_slice(&ty.to_json())?)
}

fn block(json: &Json) -> Outcome<Block> {
    let mut made = Block::default();
    for (name, of) in json["attributes"].as_object().into_iter().flatten() {
        made = made.with(Attribute::new(name, ty(of)?).optional());
    }
    for (name, nested) in json["blocks"].as_object().into_iter().flatten() {
        let nesting = match nested["nesting"].as_str().unwrap_or_default() {
            "single" => Nesting::Single,
            "list" => Nesting::List,
            "set" => Nesting::Set,
            "map" => Nesting::Map,
            "group" => Nesting::Group,
            other => return Err(format!("{other:?} is not a nesting").into()),
        };
        made = made.with_block(NestedBlock::new(name, nesting, block(&nested["block"])?));
    }
    Ok(made)
}

/// Splitmix64: the same values for the same seed, everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn one<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len() as u64) as usize].clone()
    }

    /// Any type stands only where a value has a place of its own: elements of a collection share one type.
    fn ty(&mut self, depth: u32) -> Type {
        match self.below(if depth == 0 { 4 } else { 9 }) {
            3 => Type::Dynamic,
            7 => Type::Tuple((0..self.below(4)).map(|_| self.ty(depth - 1)).collect()),
            8 => Type::object((0..self.below(5)).map(|n| (format!("a{n}"), self.ty(depth - 1)))),
            _ => self.uniform(depth),
        }
    }

    /// A type without any type inside.
    fn uniform(&mut self, depth: u32) -> Type {
        match self.below(if depth == 0 { 3 } else { 8 }) {
            0 => Type::Bool,
            1 => Type::Number,
            2 => Type::String,
            3 => Type::list(self.uniform(depth - 1)),
            4 => Type::set(self.uniform(depth - 1)),
            5 => Type::map(self.uniform(depth - 1)),
            6 => Type::Tuple((0..self.below(4)).map(|_| self.uniform(depth - 1)).collect()),
            _ => Type::object((0..self.below(5)).map(|n| (format!("a{n}"), self.uniform(depth - 1)))),
        }
    }

    fn value(&mut self, ty: &Type) -> Value {
        match self.below(12) {
            0 => return Value::Null,
            1 => return self.unknown(ty),
            _ => {}
        }
        match ty {
            Type::Bool => Value::Bool(self.below(2) == 0),
            Type::Number => Value::Number(self.number()),
            Type::String => Value::String(self.text()),
            Type::List(element) => Value::List((0..self.below(4)).map(|_| self.value(element)).collect()),
            Type::Set(element) => Value::Set((0..self.below(4)).map(|_| self.value(element)).collect()),
            Type::Map(element) => {
                // Numbered, or two keys could have one normal form.
                let count = self.below(4);
                let member = |n| (format!("{n}{}", self.text()), self.value(element));
                Value::Map((0..count).map(member).collect())
            }
            Type::Tuple(types) => Value::Tuple(types.iter().map(|ty| self.value(ty)).collect()),
            Type::Object { attributes, .. } => {
                Value::Object(attributes.iter().map(|(name, ty)| (name.clone(), self.value(ty))).collect())
            }
            Type::Dynamic => {
                let ty = self.uniform(2);
                let value = self.value(&ty);
                Value::Dynamic(Box::new((ty, value)))
            }
        }
    }

    fn unknown(&mut self, ty: &Type) -> Value {
        if *ty == Type::Dynamic || self.below(2) == 0 {
            return Value::UNKNOWN;
        }
        let mut known = Refinement { not_null: true, ..Refinement::default() };
        let (low, above) = (self.below(50) as i64, 1 + self.below(50) as i64);
        match ty {
            Type::String => known.prefix = Some(format!("p{low}-")),
            Type::Number => {
                known.lower = Some(Bound { number: low.into(), inclusive: self.below(2) == 0 });
                known.upper = Some(Bound { number: (low + above).into(), inclusive: self.below(2) == 0 });
            }
            Type::List(_) | Type::Set(_) | Type::Map(_) => {
                known.min_length = Some(1 + low as u64);
                known.max_length = Some(1 + (low + above) as u64);
            }
            _ => {}
        }
        Value::Unknown(Some(Box::new(known)))
    }

    fn number(&mut self) -> Number {
        let (a, b) = (self.next(), self.next());
        let text = match self.below(7) {
            0 => (a as i64).to_string(),
            1 => a.to_string(),
            2 => format!("{a}{b}"),
            3 => format!("-{}.{}", a >> 40, b >> 30),
            4 => format!("0.{}", self.below(100)),
            5 => format!("{}e{}", a >> 50, self.below(60)),
            _ => (a % 300).to_string(),
        };
        text.parse().unwrap_or_default()
    }

    /// Also texts that are not in normal form, and some that are longer than the short forms of the encoding.
    fn text(&mut self) -> String {
        let parts = [
            "a",
            "B",
            " ",
            "é",
            "e\u{301}",
            "\u{1f600}",
            "\"",
            "\\",
            "\n",
            "\u{0}",
            "o\u{308}\u{304}",
            "ｱ",
            "\u{fb01}",
        ];
        let length = if self.below(20) == 0 { 40 + self.below(300) } else { self.below(6) };
        (0..length).map(|_| self.one(&parts)).collect()
    }
}
