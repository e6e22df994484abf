//! The blocks of a configuration, one by one.

use crate::{Block, NestedBlock, Nesting, Path, Value};

/// A block that is there: neither null nor unknown as a whole.
pub(super) struct Present<'a> {
    /// Its schema.
    pub block: &'a Block,
    /// What it is nested as; none for the configuration itself.
    pub nested: Option<&'a NestedBlock>,
    /// Its attributes and the blocks inside.
    pub value: &'a Value,
    path: Path,
    in_set: bool,
}

/// Visits a configuration and every block in it, outer ones first.
pub(super) fn each(block: &Block, config: &Value, visit: &mut dyn FnMut(&Present<'_>)) {
    Present { block, nested: None, value: config, path: Path::root(), in_set: false }.walk(visit);
}

impl Present<'_> {
    /// The path of an attribute or of blocks inside. A set has no places inside: there it is the path of the set.
    pub fn at(&self, name: &str) -> Path {
        if self.in_set { self.path.clone() } else { self.path.attr(name) }
    }

    fn walk(&self, visit: &mut dyn FnMut(&Present<'_>)) {
        if self.value.as_members().is_none() {
            return;
        }
        visit(self);
        for nested in &self.block.blocks {
            let (value, place) = (self.value.get(&nested.name), self.at(&nested.name));
            let in_set = self.in_set || nested.nesting == Nesting::Set;
            let inside = |value, path| Present { block: &nested.block, nested: Some(nested), value, path, in_set };
            match nested.nesting {
                Nesting::Single | Nesting::Group => inside(value, place).walk(visit),
                Nesting::Set => {
                    let elements = value.as_elements().unwrap_or_default();
                    elements.iter().for_each(|element| inside(element, place.clone()).walk(visit));
                }
                Nesting::List | Nesting::Map => {
                    for (step, element) in super::elements(value) {
                        let path = if in_set { place.clone() } else { place.step(step) };
                        inside(element, path).walk(visit);
                    }
                }
            }
        }
    }
}
