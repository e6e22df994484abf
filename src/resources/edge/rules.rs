//! Configuration to rules. Pure.

use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use tf_plugin::{Attr, Keyed, Path};

use super::expression as say;
use super::route::{Target, covers, literal_prefix, place, specificity};
use super::schema::{Edge, RateLimit, Route};
use super::values::seconds;
use crate::base::hex;
use crate::components::cloudflare::rules::{self as slices, prefix};
use crate::engine::model::kind::Kind;
use crate::resources::lifecycle::present;
use crate::values::host::is_host;

/// One rule, and the attribute that it comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// The attribute, or the block that holds the attributes.
    pub path: Path,
    /// The attribute that stands for the whole rule.
    pub whole: Path,
    /// The rule; unknown while something in it is.
    pub body: Attr<Json>,
    /// The attribute that gave this part of the rule, by its JSON pointer.
    pub parts: &'static [(&'static str, &'static str)],
}

impl Rule {
    fn new(path: Path, body: Attr<Json>) -> Self {
        Self { whole: path.clone(), path, body, parts: &[] }
    }
}

/// The edge's rules by component, each list in its order. Lists may be empty.
pub fn all(edge: &Edge, owner: &str) -> [(&'static str, &'static Kind, Vec<Rule>); 3] {
    let make = RuleBuilder { hosts: hosts(edge), prefix: prefix(owner), owner };
    let of_hosts = |rules: Vec<Rule>| match hosts_are_unknown(edge) {
        true => rules.into_iter().map(|rule| Rule { body: Attr::Unknown, ..rule }).collect(),
        false => rules,
    };
    [
        ("custom_rules", &slices::CUSTOM, of_hosts(make.countries(edge))),
        ("rate_limits", &slices::RATE, of_hosts(make.rate_limits(edge))),
        ("cache_rules", &slices::CACHE, make.cache(edge)),
    ]
}

/// Stands for rules of which not even the number is known.
fn unknown(path: Path) -> Vec<Rule> {
    vec![Rule::new(path, Attr::Unknown)]
}

/// The hosts of an edge, each once, sorted.
pub fn hosts(edge: &Edge) -> Vec<&str> {
    let mut hosts: Vec<&str> = hosted(edge).map(|(host, _)| host).collect();
    hosts.sort_unstable();
    hosts.dedup();
    hosts
}

/// Whether there may be hosts that are not known yet.
pub fn hosts_are_unknown(edge: &Edge) -> bool {
    edge.route.known().map_or(edge.route.is_unknown(), |routes| routes.iter().any(|route| route.host.is_unknown()))
}

/// The routes whose host is known and right.
pub fn hosted(edge: &Edge) -> impl Iterator<Item = (&str, &Route)> {
    let routes = edge.route.known().into_iter().flatten();
    routes.filter_map(|route| Some((route.host.as_str().filter(|host| is_host(host))?, route)))
}

/// The routes whose host and path are known and right, in the order of these, each with its place in the list.
pub fn routes(edge: &Edge) -> impl Iterator<Item = (Target<'_>, usize, &Route)> {
    let routes = edge.route.known().map(|routes| routes.in_key_order()).unwrap_or_default();
    routes.into_iter().filter_map(|(index, route)| Some((Target::of(route)?, index, route)))
}

struct RuleBuilder<'a> {
    hosts: Vec<&'a str>,
    prefix: String,
    owner: &'a str,
}

impl RuleBuilder<'_> {
    fn countries(&self, edge: &Edge) -> Vec<Rule> {
        let (firewall, path) = (present(&edge.firewall), Path::from("firewall").attr("countries"));
        if edge.firewall.is_unknown() || firewall.countries.is_unknown() {
            return unknown(path);
        }
        let countries = present(&firewall.countries);
        let rule = |attribute: &str, list: &Attr<Vec<Attr<String>>>, allow: bool| {
            let body = codes(list).map(|codes| {
                let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
                let from = say::countries(&codes);
                let from = if allow { say::not(&from) } else { from };
                self.rule("countries", "block", "countries", &say::all(&[say::hosts(&self.hosts), from]))
            });
            (!list.is_null()).then(|| Rule::new(path.attr(attribute), body))
        };
        let both = [rule("allow", &countries.allow, true), rule("block", &countries.block, false)];
        both.into_iter().flatten().collect()
    }

    fn rate_limits(&self, edge: &Edge) -> Vec<Rule> {
        let (firewall, path) = (present(&edge.firewall), Path::from("firewall").attr("rate_limit"));
        if edge.firewall.is_unknown() || firewall.rate_limit.is_unknown() {
            return unknown(path);
        }
        let limits = firewall.rate_limit.unwrap_or_default();
        let rule = |(index, limit): (usize, &RateLimit)| Rule {
            path: path.index(index),
            whole: path.index(index).attr("name"),
            body: self.rate_limit(limit),
            parts: &[
                ("/ratelimit/period", "period"),
                ("/ratelimit/mitigation_timeout", "period"),
                ("/ratelimit/requests_per_period", "requests"),
                ("/expression", "path"),
                ("/action", "action"),
            ],
        };
        limits.in_key_order().into_iter().map(rule).collect()
    }

    fn rate_limit(&self, limit: &RateLimit) -> Attr<Json> {
        let known = || {
            let name = limit.name.known()?;
            let (pattern, period) = (limit.path.known()?, seconds(limit.period.known()?)?);
            let (requests, action) = (limit.requests.known()?, limit.action.known()?);
            let mut parts = vec![];
            if limit.scope.known()? == "edge" {
                parts.push(say::hosts(&self.hosts));
            }
            if parts.is_empty() || pattern != "/*" {
                parts.push(say::path(pattern));
            }
            let challenges = action == "challenge";
            let does = if challenges { "managed_challenge" } else { "block" };
            let mut rule = self.rule(&format!("rate:{name}"), does, &format!("rate limit {name}"), &say::all(&parts));
            // A challenge is asked of every request beyond the limit: there is no time to sit out.
            let timeout = if challenges { 0 } else { period };
            rule["ratelimit"] = json!({
                "characteristics": ["cf.colo.id", "ip.src"],
                "period": period,
                "requests_per_period": requests,
                "mitigation_timeout": timeout,
            });
            Some(rule)
        };
        known().map_or(Attr::Unknown, Attr::Known)
    }

    /// The last rule that matches wins, so those that say most come last.
    fn cache(&self, edge: &Edge) -> Vec<Rule> {
        if edge.route.is_unknown() {
            return unknown(Path::from("route"));
        }
        // A host or path that is not known yet may be narrower than any that is.
        if let Some(index) = cached_where_unknown(edge) {
            return unknown(place(index).attr("host"));
        }
        let mut desired: Vec<(Target<'_>, Path, &Attr<String>)> = vec![];
        for (target, index, route) in routes(edge) {
            let path = place(index);
            if !route.cache.is_null() {
                desired.push((target.clone(), path.attr("cache"), &route.cache));
            }
            for (pattern, ttl) in route.cache_paths.known().into_iter().flatten().filter(|(_, ttl)| !ttl.is_null()) {
                let at = path.attr("cache_paths").key(pattern);
                desired.push((Target { host: target.host, path: pattern }, at, ttl));
            }
        }
        desired.sort_by_key(|(target, ..)| (target.host.to_owned(), specificity(target.path), target.path.to_owned()));
        let mut rules: Vec<Rule> = desired
            .into_iter()
            .map(|(target, path, ttl)| {
                let body = ttl.as_ref().map(|ttl| self.cached(edge, &target, ttl));
                Rule::new(path, body)
            })
            .collect();
        // A set of paths that is not known yet may hold anything.
        for (_, index, _) in routes(edge).filter(|(.., route)| route.cache_paths.is_unknown()) {
            rules.push(Rule::new(place(index).attr("cache_paths"), Attr::Unknown));
        }
        rules
    }

    fn cached(&self, edge: &Edge, target: &Target<'_>, ttl: &str) -> Json {
        let mut parts = vec![say::hosts(&[target.host])];
        if target.path != "/*" {
            parts.push(say::path(target.path));
        }
        // A narrower route that says nothing of caching is left to its origin.
        let silent = routes(edge).filter(|(other, _, route)| {
            route.cache.is_null()
                && other.host == target.host
                && covers(target.path, other.path)
                && literal_prefix(other.path).len() > literal_prefix(target.path).len()
        });
        parts.extend(silent.map(|(other, ..)| say::not(&say::path(other.path))));
        let at = format!("{}{}", target.host, target.path);
        let slug = format!("cache:{}", &hex(&Sha256::digest(at.as_bytes()))[..8]);
        let mut rule = self.rule(&slug, "set_cache_settings", &format!("cache {at} for {ttl}"), &say::all(&parts));
        rule["action_parameters"] = match seconds(ttl) {
            None | Some(0) => json!({"cache": false}),
            Some(seconds) => json!({"cache": true, "edge_ttl": {"mode": "override_origin", "default": seconds}}),
        };
        rule
    }

    fn rule(&self, slug: &str, action: &str, what: &str, expression: &str) -> Json {
        json!({
            "ref": format!("{}{slug}", self.prefix),
            "action": action,
            "expression": expression,
            "description": format!("{}: {what}", self.owner),
            "enabled": true,
        })
    }
}

/// The place of a route that is cached, where the hosts or paths of some are not known.
fn cached_where_unknown(edge: &Edge) -> Option<usize> {
    let routes = edge.route.known()?;
    let open = routes.iter().any(|route| route.host.is_unknown() || route.path.is_unknown());
    let cached = |route: &Route| !route.cache.is_null() || !route.cache_paths.is_null();
    routes.iter().position(cached).filter(|_| open)
}

/// The codes of a list, sorted: their order says nothing.
fn codes(list: &Attr<Vec<Attr<String>>>) -> Attr<Vec<String>> {
    list.as_ref().and_then(|codes| {
        let known: Option<Vec<String>> = codes.iter().map(|code| code.known().cloned()).collect();
        known.map_or(Attr::Unknown, |mut codes| {
            codes.sort();
            codes.dedup();
            Attr::Known(codes)
        })
    })
}
