//! A Terraform/OpenTofu provider whose resources stand for what a team has in mind.

pub mod actions;
pub mod base;
pub mod cloud;
pub mod clouds;
pub mod components;
pub mod data;
pub mod doctor;
pub mod documentation;
pub mod engine;
pub mod ephemeral;
pub mod functions;
pub mod lists;
pub(crate) mod lookup;
pub mod permissions;
pub mod provider;
pub mod resources;
pub mod values;
