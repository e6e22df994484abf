//! Values as Terraform has them: null, not yet known, or known.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use crate::{Number, Path, PathStep, Type};

/// A value of a type known from the schema.
///
/// Equality is that of Terraform: numbers by value, sets without order.
///
/// Protocol source: the [object wire format] names the types, null and unknown; what
/// they mean for each other, and that sets of unknown elements may yet shrink, is go-cty's (`docs/concepts.md`,
/// `cty/set_internals.go`).
///
/// [object wire format]: https://github.com/hashicorp/terraform/blob/main/docs/plugin-protocol/object-wire-format.md
#[derive(Clone, Debug, Default)]
pub enum Value {
    /// Absent. Distinct from unknown, and from everything that is merely empty.
    #[default]
    Null,
    /// Known only after apply. What is known about it already, if anything, is the refinement.
    Unknown(Option<Box<Refinement>>),
    /// Of the type `bool`.
    Bool(bool),
    /// Of the type `number`.
    Number(Number),
    /// Text. What is sent is brought into normal form C, as core would do.
    String(String),
    /// Elements of one type, in order.
    List(Vec<Value>),
    /// Elements of one type, without order; [`Value::set`] removes duplicates.
    Set(Vec<Value>),
    /// Elements of one type, by text.
    Map(BTreeMap<String, Value>),
    /// Every attribute of its type, by name.
    Object(BTreeMap<String, Value>),
    /// Elements of their own types, in order.
    Tuple(Vec<Value>),
    /// A known value, or a null or unknown one of a known type, where the schema says "any type".
    Dynamic(Box<(Type, Value)>),
}

/// What is already known of an unknown value: a promise that its known value keeps. Whoever plans a refined value must
/// answer one that fits when it is applied; reading them is optional.
///
/// Protocol source: the extension 12 of the [object wire format]; go-cty's `docs/refinements.md`.
///
/// [object wire format]: https://github.com/hashicorp/terraform/blob/main/docs/plugin-protocol/object-wire-format.md
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Refinement {
    /// It will not turn out to be null.
    pub not_null: bool,
    /// Of a string: it begins with this.
    pub prefix: Option<String>,
    /// Of a number: it is not below this.
    pub lower: Option<Bound>,
    /// Of a number: it is not above this.
    pub upper: Option<Bound>,
    /// Of a collection: it holds at least so many elements.
    pub min_length: Option<u64>,
    /// Of a collection: it holds at most so many elements.
    pub max_length: Option<u64>,
}

/// Where the range of an unknown number begins or ends.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bound {
    /// The first or last number of the range, or the one just outside it.
    pub number: Number,
    /// Whether the number itself is inside.
    pub inclusive: bool,
}

impl Value {
    /// Nothing is known about it.
    pub const UNKNOWN: Value = Value::Unknown(None);

    /// An object of these attributes.
    pub fn object<K: Into<String>>(attributes: impl IntoIterator<Item = (K, Value)>) -> Self {
        Self::Object(attributes.into_iter().map(|(name, value)| (name.into(), value)).collect())
    }

    /// A set: without duplicates, as far as that can be known. Two unknown values may yet differ (go-cty, `cty.SetVal`).
    ///
    /// The elements stay in the order in which they came. It means nothing, but go-cty compares sets with unknown
    /// elements in it, and core would take another order for another plan.
    pub fn set(elements: Vec<Value>) -> Self {
        let mut seen = BTreeSet::new();
        let first: Vec<_> = elements.iter().map(|element| seen.insert(element) || !element.is_wholly_known()).collect();
        let kept = elements.into_iter().zip(first).filter_map(|(element, first)| first.then_some(element));
        Self::Set(kept.collect())
    }

    /// Whether it is null, also as a null of a type of its own.
    pub fn is_null(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Dynamic(typed) => typed.1.is_null(),
            _ => false,
        }
    }

    /// Known itself; what it holds may still be unknown.
    pub fn is_known(&self) -> bool {
        match self {
            Self::Unknown(_) => false,
            Self::Dynamic(typed) => typed.1.is_known(),
            _ => true,
        }
    }

    /// Whether nothing in it, to the last leaf, is unknown. States always are; configurations while applying.
    pub fn is_wholly_known(&self) -> bool {
        self.is_known() && self.children().all(Self::is_wholly_known)
    }

    /// The value if it is a known bool; it is not converted from text.
    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(value) = self { Some(*value) } else { None }
    }

    /// The value if it is a known number; it is not converted from text.
    pub fn as_number(&self) -> Option<&Number> {
        if let Self::Number(value) = self { Some(value) } else { None }
    }

    /// The value if it is a known text; a number is none.
    pub fn as_str(&self) -> Option<&str> {
        if let Self::String(value) = self { Some(value) } else { None }
    }

    /// The elements of a list, set or tuple.
    pub fn as_elements(&self) -> Option<&[Value]> {
        match self {
            Self::List(elements) | Self::Set(elements) | Self::Tuple(elements) => Some(elements),
            _ => None,
        }
    }

    /// The members of an object or map.
    pub fn as_members(&self) -> Option<&BTreeMap<String, Value>> {
        match self {
            Self::Map(members) | Self::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The members of an object or map, to be changed in place. The result must keep to its schema.
    pub fn as_members_mut(&mut self) -> Option<&mut BTreeMap<String, Value>> {
        match self {
            Self::Map(members) | Self::Object(members) => Some(members),
            _ => None,
        }
    }

    /// An attribute of an object or element of a map; null where there is none.
    pub fn get(&self, name: &str) -> &Value {
        let other = if self.is_known() { &Self::Null } else { &Self::UNKNOWN };
        self.as_members().and_then(|members| members.get(name)).unwrap_or(other)
    }

    /// What is at `path`, if everything on the way is there.
    pub fn at(&self, path: &Path) -> Option<&Value> {
        path.steps().iter().try_fold(self, |value, step| match step {
            PathStep::Attribute(name) | PathStep::Key(name) => value.as_members()?.get(name),
            PathStep::Index(index) => value.as_elements()?.get(*index),
        })
    }

    /// Calls `visit` with this value and everything inside it, outermost first.
    pub fn walk(&self, visit: &mut impl FnMut(&Path, &Value)) {
        self.walk_from(&Path::root(), visit);
    }

    /// Every unknown value becomes null: what a state may hold after a failed apply.
    pub fn unknown_as_null(self) -> Self {
        self.map_leaves(&|value| if value.is_known() { value } else { Self::Null })
    }

    /// Every unknown value loses its refinement.
    pub fn unrefined(self) -> Self {
        self.map_leaves(&|value| if matches!(value, Self::Unknown(_)) { Self::UNKNOWN } else { value })
    }

    fn map_leaves(self, change: &impl Fn(Self) -> Self) -> Self {
        let many = |elements: Vec<Self>| elements.into_iter().map(|element| element.map_leaves(change)).collect();
        let named = |members: BTreeMap<String, Self>| {
            members.into_iter().map(|(name, value)| (name, value.map_leaves(change))).collect()
        };
        match self {
            Self::List(elements) => Self::List(many(elements)),
            Self::Set(elements) => Self::Set(many(elements)),
            Self::Tuple(elements) => Self::Tuple(many(elements)),
            Self::Map(members) => Self::Map(named(members)),
            Self::Object(members) => Self::Object(named(members)),
            Self::Dynamic(typed) => {
                let (ty, value) = *typed;
                Self::Dynamic(Box::new((ty, value.map_leaves(change))))
            }
            leaf => change(leaf),
        }
    }

    fn children(&self) -> Box<dyn Iterator<Item = &Value> + '_> {
        match self {
            Self::List(elements) | Self::Set(elements) | Self::Tuple(elements) => Box::new(elements.iter()),
            Self::Map(members) | Self::Object(members) => Box::new(members.values()),
            Self::Dynamic(typed) => Box::new(std::iter::once(&typed.1)),
            _ => Box::new(std::iter::empty()),
        }
    }

    fn walk_from(&self, path: &Path, visit: &mut impl FnMut(&Path, &Value)) {
        visit(path, self);
        match self {
            Self::List(elements) | Self::Tuple(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    element.walk_from(&path.index(index), visit);
                }
            }
            // An element of a set has no address of its own.
            Self::Set(elements) => elements.iter().for_each(|element| element.walk_from(path, visit)),
            Self::Map(members) => {
                for (key, element) in members {
                    element.walk_from(&path.key(key), visit);
                }
            }
            Self::Object(members) => {
                for (name, element) in members {
                    element.walk_from(&path.attr(name), visit);
                }
            }
            Self::Dynamic(typed) => typed.1.walk_from(path, visit),
            _ => {}
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Null => 0,
            Self::Unknown(_) => 1,
            Self::Bool(_) => 2,
            Self::Number(_) => 3,
            Self::String(_) => 4,
            Self::List(_) => 5,
            Self::Set(_) => 6,
            Self::Map(_) => 7,
            Self::Object(_) => 8,
            Self::Tuple(_) => 9,
            Self::Dynamic(_) => 10,
        }
    }
}

impl Refinement {
    /// Whether a value may turn out to be `value`. Unknown parts of it are given the benefit of the doubt.
    pub fn allows(&self, value: &Value) -> bool {
        let on = |number: &Number, bound: &Bound| bound.inclusive && *number == bound.number;
        let above = |number: &Number, bound: &Bound| *number > bound.number || on(number, bound);
        let below = |number: &Number, bound: &Bound| *number < bound.number || on(number, bound);
        match value {
            Value::Unknown(_) => true,
            Value::Null => !self.not_null,
            Value::String(text) => self.prefix.as_ref().is_none_or(|prefix| text.starts_with(prefix.as_str())),
            Value::Number(number) => {
                self.lower.as_ref().is_none_or(|bound| above(number, bound))
                    && self.upper.as_ref().is_none_or(|bound| below(number, bound))
            }
            Value::List(_) | Value::Set(_) | Value::Map(_) => {
                let length = value.children().count() as u64;
                self.min_length.is_none_or(|min| length >= min) && self.max_length.is_none_or(|max| length <= max)
            }
            Value::Dynamic(typed) => self.allows(&typed.1),
            Value::Bool(_) | Value::Object(_) | Value::Tuple(_) => true,
        }
    }
}

/// A total order, by which sets are compared and sorted. It has no meaning beyond that.
impl Ord for Value {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => a.cmp(b),
            (Self::Number(a), Self::Number(b)) => a.cmp(b),
            (Self::String(a), Self::String(b)) => a.cmp(b),
            (Self::List(a), Self::List(b)) | (Self::Tuple(a), Self::Tuple(b)) => a.cmp(b),
            (Self::Map(a), Self::Map(b)) | (Self::Object(a), Self::Object(b)) => a.cmp(b),
            (Self::Set(a), Self::Set(b)) => sorted(a).cmp(&sorted(b)),
            (Self::Dynamic(a), Self::Dynamic(b)) => a.cmp(b),
            (Self::Unknown(a), Self::Unknown(b)) => a.cmp(b),
            (a, b) => a.rank().cmp(&b.rank()),
        }
    }
}

fn sorted(elements: &[Value]) -> Vec<&Value> {
    let mut sorted: Vec<_> = elements.iter().collect();
    sorted.sort();
    sorted.dedup_by(|a, b| a == b && a.is_wholly_known());
    sorted
}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Value {}

/// As HCL would write it, for messages. Callers must not print sensitive values.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Unknown(_) => f.write_str("(known after apply)"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Number(value) => write!(f, "{value}"),
            Self::String(value) => write!(f, "{value:?}"),
            Self::List(elements) | Self::Set(elements) | Self::Tuple(elements) => {
                f.write_str("[")?;
                for (position, element) in elements.iter().enumerate() {
                    write!(f, "{}{element}", if position == 0 { "" } else { ", " })?;
                }
                f.write_str("]")
            }
            Self::Map(members) | Self::Object(members) => {
                f.write_str("{")?;
                for (position, (name, value)) in members.iter().enumerate() {
                    write!(f, "{}{name} = {value}", if position == 0 { " " } else { ", " })?;
                }
                f.write_str(if members.is_empty() { "}" } else { " }" })
            }
            Self::Dynamic(typed) => write!(f, "{}", typed.1),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Number(value.into())
    }
}

impl From<Number> for Value {
    fn from(value: Number) -> Self {
        Self::Number(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(elements: &[&str]) -> Value {
        Value::Set(elements.iter().map(|text| Value::from(*text)).collect())
    }

    #[test]
    fn sets_are_equal_in_any_order() {
        assert_eq!(set(&["a", "b"]), set(&["b", "a", "a"]));
        assert_ne!(set(&["a"]), set(&["a", "b"]));
        assert_ne!(Value::Set(vec![Value::UNKNOWN]), Value::Set(vec![Value::UNKNOWN, Value::UNKNOWN]));
        assert_ne!(Value::List(vec![1.into(), 2.into()]), Value::List(vec![2.into(), 1.into()]));
    }

    #[test]
    fn null_unknown_and_empty_are_three_things() {
        assert_ne!(Value::Null, Value::UNKNOWN);
        assert_ne!(Value::Null, Value::from(""));
        assert_ne!(Value::List(vec![]), Value::Null);
    }

    #[test]
    fn a_value_is_wholly_known_only_to_the_last_leaf() {
        let value = Value::object([("a", Value::List(vec![Value::UNKNOWN]))]);
        assert!(value.is_known());
        assert!(!value.is_wholly_known());
        assert!(value.unknown_as_null().is_wholly_known());
    }

    #[test]
    fn a_path_leads_to_a_value() {
        let value = Value::object([("route", Value::Map([("a".into(), Value::List(vec![true.into()]))].into()))]);
        assert_eq!(value.at(&Path::from("route").key("a").index(0)), Some(&true.into()));
        assert_eq!(value.at(&Path::from("route").key("b")), None);
        let mut seen = Vec::new();
        value.walk(&mut |path, _| seen.push(path.to_string()));
        assert_eq!(seen, ["", "route", r#"route["a"]"#, r#"route["a"][0]"#]);
    }

    #[test]
    fn a_refinement_is_a_promise() {
        let refinement = Refinement { not_null: true, prefix: Some("arn:".into()), ..Refinement::default() };
        assert!(refinement.allows(&"arn:aws".into()));
        assert!(!refinement.allows(&"id".into()));
        assert!(!refinement.allows(&Value::Null));
        let above_one = Bound { number: 1_i64.into(), inclusive: false };
        let range = Refinement { lower: Some(above_one), max_length: Some(1), ..Refinement::default() };
        assert!(!range.allows(&1.into()));
        assert!(range.allows(&2.into()));
        assert!(!range.allows(&set(&["a", "b"])));
    }
}
