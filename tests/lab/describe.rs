//! The state of the lab as facts, each a place and a value, so that two states can be compared.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use crate::lab::{Lab, Object};

/// By place: `instance.AllocatedStorage`.
pub type Facts = BTreeMap<String, Json>;

/// Enters everything inside `value` as facts under `place`, without members of these names.
pub fn flatten(facts: &mut Facts, place: &str, value: &Json, passing: &[&str]) {
    match value {
        Json::Object(members) if !members.is_empty() => {
            for (name, member) in members.iter().filter(|(name, _)| !passing.contains(&name.as_str())) {
                flatten(facts, &format!("{place}.{name}"), member, passing);
            }
        }
        Json::Array(elements) if elements.iter().any(Json::is_object) => {
            for (index, element) in elements.iter().enumerate() {
                // Tags, variables and the like are identified by their names, and have no order.
                let key = ["Key", "key", "name", "Name"].iter().find_map(|name| element[name].as_str());
                let pair = element.get("Value").or_else(|| element.get("value"));
                match (key, pair) {
                    (Some(key), Some(value)) => flatten(facts, &format!("{place}.{key}"), value, passing),
                    (Some(key), None) => flatten(facts, &format!("{place}.{key}"), element, passing),
                    (None, _) => flatten(facts, &format!("{place}.{index}"), element, passing),
                }
            }
        }
        value => {
            facts.insert(place.to_owned(), value.clone());
        }
    }
}

/// The tags of all objects of these kinds that belong to resources of this type, by kind.
pub fn tags(facts: &mut Facts, lab: &Lab, resource: &str, kinds: &[&str]) {
    let mut met: BTreeMap<String, usize> = BTreeMap::new();
    let ours = |object: &Object| {
        let owner = object.tags.get("drop:resource").and_then(|owner| owner.split('/').next());
        kinds.contains(&object.kind.as_str()) && owner == Some(resource)
    };
    for object in lab.objects().into_iter().filter(ours) {
        let n = met.entry(object.kind.clone()).or_default();
        *n += 1;
        let Object { kind, tags, .. } = object;
        facts.extend(tags.into_iter().map(|(key, value)| (format!("tags.{kind}.{n}.{key}"), Json::from(value))));
    }
}

/// The objects of these kinds, each with its birth.
pub fn births(lab: &Lab, kinds: &[&str]) -> BTreeMap<String, u64> {
    let objects = lab.objects().into_iter().filter(|object| kinds.contains(&object.kind.as_str()));
    objects.map(|object| (format!("{} {}", object.kind, object.id), object.birth)).collect()
}

/// Whether an object of [`births`] is of one of these kinds.
pub fn is_one_of(thing: &str, kinds: &[&str]) -> bool {
    thing.split_once(' ').is_some_and(|(kind, _)| kinds.contains(&kind))
}

/// The places whose facts differ.
pub fn moved(before: &Facts, after: &Facts) -> BTreeSet<String> {
    let places: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    places.into_iter().filter(|place| before.get(*place) != after.get(*place)).cloned().collect()
}

/// The facts after everything that was due has happened: the lab's changes take seconds at most, and their consequences
/// happen in the same pass.
pub fn at_rest(lab: &Lab, describe: fn(&Lab) -> Facts) -> Facts {
    lab.passes(30.0);
    describe(lab)
}
