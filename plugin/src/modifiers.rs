//! Plans and configurations that follow from the schema alone.
//!
//! Protocol source: core only says what a plan may be (`docs/resource-instance-change-lifecycle.md`, and
//! [`checks::plan_valid`](crate::checks::plan_valid)). How a schema makes one follows terraform-plugin-framework, in its
//! order: defaults, then what is unknown, then plan modifiers
//! (`internal/fwserver/server_planresourcechange.go`, and its page
//! <https://developer.hashicorp.com/terraform/plugin/framework/resources/plan-modification>).

use std::collections::BTreeMap;

use crate::{Attribute, Block, NestedBlock, Nesting, Value};

/// The plan of a resource that leaves it to its schema. First defaults, then what is not known any more: as soon as
/// anything differs from the prior state, every computed attribute without a value of its own may turn out anew.
/// [`keep_state`] comes after it, for all plans.
///
/// Source: the framework's `MarkComputedNilsAsUnknown`, and for defaults its `fwschemadata.TransformDefaults`.
pub fn plan(block: &Block, prior: &Value, config: &Value, proposed: Value) -> Value {
    if proposed.is_null() {
        return proposed;
    }
    let planned = each(block, config, proposed, &|attribute, config, planned| match &attribute.default {
        Some(default) if config.is_null() => default.clone(),
        _ => planned,
    });
    if planned == *prior {
        return planned;
    }
    each(block, config, planned, &|attribute, config, planned| {
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
    each(block, prior, planned, &|attribute, prior, planned| {
        let keeps = attribute.use_state_for_unknown && !planned.is_known() && !prior.is_null() && prior.is_known();
        if keeps { prior.clone() } else { planned }
    })
}

/// What a user would write to get this state.
///
/// Protocol: `GenerateResourceConfig`. What is left out follows core's `genconfig.ExtractLegacyConfigFromState`, which
/// guesses where a provider does not answer; defaults, which core cannot know, are left out as well.
pub fn configuration_of(block: &Block, state: Value) -> Value {
    each(block, &Value::Null, state, &|attribute, _, value| {
        let unwritable = !attribute.required && !attribute.optional;
        let needless = attribute.default.as_ref() == Some(&value);
        let discouraged = attribute.deprecation.is_some() && !attribute.required;
        if unwritable || needless || discouraged || attribute.write_only { Value::Null } else { value }
    })
}

type Change<'a> = &'a dyn Fn(&Attribute, &Value, Value) -> Value;

/// Changes every attribute, also inside blocks, in view of what stands at the same place in `other`.
fn each(block: &Block, other: &Value, mut value: Value, change: Change<'_>) -> Value {
    let Some(members) = value.as_members_mut() else { return value };
    for attribute in &block.attributes {
        if let Some(slot) = members.get_mut(&attribute.name) {
            *slot = change(attribute, other.get(&attribute.name), std::mem::take(slot));
        }
    }
    for nested in &block.blocks {
        if let Some(slot) = members.get_mut(&nested.name) {
            *slot = blocks(nested, other.get(&nested.name), std::mem::take(slot), change);
        }
    }
    value
}

fn blocks(nested: &NestedBlock, other: &Value, value: Value, change: Change<'_>) -> Value {
    let block = &nested.block;
    match (nested.nesting, value) {
        (Nesting::Single | Nesting::Group, value) => each(block, other, value, change),
        (Nesting::List, Value::List(elements)) => {
            let others = other.as_elements().unwrap_or_default();
            let other = |index| others.get(index).unwrap_or(&Value::Null);
            let changed = |(index, element)| each(block, other(index), element, change);
            Value::List(elements.into_iter().enumerate().map(changed).collect())
        }
        (Nesting::Map, Value::Map(elements)) => {
            let changed = |(key, element): (String, Value)| {
                let element = each(block, other.get(&key), element, change);
                (key, element)
            };
            Value::Map(elements.into_iter().map(changed).collect::<BTreeMap<_, _>>())
        }
        // Nothing tells which element was which; what is null in one was not given.
        (Nesting::Set, Value::Set(elements)) => {
            Value::set(elements.into_iter().map(|element| each(block, &element.clone(), element, change)).collect())
        }
        (_, value) => value,
    }
}

#[cfg(test)]
mod tests;
