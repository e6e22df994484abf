//! What is refused at plan, where, and with what to do.

use serde_json::{Value as Json, json};
use tf_plugin::{Path, PathStep};

use super::blueprints::{add, least, whole};
use super::zone::{FakeZone, ZONE, service_ref};
use crate::cloud::cloudflare::Problem;
use crate::cloud::cloudflare::dns::Record;
use crate::cloud::cloudflare::settings::Setting;
use crate::cloud::cloudflare::tiers::Tier;

/// Plans it in this zone; answers path and text of its errors. Nothing may have been changed.
async fn errors(zone: &FakeZone, config: Json) -> Vec<String> {
    let plan = zone.edge().plan(config).await;
    assert!(zone.state().calls.is_empty());
    assert!(plan.diagnostics.errors().all(|error| ends_in_attribute(&error.path)), "{}", plan.diagnostics);
    plan.diagnostics.errors().map(|error| format!("{}: {}: {}", error.path, error.summary, error.detail)).collect()
}

/// A path that ends in a repeated block names no line.
fn ends_in_attribute(path: &Path) -> bool {
    let block = |name: &str| ["route", "rate_limit"].contains(&name);
    !matches!(path.steps(), [.., PathStep::Attribute(name), PathStep::Index(_)] if block(name))
}

fn with(change: impl FnOnce(&mut Json)) -> Json {
    let mut config = whole();
    change(&mut config);
    config
}

fn on(tier: Tier) -> FakeZone {
    let zone = FakeZone::default();
    zone.state().tier = tier;
    zone
}

#[track_caller]
fn one(errors: &[String], begins: &str, holds: &str) {
    assert_eq!(errors.len(), 1, "{errors:#?}");
    assert!(errors[0].starts_with(begins) && errors[0].contains(holds), "{errors:#?}");
}

#[tokio::test]
async fn values_that_are_none() {
    let cases: Vec<(Json, &str)> = vec![
        (with(|c| c["firewall"]["countries"]["allow"] = json!(["UK"])), "two-letter codes"),
        (with(|c| c["firewall"]["countries"]["block"] = json!(["SE"])), "both allows and blocks"),
        (with(|c| c["firewall"]["rate_limit"][0]["period"] = json!("11s")), "over which Cloudflare counts"),
        (with(|c| c["firewall"]["rate_limit"][0]["requests"] = json!(0)), "from 1 to"),
        (with(|c| c["firewall"]["rate_limit"][0]["path"] = json!("login")), "must begin with \"/\""),
        (with(|c| c["firewall"]["rate_limit"][0]["action"] = json!("captcha")), "block"),
        (with(|c| c["tls"]["mode"] = json!("loose")), "strict"),
        (with(|c| c["route"][2]["cache"] = json!("soon")), "duration"),
        (with(|c| c["route"][2]["origin_host"] = json!("https://origin.example")), "without scheme"),
        (with(|c| c["route"][2]["origin_host"] = json!(null)), "has no origin"),
        (with(|c| c["route"][2]["origin_host"] = json!("10.0.0.1")), "private or reserved"),
        (with(|c| c["route"][2]["origin_host"] = c["route"][2]["host"].clone()), "leads to itself"),
        (with(|c| c["route"][0]["cache_paths"] = json!({"/*": "2h"})), "shop.example/* is cached twice"),
        (with(|c| c["route"][2]["host"] = json!("https://www.shop.example")), "host name in lower case"),
        (with(|c| c["route"][2]["path"] = json!("api")), "must begin with \"/\""),
        (with(|c| c["route"][1]["path"] = json!("/*")), "Duplicate route: host = \"shop.example\", path = \"/*\""),
        (with(|c| c["route"][2]["host"] = json!("www.other.example")), "not in the zone"),
        (with(|c| c["route"][1]["origin_host"] = json!("o.example")), "different origins"),
        (with(|c| c["route"][1]["cache_paths"] = json!({"/x": "1h"})), "not under its route"),
        (with(|c| c["route"] = json!([])), "no route"),
        (with(|c| c["firewall"]["rate_limit"][0]["name"] = json!("Log In")), "1 to 40 lower-case letters"),
        (with(|c| c["zone"] = json!("Shop Example")), "domain"),
    ];
    for (config, expected) in cases {
        let edge = FakeZone::default().edge();
        let diagnostics = edge.validate(config.clone()).await;
        let told = diagnostics.to_string();
        assert!(diagnostics.has_errors() && told.contains(expected), "{expected}: {told}");
        assert!(diagnostics.errors().all(|error| ends_in_attribute(&error.path)), "{told}");
    }
}

#[tokio::test]
async fn what_the_plan_of_the_zone_lacks() {
    let free = errors(&on(Tier::Free), whole()).await;
    let expected = ["firewall.rate_limit[0].period", "firewall.rate_limit[0].scope", "route["];
    assert_eq!(free.len(), expected.len(), "{free:#?}");
    for path in expected {
        assert!(free.iter().any(|error| error.starts_with(path)), "{path}: {free:#?}");
    }
    let challenged = with(|c| c["firewall"]["rate_limit"][0]["action"] = json!("challenge"));
    let refused = errors(&on(Tier::Free), challenged.clone()).await;
    let action: Vec<String> = refused.into_iter().filter(|told| told.contains("can only block")).collect();
    one(&action, "firewall.rate_limit[0].action:", "or move the zone to Pro");
    assert!(errors(&on(Tier::Pro), challenged).await.is_empty());
    let more = with(|c| {
        for name in ["a", "b"] {
            let limit = json!({"name": name, "path": "/x", "requests": 1, "period": "10s"});
            add(&mut c["firewall"]["rate_limit"], limit);
        }
    });
    let told = errors(&on(Tier::Pro), more.clone()).await;
    one(&told, "firewall.rate_limit[0].name:", "move the zone to Business");
    assert!(errors(&on(Tier::Business), more).await.is_empty());
    let long = with(|c| c["firewall"]["rate_limit"][0]["period"] = json!("1h"));
    one(&errors(&on(Tier::Business), long).await, "firewall.rate_limit[0].period", "period = \"600s\"");
}

#[tokio::test]
async fn what_is_no_name_of_an_object() {
    for (component, words) in [("dns_records", "no name to choose"), ("cluster", "has no component cluster")] {
        let named = with(|c| c["names"] = json!({ component: "shop" }));
        one(&errors(&FakeZone::default(), named).await, &format!("names[\"{component}\"]"), words);
    }
}

#[tokio::test]
async fn rules_of_others_count_too() {
    let zone = on(Tier::Pro);
    let rule = json!({"id": "f", "ref": "f", "action": "block", "expression": "true"});
    zone.seed("http_ratelimit", &[rule.clone(), rule]);
    one(&errors(&zone, whole()).await, "firewall.rate_limit[0]", "the zone has 2 others");
}

#[tokio::test(start_paused = true)]
async fn too_many_rules_of_others_do_not_stand_in_the_way_of_one_that_is_there() {
    let zone = on(Tier::Pro);
    let mut edge = zone.edge();
    let _ = edge.apply(whole()).await.ok();
    let rule = json!({"id": "f", "ref": "f", "action": "block", "expression": "true"});
    let phase = "http_ratelimit";
    zone.state().rulesets.get_mut(phase).unwrap().rules.extend([rule.clone(), rule]);
    let mut changed = whole();
    changed["firewall"]["rate_limit"][0]["requests"] = json!(20);
    let _ = edge.apply(changed).await.ok();
}

#[tokio::test]
async fn what_a_dry_run_refuses_is_an_attribute() {
    let zone = FakeZone::default();
    let pointer = Some("/rules/0/ratelimit/period".to_owned());
    zone.state().problems =
        vec![Problem { code: 20124, message: "not entitled".to_owned(), pointer, ..Problem::default() }];
    let told = errors(&zone, with(|c| c["firewall"]["countries"] = json!(null))).await;
    let limit = told.iter().find(|error| error.starts_with("firewall.rate_limit[0].period:"));
    assert!(limit.is_some_and(|error| error.contains("not entitled") && error.contains("20124")), "{told:#?}");
}

#[tokio::test]
async fn a_host_that_is_taken() {
    let zone = FakeZone::default();
    let record = Record {
        id: "theirs".to_owned(),
        name: format!("www.{ZONE}"),
        kind: "A".to_owned(),
        content: "192.0.2.9".to_owned(),
        ..Record::default()
    };
    zone.state().records.push(record);
    let told = errors(&zone, least()).await;
    one(&told, "route[0].origin_host:", "give it the comment `drop:resource=drop_edge/-/site`");
    zone.state().records[1].comment = "drop:resource=drop_edge/-/site".to_owned();
    let _ = zone.edge().apply(least()).await.ok();
    assert_eq!(zone.objects()["www.shop.example"], "theirs");
    assert_eq!(zone.state().records[1].content, "origin.example");
}

#[tokio::test(start_paused = true)]
async fn a_host_that_is_taken_between_plan_and_apply() {
    let zone = FakeZone::default();
    let plan_only = zone.edge().plan(least()).await;
    assert!(!plan_only.diagnostics.has_errors());
    let rival = Record {
        id: "late".to_owned(),
        name: format!("www.{ZONE}"),
        kind: "CNAME".to_owned(),
        content: "elsewhere.example".to_owned(),
        comment: "drop:resource=drop_edge/-/other".to_owned(),
        ..Record::default()
    };
    // An anchor of ours that is unfinished makes the plan let everything pass: the create itself has to look.
    zone.fail(2, super::zone::Fault::Refused);
    let mut edge = zone.edge();
    edge.apply(least()).await.fails("said the cloud");
    zone.heal();
    zone.state().records.push(rival);
    let diagnostics = edge.apply(least()).await.fails("has a CNAME record already");
    assert!(diagnostics.to_string().contains("Nothing is lost"), "{diagnostics}");
}

#[tokio::test]
async fn a_setting_that_the_zone_does_not_let_go() {
    let zone = FakeZone::default();
    zone.state().settings.get_mut("always_use_https").unwrap().editable = false;
    one(&errors(&zone, whole()).await, "tls.redirect_http", "does not let always_use_https be changed");
}

#[tokio::test]
async fn a_mode_that_cloudflare_chooses_by_itself() {
    let zone = FakeZone::default();
    for (value, expected) in [("custom", false), ("auto", true)] {
        let setting = Setting { value: json!(value), editable: true, answered: None };
        zone.state().settings.insert("ssl_automatic_mode".to_owned(), setting);
        let told = zone.edge().plan(whole()).await.diagnostics.to_string();
        assert_eq!(told.contains("chooses the SSL mode"), expected, "{value}: {told}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_setting_that_the_zone_does_not_let_go_may_be_asked_for_as_it_is() {
    let zone = FakeZone::default();
    zone.state().settings.get_mut("min_tls_version").unwrap().editable = false;
    let as_it_is = |redirect: bool| with(|c| c["tls"] = json!({"min_version": "1.0", "redirect_http": redirect}));
    let mut edge = zone.edge();
    let _ = edge.apply(as_it_is(true)).await.ok();
    let _ = edge.apply(least()).await.ok();
    let _ = edge.apply(as_it_is(false)).await.ok();
    let _ = edge.destroy().await.ok();
    assert!(zone.objects().is_empty());
}

#[tokio::test]
async fn strict_tls_to_a_self_signed_origin() {
    let config = json!({"name": "site", "zone": ZONE, "tls": {"mode": "strict"}, "route": [{"host": "shop.example",
        "origin": service_ref("web", json!("web.elb.example"), json!("self-signed"))}]});
    one(&errors(&FakeZone::default(), config).await, "tls.mode", "error 526");
}

#[tokio::test]
async fn a_zone_that_is_not_in_the_account() {
    let config = json!({"name": "site", "zone": "other.example", "route": [{"host": "other.example", "origin_host": "o.example"}]});
    let told = errors(&FakeZone::default(), config).await;
    // The fake knows one zone; for another it would have to ask, and there is no token.
    assert!(told[0].contains("there is no token"), "{told:#?}");
}
