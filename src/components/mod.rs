//! The cloud objects that resources are made of, one folder a service, one file a kind: its table of fields and its calls.

pub mod acm;
pub mod autoscaling;
mod catalogue;
pub mod cloudflare;
pub mod ec2;
pub mod ecs;
pub mod elb;
pub mod iam;
pub mod logs;
pub mod rds;
mod shared;

pub use catalogue::{Scope, kind_of, open};
