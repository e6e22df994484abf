//! Every attribute of `drop_edge`.

use serde_json::{Value as Json, json};

use super::route;
use crate::table::{Row, beside, row};

const RECORD: &[&str] = &["cloudflare:EditDnsRecord"];
const SETTING: &[&str] = &["cloudflare:EditZoneSetting"];
const RULE: &[&str] = &["cloudflare:EditRule"];

pub fn rows() -> Vec<Row> {
    vec![
        row("name", "site", "shop").replaces().bad("Site", &["lower-case"]),
        row("zone", "getdrop.no", "skafu.dev")
            .along("route", route("site.skafu.dev"))
            .replaces()
            .bad("Getdrop.no", &["must be a domain"]),
        row("purge_on", "v1", "v2")
            .by(&["cloudflare:PurgeCache", "cloudflare:EditDnsRecord"])
            .removed_by(&[])
            .follows(&["record.TXT."])
            .bad("x y", &["letters, digits"]),
        row("route.origin", Json::Null, beside())
            .along("route.origin_host", Json::Null)
            .along("tls.mode", Json::Null)
            .by(RECORD)
            .follows(&["record.CNAME.", "settings.ssl"])
            .takes_all(),
        row("route.origin_host", "origin.example", "other.example")
            .by(RECORD)
            .removal_refused("origin")
            .shows("record.CNAME.site.getdrop.no.content", ["origin.example", "other.example", ""])
            .bad("https://origin.example", &["must be"]),
        row("route.cache", "1h", "2h").by(RULE).follows(&["http_request_cache_settings"]).bad("soon", &["duration"]),
        row("route.cache_paths", json!({"/static/*": "365d"}), json!({"/static/*": "180d"}))
            .by(RULE)
            .follows(&["http_request_cache_settings"])
            .bad(json!({"static": "1h"}), &["path"])
            .bad(json!({"/static/*": "soon"}), &["time"]),
        row("tls.mode", "full", "strict")
            .by(SETTING)
            .shows("settings.ssl", ["full", "strict", "strict"])
            .bad("tight", &["strict"]),
        row("tls.min_version", "1.2", "1.3").by(SETTING).shown("settings.min_tls_version", "1.0").bad("1.4", &["1.3"]),
        row("tls.redirect_http", true, false).by(SETTING).shows("settings.always_use_https", ["on", "off", "off"]),
        row("tls.hsts", "180d", "90d")
            .by(SETTING)
            .follows(&["settings.security_header"])
            .bad("half a year", &["duration"]),
        row("firewall.countries.allow", json!(["NO", "SE"]), json!(["NO", "DK"]))
            .by(RULE)
            .follows(&["http_request_firewall_custom"])
            .bad(json!(["NOR"]), &["two"])
            .bad(json!(["XZ"]), &["codes of countries"]),
        row("firewall.countries.block", Json::Null, json!(["RU"]))
            .along("firewall.countries.allow", Json::Null)
            .by(RULE)
            .follows(&["http_request_firewall_custom"])
            .bad(json!(["NOR"]), &["two"]),
        row("firewall.rate_limit.path", "/login", "/session")
            .by(RULE)
            .required()
            .follows(&["http_ratelimit"])
            .bad("login", &["/"]),
        row("firewall.rate_limit.requests", 20, 30)
            .by(RULE)
            .required()
            .shows("http_ratelimit.0.ratelimit.requests_per_period", [20, 30, 0])
            .bad(0, &["1 to 1000000"]),
        row("firewall.rate_limit.period", "1m", "2m")
            .by(RULE)
            .shows("http_ratelimit.0.ratelimit.period", [60, 120, 10])
            .follows(&["http_ratelimit"])
            .bad("soon", &["duration"]),
        row("firewall.rate_limit.action", "challenge", "block")
            .by(RULE)
            .removed_by(&[])
            .follows(&["http_ratelimit"])
            .bad("laugh", &["challenge"]),
        row("firewall.rate_limit.all_hosts", true, false).by(RULE).removed_by(&[]).follows(&["http_ratelimit"]),
        row("timeouts.create", "40m", "50m").bad("soon", &["duration"]),
        row("timeouts.update", "40m", "50m").bad("soon", &["duration"]),
        row("timeouts.delete", "40m", "50m").bad("soon", &["duration"]),
    ]
}
