//! Blueprints as a person reads them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use super::sim::{ANCHOR, DESIRED, Desired, HOOK};
use crate::engine::model::kind::{Compare, Field, Kind};
use crate::engine::model::procedure::{Procedure, Stage, Turn};
use crate::engine::model::spec::{Input, Spec, matching};
use crate::engine::plan::drift::{self, Deviation};
use crate::engine::plan::graph::PlanError;
use crate::engine::plan::planner;
use crate::engine::plan::steps;

fn lines(blueprint: &crate::engine::plan::blueprint::Blueprint) -> String {
    steps::append(&[], blueprint).join("\n")
}

#[test]
fn a_create_ensures_then_protects_then_completes() {
    insta::assert_snapshot!(lines(&planner::create(&DESIRED.specs(), ANCHOR).unwrap()), @r"
    1.1 create hook via sim:CreateHook
    1.2 create group via sim:CreateGroup
    1.3 update group via sim:SetGroup — settings
    1.4 create store via sim:CreateStore
    1.5 update store via sim:ProtectStore — protected
    1.6 complete hook via sim:TagHook — creation finished
    ");
}

#[test]
fn an_update_changes_only_what_differs() {
    let current_states = matching(&DESIRED.specs());
    let same = planner::update(&DESIRED.specs(), &current_states, ANCHOR).unwrap();
    assert!(same.is_empty());
    let desired = Desired { size: "large", protected: false, ..DESIRED };
    insta::assert_snapshot!(lines(&planner::update(&desired.specs(), &current_states, ANCHOR).unwrap()), @r"
    1.1 update store via sim:ModifyStore — size
    1.2 update store via sim:ProtectStore — protected
    ");
}

#[test]
fn a_change_is_told_by_the_calls_that_it_takes() {
    static LIST: Kind = Kind {
        create: Some("sim:Add"),
        fields: &[Field::in_place("items", "sim:Edit").by(&Procedure(&[
            Stage::new("sim:Remove").when(from_a_to_b),
            Stage::new("sim:Add").when(from_a_to_b),
            Stage::new("sim:Edit").when(|was, desired| !from_a_to_b(was, desired)),
        ]))],
        ..Kind::BASE
    };
    let list = |items: &str| [Spec::new("hook", &HOOK), Spec::new("list", &LIST).with("items", items)];
    let told = |current_states, to| lines(&planner::update(&list(to), &current_states, ANCHOR).unwrap());
    insta::assert_snapshot!(told(matching(&list("a")), "b"), @r"
    1.1 update list via sim:Remove — items
    1.2 update list via sim:Add — items
    ");
    insta::assert_snapshot!(told(matching(&list("b")), "c"), @"1.1 update list via sim:Edit — items");
    let mut current_states = matching(&list("a"));
    let (component, field, calls) = ("list".to_owned(), "items".to_owned(), vec!["sim:Add".to_owned()]);
    drift::overlay(&mut current_states, &BTreeSet::from([Deviation::Changed { component, field, calls }]));
    insta::assert_snapshot!(told(current_states.clone(), "a"), @"1.1 update list via sim:Add — items");
    insta::assert_snapshot!(told(current_states, "b"), @r"
    1.1 update list via sim:Remove — items
    1.2 update list via sim:Add — items
    ");
}

fn from_a_to_b(was: Option<&Json>, desired: &Json) -> bool {
    was.and_then(Json::as_str) == Some("a") && desired.as_str() == Some("b")
}

#[test]
fn what_comes_behind_a_create_is_told_by_its_calls_too() {
    static KEPT: Kind = Kind {
        create: Some("sim:Create"),
        fields: &[
            Field::in_place("word", "sim:Set")
                .by(&Procedure(&[
                    Stage::new("sim:Set").when(|was, desired| was.is_some() || !desired.is_null()),
                    Stage::new("sim:Record").at(Turn::After).when(|was, desired| was.is_none() && !desired.is_null()),
                ]))
                .post_create(),
            Field::in_place("plain", "sim:Plain").post_create(),
        ],
        ..Kind::BASE
    };
    let told = |word: Input, plain: bool| {
        let kept = Spec::new("kept", &KEPT).with("word", word).with("plain", plain);
        lines(&planner::update(&[kept], &BTreeMap::new(), ANCHOR).unwrap())
    };
    let all = told("a".into(), true);
    insta::assert_snapshot!(all, @r"
    1.1 create kept via sim:Create
    1.2 update kept via sim:Plain — plain
    1.3 update kept via sim:Set — word
    1.4 update kept via sim:Record — word
    ");
    assert_eq!(told(Input::Unknown, true), all, "what is not known yet is a wish");
    insta::assert_snapshot!(told(json!(null).into(), false), @"1.1 create kept via sim:Create");
}

#[test]
fn what_comes_first_comes_before_the_changes_of_other_components_too() {
    static COPIED: Kind = Kind {
        create: Some("sim:Create"),
        fields: &[
            Field::in_place("size", "sim:Modify"),
            Field::in_place("behind", "sim:Modify"),
            Field::in_place("copy", "sim:Copy")
                .by(&Procedure(&[Stage::new("sim:Copy"), Stage::new("sim:Record").at(Turn::After)]))
                .compared(Compare::WhenSet)
                .pre_update(),
        ],
        ..Kind::BASE
    };
    let specs = |setting: &'static str, size: &str, copy: Option<&str>| {
        let mut specs = Desired { setting, ..DESIRED }.specs();
        let copied = Spec::new("copied", &COPIED).with("size", size).with("copy", json!(copy));
        specs.push(copied.with("behind", Input::output("group", "id")));
        specs
    };
    let before = matching(&specs("on", "small", None));
    let plan = planner::update(&specs("off", "large", Some("a")), &before, ANCHOR).unwrap();
    insta::assert_snapshot!(lines(&plan), @r"
    1.1 update copied via sim:Copy — copy
    1.2 update copied via sim:Record — copy
    1.3 update group via sim:SetGroup — settings
    1.4 update copied via sim:Modify — size
    ");
    assert!(plan.steps[1..].iter().all(|step| step.after.contains(&0)));
    let taken = matching(&specs("on", "small", Some("a")));
    assert!(planner::update(&specs("on", "small", None), &taken, ANCHOR).unwrap().is_empty());
    assert_eq!(planner::update(&specs("on", "small", Some("b")), &taken, ANCHOR).unwrap().steps.len(), 2);
    let made = planner::create(&specs("on", "small", Some("a")), ANCHOR).unwrap();
    assert_eq!(made.steps.iter().filter(|step| step.component == "copied").count(), 1);
}

#[test]
fn changes_of_one_object_wait_for_each_other() {
    let desired = Desired { size: "large", protected: false, ..DESIRED };
    let plan = planner::update(&desired.specs(), &matching(&DESIRED.specs()), ANCHOR).unwrap();
    let waits: Vec<&[usize]> = plan.steps.iter().map(|step| &step.after[..]).collect();
    assert_eq!(waits, [&[][..], &[0]]);
}

#[test]
fn drift_is_repaired_and_what_is_missing_is_made_again() {
    let mut current_states = matching(&DESIRED.specs());
    let changed = Deviation::Changed { component: "group".to_owned(), field: "settings".to_owned(), calls: vec![] };
    drift::overlay(&mut current_states, &BTreeSet::from([changed, Deviation::Missing("store".to_owned())]));
    insta::assert_snapshot!(lines(&planner::update(&DESIRED.specs(), &current_states, ANCHOR).unwrap()), @r"
    1.1 update group via sim:SetGroup — settings
    1.2 create store via sim:CreateStore
    1.3 update store via sim:ProtectStore — protected
    ");
}

#[test]
fn a_delete_goes_from_users_to_used_and_says_what_cannot_be_undone() {
    let keeps = BTreeMap::from([("store".to_owned(), "a final snapshot is kept".to_owned())]);
    insta::assert_snapshot!(lines(&planner::delete(&DESIRED.specs(), &keeps, ANCHOR).unwrap()), @r"
    1.1 delete store via sim:DeleteStore — a final snapshot is kept — irreversible
    1.2 delete group via sim:DeleteGroup
    1.3 delete hook via sim:DeleteHook
    ");
}

#[test]
fn a_field_that_only_a_create_can_set_is_reported_not_planned() {
    let desired = Desired { key: "other", ..DESIRED };
    let blueprint = planner::update(&desired.specs(), &matching(&DESIRED.specs()), ANCHOR).unwrap();
    assert!(blueprint.steps.is_empty());
    assert_eq!(blueprint.fixed[0].field, "key");
}

#[test]
fn an_unknown_leaves_the_plan_open() {
    let mut specs = DESIRED.specs();
    specs[2] = specs[2].clone().with("size", Input::Unknown);
    let blueprint = planner::update(&specs, &matching(&DESIRED.specs()), ANCHOR).unwrap();
    assert!(blueprint.open);
    assert!(!planner::create(&specs, ANCHOR).unwrap().open);
}

#[test]
fn an_unknown_that_only_a_create_can_set_is_judged_when_it_is_known() {
    let current_states = matching(&DESIRED.specs());
    let with_key = |key: Input| {
        let mut specs = DESIRED.specs();
        specs[2] = specs[2].clone().with("key", key);
        planner::update(&specs, &current_states, ANCHOR).unwrap()
    };
    let unknown = with_key(Input::Unknown);
    assert!(unknown.open && unknown.fixed.is_empty() && unknown.steps.is_empty());
    let known = with_key("other".into());
    assert_eq!((known.open, known.fixed[0].field.as_str()), (false, "key"));
}

#[test]
fn a_design_that_needs_itself_or_nothing_is_refused() {
    let ring: Vec<Spec> = vec![
        DESIRED.specs()[0].clone().with("tags", Input::output("group", "id")),
        DESIRED.specs()[1].clone().with("family", Input::output("hook", "id")),
    ];
    assert!(matches!(planner::create(&ring, ANCHOR), Err(PlanError::Ring(_))));
    assert!(matches!(planner::create(&ring[..1], ANCHOR), Err(PlanError::Missing { .. })));
}

#[test]
fn the_same_input_gives_the_same_blueprint() {
    let text = |_| serde_json::to_string(&planner::create(&DESIRED.specs(), ANCHOR).unwrap()).unwrap();
    assert_eq!((0..20).map(text).collect::<BTreeSet<_>>().len(), 1);
}
