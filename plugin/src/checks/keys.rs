//! Keys of repeated blocks in a configuration.

use std::collections::BTreeMap;

use crate::{Attr, Block, Diagnostics, Key, NestedBlock, Nesting, Path, Value};

/// What is wrong with the keys of repeated blocks: one that occurs twice, told at each element that has it, and one that is
/// null. Keys that are not known yet may turn out to be any; they are looked at again when they are known.
///
/// No rule of the protocol: core does not know of keys. It is checked for every configuration that a provider is given,
/// before the provider sees it.
pub fn key_problems(block: &Block, config: &Value) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    inside(block, config, &Path::root(), &mut diagnostics);
    diagnostics
}

fn inside(block: &Block, config: &Value, path: &Path, diagnostics: &mut Diagnostics) {
    for nested in &block.blocks {
        let (value, path) = (config.get(&nested.name), path.attr(&nested.name));
        match nested.nesting {
            Nesting::Single | Nesting::Group => inside(&nested.block, value, &path, diagnostics),
            // A set has no places inside.
            Nesting::Set => {
                let elements = value.as_elements().unwrap_or_default();
                elements.iter().for_each(|element| inside(&nested.block, element, &path, diagnostics));
            }
            Nesting::List | Nesting::Map => {
                if nested.nesting == Nesting::List && nested.block.has_key() {
                    of_list(nested, value.as_elements().unwrap_or_default(), &path, diagnostics);
                }
                for (step, element) in super::elements(value) {
                    inside(&nested.block, element, &path.step(step), diagnostics);
                }
            }
        }
    }
}

fn of_list(nested: &NestedBlock, elements: &[Value], path: &Path, diagnostics: &mut Diagnostics) {
    let mut places: BTreeMap<Key, Vec<Path>> = BTreeMap::new();
    for (index, element) in elements.iter().enumerate() {
        let path = path.index(index);
        match nested.block.key_of(element) {
            Attr::Known(key) => places.entry(key).or_default().push(path),
            Attr::Unknown => {}
            Attr::Null => missing(nested, element, &path, diagnostics),
        }
    }
    for (key, paths) in places.iter().filter(|(_, paths)| paths.len() > 1) {
        twice(nested, key, paths, diagnostics);
    }
}

fn missing(nested: &NestedBlock, element: &Value, path: &Path, diagnostics: &mut Diagnostics) {
    let missing = |name: &str| element.get(name).is_null();
    let attributes = nested.block.key_attributes().filter(|attribute| attribute.default.is_none());
    for attribute in attributes.filter(|attribute| missing(&attribute.name)) {
        let path = path.attr(&attribute.name);
        let detail = format!("It identifies the `{}` block and must not be null.", nested.name);
        diagnostics.error_at(path.clone(), format!("Missing value for {path}"), detail);
    }
}

fn twice(nested: &NestedBlock, key: &Key, paths: &[Path], diagnostics: &mut Diagnostics) {
    let names: Vec<&str> = key.parts().map(|(name, _)| name).collect();
    for path in paths {
        let others: Vec<String> = paths.iter().filter(|other| *other != path).map(Path::to_string).collect();
        let detail = format!(
            "{path} has the same {} as {}. They identify a `{}` block: no two of them may be the same.",
            names.join(" and "),
            others.join(", "),
            nested.name,
        );
        let at = names.first().map_or_else(|| path.clone(), |name| path.attr(*name));
        diagnostics.error_at(at, format!("Duplicate {}: {key}", nested.name), detail);
    }
}
