//! What a configuration asks for no longer, and what gets a new id by a change.

use std::collections::BTreeSet;

use crate::engine::model::kind::{Field, Kind};
use crate::engine::model::spec::{Input, Spec, Wanted, mark_removed, matching};
use crate::engine::plan::planner::{self, Anchor};
use crate::engine::plan::steps;

static RECIPE: Kind = Kind {
    name: "recipe",
    create: Some("sim:WriteRecipe"),
    delete: Some("sim:BurnRecipe"),
    versioned: true,
    fields: &[Field::in_place("text", "sim:WriteRecipe"), Field::in_place("shelf", "sim:MoveRecipe")],
    ..Kind::BASE
};
static OVEN: Kind = Kind {
    name: "oven",
    create: Some("sim:BuildOven"),
    delete: Some("sim:RazeOven"),
    fields: &[Field::in_place("recipe", "sim:LoadOven")],
    ..Kind::BASE
};
const ANCHOR: Anchor<'_> = Anchor { component: "recipe", call: "sim:TagRecipe" };

fn specs(text: &str, shelf: &str) -> Vec<Spec> {
    vec![
        Spec::new("recipe", &RECIPE).with("text", text).with("shelf", shelf),
        Spec::new("oven", &OVEN).with("recipe", Input::output("recipe", "id")),
    ]
}

fn lines(earlier: &[Spec], mut wanted: Vec<Spec>) -> String {
    mark_removed(earlier, &mut wanted);
    steps::append(&[], &planner::update(&wanted, &matching(earlier), ANCHOR).unwrap()).join("\n")
}

#[test]
fn a_new_revision_is_handed_to_those_who_use_it() {
    insta::assert_snapshot!(lines(&specs("bread", "top"), specs("cake", "top")), @r"
    1.1 update recipe via sim:WriteRecipe — text
    1.2 update oven via sim:LoadOven — recipe
    ");
    insta::assert_snapshot!(lines(&specs("bread", "top"), specs("bread", "low")), @"1.1 update recipe via sim:MoveRecipe — shelf");
}

#[test]
fn a_new_revision_is_written_whole() {
    insta::assert_snapshot!(lines(&specs("bread", "top"), specs("cake", "low")), @r"
    1.1 update recipe via sim:WriteRecipe — text, shelf
    1.2 update oven via sim:LoadOven — recipe
    ");
}

#[test]
fn what_is_not_wanted_any_more_is_removed_at_the_end() {
    let mut wanted = specs("cake", "top");
    wanted.truncate(1);
    insta::assert_snapshot!(lines(&specs("bread", "top"), wanted), @r"
    1.1 update recipe via sim:WriteRecipe — text
    1.2 delete oven via sim:RazeOven — not wanted any more
    ");
}

#[test]
fn what_is_marked_absent_is_never_made_and_removed_only_where_it_stood() {
    let absent = |mut specs: Vec<Spec>| {
        specs[1].wanted = Wanted::No;
        specs
    };
    let create = planner::create(&absent(specs("cake", "top")), ANCHOR).unwrap();
    let touched: BTreeSet<&str> = create.steps.iter().map(|step| step.component.as_str()).collect();
    assert_eq!(touched, BTreeSet::from(["recipe"]));
    assert_eq!(lines(&absent(specs("cake", "top")), absent(specs("cake", "top"))), "");
    insta::assert_snapshot!(lines(&specs("cake", "top"), absent(specs("cake", "top"))), @"1.1 delete oven via sim:RazeOven — not wanted any more");
}
