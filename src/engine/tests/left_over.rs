//! What exists and no applied configuration names.

use std::collections::BTreeSet;

use crate::engine::model::kind::{Field, Kind};
use crate::engine::model::layout::Layout;
use crate::engine::model::name::ComponentName;
use crate::engine::model::spec::{
    At, CurrentState, CurrentStates, Desired, FieldOwner, Input, Spec, Stake, mark_removed, matching,
};
use crate::engine::plan::drift::{self, Deviation};
use crate::engine::plan::graph::PlanError;
use crate::engine::plan::planner;
use crate::engine::plan::steps;

static HOUSE: Kind = Kind {
    name: "house",
    create: Some("sim:BuildHouse"),
    delete: Some("sim:RazeHouse"),
    fields: &[Field::tags("sim:TagHouse")],
    ..Kind::BASE
};
static ROOM: Kind = Kind {
    name: "room",
    create: Some("sim:BuildRoom"),
    delete: Some("sim:RazeRoom"),
    fields: &[Field::fixed("floor"), Field::in_place("colour", "sim:PaintRoom")],
    ..Kind::BASE
};
static LAMP: Kind = Kind {
    name: "lamp",
    create: Some("sim:HangLamp"),
    delete: Some("sim:TakeLamp"),
    fields: &[Field::in_place("watts", "sim:SetLamp")],
    ..Kind::BASE
};

/// Users stand behind what they use.
fn kind(name: &ComponentName) -> Option<(usize, &'static Kind)> {
    let kinds: [(&str, &'static Kind); 3] = [("house", &HOUSE), ("room", &ROOM), ("lamp", &LAMP)];
    kinds.into_iter().enumerate().find(|(_, (word, _))| *word == name.kind()).map(|(n, (_, kind))| (n, kind))
}

fn room(label: &str) -> Spec {
    Spec::new(ComponentName::labelled("room", label), &ROOM).within("house").with("floor", 1).with("colour", "white")
}

fn lamp(label: &str) -> Spec {
    Spec::new(ComponentName::labelled("lamp", label), &LAMP)
        .within(ComponentName::labelled("room", label))
        .with("watts", 40)
}

/// A house with a room and a lamp for every block.
fn layout(blocks: &[&str]) -> Layout {
    let house = Spec::new("house", &HOUSE);
    let rooms = blocks.iter().flat_map(|label| [room(label), lamp(label)]);
    Layout {
        anchor: "house".into(),
        mark: "sim:TagHouse",
        primary: "house".into(),
        id: Input::output("house", "id"),
        components: [house].into_iter().chain(rooms).collect(),
        outcomes: vec![],
        dynamic: true,
        open: false,
        forgotten: BTreeSet::new(),
    }
}

/// The plan of a change from what a state says and has recorded beside it.
fn change(mut earlier: Layout, recorded: &[&str], deviations: &[Deviation], mut wanted: Layout) -> Vec<String> {
    earlier.add_forgotten(recorded.iter().copied(), kind);
    mark_removed(&earlier.components, &mut wanted.components);
    let mut current_states: CurrentStates = matching(&earlier.components);
    for name in &earlier.forgotten {
        current_states.insert(name.to_string(), CurrentState { left_over: true, ..CurrentState::default() });
    }
    drift::overlay(&mut current_states, &deviations.iter().cloned().collect());
    let blueprint = planner::update(&wanted.components, &current_states, wanted.anchor()).unwrap();
    assert!(blueprint.fixed.is_empty(), "{:?}", blueprint.fixed);
    steps::append(&[], &blueprint)
}

#[test]
fn what_is_left_over_and_wanted_again_is_ensured() {
    let left = Deviation::Orphaned("room.a".to_owned());
    let planned = change(layout(&[]), &[], std::slice::from_ref(&left), layout(&["a"]));
    insta::assert_snapshot!(planned.join("\n"), @r"
    1.1 create room.a via sim:BuildRoom
    1.2 create lamp.a via sim:HangLamp
    ");
    // The state recorded it, and Read did not look.
    assert_eq!(change(layout(&[]), &["house", "room.a"], &[], layout(&["a"])), planned);
}

#[test]
fn what_is_recorded_and_in_no_configuration_is_removed_from_users_to_used() {
    let planned = change(layout(&["b"]), &["house", "room.a", "lamp.a", "room.b"], &[], layout(&["b"]));
    insta::assert_snapshot!(planned.join("\n"), @r"
    1.1 delete lamp.a via sim:TakeLamp — not wanted any more
    1.2 delete room.a via sim:RazeRoom — not wanted any more
    ");
}

#[test]
fn a_destroy_takes_what_is_recorded_along() {
    let mut all = layout(&["b"]);
    all.add_forgotten(["room.a", "lamp.a", "attic", "not a name"], kind);
    let blueprint = planner::delete(&all.components, &std::collections::BTreeMap::new(), all.anchor()).unwrap();
    let deleted: Vec<&str> = blueprint.steps.iter().map(|step| step.component.as_str()).collect();
    assert_eq!(deleted, ["lamp.a", "room.a", "lamp.b", "room.b", "house"]);
}

#[test]
fn a_block_that_is_renamed_is_built_under_its_new_name_before_the_old_one_goes() {
    let planned = change(layout(&["a"]), &["house", "room.a", "lamp.a"], &[], layout(&["b"]));
    insta::assert_snapshot!(planned.join("\n"), @r"
    1.1 create room.b via sim:BuildRoom
    1.2 create lamp.b via sim:HangLamp
    1.3 delete lamp.a via sim:TakeLamp — not wanted any more
    1.4 delete room.a via sim:RazeRoom — not wanted any more
    ");
}

#[test]
fn what_lives_in_another_or_comes_after_it_is_ordered_without_a_field() {
    let first = Spec::new("room", &ROOM).after(["lamp"]);
    let specs = [first, Spec::new("lamp", &LAMP).within("house"), Spec::new("house", &HOUSE)];
    let blueprint = planner::create(&specs, layout(&[]).anchor()).unwrap();
    let made: Vec<&str> = blueprint.steps.iter().map(|step| step.component.as_str()).collect();
    assert_eq!(made, ["house", "lamp", "room", "house"]);
    let twice = [Spec::new("house", &HOUSE), Spec::new("house", &HOUSE)];
    assert_eq!(planner::create(&twice, layout(&[]).anchor()), Err(PlanError::Twice("house".to_owned())));
}

#[test]
fn a_field_of_somebody_else_is_given_once() {
    let specs = |watts: i64, owner: FieldOwner| {
        let desired = Desired::from(watts).owned_by(owner);
        [
            Spec::new("house", &HOUSE),
            Spec::new("lamp", &LAMP).at(At::Region("eu-west-1".to_owned())).with("watts", desired),
        ]
    };
    let planned = |owner: FieldOwner| {
        let before = matching(&specs(40, owner));
        planner::update(&specs(60, owner), &before, layout(&[]).anchor()).unwrap().steps.len()
    };
    assert_eq!((planned(FieldOwner::Ours), planned(FieldOwner::Theirs)), (1, 0));
}

#[test]
fn what_is_borrowed_is_never_made_nor_removed() {
    let borrowed = || [Spec::new("house", &HOUSE), Spec::new("lamp", &LAMP).stake(Stake::Borrow)];
    let anchor = layout(&[]);
    let made = planner::create(&borrowed(), anchor.anchor()).unwrap();
    assert!(made.steps.iter().all(|step| step.component != "lamp"));
    let gone = planner::delete(&borrowed(), &std::collections::BTreeMap::new(), anchor.anchor()).unwrap();
    assert!(gone.steps.iter().all(|step| step.component != "lamp"));
}
