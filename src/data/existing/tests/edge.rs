use serde_json::json;
use tf_plugin::{Cx, DataRequest, DataResponse, Value};

use crate::cloud::cloudflare::dns::Record;
use crate::data::existing::Existing;
use crate::resources::edge::EdgeResource;
use crate::resources::edge::tests::zone::{FakeZone, ZONE};

async fn read(cloud: &FakeZone, name: &str) -> DataResponse {
    let source = Existing::<EdgeResource>::source(cloud.runtime());
    let mut config = source.schema().block.empty_value();
    config.as_members_mut().unwrap().insert("name".to_owned(), Value::from(name));
    config.as_members_mut().unwrap().insert("zone".to_owned(), Value::from(ZONE));
    source.read(DataRequest { config, cx: Cx::default() }).await
}

#[tokio::test(start_paused = true)]
async fn it_shows_what_the_resource_shows() {
    let cloud = FakeZone::default();
    let route = json!([{ "host": "shop.example", "origin_host": "origin.example", "cache": "2h" }]);
    let made = cloud.edge().apply(json!({ "name": "site", "zone": ZONE, "route": route })).await.ok();
    let answer = read(&cloud, "site").await;
    assert!(!answer.diagnostics.has_errors(), "{:?}", answer.diagnostics);
    for attribute in Existing::<EdgeResource>::block().attributes {
        assert_eq!(answer.state.get(&attribute.name), made.get(&attribute.name), "{}", attribute.name);
    }
    let told = format!("{:?}", read(&cloud, "other").await.diagnostics);
    assert!(told.contains("shop.example of account a1") && told.contains("other"), "{told}");
}

#[tokio::test(start_paused = true)]
async fn a_host_that_was_led_by_hand_is_no_edge() {
    let cloud = FakeZone::default();
    cloud.state().records.push(Record {
        id: "by-hand".to_owned(),
        name: format!("www.{ZONE}"),
        kind: "A".to_owned(),
        ..Record::default()
    });
    let told = format!("{:?}", read(&cloud, "www").await.diagnostics);
    assert!(told.contains("was not found") && !told.contains("taken over"), "{told}");
}

#[tokio::test(start_paused = true)]
async fn one_without_its_anchor_is_not_whole() {
    let cloud = FakeZone::default();
    let route = json!([{ "host": "shop.example", "origin_host": "origin.example", "cache": "2h" }]);
    cloud.edge().apply(json!({ "name": "site", "zone": ZONE, "route": route })).await.ok();
    cloud.state().records.retain(|record| record.name != format!("_drop-site.{ZONE}"));
    let told = format!("{:?}", read(&cloud, "site").await.diagnostics);
    assert!(told.contains("is not whole"), "{told}");
}
