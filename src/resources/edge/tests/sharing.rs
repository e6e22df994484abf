//! A zone has other users: other edges, and people at the dashboard.

use serde_json::{Value as Json, json};
use tf_plugin::harness::Action;

use super::zone::{FakeZone, Fault, service_ref};

fn foreign(name: &str) -> Json {
    json!({"id": name, "ref": name, "action": "block", "expression": "true", "version": "9", "enabled": true,
        "description": format!("by hand {name}"), "unknown_to_us": [1, {"b": 2}]})
}

fn edge(name: &str, tls: Json) -> Json {
    json!({
        "name": name, "zone": "shop.example", "tls": tls,
        "route": [{"host": format!("{name}.shop.example"), "origin_host": "origin.example", "cache": "1d"}],
        "firewall": {"countries": {"block": ["KP"]}},
    })
}

const PHASES: [&str; 2] = ["http_request_firewall_custom", "http_request_cache_settings"];

#[tokio::test(start_paused = true)]
async fn rules_of_others_stay_byte_for_byte_and_in_order() {
    let zone = FakeZone::default();
    for phase in PHASES {
        zone.seed(phase, &[foreign("f1"), foreign("f2")]);
    }
    let before = PHASES.map(|phase| zone.foreign(phase));
    let mut one = zone.edge();
    let mut two = one.sibling();
    let (a, b) = tokio::join!(one.apply(edge("one", json!({}))), two.apply(edge("two", json!({}))));
    let (_, _) = (a.ok(), b.ok());
    assert_eq!(PHASES.map(|phase| zone.foreign(phase)), before);
    assert_eq!(zone.objects().keys().filter(|name| name.starts_with("drop:")).count(), 4);
    let mut changed = edge("one", json!({}));
    changed["firewall"]["countries"]["block"] = json!(["KP", "XX"]);
    let _ = one.apply(changed).await.ok();
    let (a, b) = tokio::join!(one.destroy(), two.destroy());
    let (_, _) = (a.ok(), b.ok());
    assert_eq!(PHASES.map(|phase| zone.foreign(phase)), before);
    assert!(zone.objects().is_empty(), "{:?}", zone.objects());
    // Somebody else made the rulesets: they stay.
    assert_eq!(zone.state().rulesets.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn foreign_rules_are_listed() {
    let zone = FakeZone::default();
    zone.seed(PHASES[0], &[foreign("f1")]);
    zone.seed("http_ratelimit", &[foreign("elsewhere")]);
    let mut one = zone.edge();
    let state = one.apply(edge("one", json!({}))).await.ok();
    insta::assert_snapshot!(state.get("foreign_rules"), @r#"["http_request_firewall_custom 1: by hand f1"]"#);
    let mut without = edge("one", json!({}));
    without["firewall"] = json!(null);
    let _ = one.apply(without).await.ok();
    let _ = one.refresh().await;
    insta::assert_snapshot!(one.state().get("foreign_rules"), @r"[]");
}

#[tokio::test(start_paused = true)]
async fn somebody_who_writes_at_the_same_moment_loses_nothing() {
    let zone = FakeZone::default();
    zone.seed(PHASES[0], &[foreign("f1")]);
    zone.state().writer = Some(foreign("late"));
    let _ = zone.edge().apply(edge("one", json!({}))).await.ok();
    assert_eq!(zone.foreign(PHASES[0]), [foreign("f1").to_string(), foreign("late").to_string()]);
}

#[tokio::test(start_paused = true)]
async fn settings_are_given_back_when_the_last_edge_goes() {
    let zone = FakeZone::default();
    let tls = json!({"mode": "full", "min_version": "1.2"});
    let mut one = zone.edge();
    let mut two = one.sibling();
    let _ = one.apply(edge("one", tls.clone())).await.ok();
    let _ = two.apply(edge("two", tls)).await.ok();
    let _ = one.destroy().await.ok();
    assert_eq!((zone.setting("ssl"), zone.setting("min_tls_version")), ("full".to_owned(), "1.2".to_owned()));
    let _ = two.destroy().await.ok();
    assert_eq!((zone.setting("ssl"), zone.setting("min_tls_version")), ("flexible".to_owned(), "1.0".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn settings_are_given_back_also_when_two_edges_go_at_once() {
    let zone = FakeZone::default();
    let mut one = zone.edge();
    let mut two = one.sibling();
    let _ = one.apply(edge("one", json!({"min_version": "1.2"}))).await.ok();
    let _ = two.apply(edge("two", json!({"redirect_http": true}))).await.ok();
    let (a, b) = tokio::join!(one.destroy(), two.destroy());
    let (_, _) = (a.ok(), b.ok());
    assert_eq!(zone.state().settings, FakeZone::default().state().settings);
}

#[tokio::test(start_paused = true)]
async fn settings_are_given_back_by_whoever_finds_that_all_others_are_going() {
    let tls = json!({"min_version": "1.2"});
    let kept = |zone: &FakeZone, edge: &str| {
        let name = format!("_settings._drop-{edge}.shop.example");
        zone.state().records.iter().find(|record| record.name == name).map(|record| record.content.clone())
    };
    let is_leaving = |zone: &FakeZone, edge: &str| kept(zone, edge).is_some_and(|text| text.contains("leaving"));
    let mut told = false;
    for call in 1.. {
        let zone = FakeZone::default();
        let (mut one, mut two) = (zone.edge(), zone.edge());
        let _ = one.apply(edge("one", tls.clone())).await.ok();
        let _ = two.apply(edge("two", tls.clone())).await.ok();
        zone.fail(call, Fault::Refused);
        let stopped = one.destroy().await.diagnostics.has_errors();
        zone.heal();
        if !stopped {
            assert_eq!(zone.setting("min_tls_version"), "1.2");
            break;
        }
        if is_leaving(&zone, "one") {
            told = true;
            let _ = two.destroy().await.ok();
            assert_eq!(zone.setting("min_tls_version"), "1.0", "nobody stays");
        }
        // Who thinks better of it holds them again.
        let _ = one.refresh().await;
        let _ = one.apply(edge("one", tls.clone())).await.ok();
        assert!(!is_leaving(&zone, "one"));
        assert_eq!(zone.setting("min_tls_version"), "1.2");
        assert_eq!(one.plan(edge("one", tls.clone())).await.action, Action::NoOp);
        let _ = one.destroy().await.ok();
        let _ = two.destroy().await.ok();
        assert_eq!(zone.state().settings, FakeZone::default().state().settings);
    }
    assert!(told);
}

#[tokio::test(start_paused = true)]
async fn edges_of_one_configuration_that_ask_for_different_values_are_refused() {
    let zone = FakeZone::default();
    let mut one = zone.edge();
    let mut two = one.sibling();
    let first = one.plan(edge("one", json!({"min_version": "1.2"}))).await.diagnostics;
    assert_eq!(first.errors().count(), 0, "{first}");
    let diagnostics = two.plan(edge("two", json!({"min_version": "1.3"}))).await.diagnostics;
    let told = diagnostics.to_string();
    assert!(told.contains("The edge \"one\" asks for another min_tls_version of the zone"), "{told}");
    assert!(told.contains("this edge asks for \"1.3\", the other one for \"1.2\""), "{told}");
    assert!(diagnostics.errors().all(|error| error.path.to_string() == "tls.min_version"), "{told}");
    assert!(diagnostics.errors().count() == 1, "{told}");
    // A plan that changes its mind takes its claim back.
    let _ = one.plan(edge("one", json!({"min_version": "1.3"}))).await;
    let agreed = two.plan(edge("two", json!({"min_version": "1.3"}))).await.diagnostics;
    assert_eq!(agreed.errors().count(), 0, "{agreed}");
}

#[tokio::test(start_paused = true)]
async fn two_edges_change_a_setting_together() {
    let zone = FakeZone::default();
    let both = |tls: Json| [edge("one", tls.clone()), edge("two", tls)];
    let (mut one, mut two) = (zone.edge(), zone.edge());
    for tls in [json!({"mode": "full", "min_version": "1.2"}), json!({"mode": "strict", "min_version": "1.3"})] {
        let [first, second] = both(tls.clone());
        let _ = one.apply(first.clone()).await.ok();
        let _ = two.apply(second.clone()).await.ok();
        assert_eq!(zone.setting("ssl"), tls["mode"].as_str().unwrap());
        assert_eq!(zone.setting("min_tls_version"), tls["min_version"].as_str().unwrap());
        let _ = (one.refresh().await, two.refresh().await);
        assert_eq!(one.plan(first).await.action, Action::NoOp);
        assert_eq!(two.plan(second).await.action, Action::NoOp);
    }
    let _ = (one.destroy().await.ok(), two.destroy().await.ok());
    assert_eq!(zone.state().settings, FakeZone::default().state().settings);
}

#[tokio::test(start_paused = true)]
async fn a_host_belongs_to_one_edge_of_a_configuration() {
    let zone = FakeZone::default();
    let mut one = zone.edge();
    let mut two = one.sibling();
    let _ = one.plan(edge("one", json!({}))).await;
    let mut other = edge("two", json!({}));
    other["route"] = edge("one", json!({}))["route"].clone();
    let refused = two.plan(other).await.diagnostics.to_string();
    assert!(refused.contains("is a host of the edge \"one\" too"), "{refused}");
}

#[tokio::test(start_paused = true)]
async fn a_record_whose_comment_somebody_replaced_is_known_by_what_it_says() {
    let zone = FakeZone::default();
    let mut one = zone.edge();
    let _ = one.apply(edge("one", json!({}))).await.ok();
    let note = |zone: &FakeZone| {
        let mut state = zone.state();
        let record = state.records.iter_mut().find(|record| record.name == "one.shop.example").unwrap();
        let before = std::mem::replace(&mut record.comment, "do not touch - Bob".to_owned());
        (before, record.id.clone())
    };
    let (comment, id) = note(&zone);
    let _ = one.refresh().await;
    let told = one.plan(edge("one", json!({}))).await.diagnostics;
    assert!(told.errors().count() == 0 && told.to_string().contains("gives way"), "{told}");
    let _ = one.apply(edge("one", json!({}))).await.ok();
    {
        let state = zone.state();
        let record = state.records.iter().find(|record| record.name == "one.shop.example").unwrap();
        assert_eq!((&record.comment, &record.id), (&comment, &id));
    }
    assert_eq!(one.plan(edge("one", json!({}))).await.action, Action::NoOp);
    let _ = note(&zone);
    let told = one.destroy().await.diagnostics.to_string();
    assert!(told.contains(&format!("one.shop.example ({id}) stays")), "{told}");
}

#[tokio::test(start_paused = true)]
async fn a_record_of_a_new_host_is_somebody_elses_whatever_it_says() {
    let zone = FakeZone::default();
    let mut one = zone.edge();
    let _ = one.apply(edge("one", json!({}))).await.ok();
    let mut theirs = zone.state().records.iter().find(|record| record.name == "one.shop.example").unwrap().clone();
    (theirs.id, theirs.name, theirs.comment) = ("theirs".to_owned(), "two.shop.example".to_owned(), String::new());
    zone.state().records.push(theirs.clone());
    let mut both = edge("one", json!({}));
    let route = json!({"host": "two.shop.example", "origin_host": "origin.example"});
    both["route"].as_array_mut().unwrap().push(route);
    let refused = one.plan(both.clone()).await.diagnostics.to_string();
    assert!(refused.contains("two.shop.example has a CNAME record already"), "{refused}");
    one.destroy().await.ok();
    assert!(zone.state().records.contains(&theirs));
}

#[tokio::test(start_paused = true)]
async fn a_failed_update_blames_nobody_for_a_setting() {
    let zone = FakeZone::default();
    let mut one = zone.edge();
    let _ = one.apply(edge("one", json!({"min_version": "1.2"}))).await.ok();
    let mut changed = edge("one", json!({"min_version": "1.3"}));
    changed["route"][0]["origin_host"] = json!("other.example");
    zone.fail(3, Fault::Refused);
    let failed = one.apply(changed).await;
    assert!(failed.diagnostics.has_errors() && zone.setting("min_tls_version") == "1.3", "{:?}", zone.state().calls);
    zone.heal();
    one.destroy().await.ok();
    assert_eq!(zone.state().settings, FakeZone::default().state().settings);
}

#[tokio::test(start_paused = true)]
async fn a_setting_that_somebody_changed_since_is_left_to_them() {
    let zone = FakeZone::default();
    let mut one = zone.edge();
    let _ = one.apply(edge("one", json!({"min_version": "1.2", "redirect_http": true}))).await.ok();
    zone.state().settings.get_mut("min_tls_version").unwrap().value = json!("1.3");
    let told = one.destroy().await.diagnostics.to_string();
    assert!(told.contains("Somebody has changed min_tls_version of shop.example"), "{told}");
    assert_eq!(zone.setting("min_tls_version"), "1.3");
    assert_eq!(zone.setting("always_use_https"), "off");
}

#[tokio::test(start_paused = true)]
async fn an_edge_that_was_never_finished_does_not_stand_in_the_way() {
    let tls = json!({"mode": "full", "min_version": "1.2"});
    for set in [vec![], vec!["ssl"]] {
        let zone = FakeZone::default();
        let _ = zone.edge().apply(edge("one", tls.clone())).await.ok();
        {
            // As if it had been killed before it set the others.
            let mut state = zone.state();
            let before = FakeZone::default().state().settings.clone();
            state.settings.extend(before.into_iter().filter(|(name, _)| !set.contains(&name.as_str())));
            let anchor = state.records.iter_mut().find(|record| record.name == "_drop-one.shop.example").unwrap();
            anchor.comment = anchor.comment.replace("state=complete", "state=incomplete");
        }
        let mut two = zone.edge();
        let told = two.plan(edge("two", tls.clone())).await.diagnostics.to_string();
        assert!(
            told.contains("\"one\" of this zone was begun and never finished") && told.contains("doctor"),
            "{told}"
        );
        let _ = two.apply(edge("two", tls.clone())).await.ok();
        assert_eq!(zone.setting("min_tls_version"), "1.2");
        assert!(zone.objects().contains_key("_settings._drop-one.shop.example"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_refresh_that_finds_a_change_asks_for_nothing_twice() {
    let zone = FakeZone::default();
    let mut one = zone.edge();
    let _ = one.apply(edge("one", json!({}))).await.ok();
    let _ = one.sibling().apply(edge("two", json!({}))).await.ok();
    let before = one.state().get("foreign_rules").clone();
    zone.state().asked_now = 0;
    let _ = one.refresh().await;
    assert_ne!(*one.state().get("foreign_rules"), before);
    assert_eq!(zone.state().asked_now, 0);
}

#[tokio::test(start_paused = true)]
async fn an_edge_of_another_name_does_not_take_rules_that_begin_alike() {
    let zone = FakeZone::default();
    let mut one = zone.edge();
    let mut two = one.sibling();
    let _ = one.apply(edge("one", json!({}))).await.ok();
    let _ = two.apply(edge("one-b", json!({}))).await.ok();
    let _ = one.destroy().await.ok();
    let left = zone.objects();
    assert!(!left.is_empty() && left.keys().all(|name| name.contains("one-b")), "{left:?}");
}

#[tokio::test(start_paused = true)]
async fn a_rule_that_is_kept_otherwise_is_not_sent_for_ever() {
    let zone = FakeZone::default();
    zone.seed(PHASES[0], &[foreign("f1")]);
    zone.state().keeps_otherwise = true;
    zone.edge().apply(edge("one", json!({}))).await.fails("otherwise than it was sent");
    assert!(zone.state().calls.len() < 20, "{:?}", zone.state().calls);
}

#[tokio::test(start_paused = true)]
async fn a_stricter_origin_is_warned_of() {
    let origin = |name: &str, certificate: &str, tls: Json| {
        let origin = service_ref(name, json!(format!("{name}.elb.example")), json!(certificate));
        json!({"name": "site", "zone": "shop.example", "tls": tls, "route": [{"host": "shop.example", "origin": origin}]})
    };
    let strict = || json!({"mode": "strict"});
    let zone = FakeZone::default();
    let mut one = zone.edge();
    let _ = one.apply(origin("web", "self-signed", Json::Null)).await.ok();
    for (name, certificate, tls, warned) in [
        ("new", "public", strict(), true),
        ("new", "public", Json::Null, false),
        ("web", "public", strict(), false),
        ("new", "self-signed", Json::Null, false),
    ] {
        let told = one.plan(origin(name, certificate, tls)).await.diagnostics.to_string();
        assert_eq!(told.contains("error 526"), warned, "{told}");
    }
}
