use super::*;
use crate::{Attribute, Block, NestedBlock, Nesting, Refinement, Type};

/// Attributes of every kind, and a block of every nesting around the same inside.
fn schema() -> Block {
    let inside = || {
        Block::default()
            .with(Attribute::new("set", Type::String).optional())
            .with(Attribute::new("filled", Type::String).optional().computed())
    };
    let block = Block::default()
        .with(Attribute::new("opt", Type::String).optional())
        .with(Attribute::new("filled", Type::String).optional().computed())
        .with(Attribute::new("told", Type::String).computed())
        .with(Attribute::new("secret", Type::String).optional().sensitive())
        .with(Attribute::new("wo", Type::String).optional().write_only())
        .with(Attribute::new("list", Type::list(Type::String)).optional())
        .with(Attribute::new("tags", Type::set(Type::String)).optional())
        .with(Attribute::new("map", Type::map(Type::String)).optional());
    [
        ("single", Nesting::Single),
        ("group", Nesting::Group),
        ("rows", Nesting::List),
        ("named", Nesting::Map),
        ("bag", Nesting::Set),
    ]
    .into_iter()
    .fold(block, |block, (name, nesting)| block.with_block(NestedBlock::new(name, nesting, inside())))
}

fn object(changes: &[(&str, Value)]) -> Value {
    let mut value = schema().empty_value();
    for (path, to) in changes {
        let mut steps = path.split('.').peekable();
        let mut at = &mut value;
        while let Some(step) = steps.next() {
            at = at.as_members_mut().unwrap().get_mut(step).unwrap();
            assert!(steps.peek().is_none() || at.is_known());
        }
        *at = to.clone();
    }
    value
}

fn inside(set: impl Into<Value>, filled: impl Into<Value>) -> Value {
    Value::object([("set", set.into()), ("filled", filled.into())])
}

fn list(elements: impl IntoIterator<Item = Value>) -> Value {
    Value::List(elements.into_iter().collect())
}

fn bag(elements: impl IntoIterator<Item = Value>) -> Value {
    Value::Set(elements.into_iter().collect())
}

fn map<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::Map(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

fn paths(violations: &[Violation]) -> Vec<String> {
    violations.iter().map(|violation| violation.path.to_string()).collect()
}

fn planned(prior: &Value, config: &[(&str, Value)], planned: &[(&str, Value)]) -> Vec<String> {
    paths(&plan_valid(&schema(), prior, &object(config), &object(planned)))
}

fn applied(planned: &[(&str, Value)], actual: &[(&str, Value)]) -> Vec<String> {
    paths(&compatible(&schema(), &object(planned), &object(actual)))
}

const NONE: [&str; 0] = [];

#[test]
fn a_plan_says_what_the_configuration_says() {
    let prior = &Value::Null;
    assert_eq!(planned(prior, &[("opt", "a".into())], &[("opt", "a".into())]), NONE);
    assert_eq!(planned(prior, &[("opt", "a".into())], &[("opt", "b".into())]), ["opt"]);
    assert_eq!(planned(prior, &[("opt", "a".into())], &[("opt", Value::UNKNOWN)]), ["opt"]);
    assert_eq!(planned(prior, &[("filled", "a".into())], &[("filled", "b".into())]), ["filled"]);
    assert_eq!(planned(prior, &[("opt", "a".into())], &[]), ["opt"]);
}

#[test]
fn only_computed_attributes_are_filled_in() {
    let prior = &Value::Null;
    assert_eq!(planned(prior, &[], &[("filled", "x".into()), ("told", Value::UNKNOWN)]), NONE);
    assert_eq!(planned(prior, &[], &[("opt", "x".into())]), ["opt"]);
}

#[test]
fn the_prior_value_may_be_kept_for_one_that_means_the_same() {
    let prior = object(&[("opt", "Same".into())]);
    assert_eq!(planned(&prior, &[("opt", "same".into())], &[("opt", "Same".into())]), NONE);
    assert_eq!(planned(&prior, &[("opt", "same".into())], &[("opt", "SAME".into())]), ["opt"]);
    assert_eq!(planned(&prior, &[], &[("opt", "Same".into())]), ["opt"]);
}

#[test]
fn what_is_promised_of_an_unknown_value_may_be_forgotten() {
    let refinement = Refinement { prefix: Some("a-".into()), ..Refinement::default() };
    let refined = Value::Unknown(Some(Box::new(refinement)));
    let config = [("map", map([("k", refined)]))];
    assert_eq!(planned(&Value::Null, &config, &[("map", map([("k", Value::UNKNOWN)]))]), NONE);
}

#[test]
fn write_only_values_stay_in_the_configuration() {
    assert_eq!(planned(&Value::Null, &[("wo", "x".into())], &[]), NONE);
    assert_eq!(planned(&Value::Null, &[("wo", Value::Null)], &[("wo", "x".into())]), ["wo"]);
}

#[test]
fn secrets_are_not_told() {
    let violations = plan_valid(
        &schema(),
        &Value::Null,
        &object(&[("secret", "hunter2".into())]),
        &object(&[("secret", "hunter3".into())]),
    );
    assert_eq!(paths(&violations), ["secret"]);
    assert!(!violations[0].problem.contains("hunter"), "{}", violations[0].problem);
    let violations =
        compatible(&schema(), &object(&[("secret", "hunter2".into())]), &object(&[("secret", "hunter3".into())]));
    assert_eq!(paths(&violations), ["secret"]);
    assert!(!violations[0].problem.contains("hunter"), "{}", violations[0].problem);
}

#[test]
fn blocks_are_planned_as_they_are_configured() {
    let prior = &Value::Null;
    let one = || list([inside("a", Value::Null)]);
    assert_eq!(planned(prior, &[("rows", one())], &[("rows", list([inside("a", "x")]))]), NONE);
    assert_eq!(planned(prior, &[("rows", one())], &[("rows", list([inside("b", "x")]))]), ["rows[0].set"]);
    assert_eq!(planned(prior, &[("rows", one())], &[]), ["rows"]);
    assert_eq!(planned(prior, &[("rows", one())], &[("rows", Value::Null)]), ["rows"]);
    assert_eq!(planned(prior, &[("rows", one())], &[("rows", list([Value::UNKNOWN]))]), ["rows[0]"]);
    assert_eq!(planned(prior, &[("rows", one())], &[("rows", Value::UNKNOWN)]), ["rows"]);

    let named = |key: &str| map([(key, inside("a", Value::Null))]);
    assert_eq!(planned(prior, &[("named", named("k"))], &[("named", named("k"))]), NONE);
    assert_eq!(planned(prior, &[("named", named("k"))], &[("named", named("other"))]), [r#"named["other"]"#]);

    assert_eq!(planned(prior, &[("single", inside("a", Value::Null))], &[("single", inside("a", "x"))]), NONE);
    assert_eq!(planned(prior, &[("single", inside("a", Value::Null))], &[]), ["single"]);
    assert_eq!(planned(prior, &[], &[("single", inside("a", "x"))]), ["single"]);
    assert_eq!(planned(prior, &[("group.set", "a".into())], &[("group.set", "b".into())]), ["group.set"]);
    assert_eq!(planned(prior, &[], &[("group", Value::Null)]), ["group"]);

    assert_eq!(planned(prior, &[("bag", bag([inside("a", Value::Null)]))], &[("bag", bag([inside("a", "x")]))]), NONE);
    assert_eq!(planned(prior, &[("bag", bag([inside("a", Value::Null)]))], &[("bag", bag([Value::UNKNOWN]))]), ["bag"]);
}

#[test]
fn a_block_keeps_its_prior_values_by_its_label_or_position() {
    let prior = object(&[("named", map([("k", inside("Same", "x"))]))]);
    let config = [("named", map([("k", inside("same", Value::Null))]))];
    assert_eq!(planned(&prior, &config, &[("named", map([("k", inside("Same", "x"))]))]), NONE);
    let prior = object(&[("rows", list([inside("Same", "x")]))]);
    let config = [("rows", list([inside("same", Value::Null), inside("same", Value::Null)]))];
    let plan = [("rows", list([inside("Same", "x"), inside("Same", "x")]))];
    assert_eq!(planned(&prior, &config, &plan), ["rows[1].set"]);
}

#[test]
fn an_unknown_number_of_blocks_stays_unknown() {
    for name in ["single", "rows", "named", "bag"] {
        assert_eq!(planned(&Value::Null, &[(name, Value::UNKNOWN)], &[(name, Value::UNKNOWN)]), NONE);
        assert_eq!(planned(&Value::Null, &[(name, Value::UNKNOWN)], &[]), [name; 1].map(str::to_owned));
    }
}

#[test]
fn what_was_planned_comes_to_be() {
    assert_eq!(applied(&[("opt", "a".into())], &[("opt", "a".into())]), NONE);
    assert_eq!(applied(&[("opt", Value::UNKNOWN)], &[("opt", "a".into())]), NONE);
    assert_eq!(applied(&[("opt", Value::UNKNOWN)], &[]), NONE);
    assert_eq!(applied(&[("opt", "a".into())], &[("opt", "A".into())]), ["opt"]);
    assert_eq!(applied(&[("opt", "a".into())], &[]), ["opt"]);
    assert_eq!(applied(&[], &[("opt", "".into())]), ["opt"]);
    assert_eq!(applied(&[("opt", "a".into())], &[("opt", Value::UNKNOWN)]), ["opt"]);
    assert_eq!(paths(&compatible(&schema(), &object(&[]), &Value::Null)), [""]);
    assert_eq!(paths(&compatible(&schema(), &Value::Null, &object(&[]))), [""]);
}

#[test]
fn a_promise_of_an_unknown_value_is_kept() {
    let promise = Refinement { not_null: true, prefix: Some("arn:".into()), ..Refinement::default() };
    let plan = [("told", Value::Unknown(Some(Box::new(promise))))];
    assert_eq!(applied(&plan, &[("told", "arn:x".into())]), NONE);
    assert_eq!(applied(&plan, &[("told", "x".into())]), ["told"]);
    assert_eq!(applied(&plan, &[]), ["told"]);
}

#[test]
fn elements_neither_vanish_nor_appear() {
    let two = || list(["a".into(), Value::UNKNOWN]);
    assert_eq!(applied(&[("list", two())], &[("list", list(["a".into(), "b".into()]))]), NONE);
    assert_eq!(applied(&[("list", two())], &[("list", list(["a".into()]))]), ["list[1]"]);
    assert_eq!(applied(&[("list", list(["a".into()]))], &[("list", list(["a".into(), "b".into()]))]), ["list[1]"]);
    let (one, other) = (map([("a", "x".into())]), map([("b", "x".into())]));
    assert_eq!(applied(&[("map", one)], &[("map", other)]), [r#"map["a"]"#, r#"map["b"]"#]);
}

#[test]
fn elements_of_sets_have_counterparts() {
    let tags = |elements: &[&str]| bag(elements.iter().map(|text| Value::from(*text)));
    let half_known = || bag(["a".into(), Value::UNKNOWN]);
    assert_eq!(applied(&[("tags", half_known())], &[("tags", tags(&["a", "b"]))]), NONE);
    assert_eq!(applied(&[("tags", half_known())], &[("tags", tags(&["a"]))]), NONE);
    assert_eq!(applied(&[("tags", half_known())], &[("tags", tags(&["b", "c"]))]), ["tags"]);
    assert_eq!(applied(&[("tags", half_known())], &[("tags", tags(&["a", "b", "c"]))]), ["tags"]);
    assert_eq!(applied(&[("tags", tags(&["a"]))], &[("tags", tags(&["z"]))]), ["tags"]);
    let row = |filled: Value| bag([inside("a", filled)]);
    assert_eq!(applied(&[("bag", row(Value::UNKNOWN))], &[("bag", row("x".into()))]), NONE);
    assert_eq!(applied(&[("bag", row("y".into()))], &[("bag", row("x".into()))]), ["bag"]);
}

#[test]
fn blocks_neither_vanish_nor_appear() {
    let row = |filled: Value| inside("a", filled);
    assert_eq!(applied(&[("rows", list([row(Value::UNKNOWN)]))], &[("rows", list([row("x".into())]))]), NONE);
    assert_eq!(applied(&[("rows", list([row("x".into())]))], &[]), ["rows"]);
    assert_eq!(applied(&[("rows", Value::UNKNOWN)], &[("rows", list([row("x".into())]))]), NONE);
    assert_eq!(applied(&[("single", Value::UNKNOWN)], &[]), NONE);
    assert_eq!(applied(&[("single", row("x".into()))], &[]), ["single"]);
    assert_eq!(applied(&[("single", row("x".into()))], &[("single", row("y".into()))]), ["single.filled"]);
    let (one, other) = (map([("k", row("x".into()))]), map([("l", row("x".into()))]));
    assert_eq!(applied(&[("named", one)], &[("named", other)]), [r#"named["k"]"#]);
}

#[test]
fn a_proposal_is_the_configuration_with_what_was_computed() {
    let prior = object(&[
        ("opt", "old".into()),
        ("filled", "kept".into()),
        ("told", "kept".into()),
        ("rows", list([inside("a", "first"), inside("b", "second")])),
        ("named", map([("k", inside("a", "mine"))])),
        ("single", inside("a", "kept")),
        ("bag", bag([inside("a", "of a"), inside("b", "of b")])),
    ]);
    let config = object(&[
        ("opt", "new".into()),
        ("wo", "hidden".into()),
        ("rows", list([inside("c", Value::Null), inside("d", "set"), inside("e", Value::Null)])),
        ("named", map([("k", inside("z", Value::Null)), ("l", inside("z", Value::Null))])),
        ("single", inside("b", Value::Null)),
        ("bag", bag([inside("b", Value::Null), inside("c", Value::Null)])),
    ]);
    let proposal = proposed_new(&schema(), &prior, &config);
    assert_eq!(
        proposal,
        object(&[
            ("opt", "new".into()),
            ("filled", "kept".into()),
            ("told", "kept".into()),
            ("rows", list([inside("c", "first"), inside("d", "set"), inside("e", Value::Null)])),
            ("named", map([("k", inside("z", "mine")), ("l", inside("z", Value::Null))])),
            ("single", inside("b", "kept")),
            ("bag", bag([inside("b", "of b"), inside("c", Value::Null)])),
        ])
    );
}

#[test]
fn a_proposal_for_a_new_object_is_the_configuration() {
    let config = object(&[("opt", "a".into()), ("rows", Value::UNKNOWN)]);
    assert_eq!(proposed_new(&schema(), &Value::Null, &config), config);
    let prior = object(&[("single", inside("a", "x"))]);
    assert_eq!(proposed_new(&schema(), &prior, &object(&[])), object(&[]));
}

#[test]
fn an_answer_is_brought_into_shape() {
    let mut value =
        object(&[("opt", 5.into()), ("wo", "x".into()), ("tags", list(["b".into(), "a".into(), "b".into()]))]);
    let members = value.as_members_mut().unwrap();
    members.remove("told");
    members.insert("odd".into(), Value::Null);
    members.insert("rows".into(), Value::Null);
    // A letter and a combining accent, which core joins.
    members.insert("filled".into(), "e\u{301}".into());
    let Conformed { value, violations } = conform(&schema(), value);
    assert_eq!(value, object(&[("tags", bag(["a".into(), "b".into()])), ("filled", "\u{e9}".into())]));
    assert_eq!(paths(&violations), ["opt", "told", "odd"]);
    assert_eq!(conform(&schema(), value.clone()), Conformed { value, violations: vec![] });
}

#[test]
fn what_is_configured_in_part_is_planned_in_part() {
    let config = object(&[
        ("list", list(["a".into(), Value::UNKNOWN])),
        ("wo", "x".into()),
        ("rows", list([inside(Value::UNKNOWN, Value::Null)])),
    ]);
    let plan = object(&[
        ("list", Value::UNKNOWN),
        ("filled", Value::UNKNOWN),
        ("rows", list([inside(Value::UNKNOWN, Value::UNKNOWN)])),
    ]);
    let restored = restore_configured(&schema(), &config, plan);
    assert_eq!(
        restored,
        object(&[
            ("list", list(["a".into(), Value::UNKNOWN])),
            ("filled", Value::UNKNOWN),
            ("rows", list([inside(Value::UNKNOWN, Value::UNKNOWN)])),
        ])
    );
    assert_eq!(plan_valid(&schema(), &Value::Null, &config, &restored), []);
}
