//! The sections that say what a block takes and what it shows.

use std::fmt::Write as _;

use super::text;
use crate::{Attribute, Block, IdentitySchema, Member, NestedBlock, Nesting, Type};

/// Who gives a value, in the order in which a page tells of them.
const GROUPS: [&str; 3] = ["Required", "Optional", "Read-Only"];

/// The section of a whole schema; those of what is nested in it follow.
pub fn section(block: &Block) -> String {
    let mut section = String::from("\n## Schema\n");
    if holds_write_only(block) {
        section.push_str("\n-> Write-only attributes need Terraform 1.11 or OpenTofu 1.11, or newer.\n");
    }
    for (group, lines) in GROUPS.iter().zip(grouped(block, &[])) {
        if !lines.is_empty() {
            write!(section, "\n### {group}\n\n{}", lines.concat()).ok();
        }
    }
    put_nested(&mut section, block, &[]);
    section
}

/// The section of an identity.
pub fn identity(schema: &IdentitySchema) -> String {
    let mut section = String::from("\n### Identity\n");
    for (group, required) in [("Required", true), ("Optional", false)] {
        let lines = schema.attributes.iter().filter(|attribute| attribute.required_for_import == required);
        let lines = lines.map(|of| line(&of.name, &[text::type_name(&of.ty)], &of.description, None));
        let lines: String = lines.collect();
        if !lines.is_empty() {
            write!(section, "\n{group}:\n\n{lines}").ok();
        }
    }
    section
}

/// A line of a list, and where more is said.
pub fn line(name: &str, traits: &[String], description: &str, below: Option<&str>) -> String {
    let description = text::paragraphs(description, "  ");
    let gap = if description.is_empty() { "" } else { " " };
    let below = below.map(|anchor| format!(" See [below](#{anchor}).")).unwrap_or_default();
    format!("- `{name}` ({}){gap}{description}{below}\n", traits.join(", "))
}

/// The lines of the members of an object.
pub fn members(members: &[Member], path: &[&str]) -> String {
    let line = |member: &Member| {
        let traits = [type_of(&member.ty, &member.members)];
        let below = (!member.members.is_empty()).then(|| anchor("nestedatt", path, &member.name));
        line(&member.name, &traits, &member.description, below.as_deref())
    };
    members.iter().map(line).collect()
}

/// The sections of objects inside objects.
pub fn put_members(section: &mut String, of: &[Member], path: &[&str], group: &str) {
    let heading = path.join(".");
    let id = format!("nestedatt--{}", path.join("--"));
    write!(section, "\n<a id=\"{id}\"></a>\n\n### Nested Schema for `{heading}`\n\n{group}:\n\n").ok();
    section.push_str(&members(of, path));
    for member in of.iter().filter(|member| !member.members.is_empty()) {
        put_members(section, &member.members, &[path, &[&member.name]].concat(), group);
    }
}

/// A type by name; of an object whose members are told nowhere else, with them.
pub fn type_of(ty: &Type, members: &[Member]) -> String {
    let object = |ty: &Type| matches!(ty, Type::Object { .. } | Type::Tuple(_));
    match ty {
        Type::List(element) | Type::Set(element) | Type::Map(element) if !object(element) => text::type_name(ty),
        Type::List(_) | Type::Set(_) | Type::Map(_) | Type::Object { .. } | Type::Tuple(_) if members.is_empty() => {
            format!("`{ty}`")
        }
        ty => text::type_name(ty),
    }
}

fn grouped(block: &Block, path: &[&str]) -> [Vec<String>; 3] {
    let mut groups: [Vec<String>; 3] = Default::default();
    for attribute in &block.attributes {
        let below = (!attribute.members.is_empty()).then(|| anchor("nestedatt", path, &attribute.name));
        groups[group_of(attribute)].push(line(
            &attribute.name,
            &traits(attribute),
            &described(&attribute.description, attribute.deprecation.as_deref()),
            below.as_deref(),
        ));
    }
    for nested in &block.blocks {
        let description = described(&nested.block.description, nested.block.deprecation.as_deref());
        let below = anchor("nestedblock", path, &nested.name);
        groups[usize::from(nested.min == 0)].push(line(&nested.name, &standing(nested), &description, Some(&below)));
    }
    groups
}

fn put_nested(section: &mut String, block: &Block, path: &[&str]) {
    for nested in &block.blocks {
        let path = [path, &[nested.name.as_str()]].concat();
        let (heading, id) = (path.join("."), path.join("--"));
        write!(section, "\n<a id=\"nestedblock--{id}\"></a>\n\n### Nested Schema for `{heading}`\n").ok();
        for (group, lines) in GROUPS.iter().zip(grouped(&nested.block, &path)) {
            if !lines.is_empty() {
                write!(section, "\n{group}:\n\n{}", lines.concat()).ok();
            }
        }
        put_nested(section, &nested.block, &path);
    }
    for attribute in block.attributes.iter().filter(|attribute| !attribute.members.is_empty()) {
        let path = [path, &[attribute.name.as_str()]].concat();
        put_members(section, &attribute.members, &path, GROUPS[group_of(attribute)]);
    }
}

fn group_of(attribute: &Attribute) -> usize {
    match attribute {
        Attribute { required: true, .. } => 0,
        Attribute { optional: true, .. } => 1,
        _ => 2,
    }
}

/// What the schema itself knows of an attribute.
fn traits(attribute: &Attribute) -> Vec<String> {
    let mut traits = vec![type_of(&attribute.ty, &attribute.members)];
    match &attribute.default {
        Some(value) => traits.push(format!("default `{}`", text::literal(value))),
        None if attribute.optional && attribute.computed => traits.push("computed if left out".to_owned()),
        None => {}
    }
    if !attribute.one_of.is_empty() {
        let values: Vec<String> = attribute.one_of.iter().map(|value| format!("`{value}`")).collect();
        traits.push(format!("one of {}", values.join(" ")));
    }
    let flags = [
        (attribute.sensitive, "sensitive"),
        (attribute.write_only, "write-only"),
        (attribute.deprecation.is_some(), "deprecated"),
        // As a plan says it.
        (attribute.requires_replace, "forces replacement"),
    ];
    traits.extend(flags.iter().filter(|(holds, _)| *holds).map(|(_, flag)| (*flag).to_owned()));
    traits
}

/// How often a block stands, and what tells its instances apart.
fn standing(nested: &NestedBlock) -> Vec<String> {
    let kind = match nested.nesting {
        Nesting::Single | Nesting::Group => return vec!["Block".to_owned()],
        Nesting::List if nested.block.has_key() => {
            let names: Vec<String> = nested.block.key_attributes().map(|of| format!("`{}`", of.name)).collect();
            format!("Blocks identified by {}, in any order", names.join(" and "))
        }
        Nesting::List => "Blocks in order".to_owned(),
        Nesting::Set => "Blocks in any order".to_owned(),
        Nesting::Map => format!("Blocks with a label, `{} \"…\" {{ }}`", nested.name),
    };
    let bounds = match (nested.min, nested.max) {
        (0, 0) => None,
        (least, 0) => Some(format!("at least {least}")),
        (0, most) => Some(format!("at most {most}")),
        (least, most) if least == most => Some(format!("exactly {least}")),
        (least, most) => Some(format!("from {least} to {most}")),
    };
    [Some(kind), bounds].into_iter().flatten().collect()
}

fn described(description: &str, deprecation: Option<&str>) -> String {
    match deprecation {
        Some(message) => format!("**Deprecated:** {message} {description}").trim_end().to_owned(),
        None => description.to_owned(),
    }
}

fn anchor(kind: &str, path: &[&str], name: &str) -> String {
    [&[kind], path, &[name]].concat().join("--")
}

fn holds_write_only(block: &Block) -> bool {
    block.attributes.iter().any(|attribute| attribute.write_only)
        || block.blocks.iter().any(|nested| holds_write_only(&nested.block))
}
