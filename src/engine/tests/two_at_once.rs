//! Two applies that meet at one resource.

use std::time::Duration;

use super::sim::{ANCHOR, Cloud, DESIRED, Fault, cx};
use crate::engine::plan::planner;
use crate::engine::run::lifecycle::{self, Origin, RunResult};
use crate::engine::run::memory::Memory;

const NEW: Origin<'_> = Origin::New { replacing: false };

async fn create(cloud: &Cloud) -> Option<RunResult> {
    let blueprint = planner::create(&DESIRED.specs(), ANCHOR).unwrap();
    let (cx, instance, memory) = (cx(), DESIRED.instance(cloud), Memory::<()>::default());
    cloud.process(lifecycle::create(&cx, &instance, &blueprint, NEW, &memory)).await
}

#[tokio::test(start_paused = true)]
async fn the_second_of_two_sees_the_lease_renewed_and_gives_up() {
    let cloud = Cloud::default();
    cloud.slow();
    let slow = create(&cloud);
    let second = async {
        tokio::time::sleep(Duration::from_secs(2)).await;
        create(&cloud).await.unwrap()
    };
    let (first, report) = tokio::join!(slow, second);
    assert!(first.unwrap().complete);
    assert!(report.error.unwrap().to_string().contains("another apply is working on toy/-/a"));
    assert!(!report.learned);
}

#[tokio::test(start_paused = true)]
async fn of_two_that_wait_out_one_dead_lease_one_goes_on() {
    let cloud = Cloud::default();
    cloud.fail(5, Fault::KilledBefore);
    assert!(create(&cloud).await.is_none());
    cloud.heal();
    let (one, two) = tokio::join!(create(&cloud), create(&cloud));
    let (one, two) = (one.unwrap(), two.unwrap());
    assert_eq!([&one, &two].iter().filter(|report| report.complete).count(), 1, "{one:?}\n{two:?}");
    assert_eq!(cloud.objects().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_writer_that_lost_its_lease_stops_and_never_writes_the_last_mark() {
    let cloud = Cloud::default();
    cloud.slow();
    let thief = async {
        while !cloud.objects().contains_key("a-store") {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        cloud.set_tag("a-hook", "drop:state", "incomplete - thief@1700000000");
    };
    let (report, ()) = tokio::join!(create(&cloud), thief);
    let report = report.unwrap();
    assert_eq!(report.error.unwrap().to_string(), "another apply took over toy/-/a");
    assert!(!report.complete);
    assert_eq!(cloud.tag_of("a-hook", "drop:state").unwrap(), "incomplete - thief@1700000000");
}

#[tokio::test(start_paused = true)]
async fn a_long_create_keeps_its_lease_fresh() {
    let cloud = Cloud::default();
    cloud.slow();
    let watcher = async {
        while !cloud.objects().contains_key("a-store") {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let first = cloud.tag_of("a-hook", "drop:state").unwrap();
        tokio::time::sleep(Duration::from_secs(25)).await;
        (first, cloud.tag_of("a-hook", "drop:state").unwrap())
    };
    let (report, (first, second)) = tokio::join!(create(&cloud), watcher);
    assert!(report.unwrap().complete);
    assert!(first.starts_with("incomplete - ") && second.starts_with("incomplete - "));
    assert_ne!(first, second);
}

#[tokio::test(start_paused = true)]
async fn a_name_declared_twice_is_an_error_and_leaves_the_first_alone() {
    let cloud = Cloud::default();
    let blueprint = planner::create(&DESIRED.specs(), ANCHOR).unwrap();
    let (cx, instance, memory) = (cx(), DESIRED.instance(&cloud), Memory::<()>::default());
    let first = lifecycle::create(&cx, &instance, &blueprint, NEW, &memory).await;
    assert!(first.complete);
    let before = cloud.objects();
    let second = lifecycle::create(&cx, &instance, &blueprint, NEW, &memory).await;
    assert_eq!(second.error.unwrap().to_string(), "toy/-/a is declared twice");
    assert_eq!(cloud.objects(), before);
}
