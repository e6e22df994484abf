//! The edge, driven as the CLI drives it, over a scripted zone.

mod adoption;
mod blueprints;
mod refusals;
mod sharing;
mod stories;
pub mod zone;
