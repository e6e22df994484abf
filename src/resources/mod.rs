//! What the provider offers to declare. A resource turns configuration into specs and says where attributes and fields
//! meet; [`lifecycle`] runs it.

pub mod app_service;
pub mod common;
pub mod database;
pub mod edge;
pub mod lifecycle;
mod preflight;
pub mod reference;
