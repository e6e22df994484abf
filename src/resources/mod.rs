//! What the provider offers to declare. A resource turns configuration into specs and says where attributes and fields
//! meet; [`composite`] runs it.

pub mod app_service;
mod common;
pub mod composite;
pub mod database;
pub mod duration;
pub mod edge;
pub mod fargate;
pub mod host;
mod preflight;
pub mod reference;
pub mod region;
pub mod rules;
