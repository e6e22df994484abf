use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value as Json, json};
use tf_plugin::Value;
use tf_plugin::harness::{Action, Harness, unknown};
use tokio::time::Instant;

use super::cloud::{Cloud, FAULTS, Fault};
use super::resource::{HouseResource, TestClock, register};
use crate::cloud::aws::{Aws, Session};
use crate::clouds::Runtime;
use crate::engine::run::mark::Mark;
use crate::resources::lifecycle::Run;

/// A process that knows one house.
fn process() -> Harness {
    let session = Session::unreachable("1", "r");
    let runtime = Runtime::over(Arc::new(Aws::fixed(session)), Arc::new(TestClock(start())));
    Harness::new("drop_house", Run::<HouseResource>::over(runtime))
}

fn start() -> Instant {
    thread_local! {
        // Each test runs in a thread and a runtime of its own.
        static START: Instant = Instant::now();
    }
    START.with(|start| *start)
}

/// A cloud of its own for each test, under the name of a region.
fn cloud(region: &str) -> Cloud {
    let cloud = Cloud::default();
    register(region, &cloud);
    cloud
}

/// Another process, which has the state of the one before.
fn next(before: &mut Harness) -> Harness {
    let mut next = process();
    *next.current() = before.current().take();
    next
}

fn room(name: &str, lamps: u8, colour: &str) -> Json {
    json!({ "name": name, "lamps": lamps, "colour": colour })
}

fn config(region: &str, version: &str, rooms: &[Json]) -> Json {
    json!({
        "name": "home", "region": region, "version": version, "room": rooms,
        "password": format!("secret of {version}"), "password_version": version,
    })
}

/// What a house with these rooms is made of.
fn objects(region: &str, house: &str, rooms: &[(&str, u8)]) -> Vec<String> {
    let mut all = vec![format!("{region}/flag/flag"), format!("far/sign/{house}")];
    all.extend(["house", "switch"].map(|kind| format!("{region}/{kind}/{house}")));
    for (room, lamps) in rooms {
        all.push(format!("{region}/room/{house}-{room}"));
        all.extend((0..*lamps).map(|n| format!("{region}/lamp/{house}-{room}-{n}")));
    }
    all.sort();
    all
}

fn is_complete(cloud: &Cloud, anchor: &str) -> bool {
    let state = cloud.state();
    let mark = state.objects.get(anchor).and_then(|anchor| anchor.tags.get("drop:state"));
    mark.is_some_and(|mark| Mark::parse(mark).complete)
}

fn lines(state: &Value, attribute: &str) -> Vec<String> {
    let lines = state.get(attribute).as_elements().unwrap_or_default();
    lines.iter().filter_map(|line| line.as_str().map(str::to_owned)).collect()
}

/// Applies until nothing is left to do, in processes of their own, and looks at what came of it.
async fn settle(cloud: &Cloud, house: &mut Harness, to: &Json) {
    cloud.heal();
    *house = next(house);
    let _ = house.apply(to.clone()).await.ok();
    let plan = house.plan(to.clone()).await;
    assert_eq!(plan.action, Action::NoOp, "{}\n{}", house.state(), plan.planned);
}

#[tokio::test(start_paused = true)]
async fn a_create_that_ends_anywhere_is_continued() {
    for fault in FAULTS {
        for call in 1..=60 {
            let (cloud, to) = (cloud("create"), config("create", "v1", &[room("a", 2, "red"), room("b", 1, "blue")]));
            let mut house = process();
            cloud.fail(call, fault);
            let done = cloud.process(house.apply(to.clone())).await;
            if cloud.state().calls.len() < call {
                assert!(done.is_some_and(|done| !done.diagnostics.has_errors()));
                break;
            }
            if done.is_none() && is_complete(&cloud, "create/house/home") {
                // Killed behind its last call: nobody adopts a finished object unasked.
                cloud.heal();
                let _ = process().apply(to.clone()).await.fails("exists already and is complete");
                continue;
            }
            settle(&cloud, &mut house, &to).await;
            assert_eq!(cloud.names(), objects("create", "home", &[("a", 2), ("b", 1)]), "{fault:?} at {call}");
            let _ = house.destroy().await.ok();
            assert_eq!(cloud.names(), Vec::<String>::new(), "{fault:?} at {call}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_change_that_ends_anywhere_is_continued_or_taken_back() {
    let region = "change";
    let from = config(region, "v1", &[room("a", 2, "red"), room("b", 1, "blue")]);
    // One room gets another name, one another colour and more lamps, the switch another version and password.
    let to = config(region, "v2", &[room("c", 2, "red"), room("b", 3, "green")]);
    for fault in FAULTS {
        for call in 1..=60 {
            let cloud = cloud(region);
            let mut house = process();
            let _ = house.apply(from.clone()).await.ok();
            cloud.fail(call, fault);
            let done = cloud.process(house.apply(to.clone())).await;
            if cloud.state().calls.len() < call {
                assert!(done.is_some_and(|done| !done.diagnostics.has_errors()));
                break;
            }
            settle(&cloud, &mut house, &to).await;
            assert_eq!(cloud.names(), objects(region, "home", &[("b", 3), ("c", 2)]), "{fault:?} at {call}");
            let switch = cloud.state().objects["change/switch/home"].clone();
            let fields = ["version", "password_version"].map(|field| switch.fields[field].clone());
            assert_eq!((fields, switch.stage, switch.prepared), ([json!("v2"), json!("v2")], "", false));
            assert_eq!(switch.password.as_deref(), Some("secret of v2"), "{fault:?} at {call}");
            assert!(is_complete(&cloud, "change/house/home"));
            let _ = house.destroy().await.ok();
            assert_eq!(cloud.names(), Vec::<String>::new(), "{fault:?} at {call}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn which_components_there_are_may_be_unknown_while_planning() {
    let region = "late";
    let with = |rooms: Json| {
        let mut with = config(region, "v1", &[]);
        with["room"] = rooms;
        with
    };
    let all = json!([room("a", 2, "red"), room("b", 1, "blue")]);
    let name = json!([room("a", 2, "red"), { "name": unknown(), "lamps": 1, "colour": "blue" }]);
    let number = json!([{ "name": "a", "lamps": unknown(), "colour": "red" }, room("b", 1, "blue")]);
    for open in [unknown(), name, number] {
        let cloud = cloud(region);
        let mut house = process();
        let _ = house.apply_after(with(open.clone()), with(all.clone())).await.ok();
        assert_eq!(cloud.names(), objects(region, "home", &[("a", 2), ("b", 1)]), "create after {open}");
        // Fewer, others, none, and again as many.
        for (rooms, left) in [
            (json!([room("b", 0, "red")]), vec![("b", 0)]),
            (json!([room("c", 3, "red")]), vec![("c", 3)]),
            (json!([]), vec![]),
            (all.clone(), vec![("a", 2), ("b", 1)]),
        ] {
            // What is unknown becomes what there is room for.
            let planned = if rooms.as_array().is_some_and(|rooms| rooms.len() == 2) { open.clone() } else { unknown() };
            let _ = house.apply_after(with(planned), with(rooms)).await.ok();
            assert_eq!(cloud.names(), objects(region, "home", &left), "change after {open}");
        }
        let _ = house.destroy().await.ok();
        assert_eq!(cloud.names(), Vec::<String>::new());
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_killed_change_made_is_removed_though_no_state_and_no_configuration_names_it() {
    let region = "forgotten";
    let from = config(region, "v1", &[room("a", 1, "red")]);
    let with = config(region, "v1", &[room("a", 1, "red"), room("b", 2, "blue")]);
    for call in 1..=20 {
        let cloud = cloud(region);
        let mut house = process();
        let _ = house.apply(from.clone()).await.ok();
        cloud.fail(call, Fault::KilledAfter);
        if cloud.process(house.apply(with.clone())).await.is_some() {
            break;
        }
        // The block is taken out again before anything else is applied.
        settle(&cloud, &mut house, &from).await;
        assert_eq!(cloud.names(), objects(region, "home", &[("a", 1)]), "killed at {call}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_destroy_that_ends_anywhere_is_continued() {
    let region = "destroy";
    let of = config(region, "v1", &[room("a", 2, "red")]);
    for fault in FAULTS {
        for call in 1..=40 {
            let cloud = cloud(region);
            let mut house = process();
            let _ = house.apply(of.clone()).await.ok();
            cloud.fail(call, fault);
            let done = cloud.process(house.destroy()).await;
            if cloud.state().calls.len() < call {
                assert!(done.is_some_and(|done| !done.diagnostics.has_errors()));
                break;
            }
            cloud.heal();
            house = next(&mut house);
            let _ = house.destroy().await.ok();
            assert_eq!(cloud.names(), Vec::<String>::new(), "{fault:?} at {call}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_stage_that_fails_for_good_undoes_those_before_it() {
    let region = "undo";
    let cloud = cloud(region);
    let (from, to) = (config(region, "v1", &[]), config(region, "v2", &[]));
    let mut house = process();
    let _ = house.apply(from.clone()).await.ok();
    cloud.heal();
    cloud.state().is_sick = true;
    let told = house.apply(to.clone()).await.fails("did not become healthy");
    assert!(!told.to_string().contains("secret of"), "{told}");
    let calls = cloud.state().calls.clone();
    let of_switch: Vec<&str> = calls.iter().map(String::as_str).filter(|call| *call != "x:Tag").collect();
    assert_eq!(of_switch[of_switch.len() - 2..], ["x:ShiftBack", "x:Unprepare"], "{calls:?}");
    let switch = cloud.state().objects["undo/switch/home"].clone();
    assert_eq!((switch.fields["version"].clone(), switch.stage, switch.prepared), (json!("v1"), "", false));
    let steps = lines(house.state(), "steps").join("\n");
    assert!(!steps.contains("x:Shift") && !steps.contains("x:Record"), "{steps}");
    assert_eq!(house.state().get("version").as_str(), Some("v1"));
    cloud.state().is_sick = false;
    settle(&cloud, &mut house, &to).await;
    let steps = lines(house.state(), "steps");
    let shift = steps.iter().rev().filter(|line| line.contains(" switch ")).count();
    assert!(shift >= 4, "{steps:?}");
}

#[tokio::test(start_paused = true)]
async fn a_secret_reaches_its_call_and_nothing_else() {
    let region = "secret";
    let cloud = cloud(region);
    let mut house = process();
    let plan = house.plan(config(region, "v1", &[])).await;
    assert!(
        !format!("{plan:?}").contains("secret of") && !String::from_utf8_lossy(&plan.private).contains("secret of")
    );
    let _ = house.apply(config(region, "v1", &[])).await.ok();
    assert_eq!(cloud.state().objects["secret/switch/home"].password.as_deref(), Some("secret of v1"));
    let held = format!("{:?}", house.current());
    assert!(!held.contains("secret of"), "{held}");
    // Another secret under the same version is not even looked at.
    let mut same = config(region, "v1", &[]);
    same["password"] = json!("secret of nobody");
    assert_eq!(house.plan(same).await.action, Action::NoOp);
    let mut other = config(region, "v1", &[]);
    (other["password"], other["password_version"]) = (json!("another secret of v1"), json!("v1b"));
    let _ = house.apply(other).await.ok();
    assert_eq!(cloud.state().objects["secret/switch/home"].password.as_deref(), Some("another secret of v1"));
}

#[tokio::test(start_paused = true)]
async fn what_several_hold_goes_with_the_last() {
    let region = "hold";
    let cloud = cloud(region);
    let named = |name: &str| {
        let mut config = config(region, "v1", &[]);
        config["name"] = json!(name);
        config
    };
    let (mut one, mut two) = (process(), process());
    let _ = one.apply(named("one")).await.ok();
    let _ = two.apply(named("two")).await.ok();
    // One tag for each, and one that says that the object is held.
    let holders = || cloud.state().objects.get("hold/flag/flag").map(|flag| flag.tags.len());
    assert_eq!(holders(), Some(3));
    // It is announced as missing where somebody took our name off it.
    cloud.state().objects.get_mut("hold/flag/flag").unwrap().tags.remove("drop:holder/drop_house/-/one");
    let _ = one.refresh().await;
    assert!(lines(one.state(), "drift").iter().any(|line| line.starts_with("missing flag")), "{}", one.state());
    let _ = one.apply(named("one")).await.ok();
    assert_eq!(holders(), Some(3));
    let _ = one.destroy().await.ok();
    assert_eq!((cloud.names(), holders()), (objects(region, "two", &[]), Some(2)));
    let _ = two.destroy().await.ok();
    assert_eq!(cloud.names(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_change_keeps_others_away_while_it_lasts() {
    let region = "lease";
    let cloud = cloud(region);
    let mut one = process();
    let _ = one.apply(config(region, "v1", &[])).await.ok();
    let mut two = process();
    *two.current() = one.current().clone();
    // The switch never gets through its tests: the first is at work for as long as it may.
    cloud.state().is_sick = true;
    let first = one.apply(config(region, "v2", &[]));
    let second = async {
        tokio::time::sleep(Duration::from_secs(60)).await;
        two.apply(config(region, "v1", &[room("a", 1, "red")])).await
    };
    tokio::pin!(first);
    let told = tokio::select! {
        _ = &mut first => panic!("the first has ended"),
        told = second => told.fails("another apply is working on"),
    };
    assert!(told.to_string().contains("Wait until it has ended"), "{told}");
}
