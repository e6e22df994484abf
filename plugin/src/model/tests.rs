use std::collections::BTreeMap;

use super::*;
use crate::{Attr, Model, Nesting, Number, Object, Type};

/// An app.
///
/// It runs.
#[derive(Clone, Debug, Default, PartialEq, Model)]
struct App {
    /// What it is called.
    #[attr(required, requires_replace, validate = short)]
    name: Attr<String>,
    #[attr(default = 2, validate = even)]
    count: Attr<u32>,
    #[attr(default = "eu", one_of("eu", "us"))]
    region: Attr<String>,
    #[attr(optional, sensitive, one_of("hunter2"))]
    secret: Attr<String>,
    #[attr(optional, write_only, deprecated = "use `secret`")]
    password: Attr<String>,
    #[attr(optional, rename = "type")]
    kind: Attr<String>,
    #[attr(optional)]
    exact: Attr<Number>,
    #[attr(optional)]
    share: Attr<f64>,
    #[attr(optional, computed)]
    public: Attr<bool>,
    #[attr(optional)]
    ports: Attr<Vec<u16>>,
    #[attr(optional, validate = lower)]
    env: Attr<BTreeMap<String, Attr<String>>>,
    #[attr(optional)]
    refs: Attr<BTreeMap<String, Ref>>,
    #[attr(computed)]
    r#ref: Attr<Ref>,
    /// The one door.
    #[block]
    http: Attr<Http>,
    #[block]
    route: Attr<BTreeMap<String, Route>>,
    #[block(required)]
    rule: Attr<Vec<Route>>,
}

/// What stands here gives way to the field's own text.
#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Http {
    #[attr(required)]
    port: Attr<u16>,
}

/// What apps and jobs have in common.
#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Common {
    #[attr(default = 5, validate = even)]
    tries: Attr<u32>,
    #[block]
    http: Attr<Http>,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Job {
    #[attr(required)]
    name: Attr<String>,
    #[flatten]
    common: Common,
}

#[test]
fn the_members_of_a_flattened_model_stand_beside_the_others() {
    let block = Job::block();
    assert!(block.attribute("name").is_some() && block.attribute("tries").is_some() && block.nested("http").is_some());
    let mut job = Job { name: "a".into(), ..Job::default() };
    job.apply_defaults();
    assert_eq!(job.common.tries, Attr::Known(5));
    let object = job.to_value();
    assert_eq!((object.get("name").as_str(), object.get("common")), (Some("a"), &Value::Null));
    assert_eq!(Job::read(&object).unwrap(), job);
    let mut diagnostics = Diagnostics::new();
    job.validate(&Path::root(), &mut diagnostics);
    assert!(diagnostics.has_errors(), "5 is not even");
}

/// How requests come in.
#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Route {
    #[attr(default = 60)]
    ttl: Attr<i64>,
    #[attr(optional, requires_replace)]
    to: Attr<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Object)]
struct Ref {
    arn: Attr<String>,
    kind: String,
    #[attr(optional)]
    deliver: Attr<String>,
}

fn short(name: &str) -> Result<(), String> {
    if name.len() > 5 { Err(format!("{name:?} is longer than 5 letters.")) } else { Ok(()) }
}

fn lower(env: &BTreeMap<String, Attr<String>>) -> Result<(), Problems> {
    let mut problems = Problems::default();
    for key in env.keys().filter(|key| key.contains(char::is_uppercase)) {
        problems.at_key(key, "must be lower-case");
    }
    problems.into_result()
}

fn even(count: &u32) -> Result<(), &'static str> {
    if count.is_multiple_of(2) { Ok(()) } else { Err("It must be even.") }
}

fn app(change: impl FnOnce(&mut Value)) -> (App, Diagnostics) {
    let mut value = App::block().empty_value();
    value.as_members_mut().unwrap().insert("name".into(), "shop".into());
    change(&mut value);
    let mut diagnostics = Diagnostics::new();
    (App::from_value(&value, &Path::root(), &mut diagnostics), diagnostics)
}

fn set(value: &mut Value, name: &str, to: Value) {
    value.as_members_mut().unwrap().insert(name.into(), to);
}

#[test]
fn a_struct_is_a_schema() {
    let block = App::block();
    assert_eq!(block.problems(), Vec::<String>::new());
    assert_eq!(block.description, "An app.\n\nIt runs.");
    let name = block.attribute("name").unwrap();
    assert_eq!((name.required, name.requires_replace, &*name.description), (true, true, "What it is called."));
    let count = block.attribute("count").unwrap();
    assert!(count.optional && count.computed);
    assert_eq!(count.default, Some(2.into()));
    let region = block.attribute("region").unwrap();
    assert_eq!((&region.default, &*region.one_of), (&Some("eu".into()), &["eu".to_owned(), "us".into()][..]));
    assert!(block.attribute("secret").unwrap().sensitive);
    let password = block.attribute("password").unwrap();
    assert_eq!((password.write_only, password.deprecation.as_deref()), (true, Some("use `secret`")));
    assert_eq!(block.attribute("type").unwrap().ty, Type::String);
    assert_eq!(block.attribute("ports").unwrap().ty, Type::list(Type::Number));
    assert_eq!(
        block.attribute("refs").unwrap().ty.to_string(),
        "map(object({arn = string, deliver = optional(string), kind = string}))"
    );
    let (http, route, rule) =
        (block.nested("http").unwrap(), block.nested("route").unwrap(), block.nested("rule").unwrap());
    assert_eq!((http.nesting, &*http.block.description), (Nesting::Single, "The one door."));
    assert_eq!((route.nesting, &*route.block.description), (Nesting::Map, "How requests come in."));
    assert_eq!((rule.nesting, rule.min, rule.max), (Nesting::List, 1, 0));
}

#[test]
fn a_model_goes_to_a_value_and_back() {
    let model = App {
        name: "shop".into(),
        count: Attr::Unknown,
        ports: vec![80, 443].into(),
        env: BTreeMap::from([("A".into(), "1".into()), ("B".into(), Attr::Unknown), ("C".into(), Attr::Null)]).into(),
        refs: BTreeMap::from([("db".into(), Ref { arn: Attr::Unknown, kind: "db".into(), deliver: Attr::Null })])
            .into(),
        share: 0.25.into(),
        http: Http { port: 80.into() }.into(),
        route: BTreeMap::from([("/".to_owned(), Route::default())]).into(),
        rule: Attr::Unknown,
        ..App::default()
    };
    let value = model.to_value();
    let ty = App::block().implied_type();
    let bytes = crate::codec::to_msgpack(&value, &ty).unwrap();
    let value = crate::codec::from_msgpack(&bytes, &ty).unwrap();
    assert_eq!(App::read(&value).unwrap(), model);
}

#[test]
fn absent_blocks_are_null_or_empty() {
    let (model, _) = app(|_| ());
    assert_eq!((model.http.clone(), model.rule.clone()), (Attr::Null, Attr::Known(vec![])));
    assert_eq!(model.to_value().get("rule"), &Value::List(vec![]));
    assert_eq!(App { rule: Attr::Null, ..model }.to_value().get("rule"), &Value::List(vec![]));
}

#[test]
fn unknown_inside_what_cannot_hold_it_makes_the_whole_unknown() {
    let (model, diagnostics) = app(|value| {
        set(value, "ports", Value::List(vec![80.into(), Value::UNKNOWN]));
        set(value, "route", Value::UNKNOWN);
        set(value, "http", Value::UNKNOWN);
    });
    assert_eq!((model.ports, model.route, model.http), (Attr::Unknown, Attr::Unknown, Attr::Unknown));
    assert!(diagnostics.is_empty());
}

#[test]
fn what_does_not_fit_is_told_with_its_place() {
    let (model, diagnostics) = app(|value| {
        set(value, "count", Value::Number("1.5".parse().unwrap()));
        set(value, "ports", Value::List(vec![80.into(), 70_000.into(), Value::Null]));
        let reference = Value::object([("arn", "a".into()), ("kind", Value::Null), ("deliver", Value::Null)]);
        set(value, "refs", Value::Map([("db".into(), reference)].into()));
    });
    let told: Vec<_> = diagnostics.iter().map(|d| (d.path.to_string(), d.detail.as_str())).collect();
    assert_eq!(
        told,
        [
            ("count".to_owned(), "It must be a whole number from 0 to 4294967295."),
            ("ports[1]".to_owned(), "It must be a whole number from 0 to 65535."),
            ("ports[2]".to_owned(), "It must not be null."),
            (r#"refs["db"].kind"#.to_owned(), "It must not be null."),
        ]
    );
    assert_eq!((model.count, model.ports, model.refs), (Attr::Null, Attr::Null, Attr::Null));
}

#[test]
fn defaults_fill_in_nulls_also_inside_blocks() {
    let (mut model, _) = app(|value| {
        set(value, "count", Value::UNKNOWN);
        set(value, "route", Value::Map([("/".into(), Route::block().empty_value())].into()));
    });
    model.apply_defaults();
    assert_eq!((model.count, model.region.clone()), (Attr::Unknown, "eu".into()));
    assert_eq!(model.route.known().unwrap()["/"].ttl, Attr::Known(60));
    assert_eq!(model.http, Attr::Null);
}

#[test]
fn validators_see_known_values_and_hide_secrets() {
    let (model, _) = app(|value| {
        set(value, "name", "a very long name".into());
        set(value, "count", 3.into());
        set(value, "region", "mars".into());
        set(value, "secret", "correct horse".into());
    });
    let mut diagnostics = Diagnostics::new();
    model.validate(&Path::from("app"), &mut diagnostics);
    let told: Vec<_> = diagnostics.iter().map(|d| (d.summary.as_str(), d.detail.as_str())).collect();
    assert_eq!(
        told,
        [
            ("Invalid value for app.name", r#""a very long name" is longer than 5 letters."#),
            ("Invalid value for app.count", "It must be even."),
            ("Invalid value for app.region", r#""mars" is not one of "eu", "us"."#),
            ("Invalid value for app.secret", r#"The value is not one of "hunter2"."#),
        ]
    );
    let (unknown, _) = app(|value| set(value, "name", Value::UNKNOWN));
    let mut diagnostics = Diagnostics::new();
    unknown.validate(&Path::root(), &mut diagnostics);
    assert!(diagnostics.is_empty());
}

#[test]
fn a_validator_names_the_entry_that_it_refuses() {
    let entries = [("a", Value::UNKNOWN), ("B", Value::UNKNOWN), ("C", "c".into())];
    let (model, _) = app(|value| set(value, "env", Value::Map(entries.map(|(k, v)| (k.to_owned(), v)).into())));
    let mut diagnostics = Diagnostics::new();
    model.validate(&Path::root(), &mut diagnostics);
    let told: Vec<_> = diagnostics.iter().map(|d| (d.path.to_string(), d.detail.as_str())).collect();
    let detail = "must be lower-case";
    assert_eq!(told, [(r#"env["B"]"#.to_owned(), detail), (r#"env["C"]"#.to_owned(), detail)]);
}

#[test]
fn a_known_change_of_a_replacing_attribute_replaces() {
    let block = App::block();
    let with = |name: &str, to: Value| {
        app(|value| {
            set(value, "name", name.into());
            let mut route = Route::block().empty_value();
            set(&mut route, "to", to);
            set(value, "route", Value::Map([("/".into(), route)].into()));
        })
        .0
        .to_value()
    };
    let before = with("a", "x".into());
    let paths = |after: &Value| block.replacements(&before, after).iter().map(Path::to_string).collect::<Vec<_>>();
    assert_eq!(paths(&with("b", "y".into())), ["name", r#"route["/"].to"#]);
    assert_eq!(paths(&with("a", Value::UNKNOWN)), Vec::<String>::new());
    assert_eq!(block.replacements(&Value::Null, &before), []);
}

/// A model over another one.
#[derive(Clone, Model)]
struct Around<T: Model + Clone + 'static> {
    /// What is inside.
    #[block]
    inner: Attr<T>,
}

#[test]
fn a_schema_is_made_once_a_type_also_of_one_that_takes_others() {
    assert_eq!(*Around::<Http>::shared_block(), Around::<Http>::block());
    assert!(std::ptr::eq(Around::<Http>::shared_block(), Around::<Http>::shared_block()));
    assert_ne!(Around::<Http>::shared_block(), Around::<Route>::shared_block());
}

#[test]
fn absent_blocks_are_what_the_schema_says() {
    let written = App { name: "shop".into(), ..App::default() }.to_value();
    for nested in App::block().blocks {
        assert_eq!(*written.get(&nested.name), nested.empty_value(), "{}", nested.name);
    }
}
