//! Keys of repeated blocks in a configuration.

use std::collections::BTreeMap;

use super::blocks::each;
use crate::{Attr, Block, Diagnostics, Key, NestedBlock, Nesting, Path, Value};

/// What is wrong with the keys of repeated blocks: one that occurs twice, told at each element that has it. Keys that are
/// not known yet may turn out to be any; they are looked at again when they are known. One that is null
/// [`missing_required`](super::missing_required) tells.
///
/// No rule of the protocol: core does not know of keys. It is checked for every configuration that a provider is given,
/// before the provider sees it.
pub fn key_problems(block: &Block, config: &Value) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    each(block, config, &mut |present| {
        let keyed = |nested: &&NestedBlock| nested.nesting == Nesting::List && nested.block.has_key();
        for nested in present.block.blocks.iter().filter(keyed) {
            let elements = present.value.get(&nested.name).as_elements().unwrap_or_default();
            of_list(nested, elements, &present.at(&nested.name), &mut diagnostics);
        }
    });
    diagnostics
}

fn of_list(nested: &NestedBlock, elements: &[Value], path: &Path, diagnostics: &mut Diagnostics) {
    let mut places: BTreeMap<Key, Vec<Path>> = BTreeMap::new();
    for (index, element) in elements.iter().enumerate() {
        if let Attr::Known(key) = nested.block.key_of(element) {
            places.entry(key).or_default().push(path.index(index));
        }
    }
    for (key, paths) in places.iter().filter(|(_, paths)| paths.len() > 1) {
        twice(nested, key, paths, diagnostics);
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
