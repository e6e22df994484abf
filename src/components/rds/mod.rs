//! DB instances and what they need.

pub mod db_instance;
pub mod db_parameter_group;
pub mod db_snapshot;
pub mod db_subnet_group;
