//! What a resource and its components are: pure data.

pub mod fields;
pub mod identity;
pub mod judgement;
pub mod kind;
pub mod spec;
