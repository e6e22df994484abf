//! Two applies that meet at one resource.

use std::time::Duration;

use super::sim::{ANCHOR, Cloud, Fault, WISH, cx};
use crate::engine::lifecycle::{self, Origin, Report};
use crate::engine::memory::Memory;
use crate::engine::plan;

const NEW: Origin<'_> = Origin::New { replacing: false };

async fn create(cloud: &Cloud) -> Option<Report> {
    let blueprint = plan::create(&WISH.specs(), ANCHOR).unwrap();
    let (cx, assembly, memory) = (cx(), WISH.assembly(cloud), Memory::<()>::default());
    cloud.process(lifecycle::create(&cx, &assembly, &blueprint, NEW, &memory)).await
}

#[tokio::test(start_paused = true)]
async fn the_second_of_two_sees_the_lease_renewed_and_gives_up() {
    let cloud = Cloud::default();
    let slow = async {
        let blueprint = plan::create(&WISH.specs(), ANCHOR).unwrap();
        let (cx, assembly, memory) = (cx(), WISH.assembly(&cloud), Memory::<()>::default());
        // A long create: its lease is renewed many times meanwhile.
        let work = lifecycle::create(&cx, &assembly, &blueprint, NEW, &memory);
        let held = crate::engine::lease::take(&cx, &assembly).await.unwrap();
        tokio::time::sleep(Duration::from_secs(300)).await;
        drop(held);
        drop(work);
    };
    let second = async {
        tokio::time::sleep(Duration::from_secs(2)).await;
        create(&cloud).await.unwrap()
    };
    let ((), report) = tokio::join!(slow, second);
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
async fn a_writer_that_was_silent_too_long_stops_when_it_sees_the_other() {
    let cloud = Cloud::default();
    let blueprint = plan::create(&WISH.specs(), ANCHOR).unwrap();
    let (cx, assembly, memory) = (cx(), WISH.assembly(&cloud), Memory::<()>::default());
    let thief = async {
        while !cloud.objects().contains_key("a-hook") {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        cloud.set_tag("a-hook", "drop:state", "incomplete - thief@1700000000");
        // The work goes on slowly enough for the renewer to look.
        cloud.set_tag("a-hook", "drop:start", "1700000000");
    };
    let slow = lifecycle::create(&cx, &assembly, &blueprint, NEW, &memory);
    let (report, ()) = tokio::join!(slow, thief);
    // Whoever lost the lease never writes the last mark.
    assert_eq!(report.complete, cloud.tag_of("a-hook", "drop:state").unwrap().starts_with("complete"));
}

#[tokio::test(start_paused = true)]
async fn a_name_declared_twice_is_an_error_and_leaves_the_first_alone() {
    let cloud = Cloud::default();
    let blueprint = plan::create(&WISH.specs(), ANCHOR).unwrap();
    let (cx, assembly, memory) = (cx(), WISH.assembly(&cloud), Memory::<()>::default());
    let first = lifecycle::create(&cx, &assembly, &blueprint, NEW, &memory).await;
    assert!(first.complete);
    let before = cloud.objects();
    let second = lifecycle::create(&cx, &assembly, &blueprint, NEW, &memory).await;
    assert_eq!(second.error.unwrap().to_string(), "toy/-/a is declared twice");
    assert_eq!(cloud.objects(), before);
}
