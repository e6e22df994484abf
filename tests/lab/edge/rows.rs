//! Every attribute of `drop_edge`.

use serde_json::{Value as Json, json};

use super::{CACHE, CUSTOM, HOST, LIMITS, route};
use crate::table::{Row, beside, row};

const RECORD: &[&str] = &["cloudflare:EditDnsRecord"];
const SETTING: &[&str] = &["cloudflare:EditZoneSetting"];
/// A record keeps the former value of a setting from before it is set until it is given back.
const HELD: &[&str] = &["cloudflare:EditDnsRecord", "cloudflare:EditZoneSetting"];
const GIVEN_BACK: &[&str] = &["cloudflare:EditZoneSetting", "cloudflare:EditDnsRecord"];
/// That record.
const KEPT: &[&str] = &["record.TXT._settings."];
const RULE_MADE: &[&str] = &["cloudflare:CreateRule"];
const RULE_GONE: &[&str] = &["cloudflare:DeleteRule"];
const RULE: &[&str] = &["cloudflare:EditRule"];

pub fn rows() -> Vec<Row> {
    vec![
        row("name", "site", "shop").replaces().bad("Site", &["lower-case"]),
        row("zone", "getdrop.no", "skafu.dev")
            .along("route", route("site.skafu.dev"))
            .replaces()
            .bad("Getdrop.no", &["must be a domain"]),
        row("purge_trigger", "v1", "v2")
            .by(&["cloudflare:PurgeCache", "cloudflare:EditDnsRecord"])
            .removed_by(&["cloudflare:DeleteDnsRecord"])
            .back_by(&["cloudflare:CreateDnsRecord", "cloudflare:PurgeCache", "cloudflare:EditDnsRecord"])
            .follows(&["record.TXT._purge."])
            .tells(&["components"])
            .anew(&["dns_record"])
            .bad("x y", &["letters, digits"]),
        row("names", Json::Null, json!({"dns_records": "shop"})).change_refused("cannot be called so").takes_all(),
        row("route.host", HOST, "www.getdrop.no")
            .by(&[
                "cloudflare:EditRule",
                "cloudflare:DeleteRule",
                "cloudflare:CreateRule",
                "cloudflare:DeleteDnsRecord",
                "cloudflare:CreateDnsRecord",
            ])
            .required()
            .follows(&["record.CNAME.", CACHE, CUSTOM])
            .anew(&["dns_record", "rule"])
            .bad("Www.getdrop.no", &["must be a host name in lower case"]),
        row("route.path", "/*", "/static/*")
            .along("route.cache_paths", Json::Null)
            .by(&["cloudflare:DeleteRule", "cloudflare:EditRule"])
            .removed_by(&["cloudflare:EditRule", "cloudflare:CreateRule"])
            .back_by(&[])
            .follows(&[CACHE])
            .anew(&["rule"])
            .bad("static", &["must begin with"]),
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
        row("route.cache", "1h", "2h")
            .by(RULE)
            .removed_by(RULE_GONE)
            .back_by(RULE_MADE)
            .anew(&["rule"])
            .follows(&[CACHE])
            .bad("soon", &["duration"]),
        row("route.cache_paths", json!({"/static/*": "365d"}), json!({"/static/*": "180d"}))
            .by(RULE)
            .removed_by(RULE_GONE)
            .back_by(RULE_MADE)
            .anew(&["rule"])
            .follows(&[CACHE])
            .bad(json!({"static": "1h"}), &["path"])
            .bad(json!({"/static/*": "soon"}), &["time"]),
        // Without it, the certificates of the origins decide.
        row("tls.mode", "full", "strict")
            .by(SETTING)
            .removed_by(&[])
            .shows("settings.ssl", ["full", "strict", "strict"])
            .bad("tight", &["strict"]),
        row("tls.min_version", "1.2", "1.3")
            .by(SETTING)
            .removed_by(GIVEN_BACK)
            .back_by(HELD)
            .shown("settings.min_tls_version", "1.1")
            .follows(KEPT)
            .bad("1.4", &["1.3"]),
        row("tls.redirect_http", true, false)
            .by(SETTING)
            .removed_by(GIVEN_BACK)
            .back_by(HELD)
            .spares(SETTING)
            .shows("settings.always_use_https", ["on", "off", "off"])
            .follows(KEPT),
        row("tls.hsts", "180d", "90d")
            .by(SETTING)
            .removed_by(GIVEN_BACK)
            .back_by(HELD)
            .follows(&["settings.security_header"])
            .follows(KEPT)
            .bad("half a year", &["duration"]),
        row("firewall.countries.allow", json!(["NO", "SE"]), json!(["NO", "DK"]))
            .by(RULE)
            .removal_refused_at("firewall.countries", "names none")
            .follows(&[CUSTOM])
            .bad(json!(["NOR"]), &["two"])
            .bad(json!(["XZ"]), &["codes of countries"]),
        row("firewall.countries.block", Json::Null, json!(["RU"]))
            .along("firewall.countries.allow", Json::Null)
            .by(RULE)
            .follows(&[CUSTOM])
            .bad(json!(["NOR"]), &["two"]),
        row("firewall.rate_limit.name", "login", "signup")
            .by(&["cloudflare:DeleteRule", "cloudflare:CreateRule"])
            .required()
            .follows(&[LIMITS])
            .anew(&["rule"])
            .bad("Log in", &["lower-case letters"]),
        row("firewall.rate_limit.path", "/login", "/session")
            .by(RULE)
            .required()
            .follows(&[LIMITS])
            .bad("login", &["/"]),
        row("firewall.rate_limit.requests", 20, 30)
            .by(RULE)
            .required()
            .shows("http_ratelimit.0.ratelimit.requests_per_period", [20, 30, 0])
            .bad(0, &["1 to 1000000"]),
        row("firewall.rate_limit.period", "1m", "2m")
            .by(RULE)
            .shows("http_ratelimit.0.ratelimit.period", [60, 120, 10])
            .follows(&[LIMITS])
            .bad("soon", &["a time over which Cloudflare counts"]),
        row("firewall.rate_limit.action", "challenge", "block")
            .by(RULE)
            .removed_by(&[])
            .follows(&[LIMITS])
            .bad("laugh", &["challenge"]),
        row("firewall.rate_limit.scope", "zone", "edge")
            .by(RULE)
            .removed_by(&[])
            .follows(&[LIMITS])
            .bad("world", &["edge"]),
        row("timeouts.create", "40m", "50m").bad("soon", &["duration"]),
        row("timeouts.update", "40m", "50m").bad("soon", &["duration"]),
        row("timeouts.delete", "40m", "50m").bad("soon", &["duration"]),
    ]
}
