//! What was made by hand, or by another provider, and is taken over.

use serde_json::{Value as Json, json};
use tf_plugin::harness::{Action, Harness};

use super::zone::{FakeZone, Fault, ZONE, service_ref};
use crate::cloud::cloudflare::dns::Record;

const OFFICIAL: &str = "registry.example/cloudflare/cloudflare";

/// A host that somebody led to an origin.
fn unmanaged() -> (FakeZone, Harness) {
    let zone = FakeZone::default();
    zone.state().records.push(Record {
        id: "by-hand".to_owned(),
        name: format!("www.{ZONE}"),
        kind: "CNAME".to_owned(),
        content: "origin.example".to_owned(),
        proxied: true,
        comment: "ask Anna".to_owned(),
    });
    let edge = zone.edge();
    (zone, edge)
}

/// What the state of the official provider says of it: the name may be relative to the zone.
fn official() -> Json {
    json!({"id": "by-hand", "zone_id": "z1", "name": "www", "type": "CNAME", "proxied": true})
}

fn kept() -> Json {
    json!({
        "name": "www", "zone": ZONE, "tls": {"mode": "flexible"},
        "route": [{"host": "www.shop.example", "origin_host": "origin.example"}],
    })
}

fn record(zone: &FakeZone) -> Record {
    zone.state().records.iter().find(|record| record.id == "by-hand").cloned().unwrap()
}

async fn is_marked(zone: &FakeZone, edge: &mut Harness) {
    let before = Record { comment: "drop:resource=drop_edge/-/www".to_owned(), ..record(zone) };
    let plan = edge.plan(kept()).await;
    assert_eq!(plan.action, Action::Update, "{}", plan.planned);
    assert!(plan.diagnostics.to_string().contains("comment of the DNS record of www.shop.example gives way"));
    let _ = edge.apply(kept()).await.ok();
    assert_eq!(record(zone), before);
    let calls = ["cloudflare:CreateDnsRecord", "cloudflare:CreateDnsRecord", "cloudflare:EditDnsRecord"];
    assert_eq!(zone.state().calls, calls);
    assert_eq!(edge.plan(kept()).await.action, Action::NoOp);
}

#[tokio::test(start_paused = true)]
async fn a_host_that_was_led_by_hand_is_marked_and_nothing_else() {
    for id in ["shop.example/www", "shop.example/www.shop.example", "shop.example/by-hand"] {
        let (zone, mut edge) = unmanaged();
        let _ = edge.import(id).await.ok();
        is_marked(&zone, &mut edge).await;
        edge.destroy().await.ok();
        assert!(
            !zone.state().records.iter().any(|record| record.id == "by-hand"),
            "it is ours, and goes with the edge"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_record_of_the_official_provider_is_marked_and_nothing_else() {
    let (zone, mut edge) = unmanaged();
    let moved = edge.move_from(OFFICIAL, "cloudflare_dns_record", official()).await.ok();
    assert_eq!((moved.get("name").as_str(), moved.get("zone").as_str()), (Some("www"), Some(ZONE)));
    is_marked(&zone, &mut edge).await;
}

#[tokio::test(start_paused = true)]
async fn a_record_whose_name_is_that_of_an_edge_is_still_the_record() {
    let (zone, mut edge) = unmanaged();
    let route = json!([{"host": "other.shop.example", "origin_host": "origin.example"}]);
    let _ = zone.edge().apply(json!({"name": "www", "zone": ZONE, "route": route})).await.ok();
    // Its edge cannot be called as that one is; what must not come out is that edge.
    edge.move_from(OFFICIAL, "cloudflare_dns_record", official()).await.fails("there is an edge of that name");
}

#[tokio::test(start_paused = true)]
async fn a_mark_that_could_not_be_made_is_made_by_the_next_apply() {
    for call in 1..=3 {
        for fault in [Fault::Refused, Fault::Lost] {
            let (zone, mut edge) = unmanaged();
            let _ = edge.import("shop.example/www").await.ok();
            zone.fail(call, fault);
            let failed = edge.apply(kept()).await;
            zone.heal();
            let state = edge.current().take();
            edge = zone.edge();
            *edge.current() = state;
            if failed.diagnostics.has_errors() {
                let _ = edge.apply(kept()).await.ok();
            }
            assert_eq!(record(&zone).comment, "drop:resource=drop_edge/-/www", "call {call}, {fault:?}");
            assert_eq!(edge.plan(kept()).await.action, Action::NoOp, "call {call}, {fault:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_taken_over_is_not_replaced_for_another_name() {
    let (_, mut edge) = unmanaged();
    let _ = edge.import("shop.example/www").await.ok();
    let mut named = kept();
    named["name"] = json!("site");
    edge.apply(named).await.fails("Write `name = \"www\"`");
}

#[tokio::test(start_paused = true)]
async fn whoever_changes_a_setting_of_an_edge_that_was_taken_over_is_told_so() {
    let (zone, mut edge) = unmanaged();
    let _ = edge.import("shop.example/www").await.ok();
    let _ = edge.apply(kept()).await.ok();
    let route = json!([{"host": "other.shop.example", "origin_host": "origin.example"}]);
    let other = json!({"name": "other", "zone": ZONE, "route": route, "tls": {"mode": "full"}});
    let told = zone.edge().plan(other).await.diagnostics.to_string();
    assert!(told.contains("The edge \"www\" of this zone asks for ssl, too"), "{told}");
    assert!(told.contains("It is \"flexible\", and becomes \"full\""), "{told}");
}

#[tokio::test(start_paused = true)]
async fn an_edge_of_ours_that_is_imported_keeps_the_mode_of_its_zone() {
    let origin = || service_ref("web", json!("web.elb.example"), json!("self-signed"));
    let config = |origin: (&str, Json), tls: Json| {
        let route = json!([{"host": "www.shop.example", origin.0: origin.1}]);
        json!({"name": "www", "zone": ZONE, "route": route, "tls": tls})
    };
    for (was, said) in
        [("full", Json::Null), ("full", json!({"mode": "full"})), ("flexible", json!({"mode": "flexible"}))]
    {
        let zone = FakeZone::default();
        zone.state().settings.get_mut("ssl").unwrap().value = json!(was);
        let written = config(("origin", origin()), said);
        let _ = zone.edge().apply(written.clone()).await.ok();
        // By the old file, and by a generated one, whose origin is a host and whose `tls` is what the import has read.
        for by_hand in [true, false] {
            let mut other = zone.edge();
            let state = other.import("shop.example/www").await.ok();
            let mode = state.get("tls").get("mode").as_str().map(|mode| json!({"mode": mode}));
            let generated = config(("origin_host", json!("web.elb.example")), mode.unwrap_or_default());
            zone.state().calls.clear();
            let plan = other.plan(if by_hand { written.clone() } else { generated.clone() }).await;
            assert!(!plan.diagnostics.has_errors(), "{was}: {}", plan.diagnostics);
            assert!(!plan.get("steps").to_string().contains("EditZoneSetting"), "{was}: {}", plan.get("steps"));
            let _ = other.apply(if by_hand { written.clone() } else { generated }).await.ok();
            assert_eq!(zone.setting("ssl"), was);
            assert!(zone.state().calls.is_empty(), "{:?}", zone.state().calls);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_no_edge_is_not_taken_over() {
    let refused = async |more: (&str, Json), why: &str| {
        let mut state = official();
        state[more.0] = more.1;
        unmanaged().1.move_from(OFFICIAL, "cloudflare_dns_record", state).await.fails(why);
    };
    refused(("type", json!("MX")), "of type MX").await;
    refused(("proxied", json!(false)), "is not proxied").await;
    refused(("zone_id", json!(null)), "no zone_id").await;
    refused(("id", json!(null)), "no id").await;
    refused(("id", json!("gone")), "was not found").await;
}
