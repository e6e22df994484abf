//! What a zone at Cloudflare holds.

pub mod cache_purge;
pub mod dns_records;
pub mod edge_anchor;
pub mod edge_settings;
mod manual;
pub mod ownership_comment;
pub mod rules;
