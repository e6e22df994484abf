//! `drop_edge` in tables.

mod describe;
mod drift;
mod refused;
mod rows;

use serde_json::{Value as Json, json};

use crate::subject::Subject;
use crate::table::Addition;

/// Of the Enterprise plan.
const ZONE: &str = "getdrop.no";
const HOST: &str = "site.getdrop.no";
const CUSTOM: &str = "http_request_firewall_custom";
const LIMITS: &str = "http_ratelimit";
const CACHE: &str = "http_request_cache_settings";

pub fn subject() -> Subject {
    Subject {
        key: "edge",
        resource: "drop_edge",
        least: json!({
            "name": "site",
            "zone": ZONE,
            "route": route(HOST),
            "firewall": {"rate_limit": [limit("login")]},
        }),
        beside: Some((
            "drop_app_service",
            json!({
                "name": "web", "image": {"uri": "registry.example/shop:ok"}, "http": {"port": 8080},
            }),
        )),
        given: |_| json!({}),
        parts: &["dns_record", "rule"],
        describe: describe::describe,
        results: &["tls_mode", "foreign_rules", "hostnames"],
        repeated: &[
            "cloudflare:EditZoneSetting",
            "cloudflare:CreateRule",
            "cloudflare:EditRule",
            "cloudflare:DeleteRule",
            "cloudflare:CreateDnsRecord",
            "cloudflare:DeleteDnsRecord",
        ],
        // The zone's own mode may suit.
        found: &["cloudflare:EditZoneSetting"],
        stays: &[],
        rows: rows::rows(),
        additions: vec![
            Addition {
                name: "rate_limit",
                sets: vec![("firewall.rate_limit", json!([limit("login"), limit("signup")]))],
            },
            Addition { name: "host", sets: vec![("route", json!([route(HOST)[0], route("www.getdrop.no")[0]]))] },
        ],
        drift: drift::drift(),
        moved: vec![],
        in_use: vec![],
        refused: refused::refused(),
    }
}

/// A route of a host.
fn route(host: &str) -> Json {
    json!([{"host": host, "origin_host": "origin.example"}])
}

/// A limit of this name.
fn limit(name: &str) -> Json {
    json!({"name": name, "path": format!("/{name}"), "requests": 20})
}
