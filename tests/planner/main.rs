//! What holds of every plan, over random layouts and histories of changes, failures and removals.

#![allow(clippy::unwrap_used, reason = "a test says what went wrong by failing")]

mod layouts;
mod model;

use std::collections::BTreeSet;

use proptest::prelude::*;

use layouts::{ANCHOR, Edition, editions};
use model::Model;
use terraform_provider_drop::engine::plan::blueprint::{Blueprint, Verb};
use terraform_provider_drop::engine::plan::planner;

/// What happens before an edition is applied to its end.
#[derive(Debug, Clone)]
enum Event {
    /// Its apply fails after so many steps.
    Failure(usize),
    /// Somebody deletes an object.
    Loss(usize),
    /// Somebody changes one.
    Meddling(usize),
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        (0..12_usize).prop_map(Event::Failure),
        (0..8_usize).prop_map(Event::Loss),
        (0..8_usize).prop_map(Event::Meddling),
    ];
    prop::collection::vec(event, 0..4)
}

fn choices() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 1..8)
}

fn components(blueprint: &Blueprint, verb: Verb) -> Vec<&str> {
    blueprint.steps.iter().filter(|step| step.verb == verb).map(|step| step.component.as_str()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happened_the_next_apply_ends_it(
        history in editions(1..5).prop_flat_map(|editions| {
            let count = editions.len();
            (Just(editions), prop::collection::vec(events(), count))
        }),
        choices in choices(),
    ) {
        let mut model = Model::default();
        for (edition, events) in history.0.iter().zip(&history.1) {
            for event in events {
                match event {
                    Event::Failure(steps) => model.apply(edition, *steps, &choices),
                    Event::Loss(n) => model.lose(*n),
                    Event::Meddling(n) => model.meddle(*n),
                }
            }
            model.apply(edition, usize::MAX, &choices);
            let plan = model.plan(edition);
            prop_assert!(plan.is_empty(), "the second plan is not empty: {plan:#?}");
            let specs = edition.specs();
            let wanted: BTreeSet<&str> = specs.iter().map(|spec| spec.component.as_str()).collect();
            prop_assert_eq!(model.names(), wanted, "something is orphaned, or missing");
            prop_assert_eq!(model.wrong(edition), Vec::<String>::new());
        }
        let last = &history.0[history.0.len() - 1];
        model.destroy(last, &choices);
        prop_assert_eq!(model.names(), BTreeSet::new());
    }

    #[test]
    fn a_delete_is_the_create_backwards(edition in editions(1..2)) {
        let specs = edition[0].specs();
        let create = planner::create(&specs, ANCHOR).unwrap();
        let delete = planner::delete(&specs, &std::collections::BTreeMap::new(), ANCHOR).unwrap();
        let made = components(&create, Verb::Create);
        let mut removed = components(&delete, Verb::Delete);
        removed.reverse();
        prop_assert_eq!(&made, &removed);
        prop_assert_eq!(made[0], ANCHOR.component);
        prop_assert_eq!(create.steps.last().unwrap().verb, Verb::Complete);
    }

    #[test]
    fn steps_wait_for_earlier_ones_only(editions in editions(2..3)) {
        let (before, after): (&Edition, &Edition) = (&editions[0], &editions[1]);
        let mut model = Model::default();
        model.apply(before, usize::MAX, &[0]);
        for blueprint in [Model::default().plan(before), model.plan(after)] {
            for (n, step) in blueprint.steps.iter().enumerate() {
                prop_assert!(step.after.iter().all(|earlier| *earlier < n), "{n} {step}: {:?}", step.after);
            }
        }
    }

    #[test]
    fn the_same_input_gives_the_same_blueprint_to_the_byte(editions in editions(2..3)) {
        let text = || {
            let mut model = Model::default();
            model.apply(&editions[0], usize::MAX, &[0]);
            serde_json::to_string(&model.plan(&editions[1])).unwrap()
        };
        prop_assert_eq!(text(), text());
    }
}
