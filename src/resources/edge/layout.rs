//! Configuration to layout. Pure.

use std::collections::BTreeSet;
use std::net::IpAddr;

use serde_json::{Value as Json, json};
use tf_plugin::{Attr, Value};

use super::rules::{self, Rule, hosted, hosts, hosts_are_unknown};
use super::schema::{Edge, Route, Tls};
use super::values::seconds;
use crate::cloud::cloudflare::settings::{ALWAYS_USE_HTTPS, MIN_TLS_VERSION, SECURITY_HEADER, SSL};
use crate::components::cloudflare::rules::PHASES;
use crate::components::cloudflare::{cache_purge, dns_records, edge_anchor, edge_settings, ownership_comment};
use crate::engine::model::layout::{AllSeen, Layout, Outcome, PLACE};
use crate::engine::model::name::ComponentName;
use crate::engine::model::spec::{Input, Spec};
use crate::engine::run::component::Seen;
use crate::resources::lifecycle::{Site, input, present};
use crate::resources::reference::{Ref, member};

/// The component that an edge is about.
pub const PRIMARY: &str = edge_anchor::ANCHOR.component;

/// An anchor, the settings, a slice of every phase that has a rule, behind all of them the hosts, and last the purge.
pub fn layout(edge: &Edge, site: &Site) -> Layout {
    let id = format!("${{place.name}}/{}/${{place.account}}", site.owner.path());
    Layout {
        anchor: PRIMARY.into(),
        mark: edge_anchor::ANCHOR.call,
        primary: PRIMARY.into(),
        id: Input::text(id, &[(PLACE, "name"), (PLACE, "account")]),
        components: components(edge, site),
        outcomes: outcomes(edge),
        dynamic: false,
        open: is_open(edge),
        forgotten: BTreeSet::new(),
    }
}

/// Whether something that is not known yet decides which components there are: rules of a phase, or a purge.
fn is_open(edge: &Edge) -> bool {
    let firewall = present(&edge.firewall);
    let rules = firewall.rate_limit.is_unknown() || firewall.countries.is_unknown() || {
        let countries = present(&firewall.countries);
        countries.allow.is_unknown() || countries.block.is_unknown()
    };
    let caches = |route: &Route| {
        let single = route.cache_paths.known().is_some_and(|paths| paths.values().any(Attr::is_unknown));
        route.cache.is_unknown() || route.cache_paths.is_unknown() || single
    };
    let cached = edge.route.is_unknown() || edge.route.known().into_iter().flatten().any(caches);
    edge.firewall.is_unknown() || rules || cached || edge.purge_trigger.is_unknown()
}

fn outcomes(edge: &Edge) -> Vec<Outcome> {
    let foreign = Outcome::computed("foreign_rules", foreign_rules)
        .made([PRIMARY])
        .touched(PHASES.map(|(component, _)| component));
    let mode = Outcome::computed("tls_mode", live_mode).made(["edge_settings"]).touched(["edge_settings"]);
    // One mode alone is known from the configuration.
    let settled = tls_modes(edge).known().is_some_and(|modes| modes.len() == 1);
    [Some(foreign), (!settled).then_some(mode)].into_iter().flatten().collect()
}

fn live_mode(_: &Layout, seen: &AllSeen) -> Option<Json> {
    seen.get("edge_settings")?.fields.get(SSL).filter(|mode| !mode.is_null()).cloned()
}

fn foreign_rules(_: &Layout, seen: &AllSeen) -> Option<Json> {
    let phases: Vec<&Seen> = PHASES.iter().filter_map(|(component, _)| seen.get(*component)).collect();
    if phases.is_empty() && !seen.contains_key(PRIMARY) {
        return None;
    }
    let foreign = phases.into_iter().filter_map(|seen| seen.outputs.get("foreign").and_then(Json::as_array));
    Some(foreign.flatten().cloned().collect())
}

fn components(edge: &Edge, site: &Site) -> Vec<Spec> {
    let (tls, owner) = (tls(edge), site.owner.to_string());
    let hsts = tls.hsts.and_then(|text| seconds(&text).map_or(Attr::Null, Attr::Known));
    let mut specs = vec![
        Spec::new(PRIMARY, &edge_anchor::KIND),
        Spec::new("edge_settings", &edge_settings::KIND)
            .with(SSL, mode(edge))
            .with(MIN_TLS_VERSION, input(&tls.min_version).set_by("tls.min_version"))
            .with(ALWAYS_USE_HTTPS, input(&tls.redirect_http).set_by("tls.redirect_http"))
            .with(SECURITY_HEADER, input(&hsts).set_by("tls.hsts").as_duration()),
    ];
    for (component, kind, rules) in rules::all(edge, &owner) {
        specs.push(Spec::new(component, kind).with("rules", list(&rules)).wanted(!rules.is_empty()));
    }
    let before: Vec<ComponentName> =
        specs.iter().skip(1).filter(|spec| spec.is_wanted()).map(|spec| spec.component.clone()).collect();
    specs.push(
        Spec::new("dns_records", &dns_records::KIND)
            .after(&before)
            .with("records", records(edge))
            .with("comment", ownership_comment::comment(&owner)),
    );
    let hosts = if hosts_are_unknown(edge) { Input::Unknown } else { hosts(edge).into_iter().collect::<Json>().into() };
    specs.push(
        Spec::new("cache_purge", &cache_purge::KIND)
            .after(&before)
            .after(["dns_records"])
            .with("hosts", hosts)
            .with("trigger", input(&edge.purge_trigger).set_by("purge_trigger"))
            .wanted(!edge.purge_trigger.is_null()),
    );
    specs
}

/// How Cloudflare may speak TLS to the origins, the best mode first: what the user says, or what suits all certificates. `full`
/// suits every certificate, so it stays where the zone has it: another edge may need it.
pub fn tls_modes(edge: &Edge) -> Attr<Vec<String>> {
    let said = tls(edge).mode;
    if !said.is_null() || edge.route.is_unknown() {
        return said.or(Attr::Unknown).map(|mode| vec![mode]);
    }
    let certificates = edge.route.known().into_iter().flatten().map(certificate);
    let (mut modes, mut open) = (vec!["strict".to_owned(), "full".to_owned()], false);
    for certificate in certificates {
        match certificate {
            Attr::Known("self-signed") => modes.retain(|mode| mode != "strict"),
            Attr::Known(_) | Attr::Null => {}
            Attr::Unknown => open = true,
        }
    }
    if open && modes.len() > 1 { Attr::Unknown } else { Attr::Known(modes) }
}

/// The mode as the zone's setting; several as a list, that of the zone first where a state shows it.
fn mode(edge: &Edge) -> Input {
    match tls_modes(edge) {
        Attr::Known(modes) if modes.len() == 1 => modes.into_iter().collect::<String>().into(),
        Attr::Known(mut modes) => {
            modes.sort_by_key(|mode| edge.tls_mode.as_str() != Some(mode));
            json!(modes).into()
        }
        Attr::Null | Attr::Unknown => Input::Unknown,
    }
}

/// The mode, where the configuration alone decides it; unknown while what decides it is. `None` where it is up to the zone.
pub fn tls_mode(edge: &Edge) -> Option<Attr<String>> {
    match tls_modes(edge) {
        Attr::Known(modes) if modes.len() > 1 => None,
        modes => Some(modes.and_then(|modes| Attr::from(modes.into_iter().next()))),
    }
}

/// The TLS block.
pub fn tls(edge: &Edge) -> Tls {
    present(&edge.tls)
}

/// The certificate of a route's origin. A host of the user's own counts as public.
pub fn certificate(route: &Route) -> Attr<&str> {
    match &route.origin {
        Attr::Known(Ref { http: Attr::Known(http), .. }) => http.certificate.as_deref(),
        Attr::Known(Ref { http: Attr::Unknown, .. }) => Attr::Unknown,
        Attr::Known(_) => Attr::Null,
        Attr::Unknown => Attr::Unknown,
        Attr::Null => Attr::Known("public"),
    }
}

/// The host names of an edge, as a computed value.
pub fn hostnames(edge: &Edge) -> Value {
    if hosts_are_unknown(edge) {
        return Value::UNKNOWN;
    }
    Value::List(hosts(edge).into_iter().map(Value::from).collect())
}

/// Where a route's requests go.
pub fn origin(route: &Route) -> Attr<String> {
    let host = match &route.origin {
        Attr::Known(origin) => member(&origin.http, |http| &http.hostname),
        Attr::Unknown => Attr::Unknown,
        Attr::Null => route.origin_host.clone(),
    };
    // Cloudflare answers names in this form, whatever was sent.
    host.map(|host| match host.parse::<IpAddr>() {
        Ok(address) => address.to_string(),
        Err(_) => host.trim_end_matches('.').to_ascii_lowercase(),
    })
}

/// Type and content of every host's record.
fn records(edge: &Edge) -> Input {
    if hosts_are_unknown(edge) {
        return Input::Unknown;
    }
    let mut records = serde_json::Map::new();
    for (host, route) in hosted(edge) {
        let Attr::Known(content) = origin(route) else { return Input::Unknown };
        let kind = match content.parse::<IpAddr>() {
            Ok(IpAddr::V4(_)) => "A",
            Ok(IpAddr::V6(_)) => "AAAA",
            Err(_) => "CNAME",
        };
        records.entry(host).or_insert_with(|| dns_records::desired(kind, &content));
    }
    Json::Object(records).into()
}

fn list(rules: &[Rule]) -> Input {
    let bodies: Option<Vec<Json>> = rules.iter().map(|rule| rule.body.known().cloned()).collect();
    bodies.map_or(Input::Unknown, |bodies| json!(bodies).into())
}
