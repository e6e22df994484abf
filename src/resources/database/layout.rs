//! Configuration to layout. Pure.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use tf_plugin::Attr;

use super::schema::{Backup, Database, Maintenance, Storage};
use crate::components::ec2::{db_security_group, network};
use crate::components::rds::{db_instance, db_parameter_group, db_subnet_group};
use crate::engine::model::layout::{AllSeen, Layout, Outcome, PLACE};
use crate::engine::model::spec::{Input, Spec, Stake};
use crate::resources::lifecycle::{Site, input, present};

/// The component that a database is about.
pub const PRIMARY: &str = "db_instance";

/// Five components: the default VPC is looked up, the others are ours.
pub fn layout(database: &Database, site: &Site) -> Layout {
    let name = site.object_name(PRIMARY, &db_instance::KIND, false);
    let id = format!("arn:${{place.partition}}:rds:${{place.name}}:${{place.account}}:db:{name}");
    Layout {
        anchor: db_subnet_group::ANCHOR.component.into(),
        mark: db_subnet_group::ANCHOR.call,
        primary: PRIMARY.into(),
        id: Input::text(id, &[(PLACE, "partition"), (PLACE, "name"), (PLACE, "account")]),
        components: components(database, site),
        outcomes: vec![
            Outcome::output("endpoint", PRIMARY, "host"),
            Outcome::output("port", PRIMARY, "port"),
            Outcome::output("secret_arn", PRIMARY, "secret_arn"),
            Outcome::computed("pending_changes", pending_changes).touched_by_every_step(),
        ],
        dynamic: false,
        open: false,
        forgotten: BTreeSet::new(),
    }
}

/// The attributes whose values wait for a maintenance window or a reboot.
fn pending_changes(layout: &Layout, seen: &AllSeen) -> Option<Json> {
    let pending = seen.get(PRIMARY)?.outputs.get("pending").and_then(Json::as_array);
    let sources = layout.sources();
    let attribute = |field: &str| match sources.of(PRIMARY, field).or(sources.of("db_parameter_group", field)) {
        Some(source) => source.to_string(),
        None => field.to_owned(),
    };
    Some(pending.into_iter().flatten().filter_map(Json::as_str).map(attribute).collect())
}

fn components(database: &Database, site: &Site) -> Vec<Spec> {
    let (storage, backup, maintenance) = blocks(database);
    let id = |component: &str| Input::output(component, "id");
    let parameters = parameters(database);
    // A group that others use cannot carry our parameters: the first one asks for a group of our own.
    let has_parameters = parameters != Input::from(json!({}));
    vec![
        Spec::new("network", &network::KIND),
        site.spec("db_subnet_group", &db_subnet_group::KIND).with("subnets", Input::output("network", "subnets")),
        site.spec("db_security_group", &db_security_group::KIND)
            .with("vpc", Input::output("network", "vpc"))
            .with("ingress", json!([]))
            .with("egress_closed", true),
        site.spec("db_parameter_group", &db_parameter_group::KIND)
            .with("family", family(database))
            .with("parameters", parameters.set_by("parameters"))
            .stake(if has_parameters { Stake::Own } else { site.stake("db_parameter_group") }),
        site.spec(PRIMARY, &db_instance::KIND)
            .with("engine", input(&database.engine).set_by("engine"))
            .with("database", input(&database.database_name).set_by("database_name"))
            .with("username", input(&database.username).set_by("username"))
            .with("version", input(&database.version).set_by("version"))
            .with("auto_minor_upgrade", input(&database.version.as_ref().map(|version| !names_minor(version))))
            .with("class", input(&database.instance_class).set_by("instance_class"))
            .with("gb", input(&storage.gb).set_by("storage.gb"))
            .with("max_gb", input(&storage.max_gb).set_by("storage.max_gb"))
            .with("storage_type", input(&storage.kind).set_by("storage.type"))
            .with("multi_az", input(&database.multi_az).set_by("multi_az"))
            .with("backup_days", input(&backup.retention_days).set_by("backup.retention_days"))
            .with("backup_window", input(&backup.window).set_by("backup.window"))
            .with("maintenance_window", input(&maintenance.window).set_by("maintenance.window"))
            .with("subnet_group", id("db_subnet_group"))
            .with("parameter_group", id("db_parameter_group"))
            .with("security_group", id("db_security_group"))
            .with("public", false)
            .with("apply_immediately", input(&database.apply_immediately))
            .with("final_snapshot", input(&database.skip_final_snapshot.map(|skip| !skip)))
            .with("snapshot_trigger", input(&database.snapshot_trigger).set_by("snapshot_trigger"))
            .with("protected", input(&database.deletion_protection).set_by("deletion_protection")),
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

/// Whether a version names the minor version too, which RDS then leaves as it is.
pub fn names_minor(version: &str) -> bool {
    major(version) != version
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
