//! Configurations of an edge that are refused, beyond single values.

use serde_json::{Value as Json, json};

use super::{CUSTOM, HOST, ZONE, route};
use crate::lab::Lab;
use crate::table::{Refused, beside, unfit};

/// Of the Free plan; it holds one custom rule of others.
const FREE: &str = "braidmgr.com";

pub fn refused() -> Vec<Refused> {
    vec![
        free(
            "period_of_a_dearer_plan",
            limits(&["login"], json!({"scope": "zone", "period": "60s"})),
            "firewall.rate_limit.period",
            &["The Free plan", "\"10s\"", "Pro"],
        ),
        free(
            "more_limits_than_the_plan_has",
            limits(&["login", "signup"], json!({"scope": "zone"})),
            "firewall.rate_limit.name",
            &["on the Free plan has at most 1 rate limits", "asks for 2", "Pro"],
        ),
        free(
            "hosts_that_the_plan_cannot_tell",
            limits(&["login"], json!({})),
            "firewall.rate_limit.scope",
            &["scope = \"zone\""],
        ),
        free(
            "rules_of_others_count_too",
            json!({"countries": {"block": ["XX"]}}),
            "firewall.countries.block",
            &["on the Free plan has at most 5 custom rules", "5 others"],
        )
        .after(|lab| {
            for n in 0..4 {
                let rule = json!({"description": format!("theirs {n}")});
                lab.post(
                    "cloudflare/interleave",
                    &json!({"zone": FREE, "phase": CUSTOM, "do": "add", "nth": 0, "rule": rule}),
                );
            }
        }),
        unfit(
            "another_zone",
            [("zone", json!("elsewhere.example")), ("route", route("site.elsewhere.example"))],
            "zone",
            &["elsewhere.example"],
        ),
        unfit(
            "record_of_others",
            [("route", route("mail.getdrop.no"))],
            "route.origin_host",
            &["mail.getdrop.no has a A record already", "give it the comment"],
        ),
        unfit(
            "strict_tls_to_a_self_signed_certificate",
            [("route", json!([{"host": HOST, "origin": beside()}])), ("tls.mode", json!("strict"))],
            "tls.mode",
            &["self-signed certificate", "certificate_arn", "it is \"full\" then"],
        ),
        unfit(
            "setting_that_is_fixed",
            [("tls.min_version", json!("1.3"))],
            "tls.min_version",
            &["getdrop.no does not let min_tls_version be changed", "It is \"1.1\": set tls.min_version to that"],
        )
        .after(fixed),
    ]
}

fn free(name: &str, firewall: Json, at: &'static str, says: &'static [&'static str]) -> Refused {
    let sets = [("zone", json!(FREE)), ("route", route("site.braidmgr.com")), ("firewall", firewall)];
    unfit(name, sets, at, says)
}

fn limits(names: &[&str], more: Json) -> Json {
    let limit = |name: &&str| {
        let mut limit = super::limit(name);
        limit.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        limit
    };
    json!({"rate_limit": names.iter().map(limit).collect::<Vec<_>>()})
}

fn fixed(lab: &Lab) {
    lab.post(&format!("cloudflare/zones/{ZONE}/settings/min_tls_version"), &json!({"editable": false}));
}
