//! Names of the tags that carry what the clouds remember for us.

/// The tag every created object carries: whose it is.
pub const RESOURCE_TAG: &str = "drop:resource";

/// The value of [`RESOURCE_TAG`] on an object that several resources hold.
pub const HELD: &str = "held";

/// What the keys of tags begin with that name the holders of a shared object, each behind it as its `drop:resource`.
pub const HOLDER_PREFIX: &str = "drop:holder/";
