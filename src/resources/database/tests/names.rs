//! What objects are called, and what happens where a name is taken.

use std::collections::BTreeMap;

use serde_json::json;
use tf_plugin::harness::Harness;

use super::cloud::FakeCloud;
use crate::cloud::aws::ec2::SecurityGroup;
use crate::resources::database::DatabaseResource;
use crate::resources::lifecycle::Run;

fn database(cloud: &FakeCloud) -> Harness {
    Harness::new("drop_database", Run::<DatabaseResource>::over(cloud.runtime()))
}

#[tokio::test(start_paused = true)]
async fn every_object_is_called_by_the_resource() {
    let cloud = FakeCloud::default();
    let _ = database(&cloud).apply(json!({"name": "orders"})).await.ok();
    let births = cloud.births();
    let names = ["db_instance orders", "db_parameter_group orders", "db_subnet_group orders", "security_group orders"];
    assert_eq!(births.keys().map(String::as_str).collect::<Vec<_>>(), names);
}

#[tokio::test(start_paused = true)]
async fn a_single_object_may_be_called_otherwise_and_is_not_renamed() {
    let cloud = FakeCloud::default();
    let mut database = database(&cloud);
    let named = json!({"name": "orders", "names": {"db_instance": "skafu"}});
    let state = database.apply(named.clone()).await.ok();
    assert!(state.get("id").as_str().is_some_and(|id| id.ends_with(":db:skafu")));
    assert!(cloud.births().contains_key("db_instance skafu") && cloud.births().contains_key("db_subnet_group orders"));
    let _ = database.refresh().await;
    assert_eq!(database.plan(named).await.get("steps"), state.get("steps"), "the second plan is empty");
    let again = database.plan(json!({"name": "orders", "names": {"db_instance": "orders"}})).await.diagnostics;
    assert!(again.to_string().contains("exists and is called `skafu`"), "{again}");
    let left_out = database.plan(json!({"name": "orders"})).await;
    assert!(!left_out.diagnostics.has_errors(), "{}", left_out.diagnostics);
    assert_eq!(left_out.get("steps"), state.get("steps"), "a recorded name stays");
}

#[tokio::test(start_paused = true)]
async fn what_is_no_name_is_refused_at_plan() {
    for (names, words) in [
        (json!({"db_cluster": "a"}), "has no component db_cluster"),
        (json!({"network": "a"}), "no name to choose"),
        (json!({"db_instance": "a_b"}), "cannot be called so"),
        (json!({"db_parameter_group": "default.postgres17"}), "cannot be called so"),
    ] {
        let told = database(&FakeCloud::default()).plan(json!({"name": "orders", "names": names})).await.diagnostics;
        assert!(told.to_string().contains(words), "{words}: {told}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_name_that_another_resource_has_is_refused_with_its_owner() {
    let cloud = FakeCloud::default();
    let theirs = SecurityGroup {
        id: "sg-theirs".to_owned(),
        name: "orders".to_owned(),
        vpc: "vpc-1".to_owned(),
        tags: BTreeMap::from([("drop:resource".to_owned(), "drop_app_service/-/orders".to_owned())]),
    };
    cloud.state().security_groups.insert(theirs.id.clone(), theirs);
    let failed = database(&cloud).apply(json!({"name": "orders"})).await.diagnostics;
    assert!(failed.to_string().contains("sg-theirs (orders) is not this resource's and is not touched"), "{failed}");
}

#[tokio::test(start_paused = true)]
async fn a_resource_of_an_environment_never_takes_the_anchor_of_another() {
    let cloud = FakeCloud::default();
    let _ = database(&cloud).apply(json!({"name": "prod-orders"})).await.ok();
    for tags in cloud.state().tags.values_mut() {
        tags.insert("drop:resource".to_owned(), "drop_database/prod/orders".to_owned());
    }
    let refused = database(&cloud).plan(json!({"name": "prod-orders"})).await.diagnostics;
    assert!(refused.to_string().contains("It is `drop_database/prod/orders`'s"), "{refused}");
}
