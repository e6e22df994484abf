//! Markdown from doc comments, types and values.

use crate::{Type, Value};

/// A fenced block of code.
pub fn fenced(language: &str, code: &str) -> String {
    format!("```{language}\n{}\n```\n", code.trim_end())
}

/// The first paragraph, in one line.
pub fn first_paragraph(markdown: &str) -> String {
    one_line(markdown.split("\n\n").next().unwrap_or_default())
}

/// What search results show: without Markdown's marks.
pub fn plain(markdown: &str) -> String {
    markdown.replace('`', "")
}

/// Paragraphs in a line each, indented where they belong to a list. Lists, tables and code stay as they are; they stand in
/// paragraphs of their own.
pub fn paragraphs(markdown: &str, indent: &str) -> String {
    let mut in_code = false;
    let paragraph = |paragraph: &str| {
        let laid_out = in_code || ["- ", "* ", "|", "```", "> ", "1. "].iter().any(|mark| paragraph.starts_with(mark));
        in_code ^= paragraph.matches("```").count() % 2 == 1;
        if laid_out { paragraph.replace('\n', &format!("\n{indent}")) } else { one_line(paragraph) }
    };
    markdown.split("\n\n").map(paragraph).collect::<Vec<_>>().join(&format!("\n\n{indent}"))
}

/// The name of a type as documentation writes it.
pub fn type_name(ty: &Type) -> String {
    match ty {
        Type::Bool => "Boolean".to_owned(),
        Type::Number => "Number".to_owned(),
        Type::String => "String".to_owned(),
        Type::Dynamic => "any type".to_owned(),
        Type::List(element) => format!("List of {}", type_name(element)),
        Type::Set(element) => format!("Set of {}", type_name(element)),
        Type::Map(element) => format!("Map of {}", type_name(element)),
        Type::Object { .. } => "Object".to_owned(),
        Type::Tuple(_) => "Tuple".to_owned(),
    }
}

/// A value as HCL writes it.
pub fn literal(value: &Value) -> String {
    let members = |members: &std::collections::BTreeMap<String, Value>| {
        let members: Vec<String> = members.iter().map(|(name, value)| format!("{name} = {}", literal(value))).collect();
        if members.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", members.join(", ")) }
    };
    match value {
        Value::Null | Value::Unknown(_) => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => format!("{text:?}"),
        Value::List(elements) | Value::Set(elements) | Value::Tuple(elements) => {
            format!("[{}]", elements.iter().map(literal).collect::<Vec<_>>().join(", "))
        }
        Value::Map(map) | Value::Object(map) => members(map),
        Value::Dynamic(inner) => literal(&inner.1),
    }
}

fn one_line(paragraph: &str) -> String {
    paragraph.lines().map(str::trim).collect::<Vec<_>>().join(" ")
}
