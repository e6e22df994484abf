//! Networks and security groups.

pub mod db_security_group;
mod groups;
pub mod ingress_rule;
pub mod network;
mod openings;
pub mod security_group;
