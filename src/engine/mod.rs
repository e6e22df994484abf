//! Planner and executor over components. Knows no SDK and no Terraform.
//!
//! [`model`] is pure data, [`plan`] pure functions over it: without IO, clock or randomness. [`run`] carries a blueprint out;
//! its `component` is the one door to the clouds.

pub mod model;
pub mod plan;
pub mod run;

#[cfg(test)]
mod tests;
