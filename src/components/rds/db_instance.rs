//! RDS instance: the database itself, and the one object here that holds data.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Value as Json, json};

use crate::base::{CallError, ErrorClass, Freshness};
use crate::cloud::aws::rds::{Instance, InstanceShape, NewInstance, Rds};
use crate::components::rds::db_snapshot::{self, Order, Taken};
use crate::components::shared::output;
use crate::components::shared::tag_fields;
use crate::components::shared::unknown_call;
use crate::engine::model::kind::{Compare, Field, Kind, NameRule};
use crate::engine::model::spec::Resolved;
use crate::engine::run::component::{Address, Answer, Change, Component, Phase, Removal, Seen};

const MODIFY: &str = "rds:ModifyDBInstance";
const TAG: &str = "rds:AddTagsToResource";
const UNTAG_CALL: &str = "rds:RemoveTagsFromResource";

/// The database that RDS makes when none is named.
const DEFAULT_DATABASE: &str = "postgres";

/// Minor versions and storage above the floor belong to RDS; values that wait for the maintenance window count as set.
/// `final_snapshot` is whether a delete takes one, which RDS asks for the permission to take snapshots for:
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonrds.html>
pub static KIND: Kind = Kind {
    name: "DB instance",
    names: Some(NameRule { signs: "-", lower: true, letter_first: true, single_hyphens: true, reserved: &[] }),
    name_limit: 63,
    create: Some("rds:CreateDBInstance"),
    delete: Some("rds:DeleteDBInstance"),
    holds_data: true,
    fields: &[
        Field::in_place("snapshot_on", db_snapshot::CREATE)
            .by(snapshot_calls)
            .compared(Compare::IfAny)
            .first()
            .also(&["rds:DescribeDBSnapshots"]),
        Field::parameter("final_snapshot").also(&[db_snapshot::CREATE]),
        Field::fixed("engine"),
        Field::fixed("database"),
        Field::fixed("username"),
        Field::fixed("subnet_group"),
        Field::parameter("apply_immediately"),
        Field::in_place("version", MODIFY).compared(Compare::Prefix),
        Field::in_place("class", MODIFY),
        Field::in_place("gb", MODIFY).compared(Compare::AtLeast),
        Field::in_place("max_gb", MODIFY),
        Field::in_place("storage_type", MODIFY),
        Field::in_place("multi_az", MODIFY),
        Field::in_place("backup_days", MODIFY),
        Field::in_place("backup_window", MODIFY),
        Field::in_place("maintenance_window", MODIFY).compared(Compare::IgnoreCase),
        Field::in_place("parameter_group", MODIFY),
        Field::in_place("security_group", MODIFY).compared(Compare::Includes),
        Field::in_place("public", MODIFY),
        Field::tags(TAG),
        Field::untag(UNTAG_CALL),
        Field::in_place("protected", MODIFY).last(),
    ],
    // The last two are the plan's, which compares with what RDS sells.
    reads: &["rds:DescribeDBInstances", "rds:DescribeDBEngineVersions", "rds:DescribeOrderableDBInstanceOptions"],
    also: &[
        "iam:CreateServiceLinkedRole",
        "kms:DescribeKey",
        "secretsmanager:CreateSecret",
        "secretsmanager:TagResource",
    ],
    ..Kind::BASE
};

/// A snapshot, and the record of it.
fn snapshot_calls(_: Option<&Json>, _: &Json) -> Vec<&'static str> {
    vec![db_snapshot::CREATE, TAG]
}

/// The DB instances of a region.
#[derive(Debug)]
pub struct DbInstance(pub Arc<dyn Rds>);

#[async_trait]
impl Component for DbInstance {
    async fn read(&self, at: &Address, freshness: Freshness) -> Result<Option<Seen>, CallError> {
        Ok(self.0.instance(&at.name, freshness).await?.map(seen))
    }

    async fn create(
        &self,
        at: &Address,
        spec: &Resolved,
        tags: &BTreeMap<String, String>,
    ) -> Result<Answer, CallError> {
        let all: Vec<String> = KIND.fields.iter().map(|field| field.name.to_owned()).collect();
        let shape = InstanceShape { protected: Some(false), ..shape(spec, &all, None) };
        let new = NewInstance {
            id: at.name.clone(),
            engine: spec.text("engine").to_owned(),
            database: spec.maybe_text("database").filter(|name| name != DEFAULT_DATABASE),
            username: spec.text("username").to_owned(),
            subnet_group: spec.text("subnet_group").to_owned(),
            shape,
            tags: tags.clone().into_iter().chain(record(spec)).collect(),
        };
        Ok(self.0.create_instance(&new).await?.into())
    }

    async fn update(&self, at: &Address, Change { call, seen, spec, fields }: Change<'_>) -> Result<Answer, CallError> {
        match call {
            MODIFY => {
                let shape = shape(spec, fields, Some(seen));
                Ok(self.0.modify_instance(&at.name, &shape, spec.flag("apply_immediately")).await?.into())
            }
            db_snapshot::CREATE | TAG => Ok(self.snapshot(at, seen, spec).await?.into()),
            other => Err(unknown_call(other)),
        }
    }

    async fn delete(&self, at: &Address, seen: &Seen, how: &Removal) -> Result<Answer, CallError> {
        if how.unprotect && seen.fields.get("protected") == Some(&json!(true)) {
            let open = InstanceShape { protected: Some(false), ..InstanceShape::default() };
            self.0.modify_instance(&at.name, &open, false).await?;
        }
        Ok(self.0.delete_instance(&at.name, how.snapshot.as_deref()).await?.into())
    }

    async fn add_tags(&self, seen: &Seen, tags: &BTreeMap<String, String>) -> Result<(), CallError> {
        Ok(self.0.add_tags(output(seen, "arn"), tags).await?)
    }

    async fn remove_tags(&self, seen: &Seen, keys: &[String]) -> Result<(), CallError> {
        Ok(self.0.remove_tags(output(seen, "arn"), keys).await?)
    }

    fn settled(&self, seen: &Seen, spec: &Resolved, fields: &[String]) -> Phase {
        let waits = seen.outputs.get("pending").and_then(Json::as_array);
        let waits = waits.into_iter().flatten().filter_map(Json::as_str);
        let waiting: Vec<&str> = waits.filter(|name| fields.iter().any(|field| field == name)).collect();
        if seen.phase == Phase::Ready && spec.flag("apply_immediately") && !waiting.is_empty() {
            return Phase::Working(format!("{} pending", waiting.join(", ")));
        }
        seen.phase.clone()
    }
}

impl DbInstance {
    /// Takes the snapshot that is asked for. The record of it is written when it is there, so that an interrupted one is
    /// gone on with.
    async fn snapshot(&self, at: &Address, seen: &Seen, spec: &Resolved) -> Result<(), CallError> {
        let order = Order::asked(spec.text("snapshot_on"), &seen.id, &seen.tags, &at.owner);
        match db_snapshot::take(self.0.as_ref(), &order).await? {
            Taken::Underway(word) => Err(CallError::own(db_snapshot::CREATE, ErrorClass::Underway, word)),
            Taken::Available(_) => {
                Ok(self.0.add_tags(output(seen, "arn"), &record(spec).into_iter().collect()).await?)
            }
        }
    }
}

/// The tag that remembers what the last snapshot was asked for with.
fn record(spec: &Resolved) -> Option<(String, String)> {
    Some((db_snapshot::RECORD.to_owned(), spec.maybe_text("snapshot_on")?))
}

/// The fields of an instance that a create or modify sends; only those named.
fn shape(spec: &Resolved, fields: &[String], seen: Option<&Seen>) -> InstanceShape {
    let named = |name: &str| fields.iter().any(|field| field == name);
    let text = |name: &str| spec.maybe_text(name).filter(|_| named(name));
    let int = |name: &str| spec.maybe_int(name).filter(|_| named(name)).and_then(|n| i32::try_from(n).ok());
    let flag = |name: &str| named(name).then(|| spec.flag(name));
    let live_gb = seen.and_then(|seen| seen.fields.get("gb")).and_then(Json::as_i64);
    let live_groups = seen.and_then(|seen| seen.fields.get("security_group")).and_then(Json::as_array);
    let max_gb = match (int("max_gb"), seen) {
        // RDS switches growth off when the most is what there is.
        (None, Some(_)) if named("max_gb") => int("gb").max(live_gb.and_then(|gb| i32::try_from(gb).ok())),
        (most, _) => most,
    };
    InstanceShape {
        class: text("class"),
        version: text("version"),
        gb: int("gb"),
        max_gb,
        storage_type: text("storage_type"),
        multi_az: flag("multi_az"),
        backup_days: int("backup_days"),
        backup_window: text("backup_window"),
        maintenance_window: text("maintenance_window"),
        parameter_group: text("parameter_group"),
        // Groups that others attached stay attached.
        security_groups: text("security_group").map(|group| {
            let live = live_groups.into_iter().flatten().filter_map(Json::as_str).map(str::to_owned);
            live.chain([group]).collect::<BTreeSet<String>>()
        }),
        public: flag("public"),
        protected: flag("protected"),
    }
}

fn seen(found: Instance) -> Seen {
    let (now, later) = (&found.shape, &found.pending);
    let list = |values: &Option<BTreeSet<String>>| {
        Json::from(values.iter().flatten().map(|value| Json::from(value.as_str())).collect::<Vec<_>>())
    };
    let mut fields = BTreeMap::from([
        ("engine", json!(found.engine)),
        ("database", json!(found.database.as_deref().unwrap_or(DEFAULT_DATABASE))),
        ("username", json!(found.username)),
        ("subnet_group", json!(found.subnet_group)),
        ("version", json!(later.version.as_ref().or(now.version.as_ref()))),
        ("class", json!(later.class.as_ref().or(now.class.as_ref()))),
        ("gb", json!(later.gb.or(now.gb))),
        // Off is told in two ways: not at all, or as the size that there is.
        ("max_gb", json!(now.max_gb.filter(|most| Some(*most) != later.gb.or(now.gb)))),
        ("storage_type", json!(later.storage_type.as_ref().or(now.storage_type.as_ref()))),
        ("multi_az", json!(later.multi_az.or(now.multi_az))),
        ("backup_days", json!(later.backup_days.or(now.backup_days))),
        ("backup_window", json!(now.backup_window)),
        ("maintenance_window", json!(now.maintenance_window)),
        ("parameter_group", json!(now.parameter_group)),
        ("security_group", list(&now.security_groups)),
        ("public", json!(now.public.unwrap_or_default())),
        ("protected", json!(now.protected.unwrap_or_default())),
    ]);
    // Without its record an instance does not say that nothing was ever asked for.
    fields.extend(found.tags.get(db_snapshot::RECORD).map(|on| ("snapshot_on", json!(on))));
    fields.extend(tag_fields(&found.tags));
    let mut outputs = BTreeMap::from([
        ("arn", json!(found.arn)),
        ("pending", json!(pending(&found))),
        ("secret_arn", json!(found.secret_arn)),
    ]);
    if let Some((host, port)) = &found.endpoint {
        outputs.insert("host", json!(host));
        outputs.insert("port", json!(port));
    }
    Seen { phase: phase(&found.status), id: found.id, fields, outputs, tags: found.tags }
}

/// The fields whose values wait for the maintenance window, and `parameters` where a reboot is needed.
fn pending(found: &Instance) -> Vec<&'static str> {
    let later = &found.pending;
    let waits = [
        ("version", later.version.is_some()),
        ("class", later.class.is_some()),
        ("gb", later.gb.is_some()),
        ("storage_type", later.storage_type.is_some()),
        ("multi_az", later.multi_az.is_some()),
        ("backup_days", later.backup_days.is_some()),
        ("parameters", found.reboot_pending),
    ];
    waits.into_iter().filter(|(_, waits)| *waits).map(|(name, _)| name).collect()
}

/// <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html#Overview.DBInstance.Status>
fn phase(status: &str) -> Phase {
    match status {
        "available" | "storage-optimization" | "storage-config-upgrade" | "stopped" => Phase::Ready,
        "deleting" => Phase::Going(status.to_owned()),
        "failed"
        | "storage-full"
        | "restore-error"
        | "inaccessible-encryption-credentials"
        | "insufficient-capacity" => Phase::Broken(format!("RDS says `{status}`").into()),
        _ if status.starts_with("incompatible-") => Phase::Broken(format!("RDS says `{status}`").into()),
        _ => Phase::Working(status.to_owned()),
    }
}
