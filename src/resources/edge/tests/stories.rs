//! Interruptions at every changing call, drift, and what is left.

use serde_json::{Value as Json, json};
use tf_plugin::harness::{Action, Harness};

use super::blueprints::{least, whole};
use super::zone::{FakeZone, Fault};

const FAULTS: [Fault; 2] = [Fault::Refused, Fault::Lost];

struct World {
    zone: FakeZone,
    edge: Harness,
}

fn world() -> World {
    let zone = FakeZone::default();
    zone.seed("http_ratelimit", &[unmanaged("b")]);
    let edge = zone.edge();
    World { zone, edge }
}

fn unmanaged(name: &str) -> Json {
    json!({"id": name, "ref": name, "action": "block", "expression": "true", "description": format!("by hand {name}"),
        "version": "3", "last_updated": "2026-01-01T00:00:00Z", "enabled": true, "odd": {"z": 1, "a": null}})
}

/// Another run of the CLI: a new process with the same state.
fn next_run(world: &mut World) {
    let state = world.edge.current().take();
    world.edge = world.zone.edge();
    *world.edge.current() = state;
}

async fn calls(config: Json) -> usize {
    let mut world = world();
    world.zone.heal();
    let _ = world.edge.apply(config).await.ok();
    world.zone.state().calls.len()
}

async fn failed_at(call: usize, fault: Fault) -> Option<World> {
    let mut world = world();
    world.zone.fail(call, fault);
    let failed = world.edge.apply(whole()).await.diagnostics.has_errors();
    world.zone.heal();
    next_run(&mut world);
    failed.then_some(world)
}

fn assert_whole(world: &World) {
    assert!(world.zone.mark("site").starts_with("complete "), "{}", world.zone.mark("site"));
    let objects = world.zone.objects();
    // Anchor, what settings were, two hosts, one custom rule, one rate limit, two cache rules.
    assert_eq!(objects.len(), 8, "{objects:?}");
    assert_eq!(world.zone.setting("ssl"), "strict");
    assert_eq!(world.zone.setting("always_use_https"), "on");
}

fn assert_untouched(world: &World) {
    assert!(world.zone.objects().is_empty(), "{:?}", world.zone.objects());
    let before = FakeZone::default();
    assert_eq!(world.zone.state().settings, before.state().settings);
    assert_eq!(world.zone.state().records, before.state().records);
    assert_eq!(world.zone.foreign("http_ratelimit"), [unmanaged("b").to_string()]);
    // A ruleset of ours stays, empty: somebody may be adding a rule to it at this moment.
    let state = world.zone.state();
    let of_ours = state.rulesets.iter().filter(|(phase, _)| *phase != "http_ratelimit");
    assert!(of_ours.map(|(_, ruleset)| &ruleset.rules).all(Vec::is_empty));
}

#[tokio::test(start_paused = true)]
async fn a_second_plan_is_empty() {
    for config in [least(), whole()] {
        let mut world = world();
        let _ = world.edge.apply(config.clone()).await.ok();
        next_run(&mut world);
        let plan = world.edge.plan(config).await;
        assert_eq!(plan.action, Action::NoOp, "{}\n{}", world.edge.state(), plan.planned);
    }
}

#[tokio::test(start_paused = true)]
async fn a_failed_create_is_continued_with_the_same_objects() {
    for fault in FAULTS {
        for call in 1..=calls(whole()).await {
            let Some(mut world) = failed_at(call, fault).await else { continue };
            let before = world.zone.objects();
            let _ = world.edge.apply(whole()).await.ok();
            assert_whole(&world);
            let after = world.zone.objects();
            assert!(before.iter().all(|(name, id)| after[name] == *id), "{fault:?} at call {call}");
            let _ = world.edge.destroy().await.ok();
            assert_untouched(&world);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_failed_create_is_destroyed_whole_and_settings_are_as_before() {
    for fault in FAULTS {
        for call in 1..=calls(whole()).await {
            let Some(mut world) = failed_at(call, fault).await else { continue };
            if world.zone.mark("site").starts_with("complete") {
                continue;
            }
            let _ = world.edge.destroy().await.ok();
            if world.edge.state().is_null() && !world.zone.objects().is_empty() {
                // Nothing was learned of it: no state, so nothing to destroy. The next apply continues.
                let _ = world.edge.apply(whole()).await.ok();
                let _ = world.edge.destroy().await.ok();
            }
            assert_untouched(&world);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_failed_create_made_and_nobody_wants_any_more_goes() {
    for fault in FAULTS {
        for call in 1..=calls(whole()).await {
            for untaint in [false, true] {
                let Some(mut world) = failed_at(call, fault).await else { continue };
                if untaint && !world.edge.state().is_null() {
                    world.edge.untaint();
                }
                let _ = world.edge.apply(least()).await.ok();
                let objects = world.zone.objects();
                assert_eq!(objects.len(), 3, "{fault:?} at call {call}: {objects:?}");
                assert_eq!(world.zone.setting("always_use_https"), "off", "{fault:?} at call {call}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_update_that_failed_is_finished_by_the_next() {
    for (from, to) in [(least(), whole()), (whole(), least())] {
        for fault in FAULTS {
            for call in 1..=20 {
                let mut world = world();
                let _ = world.edge.apply(from.clone()).await.ok();
                world.zone.fail(call, fault);
                let failed = world.edge.apply(to.clone()).await.diagnostics.has_errors();
                world.zone.heal();
                next_run(&mut world);
                let _ = world.edge.apply(to.clone()).await.ok();
                let plan = world.edge.plan(to.clone()).await;
                assert_eq!(plan.action, Action::NoOp, "{fault:?} at {call}: {}\n{}", world.edge.state(), plan.planned);
                let _ = world.edge.destroy().await.ok();
                assert_untouched(&world);
                if !failed {
                    break;
                }
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_destroy_that_failed_is_finished_by_the_next() {
    for fault in FAULTS {
        for call in 1..=20 {
            let mut world = world();
            let _ = world.edge.apply(whole()).await.ok();
            world.zone.fail(call, fault);
            let failed = world.edge.destroy().await.diagnostics.has_errors();
            world.zone.heal();
            next_run(&mut world);
            let _ = world.edge.destroy().await.ok();
            assert_untouched(&world);
            if !failed {
                break;
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_changed_by_hand_is_found_and_set_back() {
    let mut world = world();
    let _ = world.edge.apply(whole()).await.ok();
    let good = world.zone.objects();
    {
        let mut state = world.zone.state();
        let rules = &mut state.rulesets.get_mut("http_request_cache_settings").unwrap().rules;
        rules.swap(0, 1);
        let firewall = &mut state.rulesets.get_mut("http_request_firewall_custom").unwrap().rules;
        firewall[0]["enabled"] = json!(false);
        state.settings.get_mut("ssl").unwrap().value = json!("off");
        state.records.iter_mut().find(|record| record.name == "www.shop.example").unwrap().proxied = false;
    }
    next_run(&mut world);
    let _ = world.edge.refresh().await;
    insta::assert_snapshot!(world.edge.state().get("drift"), @r#"["changed cache_rules.rules — changed elsewhere; drop owns it, the next apply sets it back", "changed custom_rules.rules — changed elsewhere; drop owns it, the next apply sets it back", "changed dns_records.records — changed elsewhere; drop owns it, the next apply sets it back", "changed edge_settings.ssl — changed elsewhere; drop owns it, the next apply sets it back"]"#);
    let _ = world.edge.apply(whole()).await.ok();
    assert_whole(&world);
    assert_eq!(world.zone.objects(), good);
    assert_eq!(world.edge.plan(whole()).await.action, Action::NoOp);
}

#[tokio::test(start_paused = true)]
async fn what_is_removed_by_hand_is_made_again() {
    let mut world = world();
    let _ = world.edge.apply(whole()).await.ok();
    {
        let mut state = world.zone.state();
        state.rulesets.remove("http_request_firewall_custom");
        state.rulesets.get_mut("http_ratelimit").unwrap().rules.retain(|rule| rule["id"] == "b");
        state.records.retain(|record| record.name != "www.shop.example");
    }
    next_run(&mut world);
    let _ = world.edge.apply(whole()).await.ok();
    assert_whole(&world);
    next_run(&mut world);
    assert_eq!(world.edge.plan(whole()).await.action, Action::NoOp);
}

#[tokio::test(start_paused = true)]
async fn a_setting_that_is_not_asked_for_any_more_is_given_back() {
    let mut world = world();
    let _ = world.edge.apply(whole()).await.ok();
    world.zone.heal();
    let mut without = whole();
    without["tls"] = json!({"min_version": "1.2"});
    let _ = world.edge.apply(without).await.ok();
    assert_eq!(world.zone.setting("always_use_https"), "off");
    assert_eq!(world.zone.setting("min_tls_version"), "1.2");
    assert_eq!(world.zone.setting("ssl"), "strict");
}

#[tokio::test(start_paused = true)]
async fn a_complete_edge_in_no_state_is_not_adopted() {
    let mut world = world();
    let _ = world.edge.apply(least()).await.ok();
    *world.edge.current() = None;
    next_run(&mut world);
    world.edge.apply(least()).await.fails("import {");
}

#[tokio::test(start_paused = true)]
async fn a_tainted_edge_is_replaced_since_it_holds_no_data() {
    let mut world = world();
    let _ = world.edge.apply(whole()).await.ok();
    world.edge.taint();
    next_run(&mut world);
    let _ = world.edge.apply(whole()).await.ok();
    assert_whole(&world);
}

/// A configuration in the words in which an import reads it back.
fn plain() -> Json {
    json!({
        "name": "site", "zone": "shop.example",
        "route": [
            {"host": "shop.example", "origin_host": "192.0.2.1", "cache": "1h", "cache_paths": {"/static/*": "365d", "/live": "0s"}},
            {"host": "shop.example", "path": "/api/*", "origin_host": "192.0.2.1"},
            {"host": "www.shop.example", "origin_host": "origin.example"},
        ],
        "tls": {"min_version": "1.2", "redirect_http": true},
        "firewall": {
            "countries": {"allow": ["NO", "SE"]},
            "rate_limit": [{"name": "login", "path": "/login", "requests": 10, "period": "1m"}],
        },
    })
}

#[tokio::test(start_paused = true)]
async fn an_import_is_followed_by_an_empty_plan() {
    for config in [least(), plain()] {
        let mut world = world();
        let _ = world.edge.apply(config.clone()).await.ok();
        for id in ["shop.example/site", "shop.example/site/a1"] {
            *world.edge.current() = None;
            next_run(&mut world);
            let _ = world.edge.import(id).await.ok();
            let plan = world.edge.plan(config.clone()).await;
            assert_eq!(plan.action, Action::NoOp, "{}\n{}", world.edge.state(), plan.planned);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_import_finds_nothing_of_another_name_or_account() {
    let mut world = world();
    let _ = world.edge.apply(least()).await.ok();
    for id in ["shop.example/other", "shop.example/site/a2"] {
        *world.edge.current() = None;
        next_run(&mut world);
        world.edge.import(id).await.fails("was not found");
    }
}
