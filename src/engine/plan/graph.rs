//! The order of components: a spec comes after those it needs.

use std::collections::{BTreeMap, BTreeSet};

use crate::engine::model::spec::Spec;

/// What is wrong with the specs themselves. Only a defect of a resource's layout can cause it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// A spec needs a component that is not there.
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
    /// Two specs of one name.
    #[error("{0} is part of the resource twice")]
    Twice(String),
}

/// The specs so that each stands behind all it needs; among free ones, in the order they were written.
pub fn order(specs: &[Spec]) -> Result<Vec<&Spec>, PlanError> {
    let mut positions: BTreeMap<&str, usize> = BTreeMap::new();
    for (n, spec) in specs.iter().enumerate() {
        if positions.insert(&spec.component, n).is_some() {
            return Err(PlanError::Twice(spec.component.to_string()));
        }
    }
    let mut waits_for = vec![0_usize; specs.len()];
    let mut users: Vec<Vec<usize>> = vec![vec![]; specs.len()];
    for (n, spec) in specs.iter().enumerate() {
        for need in spec.needs() {
            let Some(&used) = positions.get(need) else {
                return Err(PlanError::Missing { component: spec.component.to_string(), missing: need.to_owned() });
            };
            waits_for[n] += 1;
            users[used].push(n);
        }
    }
    let mut free: BTreeSet<usize> = (0..specs.len()).filter(|n| waits_for[*n] == 0).collect();
    let mut ordered = Vec::with_capacity(specs.len());
    while let Some(next) = free.pop_first() {
        ordered.push(&specs[next]);
        for user in &users[next] {
            waits_for[*user] -= 1;
            if waits_for[*user] == 0 {
                free.insert(*user);
            }
        }
    }
    match waits_for.iter().position(|left| *left > 0) {
        Some(stuck) => Err(PlanError::Ring(specs[stuck].component.to_string())),
        None => Ok(ordered),
    }
}
