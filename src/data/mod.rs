//! Data sources: what is there already, and what configurations need to know of it. Nothing is ever changed.

mod app_service;
mod database;
mod deployments;
mod edge;
mod engine_versions;
mod existing;
mod image;
mod inventory;
mod permissions;

use std::collections::BTreeMap;
use std::sync::Arc;

use tf_plugin::DataSource;

use crate::clouds::Runtime;
use crate::lookup::Source;
use crate::resources::{app_service::AppServiceResource, database::DatabaseResource, edge::EdgeResource};
use existing::Existing;

/// Every data source, by name.
pub fn all(runtime: &Arc<Runtime>) -> BTreeMap<&'static str, Arc<dyn DataSource>> {
    let runtime = || Arc::clone(runtime);
    BTreeMap::from([
        ("drop_app_service", Existing::<AppServiceResource, app_service::AppService>::source(runtime())),
        ("drop_database", Existing::<DatabaseResource, database::Database>::source(runtime())),
        ("drop_deployments", Source::<deployments::Deployments>::over(runtime())),
        ("drop_edge", Existing::<EdgeResource, edge::Edge>::source(runtime())),
        ("drop_engine_versions", Source::<engine_versions::EngineVersions>::over(runtime())),
        ("drop_image", Source::<image::Image>::over(runtime())),
        ("drop_inventory", Source::<inventory::Inventory>::over(runtime())),
        ("drop_permissions", Source::<permissions::Permissions>::over(runtime())),
    ])
}
