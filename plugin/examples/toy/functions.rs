//! The functions of the toy.

use std::collections::BTreeMap;

use tf_plugin::{Attr, Function, FunctionError, Object, Parameters};

/// Repeats a text.
#[derive(Parameters)]
struct Repeat {
    /// What to repeat.
    text: String,
    /// How often, from 1 to 9.
    #[attr(validate = few)]
    times: u32,
}

/// Joins texts.
///
/// An empty text is refused, to show which one it was.
#[derive(Parameters)]
struct Joined {
    /// What stands between them.
    #[attr(one_of("-", "+"))]
    separator: String,
    #[attr(variadic)]
    texts: Vec<String>,
}

/// Tells what is known of a value.
#[derive(Parameters)]
struct Known {
    value: Attr<String>,
}

/// Takes an id apart.
#[derive(Parameters)]
struct ParseId {
    /// Such as `thing-a`.
    id: String,
}

#[derive(Object)]
struct Parsed {
    kind: String,
    name: String,
}

pub fn all() -> BTreeMap<&'static str, Function> {
    BTreeMap::from([
        ("repeat", Function::new(|given: Repeat| Ok::<_, FunctionError>(given.text.repeat(given.times as usize)))),
        ("joined", Function::new(joined)),
        ("known", Function::new(known)),
        ("parse_id", Function::new(parse_id)),
    ])
}

fn few(times: &u32) -> Result<(), &'static str> {
    if (1..=9).contains(times) { Ok(()) } else { Err("it must be from 1 to 9.") }
}

fn joined(given: Joined) -> Result<String, FunctionError> {
    match given.texts.iter().position(String::is_empty) {
        Some(nth) => Err(FunctionError::element("texts", nth, "A text must not be empty.")),
        None => Ok(given.texts.join(&given.separator)),
    }
}

fn known(given: Known) -> Result<String, FunctionError> {
    Ok(match given.value {
        Attr::Null => "null".to_owned(),
        Attr::Unknown => "unknown".to_owned(),
        Attr::Known(text) if text == "panic" => panic!("the toy was told to panic"),
        Attr::Known(_) => "known".to_owned(),
    })
}

fn parse_id(given: ParseId) -> Result<Parsed, FunctionError> {
    let (kind, name) =
        given.id.split_once('-').ok_or_else(|| FunctionError::argument("id", "An id is `<kind>-<name>`."))?;
    Ok(Parsed { kind: kind.to_owned(), name: name.to_owned() })
}
