//! Cloudflare: an own thin client, and one file an area of its API behind a small trait of plain data.

pub mod cache;
pub mod claims;
mod client;
pub mod dns;
mod envelope;
mod error;
mod limits;
pub mod rulesets;
pub mod settings;
#[cfg(test)]
mod tests;
pub mod tiers;
mod zones;

pub use client::Settings;
pub use envelope::Problem;
pub use zones::{Session, Zone, Zones, is_id};
