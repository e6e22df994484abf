//! Data sources: what is there already, and what configurations need to know of it. Nothing is ever changed.

mod deployments;
mod engine_versions;
mod existing;
mod image;
mod inventory;

use std::collections::BTreeMap;
use std::sync::Arc;

use tf_plugin::DataSource;

use crate::clouds::Runtime;
use crate::lookup::Source;

pub use existing::Existing;

/// The data sources beside those of resources, by name.
pub fn all(runtime: &Arc<Runtime>) -> BTreeMap<&'static str, Arc<dyn DataSource>> {
    let runtime = || Arc::clone(runtime);
    BTreeMap::from([
        ("drop_deployments", Source::<deployments::Deployments>::over(runtime())),
        ("drop_engine_versions", Source::<engine_versions::EngineVersions>::over(runtime())),
        ("drop_image", Source::<image::Image>::over(runtime())),
        ("drop_inventory", Source::<inventory::Inventory>::over(runtime())),
    ])
}
