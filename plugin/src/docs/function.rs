//! The sections of a function: how it is called, what it takes, what it answers.

use std::fmt::Write as _;

use super::schema;
use crate::{Function, Parameter};

pub fn sections(provider: &str, name: &str, function: &Function) -> String {
    let signature = &function.signature;
    let mut taken: Vec<String> = signature.parameters.iter().map(|of| format!("{}: {}", of.name, of.ty)).collect();
    taken.extend(signature.variadic.iter().map(|of| format!("{}: {}...", of.name, of.ty)));
    let (taken, returns) = (taken.join(", "), &function.returns);
    let mut sections = format!("\n## Signature\n\n```text\nprovider::{provider}::{name}({taken}) -> {returns}\n```\n");
    if !taken.is_empty() {
        sections.push_str("\n## Arguments\n\n");
    }
    for parameter in &signature.parameters {
        sections.push_str(&argument(parameter, false));
    }
    if let Some(parameter) = &signature.variadic {
        sections.push_str(&argument(parameter, true));
    }
    write!(sections, "\n## Return Value\n\n{}\n", schema::type_of(returns, &function.members)).ok();
    if !function.members.is_empty() {
        write!(sections, "\n{}", schema::members(&function.members, &["return"])).ok();
        for member in function.members.iter().filter(|member| !member.members.is_empty()) {
            schema::put_members(&mut sections, &member.members, &["return", &member.name], "Read-Only");
        }
    }
    sections
}

fn argument(parameter: &Parameter, variadic: bool) -> String {
    let mut traits = vec![schema::type_of(&parameter.ty, &[])];
    if variadic {
        traits.push("any number".to_owned());
    }
    if parameter.allow_null {
        traits.push("may be null".to_owned());
    }
    schema::line(&parameter.name, &traits, &parameter.description, None)
}
