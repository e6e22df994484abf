//! The types of values, and the JSON text in which both sides exchange them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde_json::{Value as Json, json};

/// The type of a value.
///
/// Protocol source: the patterns of `type` in the [object wire format]; `optional` is the third element of
/// `["object", …]`, as go-cty has it (`cty/json/type.go`).
///
/// [object wire format]: https://github.com/hashicorp/terraform/blob/main/docs/plugin-protocol/object-wire-format.md
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Type {
    /// `bool`.
    Bool,
    /// `number`, of any size: see [`Number`](crate::Number).
    Number,
    /// `string`, in Unicode's normal form C.
    String,
    /// Any type; the value brings its own.
    Dynamic,
    /// `list(…)`: ordered, of one type.
    List(Box<Type>),
    /// `set(…)`: neither order nor duplicates, of one type.
    Set(Box<Type>),
    /// `map(…)`: by texts, of one type.
    Map(Box<Type>),
    /// `object({ … })`: every attribute is there, if only as null.
    Object {
        /// By name.
        attributes: BTreeMap<String, Type>,
        /// Attributes that may be left out in HCL; they are null then.
        optional: BTreeSet<String>,
    },
    /// `tuple([ … ])`: of a fixed length, each element of its own type.
    Tuple(Vec<Type>),
}

/// Why a text is not a type.
#[derive(Debug, thiserror::Error)]
pub enum TypeError {
    /// The text is not JSON, or too deep.
    #[error("a type must be JSON text")]
    Json(#[from] serde_json::Error),
    /// JSON that stands for no type. The text is the part that was not understood.
    #[error("{0} is not a type")]
    Unknown(String),
}

impl Type {
    /// A list of such elements.
    pub fn list(element: Type) -> Self {
        Self::List(Box::new(element))
    }

    /// A set of such elements.
    pub fn set(element: Type) -> Self {
        Self::Set(Box::new(element))
    }

    /// A map of such elements.
    pub fn map(element: Type) -> Self {
        Self::Map(Box::new(element))
    }

    /// An object of which no attribute may be left out.
    pub fn object<K: Into<String>>(attributes: impl IntoIterator<Item = (K, Type)>) -> Self {
        Self::Object {
            attributes: attributes.into_iter().map(|(name, ty)| (name.into(), ty)).collect(),
            optional: BTreeSet::new(),
        }
    }

    /// Whether a value of this type may hold values that bring their own type.
    pub fn has_dynamic(&self) -> bool {
        match self {
            Self::Dynamic => true,
            Self::Bool | Self::Number | Self::String => false,
            Self::List(element) | Self::Set(element) | Self::Map(element) => element.has_dynamic(),
            Self::Object { attributes, .. } => attributes.values().any(Self::has_dynamic),
            Self::Tuple(elements) => elements.iter().any(Self::has_dynamic),
        }
    }

    /// The compact JSON of a type constraint, such as `["list","string"]`, as `Schema.Attribute.type` carries it.
    pub fn to_json(&self) -> Vec<u8> {
        self.json().to_string().into_bytes()
    }

    /// Nesting is bounded by the JSON parser, at 128. Protocol source: the JSON form of type constraints, `bytes type`
    /// of `Schema.Attribute`.
    ///
    /// # Errors
    ///
    /// Text that is not JSON, or names no type.
    pub fn from_json(text: &[u8]) -> Result<Self, TypeError> {
        Self::parse(&serde_json::from_slice(text)?)
    }

    fn json(&self) -> Json {
        match self {
            Self::Bool => json!("bool"),
            Self::Number => json!("number"),
            Self::String => json!("string"),
            Self::Dynamic => json!("dynamic"),
            Self::List(element) => json!(["list", element.json()]),
            Self::Set(element) => json!(["set", element.json()]),
            Self::Map(element) => json!(["map", element.json()]),
            Self::Tuple(elements) => json!(["tuple", elements.iter().map(Self::json).collect::<Vec<_>>()]),
            Self::Object { attributes, optional } => {
                let members: serde_json::Map<_, _> =
                    attributes.iter().map(|(name, ty)| (name.clone(), ty.json())).collect();
                if optional.is_empty() { json!(["object", members]) } else { json!(["object", members, optional]) }
            }
        }
    }

    fn parse(json: &Json) -> Result<Self, TypeError> {
        let unknown = || TypeError::Unknown(json.to_string());
        match json {
            Json::String(name) => match name.as_str() {
                "bool" => Ok(Self::Bool),
                "number" => Ok(Self::Number),
                "string" => Ok(Self::String),
                "dynamic" => Ok(Self::Dynamic),
                _ => Err(unknown()),
            },
            Json::Array(parts) => match (parts.first().and_then(Json::as_str), &parts[..]) {
                (Some("list"), [_, element]) => Ok(Self::list(Self::parse(element)?)),
                (Some("set"), [_, element]) => Ok(Self::set(Self::parse(element)?)),
                (Some("map"), [_, element]) => Ok(Self::map(Self::parse(element)?)),
                (Some("tuple"), [_, Json::Array(elements)]) => {
                    Ok(Self::Tuple(elements.iter().map(Self::parse).collect::<Result<_, _>>()?))
                }
                (Some("object"), [_, Json::Object(members), rest @ ..]) if rest.len() <= 1 => {
                    let attributes = members
                        .iter()
                        .map(|(name, ty)| Ok((name.clone(), Self::parse(ty)?)))
                        .collect::<Result<_, TypeError>>()?;
                    let optional = match rest.first() {
                        None => BTreeSet::new(),
                        Some(names) => names
                            .as_array()
                            .ok_or_else(unknown)?
                            .iter()
                            .map(|name| name.as_str().map(str::to_owned).ok_or_else(unknown))
                            .collect::<Result<_, _>>()?,
                    };
                    Ok(Self::Object { attributes, optional })
                }
                _ => Err(unknown()),
            },
            _ => Err(unknown()),
        }
    }
}

/// As HCL writes a type constraint.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => f.write_str("bool"),
            Self::Number => f.write_str("number"),
            Self::String => f.write_str("string"),
            Self::Dynamic => f.write_str("any"),
            Self::List(element) => write!(f, "list({element})"),
            Self::Set(element) => write!(f, "set({element})"),
            Self::Map(element) => write!(f, "map({element})"),
            Self::Object { attributes, optional } => {
                f.write_str("object({")?;
                for (position, (name, ty)) in attributes.iter().enumerate() {
                    let comma = if position == 0 { "" } else { ", " };
                    if optional.contains(name) {
                        write!(f, "{comma}{name} = optional({ty})")?;
                    } else {
                        write!(f, "{comma}{name} = {ty}")?;
                    }
                }
                f.write_str("})")
            }
            Self::Tuple(elements) => {
                f.write_str("tuple([")?;
                for (position, ty) in elements.iter().enumerate() {
                    write!(f, "{}{ty}", if position == 0 { "" } else { ", " })?;
                }
                f.write_str("])")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_travel_as_json() {
        for text in [
            r#""string""#,
            r#""dynamic""#,
            r#"["list","number"]"#,
            r#"["set",["map","bool"]]"#,
            r#"["tuple",["string","bool"]]"#,
            r#"["object",{"a":"string","b":["list","number"]}]"#,
            r#"["map",["object",{"arn":"string","deliver":"string"},["deliver"]]]"#,
        ] {
            let ty = Type::from_json(text.as_bytes()).unwrap();
            assert_eq!(String::from_utf8(ty.to_json()).unwrap(), text);
        }
    }

    #[test]
    fn what_is_no_type_is_refused() {
        let deep = format!("{}\"string\"{}", "[\"list\",".repeat(100_000), "]".repeat(100_000));
        for text in ["", "3", r#""text""#, r#"["list"]"#, r#"["object",{"a":1}]"#, r#"["object",{},["a"],1]"#, &deep] {
            assert!(Type::from_json(text.as_bytes()).is_err(), "{text:.40}");
        }
    }

    #[test]
    fn a_type_reads_as_hcl() {
        let ty = Type::from_json(br#"["map",["object",{"arn":"string","n":"number"},["n"]]]"#).unwrap();
        assert_eq!(ty.to_string(), "map(object({arn = string, n = optional(number)}))");
    }
}
