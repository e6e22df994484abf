//! The tables cover everything that the schemas take.

use std::collections::BTreeSet;

use tf_plugin::{Block, Provider, Type};

use crate::subject::{Subject, provider};

/// Every resource of the provider has its tables.
pub fn resource_has_its_tables(tables: &[&str]) {
    let provider = provider();
    let offered: BTreeSet<&str> = provider.resources().into_keys().collect();
    assert_eq!(offered, tables.iter().copied().collect());
}

/// Every attribute that can be configured has one row: with another value, or the outcome that makes it impossible, and
/// with a value that is refused, unless all values of its type are valid.
pub fn attributes_have_rows(subject: &Subject) {
    let mut written = vec![];
    collect(&subject.schema(), "", &mut written);
    let rows: Vec<&str> = subject.rows.iter().map(|row| row.attribute).collect();
    let mut unique = BTreeSet::new();
    let twice: Vec<&&str> = rows.iter().filter(|name| !unique.insert(**name)).collect();
    assert!(twice.is_empty(), "{}: these have two rows: {twice:?}", subject.resource);
    let missing: Vec<&String> =
        written.iter().map(|(name, _)| name).filter(|name| !unique.contains(name.as_str())).collect();
    assert!(missing.is_empty(), "{}: these attributes have no row: {missing:?}", subject.resource);
    let unknown: Vec<&&str> = unique.iter().filter(|row| !written.iter().any(|(name, _)| name == **row)).collect();
    assert!(unknown.is_empty(), "{}: these rows have no attribute: {unknown:?}", subject.resource);
    for row in &subject.rows {
        let (_, ty) = written.iter().find(|(name, _)| name == row.attribute).unwrap();
        let free = row.takes_all || *ty == Type::Bool;
        assert!(free == row.bad.is_empty(), "{}: name a bad value, or say that it takes all", row.attribute);
        assert_ne!(row.old, row.new, "{}: this is no change", row.attribute);
    }
}

/// The names of all attributes that can be configured, with dots.
fn collect(block: &Block, around: &str, found: &mut Vec<(String, Type)>) {
    let written = block.attributes.iter().filter(|attribute| attribute.required || attribute.optional);
    found.extend(written.map(|attribute| (format!("{around}{}", attribute.name), attribute.ty.clone())));
    for nested in &block.blocks {
        collect(&nested.block, &format!("{around}{}.", nested.name), found);
    }
}
