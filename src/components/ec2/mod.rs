//! Networks and security groups.

pub mod db_security_group;
mod groups;
mod ingress;
pub mod ingress_rule;
pub mod network;
pub mod security_group;
