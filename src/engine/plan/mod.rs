//! From what is wanted and what exists to an ordered list of steps: pure functions.

pub mod blueprint;
pub mod changes;
pub mod drift;
pub mod graph;
pub mod planner;
pub mod steps;
