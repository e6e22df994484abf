//! The way back, for an import: records and rules to what the user would have written. Rules say it in the expressions that
//! [`super::rules`] made of it; what they do not say (the very words of a duration, a route that only leads) comes back in
//! its plainest form.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use tf_plugin::{Attr, Model, Value};

use super::schema::{Countries, Edge, Firewall, RateLimit, Route};
use crate::cloud::cloudflare::rulesets::Ruleset;
use crate::resources::lifecycle::AllSeen;

/// The attributes that can be told from what was seen.
pub fn config_from_live(seen: &AllSeen) -> Vec<(&'static str, Value)> {
    let edge = Edge { route: routes(seen), firewall: firewall(seen), ..Edge::default() }.to_value();
    ["route", "firewall"].into_iter().map(|name| (name, edge.get(name).clone())).collect()
}

fn routes(seen: &AllSeen) -> Attr<Vec<Route>> {
    let records = seen.get("dns_records").and_then(|seen| seen.fields.get("records")).and_then(Json::as_object);
    let mut routes: BTreeMap<(String, String), Route> = BTreeMap::new();
    let host_of = |host: &str| records.and_then(|records| records.get(host)?["content"].as_str());
    for host in records.into_iter().flatten().map(|(host, _)| host) {
        routes.insert(at(host, "/*"), leads_to(host_of(host)));
    }
    for rule in rules(seen, "cache_rules") {
        let said = ParsedExpression::of(rule);
        let Some(host) = said.hosts.first().copied() else { continue };
        let ttl = match rule["action_parameters"]["edge_ttl"]["default"].as_u64() {
            Some(seconds) => duration(seconds),
            None => "0s".to_owned(),
        };
        for silent in said.paths_out {
            routes.entry(at(host, &silent)).or_insert_with(|| leads_to(host_of(host)));
        }
        let route = routes.entry(at(host, "/*")).or_insert_with(|| leads_to(host_of(host)));
        match said.path {
            None => route.cache = ttl.into(),
            Some(path) => {
                let mut paths = route.cache_paths.clone().unwrap_or_default();
                paths.insert(path, ttl.into());
                route.cache_paths = Attr::Known(paths);
            }
        }
    }
    let with_key =
        |((host, path), route): ((String, String), Route)| Route { host: host.into(), path: path.into(), ..route };
    Attr::Known(routes.into_iter().map(with_key).collect())
}

/// What identifies a route.
fn at(host: &str, path: &str) -> (String, String) {
    (host.to_owned(), path.to_owned())
}

fn leads_to(host: Option<&str>) -> Route {
    Route { origin_host: Attr::from(host.map(str::to_owned)), ..Route::default() }
}

fn firewall(seen: &AllSeen) -> Attr<Firewall> {
    let mut countries = Attr::Null;
    for rule in rules(seen, "custom_rules") {
        let expression = Ruleset::text(rule, "expression");
        let Some((before, after)) = expression.split_once("ip.src.country in ") else { continue };
        let codes = literals(after).into_iter().map(|code| Attr::Known(code.to_owned())).collect();
        let (allow, block) = match before.ends_with("not ") {
            true => (Attr::Known(codes), Attr::Null),
            false => (Attr::Null, Attr::Known(codes)),
        };
        countries = Attr::Known(Countries { allow, block });
    }
    let mut limits: Vec<RateLimit> = rules(seen, "rate_limits").filter_map(rate_limit).collect();
    limits.sort_by(|one, other| one.name.cmp(&other.name));
    if countries.is_null() && limits.is_empty() {
        return Attr::Null;
    }
    Attr::Known(Firewall { countries, rate_limit: Attr::Known(limits) })
}

fn rate_limit(rule: &Json) -> Option<RateLimit> {
    let (_, name) = Ruleset::text(rule, "ref").split_once(":rate:")?;
    let (limit, said) = (&rule["ratelimit"], ParsedExpression::of(rule));
    let action = if Ruleset::text(rule, "action") == "block" { "block" } else { "challenge" };
    Some(RateLimit {
        name: name.into(),
        path: said.path.unwrap_or_else(|| "/*".to_owned()).into(),
        requests: limit["requests_per_period"].as_i64()?.into(),
        period: duration(limit["period"].as_u64()?).into(),
        action: action.into(),
        scope: if said.hosts.is_empty() { "zone" } else { "edge" }.into(),
    })
}

fn rules<'a>(seen: &'a AllSeen, component: &str) -> impl Iterator<Item = &'a Json> {
    let rules = seen.get(component).and_then(|seen| seen.fields.get("rules")).and_then(Json::as_array);
    rules.into_iter().flatten()
}

/// What an expression of ours says of hosts and paths.
#[derive(Debug, Default, PartialEq, Eq)]
struct ParsedExpression<'a> {
    hosts: Vec<&'a str>,
    path: Option<String>,
    paths_out: Vec<String>,
}

impl<'a> ParsedExpression<'a> {
    fn of(rule: &'a Json) -> Self {
        let mut said = Self::default();
        for part in Ruleset::text(rule, "expression").split(" and ") {
            if part.starts_with("http.host") {
                said.hosts = literals(part);
            } else if let Some(part) = part.strip_prefix("not ") {
                said.paths_out.extend(path(part));
            } else if let Some(path) = path(part) {
                said.path = Some(path);
            }
        }
        said
    }
}

/// The pattern that a part of an expression was made of.
fn path(part: &str) -> Option<String> {
    let text = literals(part).first().copied()?;
    if part.starts_with("starts_with(http.request.uri.path") {
        return Some(format!("{text}*"));
    }
    part.starts_with("http.request.uri.path").then(|| text.to_owned())
}

/// The texts in an expression. Hosts, codes and paths hold neither quotes nor backslashes.
fn literals(part: &str) -> Vec<&str> {
    part.split('"').skip(1).step_by(2).collect()
}

/// The plainest duration of that many seconds.
fn duration(seconds: u64) -> String {
    let units = [(86400, 'd'), (3600, 'h'), (60, 'm')];
    let whole = units.iter().find(|(length, _)| seconds > 0 && seconds.is_multiple_of(*length));
    whole.map_or_else(|| format!("{seconds}s"), |(length, unit)| format!("{}{unit}", seconds / length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_come_back_in_their_longest_unit() {
        let told: Vec<String> = [0, 10, 60, 90, 3600, 86400 * 365].into_iter().map(duration).collect();
        assert_eq!(told, ["0s", "10s", "1m", "90s", "1h", "365d"]);
    }
}
