//! RDS instance: the database itself, and the one object here that holds data.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value as Json;

use crate::base::{CallError, Freshness};
use crate::cloud::aws::rds::{Instance, InstanceShape, NewInstance, Rds};
use crate::components::rds::db_snapshot::{self, Order, Taken};
use crate::components::shared::output;
use crate::components::shared::unknown_call;
use crate::engine::model::fields::{Entries, Fields, Tags};
use crate::engine::model::kind::{Compare, Kind, NameRule, TagRule};
use crate::engine::model::manual::Manual;
use crate::engine::model::procedure::{Operation, Procedure, Stage, Turn};
use crate::engine::model::spec::Resolved;
use crate::engine::run::component::{Address, Answer, Change, Component, DeleteOptions, Phase, Seen};

/// The call that changes an instance.
pub const MODIFY: &str = "rds:ModifyDBInstance";
const TAG: &str = "rds:AddTagsToResource";
const UNTAG_CALL: &str = "rds:RemoveTagsFromResource";

/// From this size in GiB on gp3 has IOPS and throughput that can be chosen, and a change of its size takes them too:
/// <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html#gp3-storage>,
/// <https://github.com/hashicorp/terraform-provider-aws/issues/28847>
const STRIPED_GB: i32 = 400;
const GP3: &str = "gp3";

/// The database that RDS makes when none is named.
const DEFAULT_DATABASE: &str = "postgres";

/// Values that wait for the maintenance window count as set.
pub static KIND: Kind = Kind {
    name: "DB instance",
    names: Some(NameRule { signs: "-", lower: true, letter_first: true, single_hyphens: true, reserved: &[] }),
    name_limit: 63,
    create: Some("rds:CreateDBInstance"),
    delete: Some("rds:DeleteDBInstance"),
    holds_data: true,
    fields: DbInstanceFields::FIELDS,
    tags: TagRule { kept: &[db_snapshot::RECORD, db_snapshot::TAKEN_FOR], ..TagRule::RDS },
    arns: &[
        "rds:{region}:{account}:db:{name}",
        "rds:{region}:{account}:og:default:*",
        "rds:{region}:{account}:snapshot:{name}-*",
    ],
    // The last two are the plan's, which compares with what RDS sells.
    read_permissions: &[
        "rds:DescribeDBInstances",
        "rds:DescribeDBEngineVersions",
        "rds:DescribeOrderableDBInstanceOptions",
    ],
    extra_permissions: &[
        "iam:CreateServiceLinkedRole",
        "kms:DescribeKey",
        "secretsmanager:CreateSecret",
        "secretsmanager:TagResource",
    ],
    manual,
    ..Kind::BASE
};

fn manual(at: &Manual<'_>) -> Vec<String> {
    let named = format!("--region {} --db-instance-identifier {}", at.place, at.name);
    vec![
        format!("aws rds modify-db-instance {named} --no-deletion-protection"),
        format!("aws rds delete-db-instance {named} --skip-final-snapshot"),
        format!("aws rds wait db-instance-deleted {named}"),
    ]
}

/// A snapshot, and the record of it.
static SNAPSHOT: Procedure = Procedure(&[Stage::new(db_snapshot::CREATE), Stage::new(TAG).at(Turn::After)]);

/// The fields of a DB instance.
#[derive(Debug, Default, Fields)]
pub struct DbInstanceFields {
    /// What the last snapshot was asked for with.
    #[field(
        in_place(db_snapshot::CREATE)
            .by(&SNAPSHOT)
            .compared(Compare::WhenSet)
            .pre_update()
            .extra_permissions(&["rds:DescribeDBSnapshots"])
            .not_always_read()
    )]
    snapshot_trigger: Option<String>,
    /// Whether a delete takes a last snapshot. RDS asks for the permission to take snapshots then:
    /// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonrds.html>
    #[field(parameter().extra_permissions(&[db_snapshot::CREATE]))]
    final_snapshot: bool,
    /// Engine.
    #[field(fixed())]
    engine: String,
    /// Database that RDS makes with the instance.
    #[field(fixed())]
    database: Option<String>,
    /// Name of the master user.
    #[field(fixed())]
    username: String,
    /// Name of its DB subnet group.
    #[field(fixed())]
    subnet_group: String,
    /// Whether changes do not wait for the maintenance window.
    #[field(parameter())]
    apply_immediately: bool,
    /// Engine version; later minor versions are RDS's own doing.
    #[field(in_place(MODIFY).compared(Compare::Version))]
    version: Option<String>,
    /// Whether RDS upgrades the minor version by itself.
    #[field(in_place(MODIFY))]
    auto_minor_upgrade: Option<bool>,
    /// Instance class.
    #[field(in_place(MODIFY))]
    class: Option<String>,
    /// Storage in GiB; growth belongs to RDS.
    #[field(in_place(MODIFY).compared(Compare::AtLeast))]
    gb: Option<i32>,
    /// Limit of storage growth in GiB; none for no growth.
    #[field(in_place(MODIFY).compared(Compare::LimitOf("gb")))]
    max_gb: Option<i32>,
    /// IOPS of the storage.
    #[field(once())]
    iops: Option<i32>,
    /// Throughput of the storage in MiB/s.
    #[field(once())]
    throughput: Option<i32>,
    /// Storage type.
    #[field(in_place(MODIFY))]
    storage_type: Option<String>,
    /// Whether there is a standby in another zone.
    #[field(in_place(MODIFY))]
    multi_az: Option<bool>,
    /// Days that automated backups are kept.
    #[field(in_place(MODIFY))]
    backup_days: Option<i32>,
    /// Daily backup window, UTC.
    #[field(in_place(MODIFY))]
    backup_window: Option<String>,
    /// Weekly maintenance window, UTC.
    #[field(in_place(MODIFY).compared(Compare::IgnoreCase))]
    maintenance_window: Option<String>,
    /// Name of its DB parameter group.
    #[field(in_place(MODIFY))]
    parameter_group: Option<String>,
    /// Ids of its security groups.
    #[field(in_place(MODIFY).compared(Compare::ContainsItem))]
    security_group: Entries,
    /// Whether it has a public address.
    #[field(in_place(MODIFY))]
    public: Option<bool>,
    /// Tags.
    #[field(tags(TAG, UNTAG_CALL))]
    tags: Tags,
    /// Whether it refuses to be deleted.
    #[field(in_place(MODIFY).finally())]
    protected: Option<bool>,
}

impl DbInstanceFields {
    /// What a create or a modify sends.
    fn shape(self) -> InstanceShape {
        InstanceShape {
            class: self.class,
            version: self.version,
            auto_minor_upgrade: self.auto_minor_upgrade,
            gb: self.gb,
            max_gb: self.max_gb,
            iops: self.iops,
            throughput: self.throughput,
            storage_type: self.storage_type,
            multi_az: self.multi_az,
            backup_days: self.backup_days,
            backup_window: self.backup_window,
            maintenance_window: self.maintenance_window,
            parameter_group: self.parameter_group,
            security_groups: Some(self.security_group.0).filter(|groups| !groups.is_empty()),
            public: self.public,
            protected: self.protected,
        }
    }
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
        let desired = DbInstanceFields::decode(spec)?;
        let new = NewInstance {
            id: at.name.clone(),
            engine: desired.engine.clone(),
            database: desired.database.clone().filter(|name| name != DEFAULT_DATABASE),
            username: desired.username.clone(),
            subnet_group: desired.subnet_group.clone(),
            shape: InstanceShape { protected: Some(false), ..desired.shape() },
            tags: tags.clone().into_iter().chain(record(spec)).collect(),
        };
        Ok(self.0.create_instance(&new).await?.into())
    }

    async fn update(&self, at: &Address, change: Change<'_>) -> Result<Answer, CallError> {
        match change.call {
            MODIFY => {
                let immediately = change.desired::<DbInstanceFields>()?.apply_immediately;
                Ok(self.0.modify_instance(&at.name, &changed(&change)?, immediately).await?.into())
            }
            db_snapshot::CREATE => self.snapshot(at, &change).await,
            // The record is written when the snapshot is there, so that an interrupted one is continued.
            TAG => {
                let record = record(change.spec).into_iter().collect();
                Ok(self.0.add_tags(output(change.seen, "arn"), &record).await?.into())
            }
            other => Err(unknown_call(other)),
        }
    }

    async fn delete(&self, at: &Address, seen: &Seen, how: &DeleteOptions) -> Result<Answer, CallError> {
        if how.disable_protection && DbInstanceFields::decode(&seen.fields)?.protected == Some(true) {
            let open = InstanceShape { protected: Some(false), ..InstanceShape::default() };
            self.0.modify_instance(&at.name, &open, false).await?;
        }
        Ok(self.0.delete_instance(&at.name, how.snapshot.as_deref()).await?.into())
    }

    async fn add_tags(&self, seen: &Seen, tags: &BTreeMap<String, String>) -> Result<(), CallError> {
        self.0.add_tags(output(seen, "arn"), tags).await
    }

    async fn remove_tags(&self, seen: &Seen, keys: &[String]) -> Result<(), CallError> {
        self.0.remove_tags(output(seen, "arn"), keys).await
    }

    async fn progress(&self, _: &Address, operation: &Operation) -> Result<Phase, CallError> {
        db_snapshot::progress(self.0.as_ref(), operation.0.as_str().unwrap_or_default()).await
    }

    fn settled(&self, seen: &Seen, spec: &Resolved, fields: &[String]) -> Phase {
        let waits = seen.outputs.get("pending").and_then(Json::as_array);
        let waits = waits.into_iter().flatten().filter_map(Json::as_str);
        let waiting: Vec<&str> = waits.filter(|name| fields.iter().any(|field| field == name)).collect();
        if seen.phase == Phase::Ready && spec.flag("apply_immediately") && !waiting.is_empty() {
            return Phase::Pending(format!("{} pending", waiting.join(", ")));
        }
        seen.phase.clone()
    }
}

impl DbInstance {
    /// Takes the snapshot that is asked for, or finds the one that was begun.
    async fn snapshot(&self, at: &Address, change: &Change<'_>) -> Result<Answer, CallError> {
        let seen = change.seen;
        let order = Order::asked(change.spec.text("snapshot_trigger"), &seen.id, &seen.tags, &at.owner);
        Ok(match db_snapshot::take(self.0.as_ref(), &order).await? {
            Taken::Underway(_) => Answer::Operation(Operation(Json::from(order.name))),
            Taken::Available(_) => Answer::Seen(seen.clone()),
        })
    }
}

/// The tag that remembers what the last snapshot was asked for with.
fn record(spec: &Resolved) -> Option<(String, String)> {
    Some((db_snapshot::RECORD.to_owned(), spec.maybe_text("snapshot_trigger")?))
}

/// What a modify sends: the fields to set. Groups that others attached stay attached.
fn changed(change: &Change<'_>) -> Result<InstanceShape, CallError> {
    let (mut set, live): (DbInstanceFields, DbInstanceFields) = (change.only()?, change.live()?);
    let size = set.gb.max(live.gb);
    if change.sets(DbInstanceFields::MAX_GB) && set.max_gb <= size {
        // RDS switches growth off when the most is what there is.
        set.max_gb = size;
    }
    let stays = set.storage_type.as_ref().is_none_or(|kind| live.storage_type.as_ref() == Some(kind));
    if change.sets(DbInstanceFields::GB) && stays && is_striped(&live) {
        (set.iops, set.throughput) = (live.iops, live.throughput);
    }
    if change.sets(DbInstanceFields::SECURITY_GROUP) {
        set.security_group.0.extend(live.security_group.0);
    }
    Ok(set.shape())
}

fn is_striped(live: &DbInstanceFields) -> bool {
    live.storage_type.as_deref() == Some(GP3) && live.gb >= Some(STRIPED_GB)
}

fn seen(found: Instance) -> Seen {
    let waiting = pending(&found);
    let (now, later) = (found.shape, found.pending);
    let fields = DbInstanceFields {
        // Without its record an instance does not say that nothing was ever asked for.
        snapshot_trigger: found.tags.get(db_snapshot::RECORD).cloned(),
        engine: found.engine,
        database: Some(found.database.unwrap_or_else(|| DEFAULT_DATABASE.to_owned())),
        username: found.username,
        subnet_group: found.subnet_group,
        version: later.version.or(now.version),
        // RDS's own default, where an emulator does not tell.
        auto_minor_upgrade: Some(now.auto_minor_upgrade.unwrap_or(true)),
        class: later.class.or(now.class),
        gb: later.gb.or(now.gb),
        max_gb: now.max_gb,
        iops: later.iops.or(now.iops),
        throughput: later.throughput.or(now.throughput),
        storage_type: later.storage_type.or(now.storage_type),
        multi_az: later.multi_az.or(now.multi_az),
        backup_days: later.backup_days.or(now.backup_days),
        backup_window: now.backup_window,
        maintenance_window: now.maintenance_window,
        parameter_group: now.parameter_group,
        security_group: Entries(now.security_groups.unwrap_or_default()),
        public: Some(now.public.unwrap_or_default()),
        tags: found.tags.clone(),
        protected: Some(now.protected.unwrap_or_default()),
        ..Default::default()
    };
    let seen = Seen::of(found.id, &fields, found.tags).in_phase(phase(&found.status));
    let seen = seen.telling("arn", found.arn).telling("pending", waiting).telling("secret_arn", found.secret_arn);
    match found.endpoint {
        Some((host, port)) => seen.telling("host", host).telling("port", port),
        None => seen,
    }
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
        "deleting" => Phase::Deleting(status.to_owned()),
        "failed"
        | "storage-full"
        | "restore-error"
        | "inaccessible-encryption-credentials"
        | "insufficient-capacity" => Phase::Failed(format!("RDS says `{status}`").into()),
        _ if status.starts_with("incompatible-") => Phase::Failed(format!("RDS says `{status}`").into()),
        _ => Phase::Pending(status.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// What a modify sends of a live instance for these desired values.
    fn sent(live: InstanceShape, desired: &[(&str, Json)]) -> InstanceShape {
        let found = Instance {
            id: "orders".to_owned(),
            arn: String::new(),
            status: "available".to_owned(),
            shape: live,
            pending: InstanceShape::default(),
            reboot_pending: false,
            engine: "postgres".to_owned(),
            database: None,
            username: "postgres".to_owned(),
            subnet_group: String::new(),
            vpc: None,
            endpoint: None,
            secret_arn: None,
            iam_login: false,
            tags: BTreeMap::new(),
        };
        let seen = seen(found);
        let fields: Vec<String> = desired.iter().map(|(name, _)| (*name).to_owned()).collect();
        let spec = desired.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        let spec = Resolved::from(BTreeMap::from_iter(spec));
        changed(&Change { call: MODIFY, turn: Turn::Main, interim: false, seen: &seen, spec: &spec, fields: &fields })
            .unwrap()
    }

    fn disk(kind: &str, gb: i32, max_gb: Option<i32>) -> InstanceShape {
        let (iops, throughput) = if gb < STRIPED_GB { (3000, 125) } else { (12000, 500) };
        InstanceShape {
            gb: Some(gb),
            max_gb,
            storage_type: Some(kind.to_owned()),
            iops: Some(iops),
            throughput: Some(throughput),
            ..InstanceShape::default()
        }
    }

    #[test]
    fn striped_storage_grows_with_its_numbers() {
        let numbers = |live, desired: &[(&str, Json)]| {
            let sent = sent(live, desired);
            (sent.gb, sent.iops, sent.throughput)
        };
        let to_500 = [("gb", json!(500))];
        assert_eq!(numbers(disk("gp3", 400, None), &to_500), (Some(500), Some(12000), Some(500)));
        assert_eq!(numbers(disk("gp3", 399, None), &to_500), (Some(500), None, None));
        assert_eq!(numbers(disk("gp2", 400, None), &to_500), (Some(500), None, None));
        let other_type = [("gb", json!(500)), ("storage_type", json!("gp2"))];
        assert_eq!(numbers(disk("gp3", 400, None), &other_type), (Some(500), None, None));
        assert_eq!(numbers(disk("gp3", 400, None), &[("class", json!("db.m6g.large"))]), (None, None, None));
    }

    #[test]
    fn a_limit_that_leaves_no_room_switches_growth_off() {
        let most = |live, desired: &[(&str, Json)]| sent(live, desired).max_gb;
        assert_eq!(most(disk("gp3", 20, None), &[("max_gb", json!(100))]), Some(100));
        assert_eq!(most(disk("gp3", 80, Some(100)), &[("max_gb", json!(null))]), Some(80));
        assert_eq!(most(disk("gp3", 150, Some(200)), &[("max_gb", json!(100))]), Some(150));
        assert_eq!(most(disk("gp3", 20, Some(100)), &[("max_gb", json!(null)), ("gb", json!(30))]), Some(30));
        assert_eq!(most(disk("gp3", 20, Some(100)), &[("gb", json!(30))]), None);
    }
}
