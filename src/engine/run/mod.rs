//! Carries a blueprint out: time, calls, and who may make them.

pub mod component;
pub mod context;
pub mod create;
pub mod error;
pub mod execute;
pub mod instance;
pub mod known;
pub mod lease;
pub mod lifecycle;
pub mod mark;
pub mod memory;
pub mod settle;
pub mod typed;
pub mod wait;
