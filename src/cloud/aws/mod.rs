//! AWS: sessions, errors, snapshots, and one file a service.

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
mod snapshot;
mod tagging;

pub use session::{AssumeRole, Aws, Session, Settings};
pub use snapshot::Era;
