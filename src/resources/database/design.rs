//! Configuration to specs. Pure.

use serde_json::{Value as Json, json};
use tf_plugin::Attr;

use super::schema::{Backup, Database, Maintenance, Storage};
use crate::components::ec2::{db_security_group, network};
use crate::components::rds::{db_instance, db_parameter_group, db_subnet_group};
use crate::engine::model::spec::{Input, Spec};
use crate::resources::lifecycle::{Site, input, present};

/// Five components: the default VPC is looked up, the others are ours.
pub fn design(database: &Database, site: &Site) -> Vec<Spec> {
    let (storage, backup, maintenance) = blocks(database);
    let id = |component: &str| Input::output(component, "id");
    let parameters = parameters(database);
    // A group that others use cannot carry our parameters: the first one asks for a group of our own.
    let shared_parameters = site.is_shared("db_parameter_group") && parameters == Input::from(json!({}));
    vec![
        Spec::new("network", &network::KIND),
        site.spec("db_subnet_group", &db_subnet_group::KIND).with("subnets", Input::output("network", "subnets")),
        site.spec("db_security_group", &db_security_group::KIND)
            .with("vpc", Input::output("network", "vpc"))
            .with("ingress", json!([])),
        site.spec("db_parameter_group", &db_parameter_group::KIND)
            .with("family", family(database))
            .with("parameters", parameters)
            .shared(shared_parameters),
        site.spec("db_instance", &db_instance::KIND)
            .with("engine", input(&database.engine))
            .with("database", input(&database.database))
            .with("username", input(&database.username))
            .with("version", input(&database.version))
            .with("class", input(&database.size))
            .with("gb", input(&storage.gb))
            .with("max_gb", input(&storage.max_gb))
            .with("storage_type", input(&storage.kind))
            .with("multi_az", input(&database.high_availability))
            .with("backup_days", input(&backup.retention_days))
            .with("backup_window", input(&backup.window))
            .with("maintenance_window", input(&maintenance.window))
            .with("subnet_group", id("db_subnet_group"))
            .with("parameter_group", id("db_parameter_group"))
            .with("security_group", id("db_security_group"))
            .with("public", false)
            .with("apply_immediately", input(&database.apply_immediately))
            .with("final_snapshot", input(&database.skip_final_snapshot.map(|skip| !skip)))
            .with("snapshot_on", input(&database.snapshot_on))
            .with("protected", input(&database.deletion_protection)),
    ]
}

/// The blocks of a database; one that is absent is as if it stood there empty.
pub fn blocks(database: &Database) -> (Storage, Backup, Maintenance) {
    (present(&database.storage), present(&database.backup), present(&database.maintenance))
}

/// The major version, which is the part before the dot.
pub fn major(version: &str) -> &str {
    version.split('.').next().unwrap_or(version)
}

fn family(database: &Database) -> Input {
    match (&database.engine, &database.version) {
        (Attr::Known(engine), Attr::Known(version)) => format!("{engine}{}", major(version)).into(),
        _ => Input::Unknown,
    }
}

fn parameters(database: &Database) -> Input {
    let Attr::Known(entries) = &database.parameters else {
        return if database.parameters.is_unknown() { Input::Unknown } else { json!({}).into() };
    };
    let mut known = serde_json::Map::new();
    for (name, value) in entries {
        match value {
            Attr::Unknown => return Input::Unknown,
            Attr::Null => {}
            Attr::Known(value) => {
                known.insert(name.clone(), Json::from(value.as_str()));
            }
        }
    }
    Json::Object(known).into()
}
