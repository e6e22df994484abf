//! What a resource and its components are: pure data.

pub mod identity;
mod input;
pub mod judgement;
pub mod kind;
pub mod layout;
pub mod name;
pub mod seen;
pub mod spec;
