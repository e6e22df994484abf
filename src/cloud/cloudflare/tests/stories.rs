//! What the client makes of answers, and of none.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;

use super::server::{Say, Server};
use crate::base::{ErrorClass, Freshness};
use crate::cloud::cloudflare::cache::Purge;
use crate::cloud::cloudflare::dns::NewRecord;
use crate::cloud::cloudflare::rulesets::{CUSTOM_RULES, Place, Ruleset, Write};
use crate::cloud::cloudflare::tiers::Tier;
use crate::cloud::cloudflare::{Session, Settings, Zones};

const ZONE: Say = Say::This(
    200,
    "x: y",
    r#"{"success": true, "errors": [], "result": [
        {"id": "z0", "name": "not.shop.example", "status": "active", "account": {"id": "a0"}, "plan": {"legacy_id": "free"}},
        {"id": "z1", "name": "shop.example", "status": "active", "account": {"id": "a1"}, "plan": {"legacy_id": "pro"}}]}"#,
);
const DONE: Say = Say::This(200, "x: y", r#"{"success": true, "errors": [], "result": {"id": "r1", "version": "5"}}"#);
const NONE: Say = Say::This(200, "x: y", r#"{"success": true, "errors": [], "result": []}"#);

fn settings(server: &Server) -> Settings {
    Settings { api_token: Some("secret-token".to_owned().into()), base_url: Some(server.url.clone()) }
}

async fn zone(mut script: Vec<Say>) -> (Server, Arc<Session>) {
    script.insert(0, ZONE);
    let server = Server::that_says(script).await;
    let session = Zones::new(settings(&server)).session("shop.example").await.unwrap();
    (server, session)
}

fn record() -> NewRecord {
    NewRecord {
        name: "www.shop.example".to_owned(),
        kind: "CNAME".to_owned(),
        content: "origin.example".to_owned(),
        proxied: true,
        comment: "ours".to_owned(),
    }
}

#[tokio::test]
async fn a_zone_is_the_one_of_that_very_name() {
    let (server, session) = zone(vec![]).await;
    assert_eq!((session.zone.id.as_str(), session.zone.account.as_str()), ("z1", "a1"));
    assert_eq!(session.zone.tier, Some(Tier::Pro));
    assert_eq!(server.asked(), ["GET /zones?name=shop.example&page=1&per_page=50"]);
}

#[tokio::test]
async fn a_zone_that_the_token_does_not_see_is_named() {
    let server = Server::that_says(vec![ZONE]).await;
    let error = Zones::new(settings(&server)).session("other.example").await.unwrap_err();
    assert_eq!(error.class, ErrorClass::NotFound);
    assert!(error.message.contains("other.example"), "{error}");
}

#[tokio::test]
async fn a_refused_token_is_told_with_the_ray_and_shown_nowhere() {
    let refusal =
        r#"{"success": false, "errors": [{"code": 9109, "message": "Invalid access token"}], "result": null}"#;
    let server = Server::that_says(vec![Say::This(403, "x: y", refusal)]).await;
    let zones = Zones::new(settings(&server));
    let error = zones.session("shop.example").await.unwrap_err();
    assert_eq!((error.class, error.code.as_deref()), (ErrorClass::Unauthenticated, Some("9109")));
    assert_eq!(error.request_id.as_deref(), Some("ray-1"));
    assert!(!format!("{zones:?} {error:?} {error}").contains("secret-token"));
}

#[tokio::test]
async fn a_read_is_repeated_until_it_is_answered() {
    let (server, session) = zone(vec![Say::This(502, "x: y", "<html>"), Say::Nothing, NONE]).await;
    assert!(session.dns.records("www.shop.example", Freshness::Now).await.unwrap().is_empty());
    assert_eq!(server.asked().len(), 4);
}

#[tokio::test]
async fn a_create_that_got_no_answer_is_looked_for_before_it_is_repeated() {
    let (server, session) = zone(vec![Say::Nothing, NONE, DONE]).await;
    session.dns.create_record(&record()).await.unwrap();
    let methods: Vec<_> = server.asked().iter().map(|line| line[..4].to_owned()).collect();
    assert_eq!(methods, ["GET ", "POST", "GET ", "POST"]);

    let found = r#"{"success": true, "result": [{"id": "r1", "name": "www.shop.example", "type": "CNAME",
        "content": "origin.example", "proxied": true, "comment": "ours", "ttl": 1}]}"#;
    let (server, session) = zone(vec![Say::Nothing, Say::This(200, "x: y", found)]).await;
    session.dns.create_record(&record()).await.unwrap();
    assert_eq!(server.asked().len(), 3);
}

#[tokio::test]
async fn a_record_that_a_list_does_not_show_yet_is_asked_for_by_its_id() {
    let made = r#"{"success": true, "result": {"id": "r1", "name": "www.shop.example", "type": "CNAME",
        "content": "origin.example", "proxied": true, "comment": "ours", "ttl": 1}}"#;
    let gone = r#"{"success": false, "errors": [{"code": 81044, "message": "Record does not exist."}]}"#;
    let made = Say::This(200, "x: y", made);
    let (server, session) = zone(vec![made.clone(), NONE, made, NONE, Say::This(404, "x: y", gone), NONE]).await;
    session.dns.create_record(&record()).await.unwrap();
    for there in [1, 0] {
        assert_eq!(session.dns.records("www.shop.example", Freshness::Now).await.unwrap().len(), there);
    }
    assert!(session.dns.records("other.shop.example", Freshness::Now).await.unwrap().is_empty());
    let by_id = server.asked().iter().filter(|line| line.ends_with("/dns_records/r1")).count();
    assert_eq!((by_id, server.asked().len()), (2, 7));
}

#[tokio::test]
async fn who_is_turned_away_waits_as_long_as_asked() {
    let busy = r#"{"success": false, "errors": [{"code": 971, "message": "slow down"}]}"#;
    let (server, session) = zone(vec![Say::This(429, "retry-after: 1", busy), DONE]).await;
    let start = Instant::now();
    session.dns.create_record(&record()).await.unwrap();
    assert!(start.elapsed() >= Duration::from_secs(1));
    assert_eq!(server.asked().len(), 3);
}

#[tokio::test]
async fn a_purge_that_is_turned_away_keeps_nobody_else_waiting() {
    let busy = r#"{"success": false, "errors": [{"code": 971, "message": "slow down"}]}"#;
    let (server, session) = zone(vec![Say::This(429, "retry-after: 60", busy), NONE]).await;
    let purge = Purge::Hosts(vec!["www.shop.example".to_owned()]);
    let purging = tokio::spawn({
        let session = Arc::clone(&session);
        async move { session.cache.purge(&purge).await }
    });
    while server.asked().len() < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let looked = session.dns.records("www.shop.example", Freshness::Now);
    assert!(tokio::time::timeout(Duration::from_secs(30), looked).await.unwrap().unwrap().is_empty());
    purging.abort();
}

#[tokio::test]
async fn a_purge_whose_answer_is_lost_is_made_again() {
    let (server, session) = zone(vec![Say::Nothing, DONE]).await;
    session.cache.purge(&Purge::Hosts(vec!["www.shop.example".to_owned()])).await.unwrap();
    let asked = server.asked();
    assert_eq!((asked.len(), &asked[1]), (3, &asked[2]));
}

#[tokio::test]
async fn a_taken_host_keeps_its_five_digit_code() {
    let taken =
        r#"{"success": false, "errors": [{"code": 81053, "message": "A record with that host already exists."}]}"#;
    let (_server, session) = zone(vec![Say::This(400, "x: y", taken)]).await;
    let error = session.dns.create_record(&record()).await.unwrap_err();
    assert_eq!((error.class, error.code.as_deref()), (ErrorClass::Exists, Some("81053")));
}

#[tokio::test]
async fn records_of_unknown_types_and_with_nulls_are_read() {
    let odd = r#"{"success": true, "result": [{"id": "r1", "name": "shop.example", "type": "FUTURE", "content": null,
        "comment": null, "proxied": false, "data": {"a": 1}}], "result_info": {"page": 1, "total_pages": 1}}"#;
    let (_server, session) = zone(vec![Say::This(200, "x: y", odd)]).await;
    let found = session.dns.records("shop.example", Freshness::Now).await.unwrap();
    assert_eq!((found[0].kind.as_str(), found[0].comment.as_str()), ("FUTURE", ""));
}

#[tokio::test]
async fn a_list_is_read_to_its_last_page() {
    let page = r#"{"success": true, "result": [{"id": "r", "name": "x.shop.example", "type": "A", "content": "192.0.2.1"}],
        "result_info": {"total_pages": 2}}"#;
    let (_server, session) = zone(vec![Say::This(200, "x: y", page), Say::This(200, "x: y", page)]).await;
    assert_eq!(session.dns.records_beginning("x.", Freshness::Now).await.unwrap().len(), 2);
}

#[tokio::test]
async fn all_records_are_read_once_for_who_takes_an_earlier_answer() {
    let page = r#"{"success": true, "result": [
        {"id": "a", "name": "x.shop.example", "type": "A", "content": "192.0.2.1", "comment": "ours"},
        {"id": "b", "name": "y.shop.example", "type": "A", "content": "192.0.2.1"}]}"#;
    let (server, session) = zone(vec![Say::This(200, "x: y", page), NONE]).await;
    let earlier = Freshness::Snapshot;
    assert_eq!(session.dns.records("x.shop.example", earlier).await.unwrap()[0].id, "a");
    assert_eq!(session.dns.records_marked("ours", earlier).await.unwrap()[0].id, "a");
    assert_eq!(session.dns.records_beginning("y.", earlier).await.unwrap()[0].id, "b");
    assert!(session.dns.records("z.shop.example", earlier).await.unwrap().is_empty());
    assert!(session.dns.records("x.shop.example", Freshness::Now).await.unwrap().is_empty());
    let asked = [
        "GET /zones/z1/dns_records?page=1&per_page=1000",
        "GET /zones/z1/dns_records?name.exact=x.shop.example&page=1&per_page=1000",
    ];
    assert_eq!(server.asked()[1..], asked);
}

#[tokio::test]
async fn a_phase_without_a_ruleset_is_no_error() {
    let none = r#"{"success": false, "errors": [{"code": 10003, "message": "could not find entrypoint ruleset"}]}"#;
    let (_server, session) = zone(vec![Say::This(404, "x: y", none)]).await;
    assert_eq!(session.rulesets.ruleset(CUSTOM_RULES, Freshness::Now).await.unwrap(), None);
}

#[tokio::test]
async fn a_rule_that_got_no_answer_is_looked_for() {
    let later = Say::This(
        200,
        "x: y",
        r#"{"success": true, "result": {"id": "rs", "version": "5", "rules": [{"id": "new"}]}}"#,
    );
    let (server, session) = zone(vec![Say::Nothing, later]).await;
    let seen = Ruleset { id: "rs".to_owned(), version: "4".to_owned(), ..Ruleset::default() };
    let add = Write::Add { rule: json!({"ref": "a"}), place: Place::Last };
    let written = session.rulesets.write(CUSTOM_RULES, Some(&seen), &add).await.unwrap();
    assert!(written.interleaved);
    assert_eq!(written.ruleset.unwrap().rules.len(), 1);
    assert_eq!(server.asked().len(), 3);
}

#[tokio::test]
async fn a_rehearsal_answers_what_would_be_refused() {
    let refusal = r#"{"success": false, "errors": [{"code": 20124, "message": "not entitled to use the period 60",
        "source": {"pointer": "/ratelimit/period"}}]}"#;
    let (server, session) =
        zone(vec![Say::This(400, "x: y", refusal), Say::This(200, "x: y", r#"{"success": true}"#)]).await;
    let seen = Ruleset { id: "rs".to_owned(), version: "4".to_owned(), ..Ruleset::default() };
    let add = Write::Add { rule: json!({"ref": "a"}), place: Place::After("r9".to_owned()) };
    let problems = session.rulesets.dry_run(CUSTOM_RULES, Some(&seen), &add).await.unwrap();
    assert_eq!(problems[0].pointer.as_deref(), Some("/ratelimit/period"));
    assert!(session.rulesets.dry_run(CUSTOM_RULES, Some(&seen), &add).await.unwrap().is_empty());
    let expected = r#"POST /zones/z1/rulesets/rs/rules?dry_run=true {"position":{"after":"r9"},"ref":"a"}"#;
    assert_eq!(server.asked()[1], expected);
}
