//! Each change is made in place, by the calls that its plan names, and moves nothing else.

use std::collections::BTreeSet;

use serde_json::Value as Json;
use tf_plugin::harness::Action;

use crate::case::Case;
use crate::describe::{self, Facts};
use crate::every::block_on;
use crate::pool::{Left, Pool};
use crate::subject::Subject;
use crate::table::{Effect, Row};

/// Attributes that follow every change.
const FOLLOWS: [&str; 1] = ["steps"];
/// The three values of [`Row::shows`].
const OLD: usize = 0;
const NEW: usize = 1;
const ABSENT: usize = 2;

/// Changes an attribute, removes it, and sets it again.
pub fn is_in_place_and_alone(subject: &Subject, pool: &Pool, n: usize) {
    pool.with_standing(subject, async |case| change(case, subject, &subject.rows[n]).await);
}

async fn change(case: &mut Case, subject: &Subject, row: &Row) -> Left {
    let whole = subject.whole();
    let with = |value: &Json| {
        let changed = subject.with(whole.clone(), row.along.iter().map(|(name, value)| (*name, value)));
        subject.with(if *value == row.new { changed } else { whole.clone() }, [(row.attribute, value)])
    };
    let (old, new, absent) = (with(&row.old), with(&row.new), with(&Json::Null));
    let begun = case.facts();
    must_show(row, &begun, if row.old.is_null() { ABSENT } else { OLD });
    for (value, words) in &row.denied {
        let refused = Effect::Refused { at: row.attribute, says: words };
        effect(case, subject, row, &begun, &refused, &with(value), OLD).await;
    }
    let mut facts = effect(case, subject, row, &begun, &row.change, &new, NEW).await;
    if matches!(row.change, Effect::Replaces) {
        return Left::AsItWas;
    }
    facts = effect(case, subject, row, &facts, &row.removal, &absent, ABSENT).await;
    if !row.old.is_null() {
        facts = effect(case, subject, row, &facts, &row.back, &old, OLD).await;
    }
    if describe::moved(&begun, &facts).is_empty() { Left::AsItWas } else { Left::Changed }
}

async fn effect(
    case: &mut Case,
    subject: &Subject,
    row: &Row,
    before: &Facts,
    effect: &Effect,
    config: &Json,
    shown: usize,
) -> Facts {
    let (births, since) = (case.births(), case.lab.now());
    match effect {
        Effect::Impossible => return before.clone(),
        Effect::Replaces => {
            let plan = case.try_plan(config).await;
            assert!(!plan.diagnostics.has_errors(), "{}", plan.diagnostics);
            let named: Vec<String> = plan.requires_replace.iter().map(crate::case::attributes).collect();
            assert_eq!((plan.action, named), (Action::Replace, vec![row.attribute.to_owned()]));
            assert_eq!(case.lab.mutations(since), Vec::<String>::new());
            return before.clone();
        }
        Effect::Refused { at, says } => {
            let plan = case.try_plan(config).await;
            crate::case::must_refuse(&plan.diagnostics, at, &[says]);
            assert_eq!(case.lab.mutations(since), Vec::<String>::new());
            return before.clone();
        }
        Effect::Calls(calls) => {
            let applied = case.apply_sparing(config, &row.spared).await;
            assert_eq!(applied.calls, *calls, "the plan on the left: {} in {config}", row.attribute);
            let in_place = matches!(applied.action, Action::Update | Action::NoOp);
            assert!(in_place, "{:?}", applied.action);
            let top = |attribute: &'static str| attribute.split_once('.').map_or(attribute, |(first, _)| first);
            let along = row.along.iter().map(|(attribute, _)| top(attribute));
            let may: BTreeSet<&str> = FOLLOWS
                .into_iter()
                .chain([top(row.attribute)])
                .chain(along)
                .chain(subject.results.iter().chain(&row.results).copied())
                .collect();
            let also: Vec<&String> = applied.changed.iter().filter(|name| !may.contains(name.as_str())).collect();
            assert!(also.is_empty(), "the plan of {} changes {also:?} too", row.attribute);
        }
    }
    let after = case.facts();
    must_show(row, &after, shown);
    let mine = |place: &String| {
        row.shows.iter().any(|(shown, _)| place == shown || place.starts_with(&format!("{shown}.")))
            || row.follows.iter().any(|beginning| place.starts_with(beginning))
    };
    let moved = describe::moved(before, &after);
    if let Effect::Calls(calls) = effect {
        assert_eq!(moved.is_empty(), calls.is_empty(), "{}: {calls:?} changed {moved:?}", row.attribute);
    }
    let others: Vec<String> = moved.into_iter().filter(|place| !mine(place)).collect();
    let told = |place: &String| format!("{place}: {:?} became {:?}", before.get(place), after.get(place));
    let others: Vec<String> = others.iter().map(told).collect();
    assert!(others.is_empty(), "{} moved more than itself:\n{}", row.attribute, others.join("\n"));
    let now = case.births();
    let again = |thing: &str| describe::is_one_of(thing, &row.anew);
    let lost: Vec<&String> = births
        .iter()
        .filter(|(thing, birth)| now.get(*thing) != Some(birth) && !again(thing))
        .map(|(thing, _)| thing)
        .collect();
    assert!(lost.is_empty(), "{} created these again: {lost:?}", row.attribute);
    after
}

fn must_show(row: &Row, facts: &Facts, which: usize) {
    for (place, shown) in &row.shows {
        let mut expected = Facts::new();
        describe::flatten(&mut expected, place, &shown[which], &[]);
        for (place, value) in &expected {
            let found = facts.get(place).unwrap_or(&Json::Null);
            assert_eq!(found, value, "the lab on the left shows {place} otherwise: {}", near(facts, place));
        }
    }
}

/// The facts around a place.
fn near(facts: &Facts, place: &str) -> String {
    let (around, _) = place.rsplit_once('.').unwrap_or((place, ""));
    let near = facts.iter().filter(|(place, _)| place.starts_with(around));
    near.map(|(place, value)| format!("\n  {place} = {value}")).collect()
}

/// Adds blocks and removes them again, by the calls of the plans.
pub fn addition_comes_and_goes(subject: &Subject, pool: &Pool, n: usize) {
    let addition = &subject.additions[n];
    pool.with_standing(subject, async |case| {
        let (less, before) = (subject.whole(), case.facts());
        let more = subject.with(less.clone(), addition.sets.iter().map(|(name, value)| (*name, value)));
        let added = case.apply(&more).await;
        assert_eq!((added.action, added.calls.is_empty()), (Action::Update, false));
        assert!(!describe::moved(&before, &case.facts()).is_empty(), "the lab shows no addition");
        case.apply(&less).await;
        let apart = describe::moved(&before, &case.facts());
        assert!(apart.is_empty(), "it does not become again as it was: {apart:#?}");
        Left::AsItWas
    });
}

/// The least configuration, then every attribute, then the least again, then a destroy, then every attribute at once. The
/// calls are those of the plans each time, and the next plan is empty.
pub fn comes_and_goes(subject: &Subject, pool: &Pool) {
    pool.with_empty(|lab| {
        block_on(async {
            let mut case = Case::empty(lab, subject).await;
            let (least, whole) = (subject.least.clone(), subject.whole());
            let beside = case.births();
            case.apply_sparing(&least, subject.found).await;
            let facts = case.facts();
            case.apply(&whole).await;
            case.apply(&least).await;
            let apart: Vec<String> = describe::moved(&facts, &case.facts()).into_iter().collect();
            let apart: Vec<&String> = apart.iter().filter(|place| !stays(subject, place)).collect();
            assert!(apart.is_empty(), "it does not become again as it was: {apart:#?}");
            case.destroy().await;
            assert_eq!(case.births(), beside, "not everything was destroyed");
            case.apply(&whole).await;
            for row in subject.rows.iter().filter(|row| !row.old.is_null()) {
                must_show(row, &case.facts(), OLD);
            }
        });
    });
}

/// Whether a fact is one that an attribute leaves behind.
fn stays(subject: &Subject, place: &str) -> bool {
    subject.stays.iter().any(|beginning| place.starts_with(beginning))
}
