//! Plans and configurations that follow from the schema alone.
//!
//! Protocol source: core only says what a plan may be (`docs/resource-instance-change-lifecycle.md`, and
//! [`checks::plan_valid`](crate::checks::plan_valid)). How a schema makes one follows terraform-plugin-framework, in its
//! order: defaults, then what is unknown, then plan modifiers
//! (`internal/fwserver/server_planresourcechange.go`, and its page
//! <https://developer.hashicorp.com/terraform/plugin/framework/resources/plan-modification>).

use std::collections::BTreeMap;

use crate::{Attribute, Block, NestedBlock, Nesting, Value, checks};

/// The plan of a resource that leaves it to its schema. First defaults, then what is not known any more: as soon as
/// anything differs from the prior state, every computed attribute without a value of its own may turn out anew.
/// [`keep_state`] comes after it, for all plans.
///
/// Source: the framework's `MarkComputedNilsAsUnknown`, and for defaults its `fwschemadata.TransformDefaults`.
pub fn plan(block: &Block, prior: &Value, config: &Value, proposed: Value) -> Value {
    if proposed.is_null() {
        return proposed;
    }
    let planned =
        each(block, config, Matching::Position, proposed, &|attribute, config, planned| match &attribute.default {
            Some(default) if config.is_null() => default.clone(),
            _ => planned,
        });
    if planned == *prior {
        return planned;
    }
    each(block, config, Matching::Position, planned, &|attribute, config, planned| {
        let open = attribute.computed && config.is_null() && attribute.default.is_none();
        if open { Value::UNKNOWN } else { planned }
    })
}

/// Where a plan says "unknown" of an attribute that keeps its value, it is the prior one, unless that was null.
///
/// Source: the framework's `UseNonNullStateForUnknown`, which is `UseStateForUnknown` as it was before 1.15.1. A null
/// that is kept would be the value of children of an object that is only now created.
pub fn keep_state(block: &Block, prior: &Value, planned: Value) -> Value {
    if prior.is_null() {
        return planned;
    }
    each(block, prior, Matching::Key, planned, &|attribute, prior, planned| {
        let keeps = attribute.use_state_for_unknown && !planned.is_known() && !prior.is_null() && prior.is_known();
        if keeps { prior.clone() } else { planned }
    })
}

/// Where blocks with keys were only put into another order, the plan keeps the prior one, if core allows for it: the user then
/// sees no change. Core allows for it where the configuration has null where the prior state has.
///
/// Protocol source: "keep the prior value" in [`checks::plan_valid`].
pub fn keep_order(block: &Block, prior: &Value, config: &Value, mut planned: Value) -> Value {
    let Some(members) = planned.as_members_mut() else { return planned };
    for nested in &block.blocks {
        if let Some(slot) = members.get_mut(&nested.name) {
            let (prior, config) = (prior.get(&nested.name), config.get(&nested.name));
            if matches!(nested.nesting, Nesting::Single | Nesting::Group) {
                *slot = keep_order(&nested.block, prior, config, std::mem::take(slot));
            } else if nested.nesting == Nesting::List && nested.block.has_key() && may_keep(nested, prior, config, slot)
            {
                *slot = prior.clone();
            }
        }
    }
    planned
}

fn may_keep(nested: &NestedBlock, prior: &Value, config: &Value, planned: &Value) -> bool {
    let (Value::List(before), Value::List(written), Value::List(after)) = (prior, config, planned) else {
        return false;
    };
    let same = before != after
        && before.len() == after.len()
        && after.iter().all(|element| nested.block.counterpart(before, element) == element);
    same && before
        .iter()
        .zip(written)
        .all(|(before, written)| checks::plan_valid(&nested.block, before, written, before).is_empty())
}

/// What a user would write to get this state.
///
/// Protocol: `GenerateResourceConfig`. What is left out follows core's `genconfig.ExtractLegacyConfigFromState`, which
/// guesses where a provider does not answer; defaults, which core cannot know, are left out as well. So is a block of which
/// the state lacks a required part: with null there it would be refused.
pub fn configuration_of(block: &Block, state: Value) -> Value {
    let config = each(block, &Value::Null, Matching::Position, state, &|attribute, _, value| {
        let unwritable = !attribute.required && !attribute.optional;
        let needless = attribute.default.as_ref() == Some(&value);
        let discouraged = attribute.deprecation.is_some() && !attribute.required;
        if unwritable || needless || discouraged || attribute.write_only { Value::Null } else { value }
    });
    whole_blocks(block, config)
}

/// Takes out the blocks that lack a required attribute or block.
fn whole_blocks(block: &Block, mut value: Value) -> Value {
    let Some(members) = value.as_members_mut() else { return value };
    for nested in &block.blocks {
        let Some(slot) = members.get_mut(&nested.name) else { continue };
        let whole = |value| Some(whole_blocks(&nested.block, value)).filter(|value| is_whole(&nested.block, value));
        *slot = match std::mem::take(slot) {
            Value::List(elements) => Value::List(elements.into_iter().filter_map(whole).collect()),
            Value::Set(elements) => Value::set(elements.into_iter().filter_map(whole).collect()),
            Value::Map(elements) => {
                let whole = |(key, value)| Some((key, whole(value)?));
                Value::Map(elements.into_iter().filter_map(whole).collect())
            }
            one => whole(one).unwrap_or_else(|| nested.empty_value()),
        };
    }
    value
}

fn is_whole(block: &Block, value: &Value) -> bool {
    let is_there = |nested: &NestedBlock| {
        let blocks = value.get(&nested.name);
        blocks.as_elements().map_or(!blocks.is_null(), |elements| elements.len() >= nested.min as usize)
    };
    block
        .attributes
        .iter()
        .filter(|attribute| attribute.required)
        .all(|attribute| !value.get(&attribute.name).is_null())
        && block.blocks.iter().filter(|nested| nested.min > 0).all(is_there)
}

/// Which element of a list of blocks is which in the other object.
#[derive(Clone, Copy)]
enum Matching {
    /// The other object is the configuration: a plan has its elements, in its order.
    Position,
    /// The other object is the prior state, where they may have stood in another order.
    Key,
}

type Change<'a> = &'a dyn Fn(&Attribute, &Value, Value) -> Value;

/// Changes every attribute, also inside blocks, in view of what stands at the same place in `other`.
fn each(block: &Block, other: &Value, matching: Matching, mut value: Value, change: Change<'_>) -> Value {
    let Some(members) = value.as_members_mut() else { return value };
    for attribute in &block.attributes {
        if let Some(slot) = members.get_mut(&attribute.name) {
            *slot = change(attribute, other.get(&attribute.name), std::mem::take(slot));
        }
    }
    for nested in &block.blocks {
        if let Some(slot) = members.get_mut(&nested.name) {
            *slot = blocks(nested, other.get(&nested.name), matching, std::mem::take(slot), change);
        }
    }
    value
}

fn blocks(nested: &NestedBlock, other: &Value, matching: Matching, value: Value, change: Change<'_>) -> Value {
    let block = &nested.block;
    match (nested.nesting, value) {
        (Nesting::Single | Nesting::Group, value) => each(block, other, matching, value, change),
        (Nesting::List, Value::List(elements)) => {
            let others = other.as_elements().unwrap_or_default();
            let changed = |(index, element): (usize, Value)| {
                let other = match matching {
                    Matching::Position => others.get(index).unwrap_or(&Value::Null),
                    Matching::Key => nested.counterpart(others, index, &element),
                };
                each(block, other, matching, element, change)
            };
            Value::List(elements.into_iter().enumerate().map(changed).collect())
        }
        (Nesting::Map, Value::Map(elements)) => {
            let changed = |(key, element): (String, Value)| {
                let element = each(block, other.get(&key), matching, element, change);
                (key, element)
            };
            Value::Map(elements.into_iter().map(changed).collect::<BTreeMap<_, _>>())
        }
        // Nothing tells which element was which; what is null in one was not given.
        (Nesting::Set, Value::Set(elements)) => Value::set(
            elements.into_iter().map(|element| each(block, &element.clone(), matching, element, change)).collect(),
        ),
        (_, value) => value,
    }
}

#[cfg(test)]
mod tests;
