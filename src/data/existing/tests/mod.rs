//! What exists, over the scripted clouds of the resources.

mod database;
mod edge;
