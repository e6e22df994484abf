use super::*;
use crate::Type;

fn inner() -> Block {
    Block::default()
        .with(Attribute::new("name", Type::String).required())
        .with(Attribute::new("size", Type::Number).default_value(1.into()))
        .with(Attribute::new("id", Type::String).computed().use_state_for_unknown())
        .with(Attribute::new("seen", Type::String).computed())
}

fn block() -> Block {
    [("one", Nesting::Single), ("list", Nesting::List), ("map", Nesting::Map), ("set", Nesting::Set)]
        .into_iter()
        .fold(inner(), |block, (name, nesting)| block.with_block(NestedBlock::new(name, nesting, inner())))
}

fn members(name: &str, size: Value, id: Value, seen: Value) -> Vec<(&'static str, Value)> {
    vec![("name", name.into()), ("size", size), ("id", id), ("seen", seen)]
}

/// The same object at the top and in every kind of block.
fn everywhere(of: &[(&'static str, Value)]) -> Value {
    let object = || Value::object(of.iter().cloned());
    let blocks = [
        ("one", object()),
        ("list", Value::List(vec![object()])),
        ("map", Value::Map([("k".to_owned(), object())].into())),
        ("set", Value::Set(vec![object()])),
    ];
    Value::object(of.iter().cloned().chain(blocks))
}

fn config(name: &str) -> Value {
    everywhere(&members(name, Value::Null, Value::Null, Value::Null))
}

#[test]
fn a_new_object_has_its_defaults_and_what_is_computed_is_unknown() {
    let planned = plan(&block(), &Value::Null, &config("a"), config("a"));
    assert_eq!(planned, everywhere(&members("a", 1.into(), Value::UNKNOWN, Value::UNKNOWN)));
    assert_eq!(plan(&block(), &planned, &Value::Null, Value::Null), Value::Null);
}

#[test]
fn an_object_that_does_not_change_stays_as_it_is() {
    let prior = everywhere(&members("a", 1.into(), "1".into(), "now".into()));
    assert_eq!(plan(&block(), &prior, &config("a"), prior.clone()), prior);
}

#[test]
fn what_keeps_its_value_does_so_wherever_it_is_the_same_thing() {
    let prior = everywhere(&members("a", 1.into(), "1".into(), "now".into()));
    let proposed = everywhere(&members("b", 1.into(), "1".into(), "now".into()));
    let planned = keep_state(&block(), &prior, plan(&block(), &prior, &config("b"), proposed));
    let kept = everywhere(&members("b", 1.into(), "1".into(), Value::UNKNOWN));
    for (name, value) in kept.as_members().unwrap().iter().filter(|(name, _)| *name != "set") {
        assert_eq!(planned.get(name), value, "{name}");
    }
    // An element of a set that changed is another element; what it had is what was proposed for it.
    assert_eq!(planned.get("set").as_elements().unwrap().len(), 1);
    assert_eq!(keep_state(&block(), &Value::Null, planned.clone()), planned);
}

#[test]
fn a_null_is_not_kept() {
    let prior = Value::object(members("a", 1.into(), Value::Null, Value::Null));
    let planned = Value::object(members("b", 1.into(), Value::UNKNOWN, Value::UNKNOWN));
    assert_eq!(keep_state(&inner(), &prior, planned.clone()), planned);
}

#[test]
fn a_configuration_leaves_out_what_nobody_writes() {
    let state = everywhere(&members("a", 1.into(), "1".into(), "now".into()));
    assert_eq!(configuration_of(&block(), state), config("a"));
    let sized = everywhere(&members("a", 2.into(), "1".into(), "now".into()));
    let written = everywhere(&members("a", 2.into(), Value::Null, Value::Null));
    assert_eq!(configuration_of(&block(), sized), written);
}

#[test]
fn a_block_that_lacks_what_it_must_have_is_left_out() {
    let needy = Block::default().with_block(NestedBlock::new("one", Nesting::Single, inner()).bounds(1, 1));
    let block = block().with_block(NestedBlock::new("needy", Nesting::List, needy));
    let lacking = || Value::object([("name", Value::Null), ("size", 2.into())]);
    let whole = || Value::object([("name", "a".into()), ("size", 2.into())]);
    let blocks = |inner: &dyn Fn() -> Value| {
        [
            ("one", inner()),
            ("list", Value::List(vec![inner(), inner()])),
            ("map", Value::Map([("k".to_owned(), inner())].into())),
            ("set", Value::Set(vec![inner()])),
            ("needy", Value::List(vec![Value::object([("one", inner())])])),
        ]
    };
    let written = configuration_of(&block, Value::object(blocks(&lacking)));
    for (name, value) in [
        ("one", Value::Null),
        ("list", Value::List(vec![])),
        ("map", Value::Map(BTreeMap::new())),
        ("set", Value::Set(vec![])),
        ("needy", Value::List(vec![])),
    ] {
        assert_eq!(written.get(name), &value, "{name}");
    }
    assert_eq!(configuration_of(&block, Value::object(blocks(&whole))), Value::object(blocks(&whole)));
}
