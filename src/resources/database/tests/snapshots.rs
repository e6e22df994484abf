//! `snapshot_trigger`: a snapshot before all else, taken once.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use tf_plugin::harness::Harness;

use super::cloud::{FakeCloud, Fault};
use crate::cloud::aws::rds::Snapshot;
use crate::resources::database::DatabaseResource;
use crate::resources::lifecycle::Run;

const INSTANCE: &str = "orders";

fn database(cloud: &FakeCloud) -> Harness {
    Harness::new("drop_database", Run::<DatabaseResource>::over(cloud.runtime()))
}

fn asked(on: &str) -> Json {
    json!({"name": "orders", "snapshot_trigger": on})
}

/// A snapshot, and something that it is to come before.
fn upgrade(on: &str) -> Json {
    json!({"name": "orders", "snapshot_trigger": on, "instance_class": "db.m6g.large", "apply_immediately": true,
        "parameters": {"work_mem": "8192"}})
}

/// A database that was made with the value `v1`, and another run of the CLI.
async fn made() -> (FakeCloud, Harness) {
    let cloud = FakeCloud::default();
    let mut first = database(&cloud);
    let _ = first.apply(asked("v1")).await.ok();
    cloud.heal();
    let next = next_run(&cloud, &mut first);
    (cloud, next)
}

fn next_run(cloud: &FakeCloud, database: &mut Harness) -> Harness {
    let mut next = self::database(cloud);
    *next.current() = database.current().take();
    next
}

fn record(cloud: &FakeCloud) -> Option<String> {
    cloud.state().instances[INSTANCE].tags.get("drop:snapshot_trigger").cloned()
}

fn taken(cloud: &FakeCloud) -> Vec<String> {
    cloud.state().manual.keys().cloned().collect()
}

#[tokio::test(start_paused = true)]
async fn a_new_value_takes_one_before_all_else_and_nothing_else_does() {
    let (cloud, mut database) = made().await;
    assert_eq!((taken(&cloud), record(&cloud).as_deref()), (vec![], Some("v1")), "a new database has nothing to take");
    let _ = database.apply(upgrade("V2")).await.ok();
    assert_eq!(
        cloud.changes(),
        ["rds:CreateDBSnapshot", "rds:AddTagsToResource", "rds:ModifyDBParameterGroup", "rds:ModifyDBInstance"]
    );
    let tags = cloud.state().manual["orders-v2"].tags.clone();
    let marks =
        [("drop:resource", "drop_database/-/orders"), ("drop:snapshot_trigger", "v1"), ("drop:taken_for", "V2")];
    assert_eq!(tags, marks.map(|(key, value)| (key.to_owned(), value.to_owned())).into());
    cloud.heal();
    let _ = database
        .apply(json!({"name": "orders", "instance_class": "db.m6g.large", "apply_immediately": true}))
        .await
        .ok();
    assert_eq!(cloud.changes(), ["rds:ResetDBParameterGroup"], "not asking takes nothing, and nothing back");
    assert_eq!((taken(&cloud).len(), record(&cloud).as_deref()), (1, Some("V2")));
}

#[tokio::test(start_paused = true)]
async fn one_that_was_interrupted_is_gone_on_with() {
    let (cloud, mut database) = made().await;
    let _ = database.apply(upgrade("v2")).await.ok();
    let changes = cloud.changes().len();
    for fault in [Fault::Refused, Fault::Lost] {
        for change in 1..=changes {
            let (cloud, mut database) = made().await;
            cloud.fail_change(change, fault);
            let failed = database.apply(upgrade("v2")).await.diagnostics.has_errors();
            assert!(failed, "{fault:?} at change {change}");
            cloud.heal();
            let mut database = next_run(&cloud, &mut database);
            let plan = database.plan(upgrade("v2")).await;
            let there = plan.diagnostics.to_string().contains("is there already");
            assert_eq!(
                there,
                (fault, change) == (Fault::Refused, 2),
                "{fault:?} at change {change}: {}",
                plan.diagnostics
            );
            let _ = database.apply(upgrade("v2")).await.ok();
            assert_eq!(
                (taken(&cloud).len(), record(&cloud).as_deref()),
                (1, Some("v2")),
                "{fault:?} at change {change}"
            );
        }
    }
    let (cloud, mut database) = made().await;
    let stop = database.stop();
    let later = tokio::spawn(async move {
        tokio::time::sleep(std::time::Duration::from_secs(60)).await;
        stop();
    });
    let told = database.apply(upgrade("v2")).await.fails("the update stopped").to_string();
    later.await.unwrap();
    assert!(told.contains("(snapshot creating "), "{told}");
    assert_eq!(cloud.changes(), ["rds:CreateDBSnapshot"], "nothing is changed before it is there");
    let _ = next_run(&cloud, &mut database).apply(upgrade("v2")).await.ok();
    assert_eq!(taken(&cloud).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_name_that_is_taken_is_refused_before_anything_is_changed() {
    let (cloud, mut database) = made().await;
    for on in ["v2", "v3"] {
        let _ = database.apply(asked(on)).await.ok();
    }
    let foreign = Snapshot {
        arn: "arn:foreign".to_owned(),
        status: "available".to_owned(),
        percent: 100,
        tags: BTreeMap::from([("team".to_owned(), "other".to_owned())]),
    };
    cloud.state().manual.insert("orders-before-migration".to_owned(), foreign);
    cloud.heal();
    for on in ["v2", "before.migration"] {
        let told = database.apply(upgrade(on)).await.fails("cannot be taken").to_string();
        assert!(told.contains("never used") && !told.contains("migration"), "{told}");
    }
    assert!(cloud.state().calls.is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_import_reads_it_back() {
    let (cloud, mut database) = made().await;
    *database.current() = None;
    let mut database = self::database(&cloud);
    let _ = database.import("orders").await.ok();
    assert_eq!(database.state().get("snapshot_trigger").as_str(), Some("v1"));
    let _ = database.apply(asked("v1")).await.ok();
    assert_eq!(taken(&cloud), Vec::<String>::new());
}
