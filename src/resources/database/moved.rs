//! `moved` from the official provider: `aws_db_instance`.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use tf_plugin::{Number, Type, Value};

use super::layout::PRIMARY;
use super::unmanaged::Candidate;
use crate::base::{Arn, RESOURCE_TAG};
use crate::engine::run::component::{Phase, Seen};
use crate::resources::lifecycle::{Discovered, MigratedObject, MigratedState, Migration, Move, Site};

/// What can become a database. <https://github.com/hashicorp/terraform-provider-aws/blob/main/website/docs/r/db_instance.html.markdown>
pub const MOVES: &[Move] = &[
    Move { provider: "hashicorp/aws", resource: "aws_db_instance", how: Migration::Read { attributes, moved } },
    Move {
        provider: "hashicorp/aws",
        resource: "aws_rds_cluster",
        how: Migration::NotYet { attributes: of_a_cluster, why },
    },
];

fn of_a_cluster() -> Type {
    Type::object([("engine", Type::String)])
}

/// A cluster is of Aurora, or one of RDS with two readable standbys, which bears the engine's own name.
/// <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBCluster.html>
fn why(source: &Value) -> String {
    let what = match source.get("engine").as_str().unwrap_or_default() {
        "aurora-postgresql" => {
            "It is a cluster of Aurora, which drop_database does not have yet; it will, as engine = \"aurora-postgres\"."
        }
        "postgres" => {
            "It is a Multi-AZ cluster of RDS with readable standbys, which drop_database does not have: with \
             multi_az = true it has an instance with one standby."
        }
        _ => "It is no cluster of PostgreSQL, and a drop_database is PostgreSQL.",
    };
    format!("{what} Leave it with the provider that it has, and give its endpoint to services in `env`.")
}

fn attributes() -> Type {
    let of = |ty: Type, names: &[&str]| names.iter().map(|name| ((*name).to_owned(), ty.clone())).collect::<Vec<_>>();
    let texts = [
        "arn",
        "identifier",
        "engine",
        "engine_version",
        "engine_version_actual",
        "instance_class",
        "storage_type",
        "db_name",
        "username",
        "db_subnet_group_name",
        "parameter_group_name",
        "backup_window",
        "maintenance_window",
        "replicate_source_db",
    ];
    let mut all = of(Type::String, &texts);
    all.extend(of(Type::Number, &["allocated_storage", "max_allocated_storage", "backup_retention_period"]));
    let flags = ["multi_az", "publicly_accessible", "deletion_protection", "skip_final_snapshot", "apply_immediately"];
    all.extend(of(Type::Bool, &flags));
    all.push(("vpc_security_group_ids".to_owned(), Type::set(Type::String)));
    all.push(("tags".to_owned(), Type::map(Type::String)));
    Type::object(all)
}

/// The groups around it were resources of their own there, and stay so: they are recorded as somebody else's.
fn moved(source: &Value) -> Result<MigratedState, String> {
    let text = |name: &str| source.get(name).as_str().filter(|text| !text.is_empty());
    let flag = |name: &str| source.get(name).as_bool().unwrap_or_default();
    let number = |name: &str| source.get(name).as_number().and_then(Number::as_i64).filter(|number| *number > 0);
    let (Some(arn), Some(identifier)) = (text("arn"), text("identifier")) else {
        return Err("Its state has no arn or no identifier: refresh it with its own provider first.".to_owned());
    };
    let Some(region) = Arn::of(arn).region else { return Err("Its arn names no region.".to_owned()) };
    let candidate = Candidate {
        identifier,
        engine: text("engine").unwrap_or_default(),
        storage: text("storage_type"),
        public: flag("publicly_accessible"),
        leaving: false,
        owner: source.get("tags").get(RESOURCE_TAG).as_str(),
    };
    if let Some(unfit) = candidate.unfit() {
        return Err(unfit);
    }
    if text("replicate_source_db").is_some() {
        return Err("It is a read replica, which drop_database does not have yet.".to_owned());
    }
    let groups: Vec<&str> =
        source.get("vpc_security_group_ids").as_elements().into_iter().flatten().filter_map(Value::as_str).collect();
    let mut components = BTreeMap::from([(PRIMARY.to_owned(), identifier.to_owned())]);
    let around = [
        ("db_subnet_group", text("db_subnet_group_name")),
        ("db_parameter_group", text("parameter_group_name")),
        ("db_security_group", groups.first().copied()),
    ];
    let shared = around.into_iter().filter_map(|(component, id)| Some((component.to_owned(), Site::shared_id(id?))));
    components.extend(shared);
    let fields = BTreeMap::from([
        ("engine", json!("postgres")),
        ("version", json!(text("engine_version_actual").or(text("engine_version")))),
        ("class", json!(text("instance_class"))),
        ("gb", json!(number("allocated_storage"))),
        ("max_gb", json!(number("max_allocated_storage"))),
        ("storage_type", json!(text("storage_type"))),
        ("multi_az", json!(flag("multi_az"))),
        ("database", json!(text("db_name").unwrap_or("postgres"))),
        ("username", json!(text("username"))),
        ("backup_days", json!(number("backup_retention_period").unwrap_or_default())),
        ("backup_window", json!(text("backup_window"))),
        ("maintenance_window", json!(text("maintenance_window"))),
        ("protected", json!(flag("deletion_protection"))),
    ]);
    let fields = fields.into_iter().filter(|(_, value): &(_, Json)| !value.is_null()).collect();
    let instance = Seen {
        id: identifier.to_owned(),
        phase: Phase::Ready,
        fields,
        outputs: BTreeMap::new(),
        tags: BTreeMap::new(),
    };
    Ok(MigratedState {
        taken: MigratedObject::Adopt(arn.to_owned()),
        place: region.to_owned(),
        found: Discovered::of(identifier, components),
        seen: BTreeMap::from([(PRIMARY.into(), instance)]),
        given: vec![
            ("skip_final_snapshot", Value::Bool(flag("skip_final_snapshot"))),
            ("apply_immediately", Value::Bool(flag("apply_immediately"))),
            ("tags", source.get("tags").clone()),
        ],
    })
}
