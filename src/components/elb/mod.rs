//! Load balancers, listeners and target groups.

pub mod listener;
pub mod load_balancer;
pub mod target_group;
