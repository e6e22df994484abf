//! The client over a scripted server.

mod server;
mod stories;
