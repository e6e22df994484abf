//! What a configuration gives of resources that are looked up: the attributes that say which, and where.

use tf_plugin::{Attr, Model};

use crate::cloud::{aws, cloudflare};
use crate::resources::lifecycle::Place;

/// A place, as the configurations of data sources and lists name it.
pub trait Asked: Place {
    /// One resource: its name, and the place.
    type One: Model + 'static;
    /// All resources of a type: the place, and what their names begin with.
    type Many: Model + 'static;
}

impl Asked for aws::Session {
    type One = InRegion;
    type Many = AllInRegion;
}

impl Asked for cloudflare::Session {
    type One = InZone;
    type Many = AllInZone;
}

/// One resource in a region.
#[derive(Debug, Clone, Default, Model)]
pub struct InRegion {
    /// Name of the resource.
    #[attr(required)]
    pub name: Attr<String>,
    /// Region. Default: the provider's.
    #[attr(optional, computed, validate = crate::values::region::valid)]
    pub region: Attr<String>,
}

/// One resource in a zone.
#[derive(Debug, Clone, Default, Model)]
pub struct InZone {
    /// Name of the resource.
    #[attr(required)]
    pub name: Attr<String>,
    /// Zone, a domain such as `"shop.example"`.
    #[attr(required)]
    pub zone: Attr<String>,
}

/// Lists what drop created in a region and finished. What an interrupted create left is listed by
/// `terraform-provider-drop doctor`.
#[derive(Debug, Clone, Default, Model)]
pub struct AllInRegion {
    /// Region to look in. Default: the provider's.
    #[attr(optional, validate = crate::values::region::valid)]
    pub region: Attr<String>,
    /// Beginning of the names to list. Default: every name.
    #[attr(optional)]
    pub name_prefix: Attr<String>,
}

/// Lists what drop created in a zone and finished. What an interrupted create left is listed by
/// `terraform-provider-drop doctor`.
#[derive(Debug, Clone, Default, Model)]
pub struct AllInZone {
    /// Zone to look in, a domain such as `"shop.example"`. Default: every zone that the token sees.
    #[attr(optional)]
    pub zone: Attr<String>,
    /// Beginning of the names to list. Default: every name.
    #[attr(optional)]
    pub name_prefix: Attr<String>,
}
