//! Configuration in, steps out.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use tf_plugin::Value;
use tf_plugin::harness::{Action, Harness, unknown};

use super::zone::{FakeZone, service_ref};
use crate::cloud::cloudflare::cache::Purge;
use crate::cloud::cloudflare::tiers::Tier;

async fn steps(from: Option<Json>, to: Json) -> String {
    let zone = FakeZone::default();
    let mut edge = zone.edge();
    if let Some(from) = from {
        let _ = edge.apply(from).await.ok();
    }
    let plan = edge.plan(to).await;
    assert!(!plan.diagnostics.has_errors(), "{}", plan.diagnostics);
    let lines: Vec<&str> = plan.get("steps").as_elements().unwrap().iter().filter_map(|line| line.as_str()).collect();
    let new = lines.iter().filter(|line| !line.starts_with("1.") || lines.iter().all(|other| other.starts_with("1.")));
    new.copied().collect::<Vec<_>>().join("\n")
}

pub fn least() -> Json {
    json!({"name": "site", "zone": "shop.example", "route": [{"host": "www.shop.example", "origin_host": "origin.example"}]})
}

pub fn whole() -> Json {
    json!({
        "name": "site", "zone": "shop.example",
        "route": [
            {"host": "shop.example", "origin_host": "192.0.2.1", "cache": "1h", "cache_paths": {"/static/*": "365d"}},
            {"host": "shop.example", "path": "/api/*", "origin_host": "192.0.2.1"},
            {"host": "www.shop.example", "origin_host": "origin.example"},
        ],
        "tls": {"min_version": "1.2", "redirect_http": true, "hsts": "180d"},
        "firewall": {
            "countries": {"allow": ["SE", "NO"]},
            "rate_limit": [{"name": "login", "path": "/login", "requests": 10, "period": "1m"}],
        },
    })
}

/// Adds a repeated block.
pub fn add(blocks: &mut Json, block: Json) {
    blocks.as_array_mut().unwrap().push(block);
}

#[tokio::test]
async fn the_least_configuration() {
    insta::assert_snapshot!(steps(None, least()).await, @r"
    1.1 create edge_anchor via cloudflare:CreateDnsRecord
    1.2 create edge_settings via cloudflare:CreateDnsRecord
    1.3 update edge_settings via cloudflare:EditZoneSetting — ssl
    1.4 create dns_records via cloudflare:CreateDnsRecord
    1.5 complete edge_anchor via cloudflare:EditDnsRecord — creation finished
    ");
}

#[tokio::test]
async fn everything() {
    insta::assert_snapshot!(steps(None, whole()).await, @r"
    1.1 create edge_anchor via cloudflare:CreateDnsRecord
    1.2 create edge_settings via cloudflare:CreateDnsRecord
    1.3 update edge_settings via cloudflare:EditZoneSetting — ssl, tls.min_version, tls.redirect_http, tls.hsts
    1.4 create custom_rules via cloudflare:CreateRule
    1.5 create rate_limits via cloudflare:CreateRule
    1.6 create cache_rules via cloudflare:CreateRule
    1.7 create dns_records via cloudflare:CreateDnsRecord
    1.8 complete edge_anchor via cloudflare:EditDnsRecord — creation finished
    ");
}

#[tokio::test]
async fn adding_and_taking_away() {
    insta::assert_snapshot!(steps(Some(least()), whole()).await, @r"
    2.1 update edge_settings via cloudflare:EditDnsRecord — tls.min_version, tls.redirect_http, tls.hsts
    2.2 update edge_settings via cloudflare:EditZoneSetting — tls.min_version, tls.redirect_http, tls.hsts
    2.3 create custom_rules via cloudflare:CreateRule
    2.4 create rate_limits via cloudflare:CreateRule
    2.5 create cache_rules via cloudflare:CreateRule
    2.6 update dns_records via cloudflare:CreateDnsRecord — records
    ");
    insta::assert_snapshot!(steps(Some(whole()), least()).await, @r"
    2.1 update edge_settings via cloudflare:EditZoneSetting — tls.min_version, tls.redirect_http, tls.hsts
    2.2 update edge_settings via cloudflare:EditDnsRecord — tls.min_version, tls.redirect_http, tls.hsts
    2.3 update dns_records via cloudflare:DeleteDnsRecord — records
    2.4 delete cache_rules via cloudflare:DeleteRule — not wanted any more
    2.5 delete rate_limits via cloudflare:DeleteRule — not wanted any more
    2.6 delete custom_rules via cloudflare:DeleteRule — not wanted any more
    ");
}

#[tokio::test(start_paused = true)]
async fn a_purge_comes_last_and_is_asked_for_by_a_change_alone() {
    let on = |text: Option<&str>| changed(|config| config["purge_trigger"] = json!(text));
    insta::assert_snapshot!(steps(Some(whole()), on(Some("a"))).await, @r"
    2.1 create cache_purge via cloudflare:CreateDnsRecord
    2.2 update cache_purge via cloudflare:PurgeCache — purge_trigger
    2.3 update cache_purge via cloudflare:EditDnsRecord — purge_trigger
    ");
    let moved = changed(|config| {
        config["purge_trigger"] = json!("b");
        config["route"][0]["cache"] = json!("2h");
    });
    insta::assert_snapshot!(steps(Some(on(Some("a"))), moved).await, @r"
    2.1 update cache_rules via cloudflare:EditRule — rules
    2.2 update cache_purge via cloudflare:PurgeCache — purge_trigger
    2.3 update cache_purge via cloudflare:EditDnsRecord — purge_trigger
    ");
    let zone = FakeZone::default();
    let mut edge = zone.edge();
    for config in [on(Some("a")), on(Some("b")), on(None)] {
        let _ = edge.apply(config).await.ok();
    }
    let hosts = vec!["shop.example".to_owned(), "www.shop.example".to_owned()];
    assert_eq!(zone.state().purged, vec![Purge::Hosts(hosts); 2]);
    assert!(!zone.objects().keys().any(|name| name.starts_with("_purge")));
    let _ = edge.destroy().await.ok();
    assert!(zone.objects().is_empty(), "{:?}", zone.objects());
}

fn changed(change: impl FnOnce(&mut Json)) -> Json {
    let mut config = whole();
    change(&mut config);
    config
}

/// The calls that the new steps name, and those that are then made.
async fn named_and_made(edge: &mut Harness, zone: &FakeZone, to: Json) -> [BTreeSet<String>; 2] {
    let before = edge.state().get("steps").as_elements().map_or(0, <[Value]>::len);
    let plan = edge.plan(to.clone()).await;
    let lines = plan.get("steps").as_elements().unwrap_or_default();
    let call = |line: &str| line.split_once(" via ").map(|(_, call)| call.split(' ').next().unwrap().to_owned());
    let named = lines[before..].iter().filter_map(|line| call(line.as_str().unwrap())).collect();
    zone.heal();
    let _ = edge.apply(to).await.ok();
    [named, zone.changes().into_iter().collect()]
}

#[tokio::test(start_paused = true)]
async fn every_call_of_a_change_is_named_and_no_other() {
    let hosts = changed(|c| add(&mut c["route"], json!({"host": "new.shop.example", "origin_host": "origin.example"})));
    let moved = changed(|c| {
        add(&mut c["route"], json!({"host": "new.shop.example", "origin_host": "origin.example"}));
        c["route"][2]["origin_host"] = json!("other.example");
    });
    let paths = changed(|c| c["route"][0]["cache_paths"] = json!({"/static/*": "1d", "/img/*": "1d"}));
    let limits = changed(|c| {
        let limit = |name: &str| json!({"name": name, "path": "/log-in", "requests": 10, "period": "1m"});
        c["firewall"]["rate_limit"] = json!([limit("signup"), limit("login")]);
    });
    let other = changed(|c| c["firewall"]["rate_limit"] = json!([{"name": "api", "path": "/api/*", "requests": 10}]));
    let settings = changed(|c| c["tls"] = json!({"min_version": "1.3", "redirect_http": true}));
    let purge = changed(|c| c["purge_trigger"] = json!("a"));
    for to in [hosts, moved, paths, limits, other, settings, purge] {
        let zone = FakeZone::default();
        zone.state().tier = Tier::Business;
        let mut edge = zone.edge();
        let _ = edge.apply(whole()).await.ok();
        for config in [to.clone(), whole()] {
            let [named, made] = named_and_made(&mut edge, &zone, config).await;
            assert_eq!(named, made, "{to}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_set_back_is_named_by_its_calls() {
    let zone = FakeZone::default();
    let mut edge = zone.edge();
    let _ = edge.apply(whole()).await.ok();
    {
        let mut state = zone.state();
        state.records.retain(|record| record.name != "www.shop.example");
        state.rulesets.get_mut("http_request_cache_settings").unwrap().rules.remove(0);
        let kept = state.records.iter_mut().find(|record| record.content.contains("drop:settings")).unwrap();
        kept.content = "\"drop:settings min_tls_version=1.0 always_use_https=off security_header=0\"".to_owned();
    }
    let _ = edge.refresh().await;
    let [named, made] = named_and_made(&mut edge, &zone, whole()).await;
    let calls = ["cloudflare:CreateDnsRecord", "cloudflare:CreateRule", "cloudflare:EditDnsRecord"];
    assert_eq!(made, calls.map(str::to_owned).into());
    // That a setting which nobody holds is as it should be already is only seen when it is set.
    assert_eq!(named.difference(&made).collect::<Vec<_>>(), ["cloudflare:EditZoneSetting"]);
}

#[tokio::test(start_paused = true)]
async fn another_order_of_routes_and_limits_plans_no_step() {
    let limit = |name: &str| json!({"name": name, "path": "/log-in", "requests": 10, "period": "1m"});
    let first = changed(|c| c["firewall"]["rate_limit"] = json!([limit("login"), limit("signup")]));
    let turned = changed(|c| {
        c["route"].as_array_mut().unwrap().reverse();
        c["firewall"]["rate_limit"] = json!([limit("signup"), limit("login")]);
    });
    let zone = FakeZone::default();
    zone.state().tier = Tier::Business;
    let mut edge = zone.edge();
    let _ = edge.apply(first).await.ok();
    let plan = edge.plan(turned.clone()).await;
    assert_eq!(plan.get("steps"), edge.state().get("steps"));
    zone.heal();
    let _ = edge.apply(turned).await.ok();
    assert_eq!(zone.state().calls, Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn hosts_paths_and_names_may_be_unknown_until_they_are_applied() {
    let known = FakeZone::default();
    let _ = known.edge().apply(whole()).await.ok();
    for pointer in ["/route/0/host", "/route/1/path", "/route/2/host", "/firewall/rate_limit/0/name"] {
        let zone = FakeZone::default();
        let mut config = whole();
        *config.pointer_mut(pointer).unwrap() = unknown();
        let _ = zone.edge().apply_after(config, whole()).await.ok();
        assert_eq!(zone.objects().keys().collect::<Vec<_>>(), known.objects().keys().collect::<Vec<_>>(), "{pointer}");
    }
}

#[tokio::test]
async fn a_change_of_a_rule_is_one_step() {
    let mut to = whole();
    to["firewall"]["rate_limit"][0]["requests"] = json!(20);
    insta::assert_snapshot!(steps(Some(whole()), to).await, @r"2.1 update rate_limits via cloudflare:EditRule — rules");
}

#[tokio::test]
async fn the_plan_shows_mode_and_hosts() {
    let zone = FakeZone::default();
    let mut edge = zone.edge();
    let plan = edge.plan(whole()).await;
    assert!(!plan.get("tls_mode").is_known(), "what suits may be the zone's own mode");
    insta::assert_snapshot!(plan.get("hostnames"), @r#"["shop.example", "www.shop.example"]"#);
}

fn service(hostname: Json, certificate: Json) -> Json {
    json!({"name": "site", "zone": "shop.example", "route": [{"host": "shop.example",
        "origin": service_ref("web", hostname, certificate),
    }]})
}

#[tokio::test]
async fn the_mode_suits_the_origins_and_stays_where_it_does() {
    for (certificate, was, mode) in [
        ("public", "flexible", "strict"),
        ("public", "full", "full"),
        ("public", "strict", "strict"),
        ("self-signed", "flexible", "full"),
        ("self-signed", "full", "full"),
        ("self-signed", "strict", "full"),
    ] {
        let zone = FakeZone::default();
        zone.state().settings.get_mut("ssl").unwrap().value = json!(was);
        let mut edge = zone.edge();
        let config = service(json!("web.elb.example"), json!(certificate));
        let _ = edge.apply(config.clone()).await.ok();
        assert_eq!((edge.state().get("tls_mode").as_str(), zone.setting("ssl")), (Some(mode), mode.to_owned()));
        assert_eq!(edge.plan(config).await.action, Action::NoOp, "{certificate} in {was}");
    }
    let zone = FakeZone::default();
    let plan = zone.edge().plan(service(unknown(), unknown())).await;
    assert!(!plan.get("tls_mode").is_known());
    let refused = zone.edge().plan(service(unknown(), json!(null))).await.diagnostics;
    assert!(refused.to_string().contains("serves no TLS"), "{refused}");
}

#[tokio::test]
async fn what_an_origin_tells_late_is_in_the_record() {
    let zone = FakeZone::default();
    let told = service(json!("Web-1.elb.example."), json!("self-signed"));
    let _ = zone.edge().apply_after(service(unknown(), unknown()), told).await.ok();
    let state = zone.state();
    let record = state.records.iter().find(|record| record.kind == "CNAME").unwrap();
    assert_eq!((record.name.as_str(), record.content.as_str()), ("shop.example", "web-1.elb.example"));
    assert_eq!(state.settings["ssl"].value, json!("full"));
}

#[tokio::test]
async fn rules_in_words_of_cloudflare() {
    let zone = FakeZone::default();
    let _ = zone.edge().apply(whole()).await.ok();
    let state = zone.state();
    let mut told = vec![];
    for (phase, ruleset) in &state.rulesets {
        for rule in &ruleset.rules {
            told.push(format!(
                "{phase} {} {}\n  {}",
                rule["ref"],
                rule["action"],
                rule["expression"].as_str().unwrap()
            ));
            for part in ["action_parameters", "ratelimit"] {
                if !rule[part].is_null() {
                    told.push(format!("  {}", rule[part]));
                }
            }
        }
    }
    insta::assert_snapshot!(told.join("\n"), @r#"
    http_ratelimit "drop:site:rate:login" "block"
      http.host in {"shop.example" "www.shop.example"} and http.request.uri.path eq "/login"
      {"characteristics":["cf.colo.id","ip.src"],"mitigation_timeout":60,"period":60,"requests_per_period":10}
    http_request_cache_settings "drop:site:cache:4c3725fd" "set_cache_settings"
      http.host eq "shop.example" and not starts_with(http.request.uri.path, "/api/")
      {"cache":true,"edge_ttl":{"default":3600,"mode":"override_origin"}}
    http_request_cache_settings "drop:site:cache:6e18e82c" "set_cache_settings"
      http.host eq "shop.example" and starts_with(http.request.uri.path, "/static/")
      {"cache":true,"edge_ttl":{"default":31536000,"mode":"override_origin"}}
    http_request_firewall_custom "drop:site:countries" "block"
      http.host in {"shop.example" "www.shop.example"} and not ip.src.country in {"NO" "SE"}
    "#);
}

#[tokio::test]
async fn blocks_that_are_not_known_yet_leave_open_what_they_ask_for() {
    let zone = FakeZone::default();
    for block in ["route", "tls", "firewall"] {
        let mut config = whole();
        config[block] = unknown();
        let plan = zone.edge().plan(config.clone()).await;
        assert!(!plan.diagnostics.has_errors(), "{block}: {}", plan.diagnostics);
        let _ = zone.edge().apply_after(config, whole()).await.ok();
        let mut edge = zone.edge();
        let _ = edge.import("shop.example/site").await.ok();
        let _ = edge.destroy().await.ok();
    }
}
