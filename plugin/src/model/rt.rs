//! What derived code calls. Not part of the interface.

use std::{collections::BTreeMap, fmt};

use super::{Blocks, Leaf, Problems, leaf};
use crate::{Attr, Diagnostics, FunctionError, Member, NestedBlock, Nesting, Parameter, Path, Type, Value};

pub fn ty<T: Leaf>(_: fn(&T)) -> Type {
    T::ty()
}

pub fn members<T: Leaf>(_: fn(&T)) -> Vec<Member> {
    T::members()
}

pub fn member_of<T: Leaf>(name: &str, description: &str) -> Member {
    Member { name: name.to_owned(), ty: T::ty(), description: description.to_owned(), members: T::members() }
}

pub fn read<T: Leaf>(object: &Value, name: &str, path: &Path, diagnostics: &mut Diagnostics) -> Attr<T> {
    T::decode(member(object, name), &path.attr(name), diagnostics)
}

/// A member of an object-typed attribute. A type that is not an `Attr` must be present.
pub fn read_member<T: Leaf>(object: &Value, name: &str, path: &Path, diagnostics: &mut Diagnostics) -> Attr<T> {
    leaf::present(member(object, name), &path.attr(name), diagnostics)
}

pub fn default_value<T: Leaf>(value: &T) -> Value {
    value.encode()
}

pub fn check_one_of<T: Leaf>(
    field: &Attr<T>,
    allowed: &[&str],
    secret: bool,
    path: &Path,
    diagnostics: &mut Diagnostics,
) {
    field.encode().walk(&mut |inner, value| {
        let Some(text) = value.as_str().filter(|text| !allowed.contains(text)) else { return };
        let path: Path = path.steps().iter().chain(inner.steps()).cloned().collect();
        let shown = if secret { "The value".to_owned() } else { format!("{text:?}") };
        let detail = format!("{shown} is not one of {}.", quoted(allowed));
        diagnostics.error_at(path.clone(), format!("Invalid value for {path}"), detail);
    });
}

pub fn check<T, E: Into<Problems>>(
    field: &Attr<T>,
    validator: impl FnOnce(&T) -> Result<(), E>,
    path: &Path,
    diagnostics: &mut Diagnostics,
) {
    let Some(Err(problems)) = field.known().map(validator) else { return };
    for (inner, problem) in problems.into().into_parts() {
        let path: Path = path.steps().iter().chain(inner.steps()).cloned().collect();
        diagnostics.error_at(path.clone(), format!("Invalid value for {path}"), problem);
    }
}

/// The members of one object, put beside those of another.
pub fn merge(object: &mut Value, others: Value) {
    if let (Some(members), Value::Object(others)) = (object.as_members_mut(), others) {
        members.extend(others);
    }
}

pub fn nested<T: Blocks<K>, K>(_: fn(&Attr<T>), name: &str, description: &str, required: bool) -> NestedBlock {
    let mut block = T::schema();
    if !description.is_empty() {
        block.description = description.to_owned();
    }
    let (min, max) = match (required, T::NESTING) {
        (false, _) | (true, Nesting::Map) => (0, 0),
        (true, Nesting::Single) => (1, 1),
        (true, _) => (1, 0),
    };
    NestedBlock::new(name, T::NESTING, block).bounds(min, max)
}

pub fn read_blocks<T: Blocks<K>, K>(object: &Value, name: &str, path: &Path, diagnostics: &mut Diagnostics) -> Attr<T> {
    let value = member(object, name);
    if !value.is_known() {
        return Attr::Unknown;
    }
    T::decode(value, &path.attr(name), diagnostics).into()
}

pub fn write_blocks<T: Blocks<K>, K>(field: &Attr<T>) -> Value {
    match field {
        Attr::Known(blocks) => blocks.encode(),
        Attr::Unknown => Value::UNKNOWN,
        Attr::Null => match T::NESTING {
            Nesting::Single | Nesting::Group => Value::Null,
            Nesting::List => Value::List(Vec::new()),
            Nesting::Set => Value::Set(Vec::new()),
            Nesting::Map => Value::Map(BTreeMap::new()),
        },
    }
}

pub fn default_blocks<T: Blocks<K>, K>(field: &mut Attr<T>) {
    if let Some(blocks) = field.known_mut() {
        blocks.fill_in();
    }
}

pub fn validate_blocks<T: Blocks<K>, K>(field: &Attr<T>, path: &Path, diagnostics: &mut Diagnostics) {
    if let Some(blocks) = field.known() {
        blocks.for_each(path, &mut |model, path| model.validate_at(path, diagnostics));
    }
}

pub fn parameter<T: Leaf>(name: &str, description: &str) -> Parameter {
    Parameter {
        name: name.to_owned(),
        ty: T::ty(),
        description: description.to_owned(),
        allow_null: T::ABSENT,
        allow_unknown: T::ABSENT,
    }
}

pub fn argument<T: Leaf>(arguments: &[Value], index: usize, name: &str) -> Result<T, FunctionError> {
    let mut diagnostics = Diagnostics::new();
    let decoded = leaf::present(arguments.get(index).unwrap_or(&Value::Null), &Path::from(name), &mut diagnostics);
    match (diagnostics.into_iter().next(), decoded) {
        (None, Attr::Known(value)) => Ok(value),
        (None, _) => Err(FunctionError::at(index, format!("{name} must be known."))),
        (Some(problem), _) if problem.path == Path::from(name) => {
            Err(FunctionError::at(index, format!("{name}: {}", problem.detail)))
        }
        (Some(problem), _) => Err(FunctionError::at(index, format!("{}: {}", problem.path, problem.detail))),
    }
}

pub fn variadic<T: Leaf>(arguments: &[Value], from: usize, name: &str) -> Result<Vec<T>, FunctionError> {
    (from..arguments.len()).map(|index| argument(arguments, index, name)).collect()
}

pub fn check_argument<T, E: fmt::Display>(
    value: &T,
    validator: impl FnOnce(&T) -> Result<(), E>,
    index: usize,
    name: &str,
) -> Result<(), FunctionError> {
    validator(value).map_err(|problem| FunctionError::at(index, format!("{name}: {problem}")))
}

pub fn argument_one_of<T: Leaf>(value: &T, allowed: &[&str], index: usize, name: &str) -> Result<(), FunctionError> {
    let mut wrong = false;
    value.encode().walk(&mut |_, value| wrong |= value.as_str().is_some_and(|text| !allowed.contains(&text)));
    if wrong {
        Err(FunctionError::at(index, format!("{name}: it must be one of {}.", quoted(allowed))))
    } else {
        Ok(())
    }
}

fn member<'a>(object: &'a Value, name: &str) -> &'a Value {
    if object.is_known() { object.get(name) } else { &Value::UNKNOWN }
}

fn quoted(values: &[&str]) -> String {
    values.iter().map(|value| format!("{value:?}")).collect::<Vec<_>>().join(", ")
}
