//! Between Terraform's values and the engine's JSON, and paths into objects.

use serde_json::Value as Json;
use tf_plugin::model::Leaf;
use tf_plugin::{Attr, Block, Diagnostics, Model, Number, Path, PathStep, Type, Value};

use crate::base::Secret;
use crate::engine::model::spec::{AttributePath, Input, PathSegment};

/// A field from an attribute: null is a value, unknown is not one yet.
pub fn input<T: Clone + Into<Json>>(attr: &Attr<T>) -> Input {
    match attr {
        Attr::Null => Input::Known(Json::Null),
        Attr::Unknown => Input::Unknown,
        Attr::Known(value) => Input::Known(value.clone().into()),
    }
}

/// A secret from a write-only attribute. It is known while it is applied, and not before or after.
pub fn secret(attr: &Attr<Secret>) -> Input {
    Input::Secret(attr.known().cloned())
}

impl Leaf for Secret {
    fn ty() -> Type {
        Type::String
    }

    fn decode(value: &Value, path: &Path, diagnostics: &mut Diagnostics) -> Attr<Self> {
        String::decode(value, path, diagnostics).map(Self::from)
    }

    fn encode(&self) -> Value {
        Value::from(self.reveal())
    }
}

/// An object with the write-only values of a configuration, which neither plan nor state holds. Repeated blocks are those of the
/// same key, or without one of the same position.
pub fn with_write_only(block: &Block, object: &Value, config: &Value) -> Value {
    let Some(members) = object.as_members() else { return object.clone() };
    let members = members.iter().map(|(name, value)| {
        let given = config.get(name);
        let filled = match (block.attribute(name), block.nested(name)) {
            (Some(attribute), _) if attribute.write_only => given.clone(),
            (None, Some(nested)) => match (value, given.as_elements()) {
                (Value::List(blocks), Some(all)) => {
                    let filled = blocks.iter().enumerate().map(|(n, one)| {
                        let like = |other: &&Value| keys(&nested.block, other) == keys(&nested.block, one);
                        let is_keyed = !keys(&nested.block, one).is_empty();
                        let same = if is_keyed { all.iter().find(like) } else { all.get(n) };
                        same.map_or_else(|| one.clone(), |same| with_write_only(&nested.block, one, same))
                    });
                    Value::List(filled.collect())
                }
                _ => with_write_only(&nested.block, value, given),
            },
            _ => value.clone(),
        };
        (name.clone(), filled)
    });
    Value::object(members)
}

/// The key attributes of a block, with their values.
fn keys<'a>(block: &Block, value: &'a Value) -> Vec<&'a Value> {
    block.attributes.iter().filter(|attribute| attribute.key).map(|attribute| value.get(&attribute.name)).collect()
}

/// A block; one that is absent is as if it stood there empty, and in one that is not known nothing is.
pub fn present<T: Model + Clone + Default>(block: &Attr<T>) -> T {
    let unknown = || T::from_value(&Value::UNKNOWN, &Path::root(), &mut Diagnostics::new());
    let mut block = match block {
        Attr::Known(block) => block.clone(),
        Attr::Null => T::default(),
        Attr::Unknown => unknown(),
    };
    block.apply_defaults();
    block
}

/// A known value as JSON; `None` if anything in it is unknown.
pub fn to_json(value: &Value) -> Option<Json> {
    Some(match value {
        Value::Null => Json::Null,
        Value::Unknown(_) => return None,
        Value::Bool(flag) => Json::from(*flag),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => Json::from(whole),
            None => Json::from(number.to_f64()),
        },
        Value::String(text) => Json::from(text.as_str()),
        Value::List(items) | Value::Set(items) | Value::Tuple(items) => {
            Json::from(items.iter().map(to_json).collect::<Option<Vec<_>>>()?)
        }
        Value::Map(members) | Value::Object(members) => Json::Object(
            members.iter().map(|(key, value)| Some((key.clone(), to_json(value)?))).collect::<Option<_>>()?,
        ),
        Value::Dynamic(inner) => to_json(&inner.1)?,
    })
}

/// JSON as a value of a type. What does not fit becomes null: it came from a cloud, not from the user.
pub fn from_json(json: &Json, ty: &Type) -> Value {
    match (ty, json) {
        (Type::Bool, Json::Bool(flag)) => Value::Bool(*flag),
        (Type::String, Json::String(text)) => Value::String(text.clone()),
        (Type::Number, Json::Number(number)) => match (number.as_i64(), number.as_f64().and_then(Number::from_f64)) {
            (Some(whole), _) => Value::Number(Number::from(whole)),
            (None, Some(number)) => Value::Number(number),
            (None, None) => Value::Null,
        },
        (Type::List(element), Json::Array(items)) => Value::List(items.iter().map(|i| from_json(i, element)).collect()),
        (Type::Set(element), Json::Array(items)) => Value::Set(items.iter().map(|i| from_json(i, element)).collect()),
        (Type::Map(element), Json::Object(members)) => {
            Value::Map(members.iter().map(|(key, value)| (key.clone(), from_json(value, element))).collect())
        }
        (Type::Object { attributes, .. }, Json::Object(members)) => Value::object(
            attributes
                .iter()
                .map(|(name, ty)| (name.clone(), members.get(name).map_or(Value::Null, |value| from_json(value, ty)))),
        ),
        _ => Value::Null,
    }
}

/// The type of the attribute at a path.
pub fn type_at(ty: &Type, path: &Path) -> Option<Type> {
    path.steps().iter().try_fold(ty.clone(), |ty, step| match (ty, step) {
        (Type::Object { attributes, .. }, PathStep::Attribute(name)) => attributes.get(name).cloned(),
        (Type::Map(element), PathStep::Key(_)) | (Type::List(element), PathStep::Index(_)) => Some((*element).clone()),
        _ => None,
    })
}

/// Where in an object a desired value comes from: inside a repeated block that is not there, the place of all such blocks.
pub fn located(object: &Value, source: &AttributePath) -> Path {
    let mut path = Path::root();
    for segment in source.segments() {
        path = match segment {
            PathSegment::Name(name) => path.attr(name.as_str()),
            PathSegment::Key(key) => path.key(key.as_str()),
            PathSegment::Block(keys) => {
                let blocks = object.at(&path).and_then(Value::as_elements).unwrap_or_default();
                let is_it = |block: &Value| keys.iter().all(|(key, value)| block.get(key).as_str() == Some(value));
                match blocks.iter().position(is_it) {
                    Some(index) => path.index(index),
                    None => return path,
                }
            }
        };
    }
    path
}

/// Sets the attribute at a path. Answers false, and changes nothing, where a block on the way is absent.
pub fn set(object: &mut Value, path: &Path, value: Value) -> bool {
    let mut place = object;
    for step in path.steps() {
        let next = match (step, place) {
            (PathStep::Attribute(name) | PathStep::Key(name), Value::Map(members) | Value::Object(members)) => {
                members.get_mut(name)
            }
            (PathStep::Index(index), Value::List(items)) => items.get_mut(*index),
            _ => None,
        };
        let Some(next) = next else { return false };
        place = next;
    }
    *place = value;
    true
}

/// Sets a top-level attribute.
pub fn put(object: &mut Value, name: &str, value: Value) {
    set(object, &Path::from(name), value);
}

/// A list of texts.
pub fn texts(lines: impl IntoIterator<Item = String>) -> Value {
    Value::List(lines.into_iter().map(Value::String).collect())
}

/// The texts of a list; none where it is null or unknown.
pub fn lines(value: &Value) -> Vec<String> {
    let items = value.as_elements().unwrap_or_default();
    items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
}
