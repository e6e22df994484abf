//! Lists: what drop made, wherever its state is kept. Terraform from 1.14 shows them (`terraform query`), and writes the
//! blocks that import what was found.

mod listing;

use std::collections::BTreeMap;
use std::sync::Arc;

use tf_plugin::{Attr, ListResource, Model};

use crate::clouds::Runtime;
use crate::resources::{app_service::AppServiceResource, database::DatabaseResource, edge::EdgeResource};
use listing::Listing;

/// Every list, by the name of what it lists.
pub fn all(runtime: &Arc<Runtime>) -> BTreeMap<&'static str, Arc<dyn ListResource>> {
    let runtime = || Arc::clone(runtime);
    BTreeMap::from([
        ("drop_app_service", Listing::<AppServiceResource, InRegion>::list(runtime())),
        ("drop_database", Listing::<DatabaseResource, InRegion>::list(runtime())),
        ("drop_edge", Listing::<EdgeResource, InZone>::list(runtime())),
    ])
}

/// Lists what drop made in a region and finished: what an interrupted create left is for
/// `terraform-provider-drop doctor`.
#[derive(Debug, Clone, Default, Model)]
pub struct InRegion {
    /// Region to look in. Default: the provider's.
    #[attr(optional, validate = crate::values::region::valid)]
    pub region: Attr<String>,
    /// What the names begin with. Default: every name.
    #[attr(optional)]
    pub name_prefix: Attr<String>,
}

/// Lists the edges that drop made and finished: what an interrupted create left is for `terraform-provider-drop doctor`.
#[derive(Debug, Clone, Default, Model)]
pub struct InZone {
    /// Zone to look in, a domain such as `"shop.example"`. Default: every zone that the token sees.
    #[attr(optional)]
    pub zone: Attr<String>,
    /// What the names begin with. Default: every name.
    #[attr(optional)]
    pub name_prefix: Attr<String>,
}
