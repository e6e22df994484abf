//! Rules across attributes. Messages repeat labels and names, which the user calls things by, but no values.

use tf_plugin::{Attr, Diagnostics, Path};

use super::design::{self, certificate, origin, tls_mode};
use super::route::{Target, covers, leads_at};
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
    labels(edge, diagnostics);
    for (target, label, route) in routes(edge) {
        one_origin(label, route, diagnostics);
        cache_paths(&target, label, route, diagnostics);
    }
    one_origin_a_host(edge, diagnostics);
    tls(edge, diagnostics);
    firewall(edge, diagnostics);
}

fn labels(edge: &Edge, diagnostics: &mut Diagnostics) {
    if edge.route.known().is_none_or(|routes| routes.is_empty()) && !edge.route.is_unknown() {
        diagnostics.error("The edge has no route", "Write one, such as route \"www.shop.example/*\" { … }.");
    }
    for (label, route) in edge.route.known().into_iter().flatten() {
        let path = leads_at(label, route);
        let Some(target) = Target::parse(label) else {
            diagnostics.error_at(
                path,
                "The route's label is no host and path",
                "It must be \"<host>/<path>\": a host in lower case, without scheme or port, and a path that may hold \
                 \"*\", such as \"www.shop.example/*\".",
            );
            continue;
        };
        if let Some(zone) = edge.zone.known()
            && target.host != zone
            && !target.host.ends_with(&format!(".{zone}"))
        {
            let host = target.host;
            diagnostics.error_at(
                path,
                format!("{host} is not in the zone"),
                "An edge serves hosts of one zone. Make another edge for hosts of another.",
            );
        }
    }
}

fn one_origin(label: &str, route: &Route, diagnostics: &mut Diagnostics) {
    let path = Path::from("route").key(label);
    match (&route.origin, &route.host) {
        (Attr::Null, Attr::Null) => diagnostics.error_at(
            leads_at(label, route),
            "The route has no origin",
            "Set `origin` to another resource's ref, or `host` to a host name.",
        ),
        (Attr::Known(origin), Attr::Null) if member(&origin.http, |http| &http.hostname).is_null() => diagnostics.error_at(
            path.attr("origin"),
            "The origin has no host name",
            "The resource it refers to serves nothing over HTTP. Refer to one that does, or set `host`.",
        ),
        (_, Attr::Null) | (Attr::Null, _) => {}
        _ => diagnostics.error_at(path.attr("host"), "The route has two origins", "Set either `origin` or `host`."),
    }
}

fn cache_paths(target: &Target<'_>, label: &str, route: &Route, diagnostics: &mut Diagnostics) {
    for (pattern, time) in route.cache_paths.known().into_iter().flatten() {
        let path = Path::from("route").key(label).attr("cache_paths").key(pattern);
        if let Err(problem) = values::path(pattern) {
            diagnostics.error_at(path.clone(), "The key of cache_paths is no path", format!("It {problem}."));
        } else if !covers(target.path, pattern) {
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
    for (target, label, route) in routes(edge) {
        let same_host = first.as_ref().filter(|(other, _)| other.host == target.host);
        if let Some((_, other)) = same_host
            && !same_origin(other, route)
        {
            diagnostics.error_at(
                leads_at(label, route),
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
    let mode = design::tls(edge).mode;
    for (_, label, route) in routes(edge) {
        match (mode.known().map(String::as_str), certificate(route)) {
            (Some("strict"), Attr::Known("self-signed")) => diagnostics.error_at(
                Path::from("tls").attr("mode"),
                "Strict TLS would refuse an origin's certificate",
                format!(
                    "The origin of route \"{label}\" has a self-signed certificate, and visitors would get error 526. Give \
                     it a public one (`certificate_arn` in its `http` block), or leave tls.mode out: it is \"full\" then."
                ),
            ),
            (None, Attr::Null) if !mode.is_unknown() && !route.host.is_known() => diagnostics.error_at(
                Path::from("route").key(label).attr("origin"),
                "The origin serves no TLS",
                "Nothing is sent in the clear unasked. Give the origin a certificate, or set tls.mode = \"flexible\".",
            ),
            _ => {}
        }
    }
}

/// Settings are made before visitors are led on, which is right for all but one change.
fn stricter_origin(prior: &Edge, edge: &Edge, diagnostics: &mut Diagnostics) {
    let mode = |edge: &Edge| tls_mode(edge).into_known();
    let moves = |(target, label, route): (Target<'_>, &str, &Route)| {
        let before = routes(prior).find(|(other, ..)| other.host == target.host);
        before.filter(|(.., before)| !same_origin(before, route)).map(|_| leads_at(label, route))
    };
    if (mode(prior).as_deref(), mode(edge).as_deref()) == (Some("full"), Some("strict"))
        && let Some(path) = routes(edge).find_map(moves)
    {
        diagnostics.warn_at(
            path,
            "Visitors may get error 526 while this is applied",
            "TLS becomes strict before the host is led to its new origin, and the old one has a certificate that strict TLS \
             refuses. To avoid it, set tls.mode = \"full\", apply, take it out, and apply again.",
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
        (Attr::Null, _) | (_, Attr::Null) => {}
        _ => diagnostics.error_at(
            path.attr("countries").attr("block"),
            "The countries block both allows and blocks",
            "`allow` lets in these and nobody else; what it does not name is blocked already. Keep one of the two.",
        ),
    }
    for name in firewall.rate_limit.known().into_iter().flatten().map(|(name, _)| name) {
        let legal = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || b"-_".contains(&c);
        if name.is_empty() || name.len() > 40 || !name.bytes().all(legal) {
            diagnostics.error_at(
                path.attr("rate_limit").key(name).attr("path"),
                "The rate limit's label is no name",
                "It must have lower-case letters, digits, hyphens and underscores only, 40 at most.",
            );
        }
    }
}
