//! The proposal that core makes to a provider: the configuration, with what only the state knows filled in.

use std::collections::BTreeMap;

use crate::{Block, NestedBlock, Nesting, Value};

/// Merges configuration and prior state as core does before it asks for a plan.
///
/// Protocol source: "Proposed New State" in Terraform's `docs/resource-instance-change-lifecycle.md`, as core's
/// `ProposedNew` has it (`internal/plans/objchange/objchange.go`).
pub fn proposed_new(block: &Block, prior: &Value, config: &Value) -> Value {
    proposed(block, prior, config, Order::Core)
}

/// As [`proposed_new`], but where blocks have keys, what was computed of one goes to the one of the same key.
pub(crate) fn proposed_by_key(block: &Block, prior: &Value, config: &Value) -> Value {
    proposed(block, prior, config, Order::Keys)
}

/// What tells which prior element of a list of blocks is which.
#[derive(Clone, Copy)]
enum Order {
    /// Core goes by position alone.
    Core,
    /// By key, where there is one.
    Keys,
}

fn proposed(block: &Block, prior: &Value, config: &Value, order: Order) -> Value {
    if config.is_null() || !config.is_known() {
        return if config.is_null() && prior.is_null() { Value::Null } else { prior.clone() };
    }
    let mut members = BTreeMap::new();
    for attribute in &block.attributes {
        let (prior, config) = (prior.get(&attribute.name), config.get(&attribute.name));
        let kept = attribute.computed && config.is_null();
        let value = if attribute.write_only {
            Value::Null
        } else if kept {
            prior.clone()
        } else {
            config.clone()
        };
        members.insert(attribute.name.clone(), value);
    }
    for nested in &block.blocks {
        members.insert(nested.name.clone(), blocks(nested, prior.get(&nested.name), config.get(&nested.name), order));
    }
    Value::Object(members)
}

fn blocks(nested: &NestedBlock, prior: &Value, config: &Value, order: Order) -> Value {
    if !config.is_known() {
        return config.clone();
    }
    let block = &nested.block;
    match (nested.nesting, config) {
        (Nesting::Single, config) if config.is_null() => Value::Null,
        (Nesting::Single | Nesting::Group, config) => proposed(block, prior, config, order),
        (Nesting::List, Value::List(elements)) => {
            let before = prior.as_elements().unwrap_or_default();
            let merge = |(index, config)| {
                let prior = match order {
                    Order::Core => before.get(index).unwrap_or(&Value::Null),
                    Order::Keys => nested.counterpart(before, index, config),
                };
                proposed(block, prior, config, order)
            };
            Value::List(elements.iter().enumerate().map(merge).collect())
        }
        (Nesting::Map, Value::Map(members)) => {
            let merge = |(key, config): (&String, _)| (key.clone(), proposed(block, prior.get(key), config, order));
            Value::Map(members.iter().map(merge).collect())
        }
        (Nesting::Set, Value::Set(elements)) => {
            let mut before: Vec<_> = prior.as_elements().unwrap_or_default().iter().collect();
            let merge = |config: &Value| {
                let origin = before.iter().position(|prior| may_stem_from(block, prior, config));
                let prior = origin.map(|position| before.swap_remove(position));
                proposed(block, prior.unwrap_or(&Value::Null), config, order)
            };
            Value::Set(elements.iter().map(merge).collect())
        }
        _ => nested.empty_value(),
    }
}

/// Whether a prior element of a set may be what became of this configuration: equal but for computed attributes that
/// are not configured.
fn may_stem_from(block: &Block, prior: &Value, config: &Value) -> bool {
    let attributes = block.attributes.iter().all(|attribute| {
        let (prior, config) = (prior.get(&attribute.name), config.get(&attribute.name));
        prior == config || (attribute.computed && config.is_null())
    });
    attributes
        && block.blocks.iter().all(|nested| {
            let (prior, config) = (prior.get(&nested.name), config.get(&nested.name));
            match nested.nesting {
                Nesting::Single | Nesting::Group if !prior.is_null() && !config.is_null() => {
                    may_stem_from(&nested.block, prior, config)
                }
                Nesting::List | Nesting::Map => {
                    let (before, after) = (super::elements(prior), super::elements(config));
                    before.len() == after.len()
                        && before.iter().zip(&after).all(|((one, prior), (other, config))| {
                            one == other && may_stem_from(&nested.block, prior, config)
                        })
                }
                _ => prior == config,
            }
        })
}
