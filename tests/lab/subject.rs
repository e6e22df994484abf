//! One kind of resource, in tables.

use std::time::Duration;

use serde_json::{Map, Value as Json, json};
use terraform_provider_drop::clouds::Runtime;
use terraform_provider_drop::engine::run::context::{Pace, PollPolicy};
use terraform_provider_drop::provider::Drop;
use tf_plugin::{Block, Nesting, Provider};

use crate::describe::Facts;
use crate::lab::Lab;
use crate::table::{Addition, Drift, InUse, Moved, Refused, Row};

/// The first pause of a wait: the lab's changes take tenths of a second.
const POLL: Duration = Duration::from_millis(20);

/// One kind of resource.
pub struct Subject {
    /// The first part of the names of trials.
    pub key: &'static str,
    pub resource: &'static str,
    /// The least configuration, without protection and applied at once.
    pub least: Json,
    /// A resource that rows take the ref of: its type and configuration.
    pub beside: Option<(&'static str, Json)>,
    /// Other objects that exist before it, by the names that rows use.
    pub given: fn(&Lab) -> Json,
    /// The kinds of its objects, without those that come and go.
    pub parts: &'static [&'static str],
    /// Everything that the lab shows of the resource, without members that change by themselves.
    pub describe: fn(&Lab) -> Facts,
    /// Computed attributes that any change may change.
    pub results: &'static [&'static str],
    /// Calls that one step may make several times.
    pub repeated: &'static [&'static str],
    /// Calls of the least configuration's create that may find what they would set.
    pub found: &'static [&'static str],
    /// Prefixes of facts that stay when an attribute is removed.
    pub stays: &'static [&'static str],
    pub rows: Vec<Row>,
    pub additions: Vec<Addition>,
    pub drift: Vec<Drift>,
    pub moved: Vec<Moved>,
    pub in_use: Vec<InUse>,
    pub refused: Vec<Refused>,
}

impl Subject {
    /// The schema.
    pub fn schema(&self) -> Block {
        schema(self.resource)
    }

    /// Whether the schema requires an attribute or a block.
    pub fn requires(&self, path: &str) -> bool {
        let mut block = self.schema();
        let mut names: Vec<&str> = path.split('.').collect();
        let last = names.pop().unwrap_or_default();
        for name in names {
            block = block.nested(name).unwrap_or_else(|| panic!("there is no block {name}")).block.clone();
        }
        let attribute = block.attributes.iter().any(|found| found.name == last && found.required);
        attribute || block.nested(last).is_some_and(|found| found.min > 0)
    }

    /// The configuration that rows begin with: all attributes that can be set together.
    pub fn whole(&self) -> Json {
        self.with(self.least.clone(), self.rows.iter().map(|row| (row.attribute, &row.old)))
    }

    /// A configuration with these attributes set, or removed where the value is null.
    pub fn with<'a>(&self, mut config: Json, sets: impl IntoIterator<Item = (&'a str, &'a Json)>) -> Json {
        let schema = self.schema();
        for (attribute, value) in sets {
            set(&schema, &mut config, attribute, value);
        }
        config
    }
}

fn set(block: &Block, config: &mut Json, attribute: &str, value: &Json) {
    let Some((name, rest)) = attribute.split_once('.') else {
        let members = config.as_object_mut().unwrap_or_else(|| panic!("{attribute} is not inside a block"));
        if value.is_null() {
            members.remove(attribute);
        } else {
            members.insert(attribute.to_owned(), value.clone());
        }
        return;
    };
    let nested = block.nested(name).unwrap_or_else(|| panic!("there is no block {name}"));
    let members = config.as_object_mut().unwrap_or_else(|| panic!("{attribute} is not inside a block"));
    if value.is_null() && !members.contains_key(name) {
        return;
    }
    let none = match nested.nesting {
        Nesting::List | Nesting::Set => json!([{}]),
        Nesting::Single | Nesting::Group | Nesting::Map => Json::Object(Map::new()),
    };
    let slot = members.entry(name).or_insert(none);
    let first = match nested.nesting {
        Nesting::Single | Nesting::Group => Some(slot),
        Nesting::Map => slot.as_object_mut().and_then(|labelled| labelled.values_mut().next()),
        Nesting::List | Nesting::Set => slot.as_array_mut().and_then(|listed| listed.first_mut()),
    };
    let first = first.unwrap_or_else(|| panic!("{name} has no block to set {attribute} in: {}", json!(rest)));
    set(&nested.block, first, rest, value);
}

/// A provider that shares nothing with any other.
pub fn provider() -> Drop {
    Drop::new(Runtime::new(Pace { poll: PollPolicy { first: POLL }, ..Pace::default() }))
}

/// The schema of a resource.
pub fn schema(resource: &str) -> Block {
    let resources = provider().resources();
    resources.get(resource).unwrap_or_else(|| panic!("there is no {resource}")).schema().block
}
