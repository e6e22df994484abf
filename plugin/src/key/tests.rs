use proptest::prelude::*;

use super::*;
use crate::{Diagnostics, Keyed, Model, NestedBlock, Path, Type, checks, modifiers};

/// A way in, told apart by host and path.
#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Gate {
    #[attr(required, key)]
    host: Attr<String>,
    #[attr(default = "/*", key)]
    path: Attr<String>,
    #[attr(optional)]
    note: Attr<String>,
    #[attr(optional, requires_replace)]
    wall: Attr<String>,
    #[attr(computed, use_state_for_unknown)]
    id: Attr<String>,
    #[block]
    lock: Attr<Vec<Lock>>,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Lock {
    #[attr(required, key)]
    number: Attr<u32>,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct House {
    #[block]
    gate: Attr<Vec<Gate>>,
    #[block]
    door: Attr<Door>,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Door {
    #[block(required)]
    lock: Attr<Vec<Lock>>,
}

fn gate(host: &str, path: Option<&str>) -> Gate {
    Gate { host: host.into(), path: Attr::from(path.map(str::to_owned)), ..Gate::default() }
}

fn locks(numbers: &[u32]) -> Attr<Vec<Lock>> {
    numbers.iter().map(|number| Lock { number: (*number).into() }).collect::<Vec<_>>().into()
}

fn house(gates: &[Gate]) -> Value {
    House { gate: gates.to_vec().into(), ..House::default() }.to_value()
}

fn told(diagnostics: &Diagnostics) -> Vec<(String, &str, &str)> {
    diagnostics.iter().map(|d| (d.path.to_string(), d.summary.as_str(), d.detail.as_str())).collect()
}

fn problems(config: &Value) -> Vec<String> {
    checks::key_problems(&House::block(), config).iter().map(|problem| problem.path.to_string()).collect()
}

const NONE: [&str; 0] = [];

#[test]
fn a_key_is_what_its_attributes_say_with_their_defaults() {
    let key = Attr::Known(Key::from_iter([("host", "a"), ("path", "/*")]));
    assert_eq!(gate("a", None).key(), key);
    assert_eq!(gate("a", Some("/*")).key(), key);
    assert_ne!(gate("a", Some("/x")).key(), key);
    assert_eq!(gate("a", None).key().map(|key| key.to_string()), r#"host = "a", path = "/*""#.into());
    assert_eq!(Gate { host: Attr::Unknown, ..Gate::default() }.key(), Attr::Unknown);
    assert_eq!(Gate { path: Attr::Unknown, ..Gate::default() }.key(), Attr::Null);
    assert_eq!(House::default().key(), Attr::Null);
    assert_eq!(Gate::block().key_of(&Value::UNKNOWN), Attr::Unknown);
}

#[test]
fn elements_are_looked_up_and_walked_by_key() {
    let gates = [gate("b", None), gate("a", Some("/x")), gate("a", None)];
    let order: Vec<usize> = gates.in_key_order().iter().map(|(index, _)| *index).collect();
    assert_eq!(order, [2, 1, 0]);
    let key = Key::from_iter([("host", "a"), ("path", "/x")]);
    assert_eq!(gates.with_key(&key), Some((1, &gates[1])));
    assert_eq!(gates.with_key(&Key::from_iter([("host", "c"), ("path", "/x")])), None);
}

#[test]
fn a_key_that_occurs_twice_is_told_at_every_place() {
    let config = house(&[gate("a", None), gate("b", None), gate("a", Some("/*")), gate("a", Some("/x"))]);
    let found = checks::key_problems(&House::block(), &config);
    let summary = r#"Duplicate gate: host = "a", path = "/*""#;
    let detail = |one: &str, other: &str| {
        format!(
            "{one} has the same host and path as {other}. They identify a `gate` block: no two of them may be the same."
        )
    };
    assert_eq!(
        told(&found),
        [
            ("gate[0].host".to_owned(), summary, &*detail("gate[0]", "gate[2]")),
            ("gate[2].host".to_owned(), summary, &*detail("gate[2]", "gate[0]")),
        ]
    );
}

#[test]
fn keys_are_looked_at_wherever_blocks_are() {
    let lock = |numbers| House { door: Door { lock: locks(numbers) }.into(), ..House::default() }.to_value();
    assert_eq!(problems(&lock(&[1, 2])), NONE);
    assert_eq!(problems(&lock(&[1, 2, 1])), ["door.lock[0].number", "door.lock[2].number"]);
    // The locks of one gate are no locks of another.
    let with = |host, numbers| Gate { lock: locks(numbers), ..gate(host, None) };
    assert_eq!(problems(&house(&[with("a", &[1]), with("b", &[1])])), NONE);
    assert_eq!(
        problems(&house(&[with("a", &[1]), with("b", &[3, 3])])),
        ["gate[1].lock[0].number", "gate[1].lock[1].number"]
    );
}

#[test]
fn keys_that_are_not_known_are_not_compared() {
    let unknown = || Gate { host: Attr::Unknown, ..Gate::default() };
    assert_eq!(problems(&house(&[unknown(), unknown()])), NONE);
    let half = || Gate { path: Attr::Unknown, ..gate("a", None) };
    assert_eq!(problems(&house(&[half(), half(), gate("a", None)])), NONE);
    assert_eq!(problems(&Value::object([("gate", Value::UNKNOWN), ("door", Value::UNKNOWN)])), NONE);
    assert_eq!(problems(&Value::Null), NONE);
}

#[test]
fn a_schema_says_which_attributes_can_be_keys() {
    assert_eq!(House::block().problems(), Vec::<String>::new());
    let attribute = || crate::Attribute::new("k", Type::String).key();
    let of = |nesting, attribute| {
        let element = Block::default().with(attribute);
        Block::default().with_block(NestedBlock::new("row", nesting, element)).problems()
    };
    assert_eq!(of(Nesting::List, attribute().required()), Vec::<String>::new());
    assert_eq!(of(Nesting::List, attribute().default_value("a".into())), Vec::<String>::new());
    assert_eq!(
        of(Nesting::List, attribute().optional()),
        ["row.k: a key attribute must be required or have a default"]
    );
    assert_eq!(
        of(Nesting::List, attribute().required().sensitive()),
        ["row.k: messages show key attributes, so they cannot be sensitive"]
    );
    for nesting in [Nesting::Single, Nesting::Map, Nesting::Set] {
        let found = of(nesting, attribute().required());
        assert_eq!(found, ["row.k: only blocks of a list are identified by key attributes"]);
    }
    assert_eq!(Block::default().with(attribute().required()).problems().len(), 1);
}

#[test]
fn what_replaces_is_compared_with_the_element_of_the_same_key() {
    let wall = |host: &str, wall: &str| Gate { wall: wall.into(), ..gate(host, Some("/")) };
    let replaced = |before: &[Gate], after: &[Gate]| {
        let paths = House::block().replacements(&house(before), &house(after));
        paths.iter().map(Path::to_string).collect::<Vec<_>>()
    };
    let before = [wall("a", "brick"), wall("b", "stone")];
    assert_eq!(replaced(&before, &[wall("b", "stone"), wall("a", "brick")]), NONE);
    assert_eq!(replaced(&before, &[wall("b", "stone"), wall("a", "wood")]), ["gate[1].wall"]);
    assert_eq!(replaced(&before, &[wall("c", "wood")]), NONE);
}

/// What was applied: defaults and ids filled in.
fn applied(config: &Value) -> Value {
    let mut house = House::read(config).unwrap();
    house.apply_defaults();
    for gate in house.gate.known_mut().into_iter().flatten() {
        gate.id = gate.key().map(|key| format!("id of {key}"));
    }
    house.to_value()
}

/// As the dispatcher plans it, of a provider that leaves the plan to its schema.
fn planned(prior: &Value, config: &Value) -> Value {
    let block = House::block();
    let plan = modifiers::plan(&block, prior, config, checks::proposed_by_key(&block, prior, config));
    modifiers::keep_order(&block, prior, config, modifiers::keep_state(&block, prior, plan))
}

fn ids(house: &Value) -> Vec<(Attr<String>, Attr<String>)> {
    let gates = House::read(house).unwrap().gate.unwrap_or_default();
    gates.into_iter().map(|gate| (gate.host, gate.id)).collect()
}

#[test]
fn what_is_computed_follows_its_key() {
    let note = |host: &str, note: &str| Gate { note: note.into(), ..gate(host, None) };
    let prior = applied(&house(&[note("a", "x"), gate("b", None)]));
    let plan = planned(&prior, &house(&[gate("c", None), gate("b", None), note("a", "y")]));
    let id = |host: &str| Attr::Known(format!(r#"id of host = "{host}", path = "/*""#));
    assert_eq!(ids(&plan), [("c".into(), Attr::Unknown), ("b".into(), id("b")), ("a".into(), id("a"))]);
}

#[test]
fn another_order_alone_is_no_change_where_core_lets_it_be() {
    let config = |hosts: [&str; 2]| house(&hosts.map(|host| gate(host, None)));
    let prior = applied(&config(["a", "b"]));
    assert_eq!(planned(&prior, &config(["b", "a"])), prior);
    // The note would be planned where the configuration has none: core refuses that.
    let note = || Gate { note: "x".into(), ..gate("a", None) };
    let prior = applied(&house(&[note(), gate("b", None)]));
    let plan = planned(&prior, &house(&[gate("b", None), note()]));
    assert_eq!(plan, applied(&house(&[gate("b", None), note()])));
}

fn gates() -> impl Strategy<Value = Vec<Gate>> {
    let text = |letters: &'static str| prop_oneof![Just(None), letters.prop_map(Some)];
    let one = ("[a-d]", text("/[x-y]"), text("[p-q]"), prop::collection::vec(0..3_u32, 0..3)).prop_map(
        |(host, path, note, mut numbers)| {
            numbers.sort_unstable();
            numbers.dedup();
            Gate { note: note.into(), lock: locks(&numbers), ..gate(&host, path.as_deref()) }
        },
    );
    prop::collection::vec(one, 0..6)
}

/// Gates with one key each.
fn unique() -> impl Strategy<Value = Vec<Gate>> {
    gates().prop_map(|mut gates| {
        let mut seen = std::collections::BTreeSet::new();
        gates.retain(|gate| seen.insert(gate.key().into_known()));
        gates
    })
}

proptest! {
    /// Told are exactly the places of keys that occur more than once.
    #[test]
    fn duplicates_are_found(gates in gates()) {
        let places: Vec<String> = gates.iter().enumerate()
            .filter(|(_, gate)| gates.iter().filter(|other| other.key() == gate.key()).count() > 1)
            .map(|(index, _)| format!("gate[{index}].host"))
            .collect();
        let mut found = problems(&house(&gates));
        found.sort();
        prop_assert_eq!(found, places);
    }

    /// A plan is one that core takes; what it keeps of an element is what the element of the same key had.
    #[test]
    fn plans_keep_to_keys(before in unique(), after in unique()) {
        let (prior, config) = (applied(&house(&before)), house(&after));
        let plan = planned(&prior, &config);
        prop_assert_eq!(checks::plan_valid(&House::block(), &prior, &config, &plan), []);
        for gate in House::read(&plan).unwrap().gate.unwrap_or_default() {
            let kept = before.iter().any(|other| other.key() == gate.key());
            let id = gate.key().map(|key| format!("id of {key}"));
            prop_assert_eq!(&gate.id, if kept { &id } else { &Attr::Unknown });
        }
    }

    /// Another order changes nothing in what is planned of each element.
    #[test]
    fn the_order_means_nothing((before, after) in unique().prop_flat_map(|gates| (Just(gates.clone()), Just(gates).prop_shuffle()))) {
        let (prior, config) = (applied(&house(&before)), house(&after));
        let plan = House::read(&planned(&prior, &config)).unwrap().gate.unwrap_or_default();
        let known = House::read(&prior).unwrap().gate.unwrap_or_default();
        let sorted = |gates: &[Gate]| gates.in_key_order().into_iter().map(|(_, gate)| gate.clone()).collect::<Vec<_>>();
        prop_assert_eq!(sorted(&plan), sorted(&known));
    }
}
