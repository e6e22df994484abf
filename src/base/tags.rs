//! Names of the tags that carry what the clouds remember for us.

/// The tag every created object carries: whose it is.
pub const RESOURCE_TAG: &str = "drop:resource";
