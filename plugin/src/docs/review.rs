//! What a reader would miss.

use super::others;
use crate::{Block, Function, Member, Provider};

/// Everything offered that has no description, or one that does not end in a full stop: for a test that holds it to be
/// empty.
pub fn undescribed(provider: &dyn Provider) -> Vec<String> {
    let mut found = of_block("provider", &provider.schema().block);
    for (name, resource) in provider.resources() {
        found.extend(of_block(name, &resource.schema().block));
        for attribute in resource.identity().into_iter().flat_map(|identity| identity.attributes) {
            found.extend(unless_described(&format!("{name}, identity: {}", attribute.name), &attribute.description));
        }
    }
    for (kind, name, schema) in others(provider) {
        found.extend(of_block(&format!("{}/{name}", kind.folder()), &schema.block));
    }
    for (name, function) in provider.functions() {
        found.extend(of_function(name, &function));
    }
    found
}

/// Block, attributes, and what is nested in it.
pub(super) fn of_block(path: &str, block: &Block) -> Vec<String> {
    let mut found: Vec<String> = unless_described(path, &block.description).into_iter().collect();
    for attribute in &block.attributes {
        let path = format!("{path}.{}", attribute.name);
        found.extend(unless_described(&path, &attribute.description));
        found.extend(of_members(&path, &attribute.members));
    }
    for nested in &block.blocks {
        found.extend(of_block(&format!("{path}.{}", nested.name), &nested.block));
    }
    found
}

fn of_function(name: &str, function: &Function) -> Vec<String> {
    let path = format!("function {name}");
    let mut found: Vec<String> = unless_described(&path, &function.signature.description).into_iter().collect();
    for parameter in function.signature.parameters.iter().chain(&function.signature.variadic) {
        found.extend(unless_described(&format!("{path}, {}", parameter.name), &parameter.description));
    }
    found.extend(of_members(&path, &function.members));
    found
}

fn of_members(path: &str, members: &[Member]) -> Vec<String> {
    let of = |member: &Member| {
        let path = format!("{path}.{}", member.name);
        let own = unless_described(&path, &member.description);
        own.into_iter().chain(of_members(&path, &member.members)).collect::<Vec<_>>()
    };
    members.iter().flat_map(of).collect()
}

fn unless_described(path: &str, description: &str) -> Option<String> {
    (!description.ends_with('.')).then(|| path.to_owned())
}
