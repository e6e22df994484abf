//! What a resource and its components are: pure data.

pub mod fields;
pub mod identity;
mod input;
pub mod judgement;
pub mod kind;
pub mod layout;
pub mod manual;
pub mod name;
pub mod procedure;
pub mod seen;
pub mod spec;
