//! AWS: sessions, errors, snapshots, and one file a service.

pub mod ec2;
mod error;
pub mod rds;
mod session;
mod snapshot;
mod tagging;

pub use session::{AssumeRole, Aws, Session, Settings};
pub use snapshot::Era;
