//! Write-only values in a configuration.

use crate::{Block, Nesting, Path, Value};

/// Where write-only attributes are given. A set has no places inside: there it is the set itself.
///
/// Protocol source: `ClientCapabilities.write_only_attributes_allowed` in `ValidateResourceConfig`. A CLI that does not
/// send it would keep the values in plan and state.
pub fn write_only_given(block: &Block, config: &Value) -> Vec<Path> {
    let mut found = Vec::new();
    collect(block, config, &Path::root(), &mut found);
    found
}

fn collect(block: &Block, config: &Value, path: &Path, found: &mut Vec<Path>) {
    let given = block.attributes.iter().filter(|attribute| attribute.write_only);
    let given = given.filter(|attribute| !config.get(&attribute.name).is_null());
    found.extend(given.map(|attribute| path.attr(&attribute.name)));
    for nested in &block.blocks {
        let (inner, path) = (config.get(&nested.name), path.attr(&nested.name));
        match (nested.nesting, inner) {
            (Nesting::Single | Nesting::Group, inner) => collect(&nested.block, inner, &path, found),
            (Nesting::List, Value::List(elements)) => {
                for (index, element) in elements.iter().enumerate() {
                    collect(&nested.block, element, &path.index(index), found);
                }
            }
            (Nesting::Map, Value::Map(members)) => {
                for (key, element) in members {
                    collect(&nested.block, element, &path.key(key), found);
                }
            }
            (Nesting::Set, Value::Set(elements)) => {
                let mut inside = Vec::new();
                elements.iter().for_each(|element| collect(&nested.block, element, &path, &mut inside));
                found.extend((!inside.is_empty()).then_some(path));
            }
            _ => {}
        }
    }
}
