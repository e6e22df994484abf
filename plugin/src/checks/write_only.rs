//! Write-only values in a configuration.

use super::blocks::each;
use crate::{Block, Path, Value};

/// Where write-only attributes are given. A set has no places inside: there it is the set itself.
///
/// Protocol source: `ClientCapabilities.write_only_attributes_allowed` in `ValidateResourceConfig`. A CLI that does not
/// send it would keep the values in plan and state.
pub fn write_only_given(block: &Block, config: &Value) -> Vec<Path> {
    let mut found = Vec::new();
    each(block, config, &mut |present| {
        let given = present.block.attributes.iter().filter(|attribute| attribute.write_only);
        let given = given.filter(|attribute| !present.value.get(&attribute.name).is_null());
        found.extend(given.map(|attribute| present.at(&attribute.name)));
    });
    found.dedup();
    found
}
