//! AWS: sessions, errors, and one file a service.

pub mod acm;
pub mod autoscaling;
pub mod ec2;
pub mod ecs;
pub mod elb;
mod error;
pub mod iam;
pub mod logs;
pub mod rds;
mod session;
mod tagging;

use super::snapshot;
pub use session::{AssumeRole, Aws, Session, Settings};
