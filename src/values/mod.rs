//! What users write and what it means, without a cloud.

pub mod duration;
pub mod fargate;
pub mod host;
pub mod image;
pub mod postgres;
pub mod region;
pub mod rules;
pub mod tags;
