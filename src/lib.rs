//! A Terraform/OpenTofu provider whose resources stand for what a team has in mind.

pub mod engine;
