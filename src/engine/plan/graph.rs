//! The order of components: a spec comes after those whose outputs it takes.

use std::collections::BTreeSet;

use crate::engine::model::spec::Spec;

/// What is wrong with the specs themselves. Only a defect of a resource's design can cause it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// A spec takes an output of a component that is not there.
    #[error("{component} needs {missing}, which is not part of the resource")]
    Missing {
        /// The component that asks.
        component: String,
        /// The one that is asked for.
        missing: String,
    },
    /// Specs that need each other in a ring.
    #[error("{0} needs itself, over others")]
    Ring(String),
}

/// The specs so that each stands behind all it needs; among free ones, in the order they were written.
pub fn order(specs: &[Spec]) -> Result<Vec<&Spec>, PlanError> {
    let names: BTreeSet<&str> = specs.iter().map(|spec| spec.component.as_str()).collect();
    for spec in specs {
        if let Some(missing) = spec.needs().into_iter().find(|need| !names.contains(need)) {
            return Err(PlanError::Missing { component: spec.component.clone(), missing: missing.to_owned() });
        }
    }
    let mut placed: BTreeSet<&str> = BTreeSet::new();
    let mut ordered = Vec::with_capacity(specs.len());
    while ordered.len() < specs.len() {
        let next = specs.iter().find(|spec| {
            !placed.contains(spec.component.as_str()) && spec.needs().iter().all(|need| placed.contains(need))
        });
        let Some(next) = next else {
            let stuck = specs.iter().find(|spec| !placed.contains(spec.component.as_str()));
            return Err(PlanError::Ring(stuck.map(|spec| spec.component.clone()).unwrap_or_default()));
        };
        placed.insert(&next.component);
        ordered.push(next);
    }
    Ok(ordered)
}
