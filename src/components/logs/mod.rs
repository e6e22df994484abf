//! Log groups.

pub mod log_group;
