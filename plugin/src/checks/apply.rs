//! What a new state may say, given the planned one. Also: what a second plan may say, given the first.

use super::{Violation, element, elements, shown};
use crate::{Block, NestedBlock, Nesting, Path, Value};

/// Checks that `actual` is what was planned, with the unknown filled in.
///
/// Protocol source: "New State" in Terraform's `docs/resource-instance-change-lifecycle.md`, as core's
/// `AssertObjectCompatible` has it (`internal/plans/objchange/compatible.go`).
pub fn compatible(block: &Block, planned: &Value, actual: &Value) -> Vec<Violation> {
    let mut violations = Vec::new();
    object(block, planned, actual, &Path::root(), &mut violations);
    violations
}

fn object(block: &Block, planned: &Value, actual: &Value, path: &Path, found: &mut Vec<Violation>) {
    match (planned.is_null(), actual.is_null()) {
        (true, true) => return,
        (true, false) => return found.push(Violation::new(path, "it was planned to be absent, and is present")),
        (false, true) => return found.push(Violation::new(path, "it was planned, and is absent")),
        (false, false) => {}
    }
    for attribute in &block.attributes {
        let (planned, actual) = (planned.get(&attribute.name), actual.get(&attribute.name));
        let path = path.attr(&attribute.name);
        let mut inside = Vec::new();
        value(planned, actual, &path, &mut inside);
        if !inside.is_empty() && attribute.sensitive {
            found.push(Violation::new(&path, "the secret value differs from the planned one"));
        } else {
            found.append(&mut inside);
        }
    }
    for nested in &block.blocks {
        blocks(nested, planned.get(&nested.name), actual.get(&nested.name), &path.attr(&nested.name), found);
    }
}

fn blocks(nested: &NestedBlock, planned: &Value, actual: &Value, path: &Path, found: &mut Vec<Violation>) {
    if !planned.is_known() {
        // An unknown number of blocks may turn out to be any.
        return;
    }
    match nested.nesting {
        Nesting::Single | Nesting::Group => object(&nested.block, planned, actual, path, found),
        _ if !actual.is_known() || planned.is_null() || actual.is_null() => {}
        Nesting::List | Nesting::Map => {
            let (before, after) = (elements(planned), elements(actual));
            if before.len() != after.len() {
                let problem = format!("{} blocks were planned, there are {}", before.len(), after.len());
                return found.push(Violation::new(path, problem));
            }
            for (step, planned) in before {
                let path = path.step(step.clone());
                match element(actual, &step) {
                    Some(actual) => object(&nested.block, planned, actual, &path, found),
                    None => found.push(Violation::new(&path, "the block was planned, and is absent")),
                }
            }
        }
        Nesting::Set => sets(planned, actual, path, found, &|planned, actual| {
            let mut inside = Vec::new();
            object(&nested.block, planned, actual, path, &mut inside);
            inside.is_empty()
        }),
    }
}

fn value(planned: &Value, actual: &Value, path: &Path, found: &mut Vec<Violation>) {
    let mut broken = |path: &Path, problem: String| found.push(Violation::new(path, problem));
    match (planned, actual) {
        (Value::Unknown(None), _) => {}
        (Value::Unknown(Some(refinement)), actual) => {
            if !refinement.allows(actual) {
                broken(path, format!("{} is not what was promised of the unknown value", shown(actual, false)));
            }
        }
        (planned, actual) if planned.is_null() && actual.is_null() => {}
        (planned, actual) if planned.is_null() || actual.is_null() => {
            broken(path, format!("it was planned as {planned}, and is {actual}"));
        }
        (planned, actual) if !actual.is_known() => broken(path, format!("it was planned as {planned}, and is unknown")),
        (Value::Dynamic(planned), Value::Dynamic(actual)) if planned.0 == actual.0 => {
            value(&planned.1, &actual.1, path, found);
        }
        (Value::List(_), Value::List(_)) | (Value::Tuple(_), Value::Tuple(_)) | (Value::Map(_), Value::Map(_)) => {
            for (step, planned) in elements(planned) {
                let path = path.step(step.clone());
                match element(actual, &step) {
                    Some(actual) => value(planned, actual, &path, found),
                    None => found.push(Violation::new(&path, "the element was planned, and is absent")),
                }
            }
            for (step, _) in elements(actual) {
                if element(planned, &step).is_none() {
                    found.push(Violation::new(&path.step(step), "the element was not planned, and is present"));
                }
            }
        }
        (Value::Object(before), Value::Object(after)) => {
            for (name, planned) in before {
                value(planned, after.get(name).unwrap_or(&Value::Null), &path.attr(name), found);
            }
        }
        (Value::Set(_), Value::Set(_)) => sets(planned, actual, path, found, &|planned, actual| {
            let mut inside = Vec::new();
            value(planned, actual, path, &mut inside);
            inside.is_empty()
        }),
        (planned, actual) if planned == actual => {}
        (planned, actual) => broken(path, format!("it was planned as {planned}, and is {actual}")),
    }
}

/// Elements of sets have no identity, so each must merely have a counterpart on the other side. Elements may coincide
/// once they are known, so there may be fewer than planned, and never more.
fn sets(
    planned: &Value,
    actual: &Value,
    path: &Path,
    found: &mut Vec<Violation>,
    compatible: &dyn Fn(&Value, &Value) -> bool,
) {
    if planned == actual {
        return;
    }
    let (before, after) = (planned.as_elements().unwrap_or_default(), actual.as_elements().unwrap_or_default());
    let lost = before.iter().find(|planned| !after.iter().any(|actual| compatible(planned, actual)));
    let new = after.iter().find(|actual| !before.iter().any(|planned| compatible(planned, actual)));
    match (lost, new) {
        (Some(planned), _) => {
            found.push(Violation::new(path, format!("the planned element {planned} has no counterpart")));
        }
        (None, Some(actual)) => {
            found.push(Violation::new(path, format!("the element {actual} has no planned counterpart")));
        }
        (None, None) if after.len() > before.len() => {
            let problem = format!("{} elements were planned, there are {}", before.len(), after.len());
            found.push(Violation::new(path, problem));
        }
        (None, None) => {}
    }
}
