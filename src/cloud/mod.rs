//! The clouds, each behind small traits of plain data. The only part that names SDK and HTTP types; knows nothing of the
//! engine and nothing of Terraform.

pub mod aws;
pub mod cloudflare;
mod http;
mod percent;
mod snapshot;

pub use percent::percent;
