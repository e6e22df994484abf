//! Planner and executor over components. Knows no SDK and no Terraform.
//!
//! `spec`, `kind`, `graph`, `plan`, `blueprint`, `steps`, `drift` and `identity` are the planning half: pure functions over
//! data, without IO, clock or chance. `run`, `execute`, `settle`, `wait`, `lease`, `lifecycle` and `memory` carry a blueprint
//! out. `component` is the one door to the clouds.

pub mod blueprint;
pub mod component;
pub mod drift;
pub mod error;
pub mod execute;
mod graph;
pub mod identity;
pub mod kind;
pub mod lease;
pub mod lifecycle;
pub mod mark;
pub mod memory;
pub mod plan;
pub mod run;
pub mod settle;
pub mod spec;
pub mod steps;
pub mod wait;

#[cfg(test)]
mod tests;
