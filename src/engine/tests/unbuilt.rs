//! What a state holds of which nothing was begun: it came from another provider, beside whose object it is built.

use std::collections::BTreeMap;

use super::sim::{ANCHOR, Cloud, DESIRED, Desired, FAULTS, Fault, cx};
use crate::engine::plan::planner;
use crate::engine::run::lifecycle::{self, DeleteReason, DeleteRequest, Deleted, Origin, RunResult};
use crate::engine::run::memory::Memory;

async fn build(cloud: &Cloud, origin: Origin<'_>) -> Option<RunResult> {
    let blueprint = planner::create(&DESIRED.specs(), ANCHOR).unwrap();
    let (cx, instance, memory) = (cx(), DESIRED.instance(cloud), Memory::<()>::default());
    cloud.process(lifecycle::create(&cx, &instance, &blueprint, origin, &memory)).await
}

async fn delete(cloud: &Cloud, why: DeleteReason<'_>) -> Deleted {
    let blueprint = planner::delete(&DESIRED.specs(), &BTreeMap::new(), ANCHOR).unwrap();
    let (cx, instance, memory) = (cx(), DESIRED.instance(cloud), Memory::<()>::default());
    let delete_request = DeleteRequest {
        state: &(),
        creation_id: None,
        holds_data: true,
        protected: false,
        unfinished: false,
        unbuilt: true,
        snapshots: &BTreeMap::new(),
    };
    lifecycle::delete(&cx, &instance, &blueprint, why, delete_request, &memory).await
}

#[tokio::test(start_paused = true)]
async fn it_is_built_as_a_create_is_and_continued_whatever_the_state_has_heard_of() {
    for fault in FAULTS {
        for call in 1..15 {
            let cloud = Cloud::default();
            cloud.fail(call, fault);
            build(&cloud, Origin::Migrated).await;
            cloud.heal();
            let before = cloud.objects();
            if cloud.tag_of("a-hook", "drop:state").is_some_and(|mark| mark.starts_with("complete")) {
                continue;
            }
            assert!(build(&cloud, Origin::Migrated).await.unwrap().complete, "{fault:?} at {call}");
            let after = cloud.objects();
            assert!(before.iter().all(|(name, born)| after.get(name) == Some(born)), "{fault:?} at {call}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_finished_already_is_neither_taken_nor_deleted() {
    let cloud = Cloud::default();
    build(&cloud, Origin::New { replacing: false }).await.unwrap();
    let before = cloud.objects();
    let report = build(&cloud, Origin::Migrated).await.unwrap();
    assert!(!report.learned && format!("{:?}", report.error).contains("choose another"));
    let (own, other) = (DESIRED.identity(), Desired { name: "b", ..DESIRED }.identity());
    for by in [&own, &other] {
        for why in [
            DeleteReason::Destroy,
            DeleteReason::Replace { by, tainted: false },
            DeleteReason::Replace { by, tainted: true },
        ] {
            assert!(matches!(delete(&cloud, why).await, Deleted::Released(None)), "{why:?}");
        }
    }
    assert_eq!(cloud.objects(), before);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_looked_for_where_nothing_was_begun() {
    let cloud = Cloud::default();
    assert!(matches!(delete(&cloud, DeleteReason::Destroy).await, Deleted::Released(None)));
    assert_eq!(cloud.calls(), 1, "more than the anchor was asked for");
}

#[tokio::test(start_paused = true)]
async fn what_a_killed_apply_began_is_deleted_or_left_to_the_create_that_follows() {
    let own = DESIRED.identity();
    for (why, kept) in [(DeleteReason::Destroy, false), (DeleteReason::Replace { by: &own, tainted: false }, true)] {
        let cloud = Cloud::default();
        cloud.fail(9, Fault::Refused);
        build(&cloud, Origin::Migrated).await;
        cloud.heal();
        let before = cloud.objects();
        let deleted = delete(&cloud, why).await;
        assert_eq!(matches!(deleted, Deleted::Released(None)), kept, "{deleted:?}");
        assert_eq!(cloud.objects(), if kept { before } else { BTreeMap::new() });
    }
}
