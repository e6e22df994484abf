//! The database, driven as the CLI drives it, over a scripted cloud.

mod blueprints;
pub mod cloud;
mod environments;
mod names;
mod snapshots;
mod stories;
