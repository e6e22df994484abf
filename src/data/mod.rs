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

use crate::lookup::Source;
use crate::provider::Shared;
use crate::resources::{app_service::AppServiceResource, database::DatabaseResource, edge::EdgeResource};
use existing::Existing;

/// Every data source, by name.
pub fn all(shared: &Arc<Shared>) -> BTreeMap<&'static str, Arc<dyn DataSource>> {
    let shared = || Arc::clone(shared);
    BTreeMap::from([
        ("drop_app_service", Existing::<AppServiceResource, app_service::AppService>::source(shared())),
        ("drop_database", Existing::<DatabaseResource, database::Database>::source(shared())),
        ("drop_deployments", Source::<deployments::Deployments>::over(shared())),
        ("drop_edge", Existing::<EdgeResource, edge::Edge>::source(shared())),
        ("drop_engine_versions", Source::<engine_versions::EngineVersions>::over(shared())),
        ("drop_image", Source::<image::Image>::over(shared())),
        ("drop_inventory", Source::<inventory::Inventory>::over(shared())),
        ("drop_permissions", Source::<permissions::Permissions>::over(shared())),
    ])
}
