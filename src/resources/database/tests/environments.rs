//! Databases of an environment: found by the owner that their tags name.

use serde_json::json;
use tf_plugin::harness::Harness;
use tf_plugin::{Cx, Diagnostics, ImportRequest, Resource, Value};

use super::cloud::FakeCloud;
use crate::base::RESOURCE_TAG;
use crate::resources::database::DatabaseResource;
use crate::resources::lifecycle::Run;

const OWNER: &str = "drop_database/prod/orders";

/// What a version with the attribute `environment` makes of "orders" in "prod".
async fn orders_of_prod() -> FakeCloud {
    let cloud = FakeCloud::default();
    let mut made = Harness::new("drop_database", Run::<DatabaseResource>::over(cloud.runtime()));
    let _ = made.apply(json!({"name": "prod-orders", "region": "eu-north-1"})).await.ok();
    {
        let mut state = cloud.state();
        let state = &mut *state;
        let instances = state.instances.values_mut().map(|instance| &mut instance.tags);
        let groups = state.security_groups.values_mut().map(|group| &mut group.tags);
        for tags in instances.chain(groups).chain(state.tags.values_mut()) {
            tags.insert(RESOURCE_TAG.to_owned(), OWNER.to_owned());
        }
    }
    cloud
}

#[tokio::test(start_paused = true)]
async fn it_is_found_by_its_path_and_nothing_of_it_is_foreign() {
    let cloud = orders_of_prod().await;
    let (run, clouds) = (Run::<DatabaseResource>::over(cloud.runtime()), cloud.runtime().clouds().unwrap());
    let mut told = Diagnostics::new();
    let found = run.find(&clouds, &cloud.session(), "prod/orders", &mut told).await.unwrap();
    assert_eq!(found.get("name").as_str(), Some("orders"), "{told}");
    assert_eq!(found.get("drift"), &Value::List(vec![]));
    assert!(found.get("creation_id").as_str().is_some() && found.get("endpoint").as_str().is_some());
    for other in ["orders", "staging/orders"] {
        assert!(run.find(&clouds, &cloud.session(), other, &mut told).await.is_none(), "{other}");
    }
}

#[tokio::test(start_paused = true)]
async fn no_state_takes_it_that_cannot_say_whose_it_is() {
    let cloud = orders_of_prod().await;
    let run = Run::<DatabaseResource>::over(cloud.runtime());
    let identity = Run::<DatabaseResource>::identity_in(&cloud.session(), "prod/orders");
    assert_eq!(identity.get("environment").as_str(), Some("prod"));
    for request in [
        ImportRequest { id: "eu-north-1/prod/orders".to_owned(), identity: Value::Null, cx: Cx::default() },
        ImportRequest { id: String::new(), identity, cx: Cx::default() },
    ] {
        let answer = run.import(request).await;
        assert!(answer.state.is_null());
        let told = answer.diagnostics.to_string();
        assert!(told.contains("belongs to environment \"prod\""), "{told}");
    }
}
