//! What ACM holds.

pub mod certificate;
mod self_signed;
