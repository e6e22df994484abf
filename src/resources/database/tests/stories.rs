//! The rows of the sequence table that need no second process, failed at every changing call.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Value as Json, json};
use tf_plugin::harness::{Action, Harness, unknown};
use tokio::time::Instant;

use super::cloud::{FakeCloud, Fault};
use crate::cloud::aws::ec2::{Permission, Rule, SecurityGroup};
use crate::cloud::aws::rds::{Instance, InstanceShape, ParameterGroup, SubnetGroup};
use crate::resources::database::DatabaseResource;
use crate::resources::lifecycle::Run;

struct World {
    cloud: FakeCloud,
    database: Harness,
}

fn world() -> World {
    let cloud = FakeCloud::default();
    let database = Harness::new("drop_database", Run::<DatabaseResource>::over(cloud.runtime()));
    World { cloud, database }
}

/// Another run of the CLI: a new process with the same state.
fn next_run(world: &mut World) {
    let state = world.database.current().take();
    world.database = Harness::new("drop_database", Run::<DatabaseResource>::over(world.cloud.runtime()));
    *world.database.current() = state;
}

fn config() -> Json {
    json!({"name": "orders", "parameters": {"work_mem": "8192"}})
}

const FAULTS: [Fault; 2] = [Fault::Refused, Fault::Lost];

/// The changing calls of a whole create.
async fn calls() -> usize {
    let mut world = world();
    world.cloud.fail(usize::MAX, Fault::Refused);
    let _ = world.database.apply(config()).await.ok();
    world.cloud.state().calls.len()
}

/// A create that failed at this call, as the next run finds it. `None` if a lost response did no harm.
async fn failed_at(call: usize, fault: Fault) -> Option<World> {
    let mut world = world();
    world.cloud.fail(call, fault);
    let outcome = world.database.apply(config()).await;
    world.cloud.heal();
    let failed = outcome.diagnostics.has_errors();
    next_run(&mut world);
    failed.then_some(world)
}

fn assert_whole(world: &World) {
    assert!(world.cloud.mark().starts_with("complete "), "{}", world.cloud.mark());
    let births = world.cloud.births();
    assert_eq!(births.len(), 4, "{births:?}");
    let state = world.cloud.state();
    assert_eq!(state.instances["orders"].shape.protected, Some(true));
}

fn assert_empty(world: &World) {
    assert!(world.cloud.births().is_empty(), "{:?}", world.cloud.births());
    assert!(world.cloud.state().snapshots.is_empty());
}

#[tokio::test(start_paused = true)]
async fn row_1_a_failed_create_is_continued_with_the_same_objects() {
    for fault in FAULTS {
        for call in 1..=calls().await {
            let Some(mut world) = failed_at(call, fault).await else { continue };
            let before = world.cloud.births();
            let _ = world.database.apply(config()).await.ok();
            assert_whole(&world);
            let after = world.cloud.births();
            assert!(before.iter().all(|(name, born)| after[name] == *born), "{fault:?} at call {call}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn row_2_a_changeable_field_is_converged_on_the_way() {
    for call in 1..=calls().await {
        let Some(mut world) = failed_at(call, Fault::Refused).await else { continue };
        let before = world.cloud.births();
        let changed = json!({"name": "orders", "instance_class": "db.m6g.large", "apply_immediately": true,
            "parameters": {"max_connections": "200"}});
        let _ = world.database.apply(changed).await.ok();
        assert_whole(&world);
        assert!(before.iter().all(|(name, born)| world.cloud.births()[name] == *born), "call {call}");
        let state = world.cloud.state();
        assert_eq!(state.instances["orders"].shape.class.as_deref(), Some("db.m6g.large"));
        let (_, parameters) = &state.parameter_groups["orders"];
        assert_eq!(parameters.keys().collect::<Vec<_>>(), ["max_connections"]);
    }
}

#[tokio::test(start_paused = true)]
async fn row_3_a_create_only_field_makes_that_object_anew() {
    for call in 1..=calls().await {
        let Some(mut world) = failed_at(call, Fault::Refused).await else { continue };
        let before = world.cloud.births();
        let changed = json!({"name": "orders", "parameters": {"work_mem": "8192"}, "username": "owner"});
        let _ = world.database.apply(changed).await.ok();
        assert_whole(&world);
        let after = world.cloud.births();
        for (name, born) in before {
            assert_eq!(after[&name] == born, name != "db_instance orders", "{name} at call {call}");
        }
        assert!(world.cloud.state().snapshots.is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn row_3_what_uses_an_object_that_is_made_anew_is_made_anew_too() {
    for call in 1..=calls().await {
        let Some(mut world) = failed_at(call, Fault::Refused).await else { continue };
        let before = world.cloud.births();
        let changed = json!({"name": "orders", "parameters": {"work_mem": "8192"}, "version": "16"});
        let _ = world.database.apply(changed).await.ok();
        assert_whole(&world);
        let after = world.cloud.births();
        let anew = ["db_parameter_group orders", "db_instance orders"];
        for (name, born) in before {
            assert_eq!(after[&name] == born, !anew.contains(&name.as_str()), "{name} at call {call}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn row_2_protection_that_was_on_already_is_switched_off() {
    for call in 1..=calls().await {
        let Some(mut world) = failed_at(call, Fault::Refused).await else { continue };
        let open = json!({"name": "orders", "parameters": {"work_mem": "8192"}, "deletion_protection": false});
        let _ = world.database.apply(open).await.ok();
        assert_eq!(world.cloud.state().instances["orders"].shape.protected, Some(false), "call {call}");
    }
}

#[tokio::test(start_paused = true)]
async fn rows_4_and_11_a_failed_create_is_destroyed_whole() {
    for fault in FAULTS {
        for call in 1..=calls().await {
            let Some(mut world) = failed_at(call, fault).await else { continue };
            // Fails again, at the same call, where it comes that far.
            world.cloud.fail(call, Fault::Refused);
            let _ = world.database.apply(config()).await.state;
            world.cloud.heal();
            next_run(&mut world);
            if world.cloud.mark().starts_with("complete") {
                continue;
            }
            let _ = world.database.destroy().await.ok();
            assert_empty(&world);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn row_6_another_name_deletes_the_old_and_makes_the_new() {
    for call in 1..=calls().await {
        let Some(mut world) = failed_at(call, Fault::Refused).await else { continue };
        let _ = world.database.apply(json!({"name": "invoices"})).await.ok();
        let births = world.cloud.births();
        assert!(births.keys().all(|name| name.ends_with(" invoices")), "call {call}: {births:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn rows_9_and_31_untaint_and_go_on_with_the_same_generation() {
    for call in 1..=calls().await {
        let Some(mut world) = failed_at(call, Fault::Refused).await else { continue };
        if world.database.state().is_null() {
            continue;
        }
        let creation_id = world.database.state().get("creation_id").clone();
        let before = world.cloud.births();
        world.database.untaint();
        let outcome = world.database.apply(config()).await;
        assert_eq!(outcome.action, Some(Action::Update));
        assert_eq!(*outcome.ok().get("creation_id"), creation_id);
        assert_whole(&world);
        assert!(before.iter().all(|(name, born)| world.cloud.births()[name] == *born));
    }
}

#[tokio::test(start_paused = true)]
async fn row_13_create_before_destroy_continues_and_releases_silently() {
    for call in 1..=calls().await {
        let Some(mut world) = failed_at(call, Fault::Refused).await else { continue };
        let state = world.database.current().take();
        let shared = world.cloud.runtime();
        world.database = Harness::new("drop_database", Run::<DatabaseResource>::over(shared)).create_before_destroy();
        *world.database.current() = state;
        let before = world.cloud.births();
        let outcome = world.database.apply(config()).await;
        let warned = outcome.diagnostics.warnings().any(|warning| warning.summary.contains("left in place"));
        let _ = outcome.ok();
        assert!(!warned);
        assert!(world.database.deposed().is_empty());
        assert_whole(&world);
        assert!(before.iter().all(|(name, born)| world.cloud.births()[name] == *born), "call {call}");
    }
}

#[tokio::test(start_paused = true)]
async fn rows_25_to_27_a_complete_database_is_not_replaced_by_surprise() {
    let mut world = world();
    let _ = world.database.apply(config()).await.ok();
    let before = world.cloud.births();

    world.database.taint();
    next_run(&mut world);
    world.database.apply(config()).await.fails("`untaint` it; to replace it");
    world.database.untaint();

    next_run(&mut world);
    world.database.replace(config()).await.fails("deletion_protection");
    assert_eq!(world.cloud.births(), before);

    next_run(&mut world);
    let open = json!({"name": "orders", "parameters": {"work_mem": "8192"}, "deletion_protection": false});
    let _ = world.database.apply(open.clone()).await.ok();
    next_run(&mut world);
    let _ = world.database.replace(open).await.ok();
    assert!(world.cloud.births().iter().all(|(name, born)| before[name] != *born));
    assert_eq!(world.cloud.state().snapshots, ["orders-final-1700000000"]);
}

#[tokio::test(start_paused = true)]
async fn a_complete_database_in_no_state_is_not_adopted_but_imported() {
    let mut world = world();
    let _ = world.database.apply(config()).await.ok();
    *world.database.current() = None;
    next_run(&mut world);
    world.database.apply(config()).await.fails("import {");
    next_run(&mut world);
    let _ = world.database.import("orders").await.ok();
    let plan = world.database.plan(config()).await;
    assert_eq!(plan.action, Action::NoOp, "{}", plan.planned);
}

#[tokio::test(start_paused = true)]
async fn row_34_a_destroy_that_failed_is_finished_by_the_next() {
    let open = json!({"name": "orders", "deletion_protection": false, "skip_final_snapshot": true});
    for fault in FAULTS {
        for call in 1..=4 {
            let mut world = world();
            let _ = world.database.apply(open.clone()).await.ok();
            world.cloud.fail(call, fault);
            let failed = world.database.destroy().await.diagnostics.has_errors();
            assert!(failed);
            world.cloud.heal();
            next_run(&mut world);
            let _ = world.database.destroy().await.ok();
            assert_empty(&world);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_update_that_failed_is_finished_by_the_next() {
    let changed = json!({"name": "orders", "parameters": {"max_connections": "200"}, "tags": {"team": "a"},
        "backup": {"retention_days": 14}, "deletion_protection": false});
    for fault in FAULTS {
        for call in 1..=8 {
            let mut world = world();
            let _ = world.database.apply(config()).await.ok();
            let before = world.cloud.births();
            world.cloud.fail(call, fault);
            let outcome = world.database.apply(changed.clone()).await;
            let failed = outcome.diagnostics.has_errors();
            world.cloud.heal();
            next_run(&mut world);
            let _ = world.database.apply(changed.clone()).await.ok();
            assert_eq!(world.cloud.births(), before);
            assert_eq!(world.cloud.state().instances["orders"].shape.backup_days, Some(14));
            assert!(failed || call > 6, "{fault:?} at call {call} went by");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_others_own_is_no_drift_and_what_we_own_is_set_back() {
    let mut world = world();
    let _ = world.database.apply(config()).await.ok();
    {
        let mut state = world.cloud.state();
        let instance = state.instances.get_mut("orders").unwrap();
        instance.shape.version = Some("17.6".to_owned());
        instance.shape.gb = Some(25);
        instance.tags.insert("aws:backup".to_owned(), "x".to_owned());
        instance.shape.security_groups.as_mut().unwrap().insert("sg-foreign".to_owned());
    }
    assert_eq!(world.database.plan(config()).await.action, Action::NoOp);
    {
        let mut state = world.cloud.state();
        let group = state.security_groups.keys().next().unwrap().clone();
        let owner = Some("drop_app_service/-/web".to_owned());
        let own = Rule { id: "sgr-app".to_owned(), owner, ..Rule::default() };
        let hole = Rule { id: "sgr-hole".to_owned(), ..Rule::default() };
        state.rules.entry(group).or_default().extend([own, hole]);
        state.parameter_groups.get_mut("orders").unwrap().1.insert("work_mem".into(), "1".into());
        state.instances.get_mut("orders").unwrap().shape.protected = Some(false);
    }
    next_run(&mut world);
    let _ = world.database.refresh().await;
    let drift = world.database.state().get("drift").as_elements().unwrap().to_vec();
    assert_eq!(drift.len(), 1);
    assert!(drift[0].as_str().unwrap().starts_with("changed db_security_group.ingress"));
    let _ = world.database.apply(config()).await.ok();
    let state = world.cloud.state();
    let rules: Vec<&str> = state.rules.values().flatten().map(|rule| rule.id.as_str()).collect();
    assert_eq!(rules, ["sgr-app"]);
    assert_eq!(state.parameter_groups["orders"].1["work_mem"], "8192");
    assert_eq!(state.instances["orders"].shape.protected, Some(true));
}

#[tokio::test(start_paused = true)]
async fn a_stopped_instance_is_no_drift_and_is_told_where_it_would_be_changed() {
    let mut world = world();
    let _ = world.database.apply(config()).await.ok();
    world.cloud.state().instances.get_mut("orders").unwrap().status = "stopped".to_owned();
    next_run(&mut world);
    let unchanged = world.database.plan(config()).await;
    assert_eq!((unchanged.action, unchanged.diagnostics.errors().count()), (Action::NoOp, 0));
    let mut changed = config();
    changed["instance_class"] = json!("db.m7g.large");
    let told = world.database.plan(changed).await.diagnostics.to_string();
    assert!(told.contains("The DB instance orders is stopped"), "{told}");
    assert!(told.contains("aws rds start-db-instance --region"), "{told}");
}

#[tokio::test(start_paused = true)]
async fn an_instance_that_is_gone_protects_nothing_and_comes_back_empty_with_a_warning() {
    let protected = json!({"name": "orders"});
    let lost = async || {
        let mut world = world();
        let _ = world.database.apply(protected.clone()).await.ok();
        world.cloud.state().instances.clear();
        let _ = world.database.refresh().await;
        world
    };
    let mut world = lost().await;
    let plan = world.database.plan(protected.clone()).await;
    let warned = plan.diagnostics.warnings().map(|warning| warning.summary.clone()).collect::<Vec<_>>();
    assert_eq!(warned, ["drop_database \"orders\": db_instance is gone, and its data with it"]);
    let _ = world.database.apply(protected.clone()).await.ok();
    let again = world.database.plan(protected.clone()).await;
    assert_eq!((again.action, again.diagnostics.warnings().count()), (Action::NoOp, 0));
    world.database.destroy().await.fails("deletion_protection");

    let mut world = lost().await;
    let destroyed = world.database.destroy().await;
    let for_good = destroyed.diagnostics.warnings().any(|warning| warning.summary.contains("deleted for good"));
    assert!(!for_good, "{}", destroyed.diagnostics);
    let _ = destroyed.ok();
    let state = world.cloud.state();
    assert!(state.subnet_groups.is_empty() && state.security_groups.is_empty() && state.snapshots.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_rule_of_somebody_else_ends_the_destroy_and_is_named() {
    let open = json!({"name": "orders", "deletion_protection": false, "skip_final_snapshot": true});
    let mut world = world();
    let _ = world.database.apply(open).await.ok();
    let rule = |group: &str, owner: Option<&str>| {
        let opening = Some(Permission { ports: (22, 22), peer: group.to_owned() });
        let owner = owner.map(str::to_owned);
        Rule { id: "sgr-9".to_owned(), group: "sg-theirs".to_owned(), owner, opening, ..Rule::default() }
    };
    let group = world.cloud.state().security_groups.keys().next().unwrap().clone();
    let refer = |owner| BTreeMap::from([("sg-theirs".to_owned(), BTreeSet::from([rule(&group, owner)]))]);

    // One of drop's goes with its resource: it is waited for, and named when that does not happen.
    world.cloud.state().rules = refer(Some("drop_app_service/-/web"));
    let begun = Instant::now();
    world.database.destroy().await.fails("used by rule sgr-9 of security group sg-theirs (theirs)");
    assert!(begun.elapsed() > Duration::from_secs(60), "{:?}", begun.elapsed());

    world.cloud.state().rules = refer(None);
    let begun = Instant::now();
    world
        .database
        .destroy()
        .await
        .fails("rule sgr-9 of security group sg-theirs (theirs) refers to it and is not drop's");
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());

    world.cloud.state().rules.clear();
    let _ = world.database.destroy().await.ok();
    assert_empty(&world);
}

#[tokio::test(start_paused = true)]
async fn a_version_that_is_known_after_apply_leaves_the_plan_open() {
    let mut world = world();
    let version = |version: Json| json!({"name": "orders", "version": version});
    let _ = world.database.apply(version(json!("17"))).await.ok();
    let plan = world.database.plan(version(unknown())).await;
    assert!(!plan.diagnostics.has_errors(), "{}", plan.diagnostics);
    assert_eq!(plan.action, Action::Update);
    assert!(!plan.get("version").is_known() && !plan.get("steps").is_known());
    assert!(plan.get("id").is_known() && plan.get("ref").is_known());
    let plan = world.database.plan(version(json!("16"))).await;
    assert!(plan.diagnostics.to_string().contains("The major version cannot be changed yet"), "{}", plan.diagnostics);
}

#[tokio::test(start_paused = true)]
async fn bad_input_is_told_at_plan_and_changes_nothing() {
    let bad = [
        (json!({"name": "orders", "instance_class": "db.none.large"}), "does not sell"),
        (json!({"name": "orders", "version": "16.99"}), "has no such version of postgres"),
        (json!({"name": "orders", "parameters": {"work_men": "1"}}), "Did you mean work_mem?"),
        (json!({"name": "orders", "parameters": {"work_mem": "lots"}}), "does not take this value"),
        (json!({"name": "orders", "storage": {"gb": 20, "max_gb": 21}}), "leaves no room to grow"),
        (json!({"name": "orders", "storage": {"type": "gp2"}}), "has no such storage"),
        (json!({"name": "orders", "instance_class": "db.t3.nano", "multi_az": true}), "cannot have a standby"),
        (json!({"name": "Orders"}), "must begin with a letter"),
    ];
    for (config, expected) in bad {
        let mut world = world();
        world.database.apply(config).await.fails(expected);
        assert!(world.cloud.state().calls.is_empty());
        assert!(world.database.state().is_null());
    }
}

#[tokio::test(start_paused = true)]
async fn a_parameter_group_that_others_use_is_left_and_one_of_our_own_is_made_when_needed() {
    let mut world = world();
    let _ = world.database.apply(json!({"name": "orders", "deletion_protection": false})).await.ok();
    {
        let mut state = world.cloud.state();
        let instance = state.instances.get_mut("orders").unwrap();
        instance.shape.parameter_group = Some("default.postgres17".to_owned());
    }
    world.cloud.heal();
    *world.database.current() = None;
    next_run(&mut world);
    let family = crate::cloud::aws::rds::ParameterGroup {
        name: "default.postgres17".to_owned(),
        arn: "arn:default".to_owned(),
        family: "postgres17".to_owned(),
    };
    let values = std::collections::BTreeMap::from([("work_mem".to_owned(), "1".to_owned())]);
    world.cloud.state().parameter_groups.clear();
    world.cloud.state().parameter_groups.insert(family.name.clone(), (family, values));
    let _ = world.database.import("orders").await.ok();
    let open = json!({"name": "orders", "deletion_protection": false});
    let plan = world.database.plan(open).await;
    assert_eq!(plan.action, Action::NoOp, "{}\n{}", world.database.state(), plan.planned);
    let own = json!({"name": "orders", "deletion_protection": false, "parameters": {"work_mem": "8192"}});
    let _ = world.database.apply(own).await.ok();
    let state = world.cloud.state();
    assert_eq!(state.parameter_groups["default.postgres17"].1["work_mem"], "1");
    assert_eq!(state.instances["orders"].shape.parameter_group.as_deref(), Some("orders"));
}

/// An instance that somebody made by hand, in a subnet group that others use.
fn unmanaged(world: &World) {
    let shape = InstanceShape {
        class: Some("db.t4g.micro".to_owned()),
        version: Some("17.6".to_owned()),
        gb: Some(20),
        storage_type: Some("gp3".to_owned()),
        multi_az: Some(false),
        backup_days: Some(7),
        backup_window: Some("02:00-03:00".to_owned()),
        maintenance_window: Some("sun:04:00-sun:05:00".to_owned()),
        parameter_group: Some("default.postgres17".to_owned()),
        security_groups: Some(["sg-default".to_owned()].into()),
        ..InstanceShape::default()
    };
    let legacy = Instance {
        id: "legacy".to_owned(),
        arn: "arn:aws:rds:eu-north-1:123456789012:db:legacy".to_owned(),
        status: "available".to_owned(),
        shape,
        pending: InstanceShape::default(),
        reboot_pending: false,
        engine: "postgres".to_owned(),
        database: None,
        username: "postgres".to_owned(),
        subnet_group: "default".to_owned(),
        vpc: None,
        endpoint: None,
        secret_arn: None,
        iam_login: false,
        tags: BTreeMap::new(),
    };
    let group = SubnetGroup {
        name: "default".to_owned(),
        arn: "arn:default".to_owned(),
        vpc: "vpc-other".to_owned(),
        subnets: BTreeSet::new(),
    };
    let family = ParameterGroup {
        name: "default.postgres17".to_owned(),
        arn: "arn:default17".to_owned(),
        family: "postgres17".to_owned(),
    };
    let open = SecurityGroup {
        id: "sg-default".to_owned(),
        name: "default".to_owned(),
        vpc: "vpc-other".to_owned(),
        tags: BTreeMap::new(),
    };
    let mut state = world.cloud.state();
    state.parameter_groups.insert(family.name.clone(), (family, BTreeMap::new()));
    state.security_groups.insert(open.id.clone(), open);
    state.instances.insert("legacy".to_owned(), legacy);
    state.subnet_groups.insert("default".to_owned(), group);
    state.no_default_vpc = true;
}

#[tokio::test(start_paused = true)]
async fn an_imported_database_is_tagged_changed_and_as_safe_as_one_of_our_own() {
    let mut world = world();
    unmanaged(&world);
    let config = json!({"name": "legacy", "deletion_protection": false});
    let _ = world.database.import("legacy").await.ok();
    // Without a default VPC, and with groups that are somebody else's.
    let _ = world.database.apply(config.clone()).await.ok();
    assert_eq!(world.cloud.state().calls, ["rds:AddTagsToResource"]);
    world.cloud.state().no_default_vpc = false;
    world.database.taint();
    next_run(&mut world);
    world.database.apply(config).await.fails("`untaint` it");
    assert!(world.cloud.state().instances.contains_key("legacy"));
}

#[tokio::test(start_paused = true)]
async fn an_identity_of_another_name_says_the_right_one() {
    let mut world = world();
    unmanaged(&world);
    let legacy = world.cloud.state().instances["legacy"].clone();
    world.cloud.state().instances.insert("Legacy".to_owned(), legacy);
    let identity = |name: &str| json!({"account": null, "region": "eu-north-1", "environment": null, "name": name});
    let told = world.database.import_by_identity(identity("Legacy")).await.fails("Write `name = \"legacy\"`");
    assert_eq!(told.errors().map(|error| error.path.to_string()).collect::<Vec<_>>(), ["name"]);
    assert!(!told.to_string().contains("bug in the provider"), "{told}");
    let _ = world.database.import_by_identity(identity("legacy")).await.ok();
}

const OFFICIAL: &str = "registry.example/hashicorp/aws";

/// What the state of the official provider says of that instance.
fn official(username: &str) -> Json {
    json!({
        "arn": "arn:aws:rds:eu-north-1:123456789012:db:legacy", "identifier": "legacy", "engine": "postgres",
        "engine_version": "17", "instance_class": "db.t4g.micro", "allocated_storage": 20, "storage_type": "gp3",
        "username": username, "password": "hushhush", "db_subnet_group_name": "default",
        "parameter_group_name": "default.postgres17", "vpc_security_group_ids": ["sg-default"],
        "backup_retention_period": 7, "deletion_protection": false, "skip_final_snapshot": true, "tags": {"team": "a"},
    })
}

#[tokio::test(start_paused = true)]
async fn what_was_taken_over_is_not_replaced_for_what_the_configuration_leaves_out() {
    let config = json!({"name": "legacy", "deletion_protection": false, "skip_final_snapshot": true});
    for (by, own) in [("import", false), ("import", true), ("moved", false)] {
        let mut world = world();
        unmanaged(&world);
        {
            let mut state = world.cloud.state();
            let mut instance = state.instances.remove("legacy").unwrap();
            instance.username = "boss".to_owned();
            if own {
                let mut group = state.subnet_groups["default"].clone();
                instance.subnet_group = "legacy-net".to_owned();
                instance.subnet_group.clone_into(&mut group.name);
                state.subnet_groups.insert("legacy-net".to_owned(), group);
            }
            state.instances.insert("legacy".to_owned(), instance);
        }
        let database = &mut world.database;
        let taken = match by {
            "import" => database.import("legacy").await.ok(),
            _ => database.move_from(OFFICIAL, "aws_db_instance", official("boss")).await.ok(),
        };
        let group = if own { "legacy-net" } else { "shared:default" };
        assert_eq!(taken.get("components").get("db_subnet_group").as_str(), Some(group));
        database.apply(config.clone()).await.fails("Write `username = \"boss\"`");
        assert_eq!(world.cloud.state().calls, [""; 0], "{by}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_state_of_the_official_provider_is_taken_over_and_only_tags_are_added() {
    let mut world = world();
    unmanaged(&world);
    let moved = world.database.move_from(OFFICIAL, "aws_db_instance", official("postgres")).await.ok();
    assert!(!moved.to_string().contains("hushhush"));
    let config = json!({"name": "legacy", "deletion_protection": false, "skip_final_snapshot": true,
        "tags": {"team": "a"}});
    let plan = world.database.plan(config.clone()).await;
    assert_eq!(plan.action, Action::Update, "{}", plan.planned);
    let _ = world.database.apply(config).await.ok();
    assert_eq!(world.cloud.state().calls, ["rds:AddTagsToResource"]);
}

#[tokio::test(start_paused = true)]
async fn what_it_cannot_be_is_not_taken_over() {
    let arn = "arn:aws:rds:eu-north-1:123456789012:db:a";
    let state = |more: (&str, Json)| {
        let mut state = json!({"arn": arn, "identifier": "a", "engine": "postgres"});
        state[more.0] = more.1;
        state
    };
    let from = async |provider: &str, state: Json, why: &str| {
        world().database.move_from(provider, "aws_db_instance", state).await.fails(why);
    };
    from(OFFICIAL, state(("engine", json!("mysql"))), "PostgreSQL").await;
    from(OFFICIAL, state(("publicly_accessible", json!(true))), "publicly accessible").await;
    from(OFFICIAL, state(("replicate_source_db", json!("b"))), "read replica").await;
    from(OFFICIAL, state(("storage_type", json!("io1"))), "Its storage is io1").await;
    from(OFFICIAL, state(("identifier", json!("2nd"))), "rename it first").await;
    from("registry.example/other/aws", state(("engine", json!("postgres"))), "takes over the state of").await;
}

#[tokio::test(start_paused = true)]
async fn a_clouds_message_does_not_repeat_what_the_user_wrote() {
    let mut world = world();
    world.cloud.state().says = "Invalid master user name: hushhush in db.m6g.large".to_owned();
    world.cloud.fail(4, Fault::Refused);
    let config = json!({"name": "orders", "username": "hushhush", "instance_class": "db.m6g.large"});
    let outcome = world.database.apply(config).await;
    let told = outcome.diagnostics.to_string();
    assert!(told.contains("Invalid master user name: (username) in db.m6g.large"), "{told}");
}
