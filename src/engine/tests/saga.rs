//! Create, update and delete, failed at every call in turn, in every way a call can fail.

use std::collections::BTreeMap;

use super::sim::{ANCHOR, Cloud, DESIRED, Desired, FAULTS, Fault, cx};
use crate::engine::model::spec::matching;
use crate::engine::plan::planner;
use crate::engine::run::lifecycle::{self, DeleteReason, DeleteRequest, Deleted, Origin, RunResult};
use crate::engine::run::memory::Memory;

const NEW: Origin<'_> = Origin::New { replacing: false };

/// One process: it forgets everything when it ends.
async fn create(cloud: &Cloud, desired: &Desired, origin: Origin<'_>) -> Option<RunResult> {
    let blueprint = planner::create(&desired.specs(), ANCHOR).unwrap();
    let (cx, instance, memory) = (cx(), desired.instance(cloud), Memory::<()>::default());
    cloud.process(lifecycle::create(&cx, &instance, &blueprint, origin, &memory)).await
}

async fn destroy(
    cloud: &Cloud,
    desired: &Desired,
    creation_id: Option<&str>,
    why: DeleteReason<'_>,
) -> Option<Deleted> {
    destroy_keeping(cloud, desired, creation_id, why, &BTreeMap::new()).await
}

async fn destroy_keeping(
    cloud: &Cloud,
    desired: &Desired,
    creation_id: Option<&str>,
    why: DeleteReason<'_>,
    snapshots: &BTreeMap<String, String>,
) -> Option<Deleted> {
    let blueprint = planner::delete(&desired.specs(), &BTreeMap::new(), ANCHOR).unwrap();
    let (cx, instance, memory) = (cx(), desired.instance(cloud), Memory::<()>::default());
    let delete_request = DeleteRequest {
        state: &(),
        creation_id,
        holds_data: true,
        protected: desired.protected,
        unfinished: false,
        unbuilt: false,
        snapshots,
    };
    cloud.process(lifecycle::delete(&cx, &instance, &blueprint, why, delete_request, &memory)).await
}

async fn calls_of_a_create() -> u32 {
    let cloud = Cloud::default();
    cloud.fail(u32::MAX, Fault::Refused);
    assert!(create(&cloud, &DESIRED, NEW).await.unwrap().complete);
    cloud.calls()
}

fn assert_finished(cloud: &Cloud, report: &RunResult) {
    assert!(report.error.is_none(), "{:?}", report.error);
    assert!(report.complete);
    let creation_id = report.creation_id.clone().unwrap();
    assert_eq!(cloud.tag_of("a-hook", "drop:state").unwrap(), format!("complete {creation_id}"));
    assert_eq!(cloud.field_of("a-store", "protected").unwrap(), true);
    assert_eq!(cloud.objects().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_create_failed_at_any_call_is_continued_with_the_same_objects() {
    for fault in FAULTS {
        for call in 1..=calls_of_a_create().await {
            let cloud = Cloud::default();
            cloud.fail(call, fault);
            let first = create(&cloud, &DESIRED, NEW).await;
            cloud.heal();
            let before = cloud.objects();
            let finished = cloud.tag_of("a-hook", "drop:state").is_some_and(|mark| mark.starts_with("complete"));
            let second = create(&cloud, &DESIRED, NEW).await.unwrap();
            if finished {
                // The last call was done and its answer never came: nobody adopts a finished object unasked.
                assert!(first.is_none_or(|report| report.error.is_none() || report.creation_id.is_none()));
                let advice = format!("{:?}", second.error.unwrap());
                assert!(advice.contains("import {"), "{advice}");
                assert_eq!(cloud.objects(), before);
                continue;
            }
            assert_finished(&cloud, &second);
            let after = cloud.objects();
            assert!(before.iter().all(|(name, born)| after.get(name) == Some(born)), "{fault:?} at {call}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_failed_create_is_destroyed_whole() {
    for fault in [Fault::Refused, Fault::Lost] {
        for call in 1..=calls_of_a_create().await {
            let cloud = Cloud::default();
            cloud.fail(call, fault);
            let report = create(&cloud, &DESIRED, NEW).await.unwrap();
            cloud.heal();
            let finished = cloud.tag_of("a-hook", "drop:state").is_some_and(|mark| mark.starts_with("complete"));
            let deleted =
                destroy(&cloud, &DESIRED, report.creation_id.as_deref(), DeleteReason::Destroy).await.unwrap();
            if finished {
                // Protection holds as soon as the anchor is complete.
                assert!(matches!(deleted, Deleted::Kept(_)));
                continue;
            }
            assert!(matches!(deleted, Deleted::Gone(_)), "{fault:?} at {call}: {deleted:?}");
            assert_eq!(cloud.objects(), BTreeMap::new(), "{fault:?} at {call}");
            assert!(cloud.snapshots().is_empty());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_resume_converges_to_changed_wishes() {
    let changed = Desired { size: "large", setting: "off", ..DESIRED };
    for call in 2..calls_of_a_create().await {
        let cloud = Cloud::default();
        cloud.fail(call, Fault::Refused);
        let before = {
            create(&cloud, &DESIRED, NEW).await.unwrap();
            cloud.heal();
            cloud.objects()
        };
        let report = create(&cloud, &changed, NEW).await.unwrap();
        if report.error.is_some() {
            assert!(cloud.tag_of("a-hook", "drop:state").unwrap().starts_with("complete"));
            continue;
        }
        assert_finished(&cloud, &report);
        assert_eq!(cloud.field_of("a-store", "size").unwrap(), "large");
        assert_eq!(cloud.field_of("a-group", "settings").unwrap()["mode"], "off");
        assert!(before.iter().all(|(name, born)| cloud.objects()[name] == *born));
    }
}

#[tokio::test(start_paused = true)]
async fn a_resume_makes_an_object_anew_when_only_a_create_can_change_it() {
    let changed = Desired { key: "other", ..DESIRED };
    let last = calls_of_a_create().await;
    for call in 2..last {
        let cloud = Cloud::default();
        cloud.fail(call, Fault::Refused);
        create(&cloud, &DESIRED, NEW).await.unwrap();
        cloud.heal();
        let before = cloud.objects();
        let report = create(&cloud, &changed, NEW).await.unwrap();
        if report.error.is_some() {
            continue;
        }
        assert_finished(&cloud, &report);
        assert_eq!(cloud.field_of("a-store", "key").unwrap(), "other");
        for (name, born) in before.iter().filter(|(name, _)| *name != "a-store") {
            assert_eq!(cloud.objects()[name], *born);
        }
        if let Some(born) = before.get("a-store") {
            assert_ne!(cloud.objects()["a-store"], *born);
        }
        assert!(cloud.snapshots().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_made_reaches_the_state_whichever_call_fails() {
    for fault in [Fault::Refused, Fault::Lost] {
        for call in 1..calls_of_a_create().await {
            let cloud = Cloud::default();
            cloud.fail(call, fault);
            let report = create(&cloud, &DESIRED, NEW).await.unwrap();
            assert!(report.learned || cloud.objects().is_empty(), "call {call}, {fault:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_resume_after_untaint_keeps_the_generation() {
    let cloud = Cloud::default();
    cloud.fail(9, Fault::Refused);
    let failed = create(&cloud, &DESIRED, NEW).await.unwrap();
    cloud.heal();
    let creation_id = failed.creation_id.unwrap();
    let resumed = create(&cloud, &DESIRED, Origin::Resume(Some(&creation_id))).await.unwrap();
    assert_finished(&cloud, &resumed);
    assert_eq!(resumed.creation_id, Some(creation_id));
}

#[tokio::test(start_paused = true)]
async fn an_update_failed_at_any_call_is_done_by_the_next() {
    let changed = Desired { size: "large", setting: "off", protected: false, ..DESIRED };
    let blueprint = planner::update(&changed.specs(), &matching(&DESIRED.specs()), ANCHOR).unwrap();
    assert_eq!(blueprint.steps.len(), 3);
    for fault in FAULTS {
        for call in 1..40 {
            let cloud = Cloud::default();
            let creation_id = create(&cloud, &DESIRED, NEW).await.unwrap().creation_id;
            let before = cloud.objects();
            let update = async || {
                let (cx, instance, memory) = (cx(), changed.instance(&cloud), Memory::<()>::default());
                let work = lifecycle::update(&cx, &instance, &blueprint, creation_id.as_deref(), &memory);
                cloud.process(work).await
            };
            cloud.fail(call, fault);
            let first = update().await;
            let ran_through = cloud.calls() < call;
            cloud.heal();
            if let (false, Some(first)) = (ran_through, first) {
                // A look before the first step that is refused is repeated by the step itself.
                assert_eq!(first.error.is_none(), first.steps.len() == 3, "call {call}, {fault:?}");
            }
            assert!(update().await.unwrap().error.is_none());
            assert_eq!(cloud.objects(), before);
            assert_eq!(cloud.field_of("a-store", "size").unwrap(), "large");
            assert_eq!(cloud.field_of("a-store", "protected").unwrap(), false);
            assert_eq!(cloud.field_of("a-group", "settings").unwrap()["mode"], "off");
            if ran_through {
                break;
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_change_mends_what_is_broken_though_that_shows_late() {
    let changed = Desired { size: "large", ..DESIRED };
    let blueprint = planner::update(&changed.specs(), &matching(&DESIRED.specs()), ANCHOR).unwrap();
    for (reads, mended) in [(3, true), (1000, false)] {
        let cloud = Cloud::default();
        let creation_id = create(&cloud, &DESIRED, NEW).await.unwrap().creation_id;
        cloud.break_object("a-store", "storage-full", reads);
        let (cx, instance, memory) = (cx(), changed.instance(&cloud), Memory::<()>::default());
        let report = lifecycle::update(&cx, &instance, &blueprint, creation_id.as_deref(), &memory).await;
        assert_eq!(report.error.is_none(), mended, "{:?}", report.error);
        assert!(mended || report.error.unwrap().to_string().contains("storage-full"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_destroy_failed_at_any_call_is_finished_by_the_next_with_one_snapshot() {
    let desired = Desired { protected: false, ..DESIRED };
    let keep = BTreeMap::from([("store".to_owned(), "a-final".to_owned())]);
    for fault in FAULTS {
        for call in 1..30 {
            let cloud = Cloud::default();
            let creation_id = create(&cloud, &desired, NEW).await.unwrap().creation_id;
            cloud.fail(call, fault);
            destroy_keeping(&cloud, &desired, creation_id.as_deref(), DeleteReason::Destroy, &keep).await;
            let ran_through = cloud.calls() < call;
            cloud.heal();
            let deleted =
                destroy_keeping(&cloud, &desired, creation_id.as_deref(), DeleteReason::Destroy, &keep).await.unwrap();
            assert!(matches!(deleted, Deleted::Gone(_)));
            assert_eq!(cloud.objects(), BTreeMap::new());
            assert_eq!(cloud.snapshots(), ["a-final"]);
            if ran_through {
                break;
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_under_way_comes_to_rest_before_a_stop_is_reported() {
    let cloud = Cloud::default();
    let (cx, instance, memory) = (cx(), DESIRED.instance(&cloud), Memory::<()>::default());
    let blueprint = planner::create(&DESIRED.specs(), ANCHOR).unwrap();
    let stop = cx.cancel.clone();
    let watcher = async {
        while !cloud.objects().contains_key("a-store") {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        stop.cancel();
    };
    let (report, ()) = tokio::join!(lifecycle::create(&cx, &instance, &blueprint, NEW, &memory), watcher);
    assert!(report.error.unwrap().to_string().starts_with("interrupted while"));
    assert!(!report.complete);
    // The lease is dropped: the next apply need not wait for it.
    let mark = cloud.tag_of("a-hook", "drop:state").unwrap();
    assert_eq!(mark, format!("incomplete {}", report.creation_id.unwrap()));
    assert!(create(&cloud, &DESIRED, NEW).await.unwrap().complete);
}

#[tokio::test(start_paused = true)]
async fn deletes_keep_what_another_generation_made() {
    let desired = Desired { protected: false, ..DESIRED };
    let identity = desired.identity();
    let renamed = Desired { name: "b", ..desired.clone() }.identity();
    let replace = |by, tainted| DeleteReason::Replace { by, tainted };
    let cases = [
        // (mark in the cloud, creation id in the state, why, what comes of it)
        ("complete 11111111", Some("11111111"), DeleteReason::Destroy, "gone"),
        ("complete 11111111", None, DeleteReason::Destroy, "gone"),
        ("complete 11111111", Some("22222222"), DeleteReason::Destroy, "released loudly"),
        ("incomplete 11111111", Some("11111111"), DeleteReason::Destroy, "gone"),
        ("incomplete 11111111", Some("22222222"), DeleteReason::Destroy, "released"),
        ("incomplete 11111111", Some("11111111"), replace(&identity, true), "released"),
        ("incomplete 11111111", Some("22222222"), replace(&identity, true), "released"),
        ("incomplete 11111111", Some("11111111"), replace(&renamed, true), "gone"),
        ("incomplete 11111111", Some("22222222"), replace(&renamed, true), "released loudly"),
        ("complete 11111111", Some("11111111"), replace(&identity, true), "kept: `untaint` it"),
        ("complete 11111111", Some("11111111"), replace(&identity, false), "gone"),
        ("complete 11111111", Some("22222222"), replace(&identity, false), "kept: this state is out of date"),
        ("complete 11111111", None, replace(&identity, false), "gone"),
    ];
    for (mark, creation_id, why, expected) in cases {
        let cloud = Cloud::default();
        create(&cloud, &desired, NEW).await.unwrap();
        cloud.set_tag("a-hook", "drop:state", mark);
        let outcome = match destroy(&cloud, &desired, creation_id, why).await.unwrap() {
            Deleted::Gone(_) => "gone".to_owned(),
            Deleted::Released(None) => "released".to_owned(),
            Deleted::Released(Some(_)) => "released loudly".to_owned(),
            Deleted::Kept(crate::engine::run::error::EngineError::Refused { advice, .. }) => format!("kept: {advice}"),
            Deleted::Kept(other) => other.to_string(),
        };
        assert!(outcome.starts_with(expected), "{mark} {creation_id:?} {why:?}: {outcome}");
        assert_eq!(cloud.objects().is_empty(), expected == "gone");
    }
}

#[tokio::test(start_paused = true)]
async fn foreign_objects_are_neither_adopted_nor_deleted() {
    let cloud = Cloud::default();
    let desired = Desired { protected: false, ..DESIRED };
    let creation_id = create(&cloud, &desired, NEW).await.unwrap().creation_id;
    cloud.set_tag("a-group", "drop:resource", "toy/-/other");
    let deleted = destroy(&cloud, &desired, creation_id.as_deref(), DeleteReason::Destroy).await.unwrap();
    assert!(matches!(deleted, Deleted::Gone(left) if left == BTreeMap::from([("group".into(), None)])));
    assert_eq!(cloud.objects().into_keys().collect::<Vec<_>>(), ["a-group"]);
    let report = create(&cloud, &desired, NEW).await.unwrap();
    assert!(report.error.unwrap().to_string().contains("belongs to `toy/-/other`"));
}

#[tokio::test(start_paused = true)]
async fn what_somebody_else_uses_is_told_in_the_clouds_words_and_stays() {
    let cloud = Cloud::default();
    let desired = Desired { protected: false, ..DESIRED };
    let creation_id = create(&cloud, &desired, NEW).await.unwrap().creation_id;
    cloud.use_elsewhere("a-group");
    let start = tokio::time::Instant::now();
    let deleted = destroy(&cloud, &desired, creation_id.as_deref(), DeleteReason::Destroy).await.unwrap();
    assert!(matches!(deleted, Deleted::Kept(error) if error.to_string() == "delete group: sim:DeleteGroup: in use"));
    assert!(start.elapsed() < std::time::Duration::from_secs(30 * 60));
    assert!(cloud.objects().contains_key("a-group"));
}
