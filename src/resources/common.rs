//! What every resource has beside its own.

use std::collections::BTreeMap;

use tf_plugin::{Attr, Model};

/// What every resource has beside its own.
#[derive(Debug, Clone, Default, Model)]
pub struct Common {
    /// How long operations may take, as durations such as `"45m"`.
    #[block]
    pub timeouts: Attr<Timeouts>,
    /// Random word that a finished create leaves here and in the cloud: it tells this object from one of the same name
    /// that another state made.
    #[attr(computed)]
    pub generation: Attr<String>,
    /// What was done and, in a plan, what will be done: `<run>.<n> <verb> <component> via <service>:<Operation>`, and why.
    #[attr(computed)]
    pub steps: Attr<Vec<String>>,
    /// What was found different in things that have no attribute. The next apply sets it back.
    #[attr(computed)]
    pub drift: Attr<Vec<String>>,
    /// Ids of its objects. One that belongs to somebody else and is left alone is written `shared:<id>`.
    #[attr(computed)]
    pub components: Attr<BTreeMap<String, String>>,
    /// IAM actions, or permissions of the Cloudflare token, that this configuration needs.
    #[attr(computed)]
    pub permissions: Attr<Vec<String>>,
}

/// How long operations may take.
#[derive(Debug, Clone, Default, Model)]
pub struct Timeouts {
    /// Create. Default: 60 minutes.
    #[attr(optional, validate = crate::resources::rules::time)]
    pub create: Attr<String>,
    /// Update. Default: 90 minutes.
    #[attr(optional, validate = crate::resources::rules::time)]
    pub update: Attr<String>,
    /// Delete. Default: 60 minutes.
    #[attr(optional, validate = crate::resources::rules::time)]
    pub delete: Attr<String>,
}
