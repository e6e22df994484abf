//! How many calls a run makes, and which of its errors it tells.

use std::collections::BTreeMap;
use std::time::Duration;

use super::sim::{ANCHOR, Cloud, DESIRED, Desired, Fault, cx};
use crate::engine::model::spec::matching;
use crate::engine::plan::blueprint::{Blueprint, Step, Verb};
use crate::engine::plan::planner;
use crate::engine::run::error::EngineError;
use crate::engine::run::execute::{self, ExecuteOptions};
use crate::engine::run::known::Known;
use crate::engine::run::lifecycle::{self, DeleteReason, DeleteRequest, Deleted, Origin};
use crate::engine::run::memory::Memory;

/// A cloud whose calls answer what they did, and whose calls are counted from now on.
fn prompt() -> Cloud {
    let cloud = Cloud::default();
    cloud.prompt();
    cloud.fail(u32::MAX, Fault::Refused);
    cloud
}

#[tokio::test(start_paused = true)]
async fn a_create_is_a_call_a_step() {
    let cloud = prompt();
    let blueprint = planner::create(&DESIRED.specs(), ANCHOR).unwrap();
    let (instance, memory) = (DESIRED.instance(&cloud), Memory::<()>::default());
    let origin = Origin::New { replacing: false };
    let report = lifecycle::create(&cx(), &instance, &blueprint, origin, &memory).await;
    assert!(report.complete, "{:?}", report.error);
    assert_eq!(cloud.calls() as usize, blueprint.steps.len());
}

#[tokio::test(start_paused = true)]
async fn an_update_looks_once_at_what_it_changes_and_a_destroy_at_what_it_removes() {
    let (cloud, desired) = (prompt(), Desired { protected: false, ..DESIRED });
    let create = planner::create(&desired.specs(), ANCHOR).unwrap();
    let memory = Memory::<()>::default();
    let origin = Origin::New { replacing: false };
    lifecycle::create(&cx(), &desired.instance(&cloud), &create, origin, &memory).await;

    cloud.fail(u32::MAX, Fault::Refused);
    let changed = Desired { size: "large", setting: "off", ..desired.clone() };
    let update = planner::update(&changed.specs(), &matching(&desired.specs()), ANCHOR).unwrap();
    let report = lifecycle::update(&cx(), &changed.instance(&cloud), &update, None, &memory).await;
    assert!(report.error.is_none(), "{:?}", report.error);
    // A look at the anchor, and its lease, come before them and after.
    assert_eq!((update.steps.len(), cloud.calls()), (2, 4 + 3));

    cloud.fail(u32::MAX, Fault::Refused);
    let delete = planner::delete(&desired.specs(), &BTreeMap::new(), ANCHOR).unwrap();
    let delete_request = DeleteRequest {
        state: &(),
        creation_id: None,
        holds_data: true,
        protected: false,
        unfinished: false,
        unbuilt: false,
        snapshots: &BTreeMap::new(),
    };
    let memory = Memory::<()>::default();
    let deleted =
        lifecycle::delete(&cx(), &desired.instance(&cloud), &delete, DeleteReason::Destroy, delete_request, &memory)
            .await;
    assert!(matches!(deleted, Deleted::Gone(_)), "{deleted:?}");
    assert_eq!((delete.steps.len(), cloud.calls()), (3, 6));
}

#[tokio::test(start_paused = true)]
async fn what_is_needed_again_is_no_newer_for_that() {
    let cloud = prompt();
    let (instance, memory) = (DESIRED.instance(&cloud), Memory::<()>::default());
    let create = planner::create(&DESIRED.specs(), ANCHOR).unwrap();
    lifecycle::create(&cx(), &instance, &create, Origin::New { replacing: false }, &memory).await;

    cloud.fail(u32::MAX, Fault::Refused);
    let (store, known) = (instance.part("store").unwrap(), Known::default());
    for (seconds, calls) in [(0, 2), (40, 2), (40, 4)] {
        tokio::time::advance(Duration::from_secs(seconds)).await;
        assert_eq!(known.needs_of(store, &instance).await.unwrap().len(), 2);
        assert_eq!(cloud.calls(), calls);
    }
}

#[tokio::test(start_paused = true)]
async fn steps_that_fail_at_the_same_time_are_all_told_of() {
    let cloud = Cloud::default();
    let steps = ["group", "store"].map(|component| Step::new(Verb::Update, component, "sim:Change"));
    let blueprint = Blueprint { steps: steps.to_vec(), ..Blueprint::default() };
    let instance = DESIRED.instance(&cloud);
    let done = execute::execute(&cx(), &instance, &blueprint, &ExecuteOptions::default(), &Known::default()).await;
    let told: Vec<String> = done.error.unwrap().into_each().iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told.iter().any(|text| text.starts_with("update group: ")), "{told:?}");
    assert!(told.iter().any(|text| text.starts_with("update store: ")), "{told:?}");
}

#[test]
fn a_stop_is_told_once_and_never_beside_what_went_wrong() {
    let stop = |during: &str| EngineError::Interrupted { during: during.to_owned() };
    let stopped = stop("a").and(stop("b"));
    assert_eq!(stopped.to_string(), "interrupted while a");
    assert_eq!(stopped.and(EngineError::refused("no", "")).to_string(), "no");
}
