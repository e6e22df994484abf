//! Changes of a zone in the dashboard.

use serde_json::{Value as Json, json};

use super::describe::ours;
use super::{CACHE, CUSTOM, HOST, LIMITS, ZONE};
use crate::lab::Lab;
use crate::table::{Drift, gone, hidden, shown};

pub fn drift() -> Vec<Drift> {
    vec![
        hidden("another_origin", "dns_records", "records", |lab| record(lab, &json!({"content": "elsewhere.example"}))),
        hidden("past_the_edge", "dns_records", "records", |lab| record(lab, &json!({"proxied": false}))),
        shown("older_tls", "tls", |lab| setting(lab, "min_tls_version", "1.0")),
        hidden("weaker_tls", "edge_settings", "ssl", |lab| setting(lab, "ssl", "flexible")),
        hidden("switched_off", "custom_rules", "rules", |lab| rule(lab, CUSTOM, &json!({"enabled": false}))),
        hidden("let_in", "rate_limits", "rules", |lab| {
            let mut limit = ours(lab, LIMITS)[0]["ratelimit"].clone();
            limit["requests_per_period"] = json!(9999);
            rule(lab, LIMITS, &json!({"ratelimit": limit}));
        }),
        hidden("never_cached", "cache_rules", "rules", |lab| {
            rule(lab, CACHE, &json!({"action_parameters": {"cache": false}}));
        }),
        hidden("elsewhere", "cache_rules", "rules", |lab| {
            rule(lab, CACHE, &json!({"expression": format!("(http.host eq \"elsewhere.{ZONE}\")")}));
        }),
        gone("limit_gone", "rate_limits", |lab| delete(lab, LIMITS)).anew(&["rule"]),
        hidden("cache_rule_gone", "cache_rules", "rules", |lab| delete(lab, CACHE)).anew(&["rule"]),
        gone("record_gone", "dns_records", |lab| {
            lab.in_zone(ZONE, "DELETE", &format!("dns_records/{}", id_of_record(lab)), &Json::Null);
        })
        .anew(&["dns_record"]),
    ]
}

fn id_of_record(lab: &Lab) -> String {
    let zone = lab.zone(ZONE);
    let records = zone["records"].as_array().unwrap().iter();
    records.filter(|record| record["name"] == HOST).find_map(|record| record["id"].as_str()).unwrap().to_owned()
}

fn record(lab: &Lab, change: &Json) {
    lab.in_zone(ZONE, "PATCH", &format!("dns_records/{}", id_of_record(lab)), change);
}

fn setting(lab: &Lab, name: &str, value: &str) {
    lab.in_zone(ZONE, "PATCH", &format!("settings/{name}"), &json!({ "value": value }));
}

/// Changes our first rule of a phase.
fn rule(lab: &Lab, phase: &str, change: &Json) {
    let mut rule = ours(lab, phase)[0].clone();
    let members = rule.as_object_mut().unwrap();
    members.retain(|name, _| !["version", "last_updated"].contains(&name.as_str()));
    let id = members.remove("id").unwrap();
    members.extend(change.as_object().unwrap().clone());
    let path = format!("rulesets/{}/rules/{}", ruleset(lab, phase), id.as_str().unwrap());
    lab.in_zone(ZONE, "PATCH", &path, &rule);
}

fn delete(lab: &Lab, phase: &str) {
    let id = ours(lab, phase)[0]["id"].as_str().unwrap().to_owned();
    lab.in_zone(ZONE, "DELETE", &format!("rulesets/{}/rules/{id}", ruleset(lab, phase)), &Json::Null);
}

fn ruleset(lab: &Lab, phase: &str) -> String {
    let found = lab.in_zone(ZONE, "GET", &format!("rulesets/phases/{phase}/entrypoint"), &Json::Null);
    found["id"].as_str().unwrap().to_owned()
}
