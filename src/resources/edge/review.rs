//! Rules across attributes. Messages repeat hosts and names, which the user calls things by, but no other values.

use std::collections::BTreeMap;

use tf_plugin::{Attr, Diagnostics, Path};

use super::layout::{self, certificate, origin};
use super::route::{Target, covers, leads_at, place};
use super::rules::routes;
use super::schema::{Edge, Route};
use super::values;
use crate::resources::lifecycle::present;
use crate::resources::reference::member;

/// Everything that goes across attributes.
pub fn review(prior: Option<&Edge>, edge: &Edge, diagnostics: &mut Diagnostics) {
    if let Some(prior) = prior {
        stricter_origin(prior, edge, diagnostics);
    }
    hosts(edge, diagnostics);
    for (index, route) in edge.route.known().into_iter().flatten().enumerate() {
        one_origin(index, route, diagnostics);
        cache_paths(index, route, diagnostics);
    }
    one_origin_a_host(edge, diagnostics);
    one_time_a_path(edge, diagnostics);
    tls(edge, diagnostics);
    firewall(edge, diagnostics);
}

fn hosts(edge: &Edge, diagnostics: &mut Diagnostics) {
    if edge.route.known().is_none_or(|routes| routes.is_empty()) && !edge.route.is_unknown() {
        diagnostics.error("The edge has no route", "Write one, such as route { host = \"www.shop.example\" … }.");
    }
    let Some(zone) = edge.zone.known() else { return };
    for (target, index, _) in routes(edge) {
        let host = target.host;
        if host != zone && !host.ends_with(&format!(".{zone}")) {
            diagnostics.error_at(
                place(index).attr("host"),
                format!("{host} is not in the zone"),
                "An edge serves hosts of one zone. Make another edge for hosts of another.",
            );
        }
    }
}

fn one_origin(index: usize, route: &Route, diagnostics: &mut Diagnostics) {
    let path = place(index);
    if let (Attr::Known(host), Attr::Known(origin)) = (&route.host, origin(route))
        && *host == origin
    {
        diagnostics.error_at(
            leads_at(index, route),
            format!("{host} leads to itself"),
            "Its record would refer to its own name. Name the host that answers behind Cloudflare.",
        );
    }
    match (&route.origin, &route.origin_host) {
        (Attr::Null, Attr::Null) => diagnostics.error_at(
            leads_at(index, route),
            "The route has no origin",
            "Set `origin` to another resource's ref, or `origin_host` to a host name.",
        ),
        (Attr::Known(origin), Attr::Null) if member(&origin.http, |http| &http.hostname).is_null() => diagnostics
            .error_at(
                path.attr("origin"),
                "The origin has no host name",
                "The resource it refers to serves nothing over HTTP. Refer to one that does, or set `origin_host`.",
            ),
        (Attr::Known(_), Attr::Known(_)) => diagnostics.error_at(
            path.attr("origin_host"),
            "The route has two origins",
            "Set either `origin` or `origin_host`.",
        ),
        // What is not known yet may turn out to be none.
        _ => {}
    }
}

fn cache_paths(index: usize, route: &Route, diagnostics: &mut Diagnostics) {
    let target = Target::of(route);
    for (pattern, time) in route.cache_paths.known().into_iter().flatten() {
        let path = place(index).attr("cache_paths").key(pattern);
        if let Err(problem) = values::path(pattern) {
            diagnostics.error_at(path.clone(), "The key of cache_paths is no path", format!("It {problem}."));
        } else if let Some(target) = target.as_ref().filter(|target| !covers(target.path, pattern)) {
            diagnostics.error_at(
                path.clone(),
                "The path is not under its route",
                format!("Paths are written whole, from the host's root: they must begin like {}.", target.path),
            );
        }
        if let Some(Err(problem)) = time.known().map(|time| values::ttl(time)) {
            diagnostics.error_at(path, "The time of cache_paths is none", format!("It {problem}."));
        }
    }
}

fn one_origin_a_host(edge: &Edge, diagnostics: &mut Diagnostics) {
    let mut first: Option<(Target<'_>, &Route)> = None;
    for (target, index, route) in routes(edge) {
        let same_host = first.as_ref().filter(|(other, _)| other.host == target.host);
        if let Some((_, other)) = same_host
            && !same_origin(other, route)
        {
            diagnostics.error_at(
                leads_at(index, route),
                format!("Routes of {} have different origins", target.host),
                "One host leads to one origin here. Give the other origin a host of its own, or let the origin itself tell \
                 the paths apart.",
            );
        }
        if same_host.is_none() {
            first = Some((target, route));
        }
    }
}

/// A path of a host has one time in the cache, whichever route or key says it.
fn one_time_a_path(edge: &Edge, diagnostics: &mut Diagnostics) {
    let mut first: BTreeMap<Target<'_>, Path> = BTreeMap::new();
    for (target, index, route) in routes(edge) {
        let whole = (!route.cache.is_null()).then(|| (target.clone(), place(index).attr("cache")));
        let single = route.cache_paths.known().into_iter().flatten().filter(|(_, ttl)| !ttl.is_null());
        let single = single.map(|(pattern, _)| {
            (Target { host: target.host, path: pattern }, place(index).attr("cache_paths").key(pattern))
        });
        for (cached, path) in whole.into_iter().chain(single) {
            if let Some(other) = first.get(&cached) {
                diagnostics.error_at(
                    path,
                    format!("{}{} is cached twice", cached.host, cached.path),
                    format!("It has a time at {other} already. A path has one time: keep one of the two."),
                );
            } else {
                first.insert(cached, path);
            }
        }
    }
}

/// Whether two routes lead to the same place, as far as is known.
fn same_origin(one: &Route, other: &Route) -> bool {
    match (origin(one), origin(other)) {
        (Attr::Known(one), Attr::Known(other)) => one == other,
        // Names of resources are known before their host names are.
        _ => match (one.origin.known(), other.origin.known()) {
            (Some(one), Some(other)) => (&one.kind, &one.name) == (&other.kind, &other.name),
            (None, None) => one.origin.is_unknown() == other.origin.is_unknown(),
            _ => one.origin.is_unknown() || other.origin.is_unknown(),
        },
    }
}

fn tls(edge: &Edge, diagnostics: &mut Diagnostics) {
    let mode = layout::tls(edge).mode;
    for (index, route) in edge.route.known().into_iter().flatten().enumerate() {
        match (mode.known().map(String::as_str), certificate(route)) {
            (Some("strict"), Attr::Known("self-signed")) => diagnostics.error_at(
                Path::from("tls").attr("mode"),
                "Strict TLS would refuse an origin's certificate",
                format!(
                    "The origin of {} has a self-signed certificate, and visitors would get error 526. Give \
                     it a public one (`certificate_arn` in its `http` block), or leave tls.mode out: it is \"full\" then.",
                    place(index),
                ),
            ),
            (None, Attr::Null) if !mode.is_unknown() && !route.origin_host.is_known() => diagnostics.error_at(
                place(index).attr("origin"),
                "The origin serves no TLS",
                "Nothing is sent in the clear unasked. Give the origin a certificate, or set tls.mode = \"flexible\".",
            ),
            _ => {}
        }
    }
}

/// Settings are made before visitors are led on, which is right for all but one change: TLS becomes strict in the same apply.
fn stricter_origin(prior: &Edge, edge: &Edge, diagnostics: &mut Diagnostics) {
    // What the state holds may be the zone's own mode, which no configuration names.
    let (before, after) = (prior.tls_mode.as_str(), layout::tls(edge).mode);
    let moves = |(target, index, route): (Target<'_>, usize, &Route)| {
        let before = routes(prior).find(|(other, ..)| other.host == target.host);
        before.filter(|(.., before)| !same_origin(before, route)).map(|_| leads_at(index, route))
    };
    if (before, after.as_str()) == (Some("full"), Some("strict"))
        && let Some(path) = routes(edge).find_map(moves)
    {
        diagnostics.warn_at(
            path,
            "Visitors may get error 526 while this is applied",
            "TLS becomes strict before the host is led to its new origin, and the old one has a certificate that strict TLS \
             refuses. To avoid it, apply the new origin first, and tls.mode = \"strict\" behind it.",
        );
    }
}

fn firewall(edge: &Edge, diagnostics: &mut Diagnostics) {
    let firewall = present(&edge.firewall);
    let path = Path::from("firewall");
    let countries = present(&firewall.countries);
    match (&countries.allow, &countries.block) {
        (Attr::Null, Attr::Null) if firewall.countries.is_known() => diagnostics.error_at(
            path.attr("countries"),
            "The countries block names none",
            "Set `allow` or `block`, or leave the block out.",
        ),
        (Attr::Known(_), Attr::Known(_)) => diagnostics.error_at(
            path.attr("countries").attr("block"),
            "The countries block both allows and blocks",
            "`allow` lets in these and nobody else; what it does not name is blocked already. Keep one of the two.",
        ),
        _ => {}
    }
}
