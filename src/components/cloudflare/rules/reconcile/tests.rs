//! Every write is carried out on a ruleset in memory, until none is left.

use proptest::prelude::*;
use serde_json::json;

use super::*;

const PREFIX: &str = "drop:site:";

/// Does to a ruleset what Cloudflare does.
fn apply(live: Option<Ruleset>, write: &Write, births: &mut usize) -> Option<Ruleset> {
    let mut born = |rule: &Json| {
        *births += 1;
        let mut rule = rule.clone();
        rule["id"] = json!(format!("new{births}"));
        rule
    };
    let Some(mut live) = live else {
        let Write::Create { description, rules } = write else { panic!("{write:?} on nothing") };
        let rules = rules.iter().map(&mut born).collect();
        return Some(Ruleset { description: description.clone(), rules, ..Ruleset::default() });
    };
    let at = |rules: &[Json], id: &str| rules.iter().position(|rule| rule["id"] == id).unwrap();
    let put = |rules: &mut Vec<Json>, rule: Json, place: &Place| {
        let index = match place {
            Place::Last => rules.len(),
            Place::After(id) => at(rules, id) + 1,
            Place::Before(id) => at(rules, id),
        };
        rules.insert(index, rule);
    };
    match write {
        Write::Create { .. } => panic!("there is one"),
        Write::Add { rule, place } => put(&mut live.rules, born(rule), place),
        Write::Edit { id, rule, place } => {
            let index = at(&live.rules, id);
            let mut rule = rule.clone();
            rule["id"] = json!(id);
            match place {
                None => live.rules[index] = rule,
                Some(place) => {
                    live.rules.remove(index);
                    put(&mut live.rules, rule, place);
                }
            }
        }
        Write::Remove { id } => {
            let index = at(&live.rules, id);
            live.rules.remove(index);
        }
    }
    Some(live)
}

fn carry_out(live: Option<Ruleset>, wanted: &[Json]) -> (Option<Ruleset>, usize) {
    let (live, writes) = written(live, wanted);
    (live, writes.len())
}

fn written(mut live: Option<Ruleset>, wanted: &[Json]) -> (Option<Ruleset>, Vec<Write>) {
    let (mut births, mut writes) = (0, vec![]);
    while let Some(write) = next(live.as_ref(), PREFIX, wanted) {
        live = apply(live, &write, &mut births);
        assert!(!writes.contains(&write), "nothing is written twice: {write:?}");
        writes.push(write);
    }
    (live, writes)
}

fn own(slug: usize, expression: usize) -> Json {
    json!({"ref": format!("{PREFIX}{slug}"), "action": "block", "expression": format!("e{expression}"), "enabled": true})
}

fn foreign(n: usize) -> Json {
    json!({"id": format!("f{n}"), "ref": format!("f{n}"), "action": "log", "expression": "true", "version": "7",
        "last_updated": "2026", "enabled": n.is_multiple_of(2)})
}

fn ruleset(rules: Vec<Json>) -> Ruleset {
    let with_id = |(n, mut rule): (usize, Json)| {
        if rule["id"].is_null() {
            rule["id"] = json!(format!("r{n}"));
        }
        rule
    };
    Ruleset { rules: rules.into_iter().enumerate().map(with_id).collect(), ..Ruleset::default() }
}

fn foreign_of(live: &Ruleset) -> Vec<String> {
    live.rules.iter().filter(|rule| !is_ours(rule)).map(ToString::to_string).collect()
}

fn is_ours(rule: &Json) -> bool {
    Ruleset::text(rule, "ref").starts_with(PREFIX)
}

proptest! {
    #[test]
    fn ours_become_as_wished_and_others_stay_byte_for_byte(
        live in prop::collection::vec((0_usize..8, any::<bool>(), 0_usize..3), 0..10),
        wanted in Just((0_usize..6).collect::<Vec<_>>()).prop_shuffle(),
        count in 0_usize..6,
        expression in 0_usize..3,
    ) {
        let mut slugs = std::collections::BTreeSet::new();
        let rules = live.into_iter().enumerate().filter_map(|(n, (slug, ours, expression))| match ours {
            true => slugs.insert(slug).then(|| own(slug, expression)),
            false => Some(foreign(n)),
        });
        let before = ruleset(rules.collect());
        let wanted: Vec<Json> = wanted.into_iter().take(count).map(|slug| own(slug, expression)).collect();
        let (after, writes) = written(Some(before.clone()), &wanted);
        let after = after.unwrap();
        let was: Vec<Json> = before.rules.iter().filter(|rule| is_ours(rule)).cloned().collect();
        let made = Changes {
            removes: writes.iter().any(|write| matches!(write, Write::Remove { .. })),
            edits: writes.iter().any(|write| matches!(write, Write::Edit { .. })),
            adds: writes.iter().any(|write| matches!(write, Write::Add { .. })),
        };
        prop_assert_eq!(changes(&was, &wanted), made);
        prop_assert_eq!(foreign_of(&after), foreign_of(&before));
        let ours: Vec<Json> = after
            .rules
            .iter()
            .filter(|rule| is_ours(rule))
            .map(canonical)
            .collect();
        prop_assert_eq!(ours, wanted);
    }
}

#[test]
fn a_phase_without_a_ruleset_gets_one_and_keeps_it() {
    let (made, writes) = carry_out(None, &[own(1, 1), own(2, 1)]);
    assert_eq!((made.as_ref().unwrap().rules.len(), writes), (2, 1));
    let (left, writes) = carry_out(made, &[]);
    assert_eq!((left.unwrap().rules, writes), (vec![], 2));
    assert_eq!(next(None, PREFIX, &[]), None);
}

#[test]
fn a_second_rule_of_one_ref_goes() {
    let (left, writes) = carry_out(Some(ruleset(vec![own(1, 1), foreign(0), own(1, 1)])), &[own(1, 1)]);
    let left = left.unwrap();
    assert_eq!((left.rules.len(), writes), (2, 1));
    let told = changes(&[own(1, 1), own(1, 1)], &[own(1, 1)]);
    assert_eq!(told, Changes { removes: true, edits: false, adds: false });
    assert_eq!(left.rules[0]["id"], "r0");
}

#[test]
fn a_changed_rule_keeps_its_id() {
    let (after, writes) = carry_out(Some(ruleset(vec![foreign(0), own(1, 1)])), &[own(1, 2)]);
    assert_eq!(writes, 1);
    assert_eq!(after.unwrap().rules[1]["id"], "r1");
}

#[test]
fn a_rule_that_was_switched_off_or_given_more_to_do_differs() {
    let limit = json!({"ref": "a", "ratelimit": {"period": 10, "characteristics": ["ip.src", "cf.colo.id"]}});
    let as_answered = json!({"ref": "a", "id": "1", "version": "3", "last_updated": "x", "enabled": true,
        "categories": null, "description": "", "ratelimit": {"period": 10, "requests_to_origin": false,
        "counting_expression": "", "characteristics": ["cf.colo.id", "ip.src"]}});
    assert_eq!(canonical(&limit), canonical(&as_answered));
    for (field, value) in [("enabled", json!(false)), ("action_parameters", json!({"cache": true}))] {
        let mut other = as_answered.clone();
        other[field] = value;
        assert_ne!(canonical(&limit), canonical(&other));
    }
    let mut other = as_answered;
    other["ratelimit"]["counting_expression"] = json!("http.request.method eq \"POST\"");
    assert_ne!(canonical(&limit), canonical(&other));
}
