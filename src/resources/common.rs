//! What every resource has beside its own.

use std::collections::BTreeMap;

use tf_plugin::{Attr, Model};

/// What every resource has beside its own.
#[derive(Debug, Clone, Default, Model)]
pub struct Common {
    /// How long operations may take, as durations such as `"45m"`. What has not ended by then fails, and the next apply
    /// goes on. Changing them calls nothing.
    #[block]
    pub timeouts: Attr<Timeouts>,
    /// Names of single objects in the cloud, by component, in place of those that follow from `name`:
    /// `{ ecs_service = "skafu-service" }`. They count when an object is created. Changing the
    /// name of an object that exists is refused at plan. Default: none.
    #[attr(optional)]
    pub names: Attr<BTreeMap<String, Attr<String>>>,
    /// Eight random hexadecimal digits that a finished create leaves here and in the cloud: they tell this object from
    /// one of the same name that another state made.
    #[attr(computed)]
    pub creation_id: Attr<String>,
    /// What was done and, in a plan, what will be done: `<run>.<n> <verb> <component> via <service>:<Operation>`, and
    /// why. The newest lines come last; beyond 60 lines the oldest runs drop out.
    #[attr(computed)]
    pub steps: Attr<Vec<String>>,
    /// Differences found in things that have no attribute, a line each: a code that stays the same in all versions
    /// (`missing`, `changed`, `leftover`, `unfinished`, `recreated`), the component and field, and a sentence behind ` — `. The next
    /// apply sets them back. Empty when all is as it was applied.
    #[attr(computed)]
    pub drift: Attr<Vec<String>>,
    /// Ids or ARNs of its objects, by component. One that belongs to somebody else and is left alone is written
    /// `shared:<id>`.
    #[attr(computed)]
    pub components: Attr<BTreeMap<String, String>>,
}

/// How long operations may take.
#[derive(Debug, Clone, Default, Model)]
pub struct Timeouts {
    /// How long a create may take. Default: `"60m"`.
    #[attr(optional, validate = crate::values::rules::time)]
    pub create: Attr<String>,
    /// How long an update may take. Default: `"90m"`.
    #[attr(optional, validate = crate::values::rules::time)]
    pub update: Attr<String>,
    /// How long a delete may take. Default: `"60m"`.
    #[attr(optional, validate = crate::values::rules::time)]
    pub delete: Attr<String>,
}

/// What every resource with objects in AWS has beside its own.
#[derive(Debug, Clone, Default, Model)]
pub struct Tagged {
    /// Tags of all its objects, on top of the provider's `default_tags`: 47 at most together. Keys of 1 to 128 and values
    /// of up to 256 letters, digits, spaces and `_ . : / = + - @`. Tags that others add are left alone. Default: none.
    /// Changing them is in place.
    #[attr(optional, validate = crate::values::tags::valid)]
    pub tags: Attr<BTreeMap<String, Attr<String>>>,
    /// The provider's `default_tags`, as the last apply had them. A change of them is a change in place of every
    /// resource.
    #[attr(computed)]
    pub default_tags: Attr<BTreeMap<String, String>>,
}
