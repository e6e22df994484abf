use serde_json::json;
use tf_plugin::harness::Harness;
use tf_plugin::{Cx, DataRequest, DataResponse, Diagnostics, Value};

use crate::data::existing::Existing;
use crate::resources::database::DatabaseResource;
use crate::resources::database::tests::cloud::FakeCloud;
use crate::resources::lifecycle::Run;

async fn read(cloud: &FakeCloud, name: &str) -> DataResponse {
    let source = Existing::<DatabaseResource>::source(cloud.runtime());
    let mut config = source.schema().block.empty_value();
    config.as_members_mut().unwrap().insert("name".to_owned(), Value::from(name));
    config.as_members_mut().unwrap().insert("region".to_owned(), Value::from("eu-north-1"));
    source.read(DataRequest { config, cx: Cx::default() }).await
}

fn told(answer: &DataResponse) -> String {
    format!("{:?}", answer.diagnostics)
}

#[tokio::test(start_paused = true)]
async fn it_shows_what_the_resource_shows() {
    let cloud = FakeCloud::default();
    let mut resource = Harness::new("drop_database", Run::<DatabaseResource>::over(cloud.runtime()));
    let made = resource.apply(json!({ "name": "orders", "region": "eu-north-1" })).await.ok();
    let answer = read(&cloud, "orders").await;
    assert!(!answer.diagnostics.has_errors(), "{}", told(&answer));
    for attribute in Existing::<DatabaseResource>::block().attributes {
        assert_eq!(answer.state.get(&attribute.name), made.get(&attribute.name), "{}", attribute.name);
    }
    assert!(answer.state.get("endpoint").as_str().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_list_that_lags_behind_is_not_believed_that_something_is_amiss() {
    let cloud = FakeCloud::default();
    let run = Run::<DatabaseResource>::over(cloud.runtime());
    let clouds = cloud.runtime().clouds().unwrap();
    let mut resource = Harness::new("drop_database", Run::<DatabaseResource>::over(cloud.runtime()));
    let made = resource.apply(json!({ "name": "orders", "region": "eu-north-1" })).await.ok();
    cloud.state().index_lags = true;
    let found = run.find(&clouds, &cloud.session(), "orders", &mut Diagnostics::new()).await.unwrap();
    for attribute in ["drift", "creation_id"] {
        assert_eq!(found.get(attribute), made.get(attribute), "{attribute}");
    }
}

#[tokio::test(start_paused = true)]
async fn one_that_cannot_be_taken_over_is_shown() {
    let cloud = FakeCloud::default();
    let mut resource = Harness::new("drop_database", Run::<DatabaseResource>::over(cloud.runtime()));
    resource.apply(json!({ "name": "orders", "region": "eu-north-1" })).await.ok();
    let instance = {
        let mut state = cloud.state();
        let instance = state.instances.get_mut("orders").unwrap();
        instance.tags.clear();
        instance.shape.storage_type = Some("io1".to_owned());
        instance.shape.public = Some(true);
        instance.id.clone()
    };
    let answer = read(&cloud, &instance).await;
    assert!(!answer.diagnostics.has_errors(), "{}", told(&answer));
    assert!(answer.state.get("endpoint").as_str().is_some());
}

#[tokio::test(start_paused = true)]
async fn one_name_is_enough_for_one_database() {
    let cloud = FakeCloud::default();
    let missing = told(&read(&cloud, "orders").await);
    assert!(missing.contains("eu-north-1 of account 123456789012") && missing.contains("orders"), "{missing}");
    let mut resource = Harness::new("drop_database", Run::<DatabaseResource>::over(cloud.runtime()));
    let names = json!({ "db_instance": "shop-orders" });
    resource.apply(json!({ "name": "orders", "region": "eu-north-1", "names": names })).await.ok();
    let by_id = told(&read(&cloud, "shop-orders").await);
    assert!(by_id.contains("name = \\\"orders\\\""), "{by_id}");
}
