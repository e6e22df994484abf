//! What a planned state may say, given prior state and configuration.

use super::{Violation, element, elements, shown};
use crate::{Attribute, Block, NestedBlock, Nesting, Path, Value};

/// Checks a planned state.
///
/// Where the configuration says something, the plan says the same, or keeps the prior value (which tells the user that
/// the two mean the same). Where it says nothing, only computed attributes may be filled in. Blocks are as many as are
/// written.
///
/// Protocol source: "Planned New State" in Terraform's `docs/resource-instance-change-lifecycle.md`, as core's
/// `AssertPlanValid` has it (`internal/plans/objchange/plan_valid.go`).
pub fn plan_valid(block: &Block, prior: &Value, config: &Value, planned: &Value) -> Vec<Violation> {
    let mut violations = Vec::new();
    object(block, prior, config, planned, &Path::root(), &mut violations);
    violations
}

fn object(block: &Block, prior: &Value, config: &Value, planned: &Value, path: &Path, found: &mut Vec<Violation>) {
    match (config.is_null(), planned.is_null()) {
        (true, true) => return,
        (false, true) => return found.push(Violation::new(path, "it is configured, and the plan leaves it out")),
        (true, false) => return found.push(Violation::new(path, "it is not configured, and the plan puts it in")),
        (false, false) => {}
    }
    for attribute in &block.attributes {
        let name = &attribute.name;
        check_attribute(attribute, prior.get(name), config.get(name), planned.get(name), &path.attr(name), found);
    }
    for nested in &block.blocks {
        let name = &nested.name;
        check_blocks(nested, prior.get(name), config.get(name), planned.get(name), &path.attr(name), found);
    }
}

fn check_attribute(
    attribute: &Attribute,
    prior: &Value,
    config: &Value,
    planned: &Value,
    path: &Path,
    found: &mut Vec<Violation>,
) {
    // What is promised of an unknown value may be forgotten; core compares without it.
    let same = |a: &Value, b: &Value| a == b || a.clone().unrefined() == b.clone().unrefined();
    if same(planned, config) || (!prior.is_null() && !config.is_null() && same(planned, prior)) {
        return;
    }
    let problem = if attribute.write_only {
        if planned.is_null() {
            return;
        }
        "a write-only attribute must be null in the plan".to_owned()
    } else if attribute.computed && (!attribute.optional || config.is_null()) {
        return;
    } else {
        let secret = attribute.sensitive;
        let planned = shown(planned, secret);
        if config.is_null() {
            format!("it is not configured and not computed, and yet planned as {planned}")
        } else if prior.is_null() {
            format!("it is configured as {} and planned as {planned}", shown(config, secret))
        } else {
            let (config, prior) = (shown(config, secret), shown(prior, secret));
            format!("it is configured as {config}, was {prior}, and is planned as {planned}, which is neither")
        }
    };
    found.push(Violation::new(path, problem));
}

fn check_blocks(
    nested: &NestedBlock,
    prior: &Value,
    config: &Value,
    planned: &Value,
    path: &Path,
    found: &mut Vec<Violation>,
) {
    if planned.is_null() && nested.nesting != Nesting::Single {
        return found.push(Violation::new(path, "no blocks are an empty collection, never null"));
    }
    if planned == config {
        return;
    }
    if !config.is_known() {
        return found.push(Violation::new(path, "how many blocks there are is unknown, and the plan claims to know"));
    }
    if !planned.is_known() {
        return found.push(Violation::new(path, "the blocks are configured, and planned as unknown"));
    }
    match nested.nesting {
        Nesting::Single | Nesting::Group => object(&nested.block, prior, config, planned, path, found),
        Nesting::List | Nesting::Map => {
            let (written, answered) = (elements(config), elements(planned));
            if written.len() != answered.len() {
                let problem = format!("{} blocks are configured, {} planned", written.len(), answered.len());
                return found.push(Violation::new(path, problem));
            }
            for (step, planned) in answered {
                let path = path.step(step.clone());
                if !planned.is_known() {
                    found.push(Violation::new(&path, "a block is known; only what stands inside it may be unknown"));
                } else if let Some(config) = element(config, &step) {
                    let prior = element(prior, &step).unwrap_or(&Value::Null);
                    object(&nested.block, prior, config, planned, &path, found);
                } else {
                    found.push(Violation::new(&path, "a block of this label is planned, and not configured"));
                }
            }
        }
        // Nothing tells which planned element stems from which configured one.
        Nesting::Set => {
            if planned.as_elements().unwrap_or_default().iter().any(|element| !element.is_known()) {
                found.push(Violation::new(path, "a block is known; only what stands inside it may be unknown"));
            }
        }
    }
}
