//! What is to be written next, so that our rules are as desired and nobody else's are touched. Pure.

use serde_json::{Map, Value as Json};

use crate::cloud::cloudflare::rulesets::{Place, Ruleset, Write};

/// What a ruleset says that we made.
const DESCRIPTION: &str = "Made by drop; every rule names its edge";

/// The next write that takes a ruleset to where our rules, those whose `ref` begins with `prefix`, are `wanted`, in that
/// order. `None` when they are.
///
/// Rules that nobody wants go first: the plan of a zone counts rules, and a new one may need the room. The ruleset itself
/// stays, even if it is empty: no call removes it on condition that nobody has added a rule meanwhile.
pub fn next(live: Option<&Ruleset>, prefix: &str, wanted: &[Json]) -> Option<Write> {
    let Some(live) = live else {
        let rules = wanted.to_vec();
        return (!rules.is_empty()).then(|| Write::Create { description: DESCRIPTION.to_owned(), rules });
    };
    let ours = ours(live, prefix);
    let is_wanted = |own: &Own| wanted.iter().any(|rule| Ruleset::text(rule, "ref") == own.name);
    let is_first = |own: &Own| ours.iter().all(|other| other.name != own.name || other.at >= own.at);
    if let Some(surplus) = ours.iter().find(|own| !is_wanted(own) || !is_first(own)) {
        return Some(Write::Remove { id: surplus.id.to_owned() });
    }
    let mut before: Option<&Own> = None;
    for rule in wanted {
        let place = |others: &[Own]| match (before, others.first()) {
            (Some(before), _) => Place::After(before.id.to_owned()),
            (None, Some(first)) => Place::Before(first.id.to_owned()),
            (None, None) => Place::Last,
        };
        let Some(own) = ours.iter().find(|own| own.name == Ruleset::text(rule, "ref")) else {
            return Some(Write::Add { rule: rule.clone(), place: place(&ours) });
        };
        let moved = before.is_some_and(|before| own.at < before.at);
        if moved || canonical(own.rule) != canonical(rule) {
            let place = moved.then(|| place(&ours));
            return Some(Write::Edit { id: own.id.to_owned(), rule: rule.clone(), place });
        }
        before = Some(own);
    }
    None
}

/// Which kinds of writes lead from one list of our rules to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Changes {
    pub removes: bool,
    pub edits: bool,
    pub adds: bool,
}

/// The kinds of writes that [`next`] would ask for.
pub fn changes(was: &[Json], wanted: &[Json]) -> Changes {
    let name = |rule: &Json| Ruleset::text(rule, "ref").to_owned();
    let has = |list: &[Json], rule: &Json| list.iter().any(|other| name(other) == name(rule));
    let first = was.iter().enumerate().filter(|(at, rule)| !has(&was[..*at], rule)).map(|(_, rule)| rule);
    let before: Vec<Json> = first.filter(|rule| has(wanted, rule)).map(canonical).collect();
    let after: Vec<Json> = wanted.iter().filter(|rule| has(was, rule)).map(canonical).collect();
    Changes { removes: before.len() < was.len(), edits: before != after, adds: after.len() < wanted.len() }
}

/// A rule without what Cloudflare adds to it: what can be compared with a desired value.
pub fn canonical(rule: &Json) -> Json {
    const WISHED: [&str; 7] =
        ["ref", "action", "expression", "description", "enabled", "action_parameters", "ratelimit"];
    let fields = rule.as_object().into_iter().flatten();
    let kept = fields.filter(|(name, value)| WISHED.contains(&name.as_str()) && !is_nothing(value));
    let mut rule: Map<String, Json> = kept.map(|(name, value)| (name.clone(), without_nothings(value))).collect();
    rule.entry("enabled").or_insert(Json::Bool(true));
    if let Some(Json::Object(limit)) = rule.get_mut("ratelimit") {
        // A switch that is off is what a rate limit has anyway.
        limit.retain(|_, value| *value != Json::Bool(false));
        if let Some(Json::Array(parts)) = limit.get_mut("characteristics") {
            parts.sort_by_key(ToString::to_string);
        }
    }
    Json::Object(rule)
}

struct Own<'a> {
    at: usize,
    id: &'a str,
    name: &'a str,
    rule: &'a Json,
}

fn ours<'a>(live: &'a Ruleset, prefix: &str) -> Vec<Own<'a>> {
    let all = live.rules.iter().enumerate().map(|(at, rule)| Own {
        at,
        id: Ruleset::text(rule, "id"),
        name: Ruleset::text(rule, "ref"),
        rule,
    });
    all.filter(|own| own.name.starts_with(prefix)).collect()
}

/// Members that say nothing: Cloudflare adds them to some rules, and leaves them out of others.
fn is_nothing(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::String(text) => text.is_empty(),
        Json::Array(items) => items.is_empty(),
        Json::Object(members) => members.is_empty(),
        _ => false,
    }
}

fn without_nothings(value: &Json) -> Json {
    let Json::Object(members) = value else { return value.clone() };
    let says = members.iter().filter(|(_, value)| !is_nothing(value));
    Json::Object(says.map(|(name, value)| (name.clone(), without_nothings(value))).collect())
}

#[cfg(test)]
mod tests;
