//! The clouds, each behind small traits of plain data. The only part that names SDK and HTTP types; knows nothing of the
//! engine and nothing of Terraform.

pub mod aws;
pub mod cloudflare;
mod error;
mod http;
mod percent;
mod secret;
mod snapshot;

pub use error::{Error, ErrorKind, Result};
pub use percent::percent;
pub use secret::Secret;

/// How new an answer must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// One that was read in this walk will do.
    Snapshot,
    /// Ask now.
    Now,
}
