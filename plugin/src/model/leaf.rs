//! The types that an attribute may have in a model.

use std::collections::BTreeMap;

use crate::{Attr, Diagnostics, Member, Number, Path, Type, Value};

/// A Rust type that stands for an attribute's type. Derived for objects with `#[derive(Object)]`.
pub trait Leaf: Sized {
    /// Whether it can be null and unknown as well.
    const ABSENT: bool = false;

    /// The type that the schema tells the CLI.
    fn ty() -> Type;

    /// What the members of its objects mean, if it is made of such.
    fn members() -> Vec<Member> {
        Vec::new()
    }

    /// A type that cannot hold a null or unknown value inside reports the null, and is unknown as a whole for the
    /// unknown. Where such leaves must survive, let the elements be `Attr`: `Vec<Attr<String>>`.
    fn decode(value: &Value, path: &Path, diagnostics: &mut Diagnostics) -> Attr<Self>;

    /// The value of this type; what cannot be expressed in HCL becomes null.
    fn encode(&self) -> Value;
}

/// A field, or an element that may be null or unknown.
impl<T: Leaf> Leaf for Attr<T> {
    const ABSENT: bool = true;

    fn ty() -> Type {
        T::ty()
    }

    fn members() -> Vec<Member> {
        T::members()
    }

    fn decode(value: &Value, path: &Path, diagnostics: &mut Diagnostics) -> Attr<Self> {
        Attr::Known(T::decode(value, path, diagnostics))
    }

    fn encode(&self) -> Value {
        match self {
            Attr::Null => Value::Null,
            Attr::Unknown => Value::UNKNOWN,
            Attr::Known(value) => value.encode(),
        }
    }
}

impl Leaf for String {
    fn ty() -> Type {
        Type::String
    }

    fn decode(value: &Value, path: &Path, diagnostics: &mut Diagnostics) -> Attr<Self> {
        scalar(value, path, diagnostics, "a string", |value| value.as_str().map(str::to_owned))
    }

    fn encode(&self) -> Value {
        Value::String(self.clone())
    }
}

impl Leaf for bool {
    fn ty() -> Type {
        Type::Bool
    }

    fn decode(value: &Value, path: &Path, diagnostics: &mut Diagnostics) -> Attr<Self> {
        scalar(value, path, diagnostics, "true or false", Value::as_bool)
    }

    fn encode(&self) -> Value {
        Value::Bool(*self)
    }
}

impl Leaf for Number {
    fn ty() -> Type {
        Type::Number
    }

    fn decode(value: &Value, path: &Path, diagnostics: &mut Diagnostics) -> Attr<Self> {
        scalar(value, path, diagnostics, "a number", |value| value.as_number().cloned())
    }

    fn encode(&self) -> Value {
        Value::Number(self.clone())
    }
}

impl Leaf for f64 {
    fn ty() -> Type {
        Type::Number
    }

    fn decode(value: &Value, path: &Path, diagnostics: &mut Diagnostics) -> Attr<Self> {
        scalar(value, path, diagnostics, "a number", |value| value.as_number().map(Number::to_f64))
    }

    /// HCL has neither infinities nor NaN; they become null.
    fn encode(&self) -> Value {
        Number::from_f64(*self).map_or(Value::Null, Value::Number)
    }
}

macro_rules! whole_numbers {
    ($($integer:ty: $read:ident, $range:expr;)*) => {$(
        impl Leaf for $integer {
            fn ty() -> Type {
                Type::Number
            }

            fn decode(value: &Value, path: &Path, diagnostics: &mut Diagnostics) -> Attr<Self> {
                scalar(value, path, diagnostics, $range, |value| value.as_number()?.$read()?.try_into().ok())
            }

            fn encode(&self) -> Value {
                Value::Number(Number::from(*self))
            }
        }
    )*};
}

whole_numbers! {
    i64: as_i64, "a whole number";
    i32: as_i64, "a whole number from -2147483648 to 2147483647";
    u64: as_u64, "a whole number, 0 or more";
    u32: as_u64, "a whole number from 0 to 4294967295";
    u16: as_u64, "a whole number from 0 to 65535";
}

impl<T: Leaf> Leaf for Vec<T> {
    fn ty() -> Type {
        Type::list(T::ty())
    }

    fn members() -> Vec<Member> {
        T::members()
    }

    fn decode(value: &Value, path: &Path, diagnostics: &mut Diagnostics) -> Attr<Self> {
        let Value::List(elements) = value else {
            return scalar(value, path, diagnostics, "a list", |_| None);
        };
        let elements = elements.iter().enumerate();
        collect(elements.map(|(index, element)| present(element, &path.index(index), diagnostics)))
    }

    fn encode(&self) -> Value {
        Value::List(self.iter().map(Leaf::encode).collect())
    }
}

impl<T: Leaf> Leaf for BTreeMap<String, T> {
    fn ty() -> Type {
        Type::map(T::ty())
    }

    fn members() -> Vec<Member> {
        T::members()
    }

    fn decode(value: &Value, path: &Path, diagnostics: &mut Diagnostics) -> Attr<Self> {
        let Value::Map(members) = value else {
            return scalar(value, path, diagnostics, "a map", |_| None);
        };
        collect(members.iter().map(|(key, element)| {
            present::<T>(element, &path.key(key), diagnostics).map(|element| (key.clone(), element))
        }))
    }

    fn encode(&self) -> Value {
        Value::Map(self.iter().map(|(key, element)| (key.clone(), element.encode())).collect())
    }
}

/// Decodes what stands inside another value and therefore must not be null, unless its type allows for that.
pub(super) fn present<T: Leaf>(value: &Value, path: &Path, diagnostics: &mut Diagnostics) -> Attr<T> {
    let errors = diagnostics.len();
    let decoded = T::decode(value, path, diagnostics);
    if decoded.is_null() && diagnostics.len() == errors {
        diagnostics.error_at(path.clone(), format!("Missing value at {path}"), "It must not be null.");
    }
    decoded
}

/// All known, or else what the first that is not known is. Every element is looked at, so that all problems show.
fn collect<T, C: FromIterator<T>>(elements: impl Iterator<Item = Attr<T>>) -> Attr<C> {
    let elements: Vec<_> = elements.collect();
    if elements.iter().any(Attr::is_null) {
        return Attr::Null;
    }
    elements.into_iter().map(Attr::into_known).collect::<Option<C>>().map_or(Attr::Unknown, Attr::Known)
}

fn scalar<T>(
    value: &Value,
    path: &Path,
    diagnostics: &mut Diagnostics,
    what: &str,
    read: impl FnOnce(&Value) -> Option<T>,
) -> Attr<T> {
    match value {
        Value::Null => Attr::Null,
        Value::Unknown(_) => Attr::Unknown,
        known => match read(known) {
            Some(value) => Attr::Known(value),
            None => {
                // The value itself stays out of the message: it may be a secret.
                diagnostics.error_at(path.clone(), format!("Invalid value for {path}"), format!("It must be {what}."));
                Attr::Null
            }
        },
    }
}
