//! The zone as Cloudflare shows it: records, rules and settings, and every byte of foreign ones.

use serde_json::Value as Json;

use super::{CACHE, CUSTOM, LIMITS, ZONE};
use crate::describe::{Facts, flatten};
use crate::lab::Lab;

const PASSING: [&str; 7] =
    ["id", "version", "last_updated", "modified_on", "created_on", "comment_modified_on", "tags_modified_on"];

pub fn describe(lab: &Lab) -> Facts {
    let (found, foreign) = (lab.zone(ZONE), lab.foreign(ZONE));
    let mut facts = Facts::new();
    let theirs: Vec<&Json> = foreign["records"].as_array().unwrap().iter().map(|record| &record["id"]).collect();
    for record in found["records"].as_array().unwrap().iter().filter(|record| !theirs.contains(&&record["id"])) {
        let place = format!("record.{}.{}", record["type"].as_str().unwrap(), record["name"].as_str().unwrap());
        flatten(&mut facts, &place, record, &PASSING);
    }
    for phase in [CUSTOM, LIMITS, CACHE] {
        for (n, rule) in ours(lab, phase).iter().enumerate() {
            flatten(&mut facts, &format!("{phase}.{n}"), rule, &PASSING);
        }
    }
    flatten(&mut facts, "settings", &found["settings"], &PASSING);
    facts.insert("foreign.records".to_owned(), foreign["records"].clone());
    facts.insert("foreign.rules".to_owned(), foreign["rules"].clone());
    facts
}

/// The rules of all edges in a phase, in their order.
pub fn ours(lab: &Lab, phase: &str) -> Vec<Json> {
    let zone = lab.zone(ZONE);
    let rules = zone["rules"][phase].as_array().unwrap().iter();
    rules.filter(|rule| rule["ref"].as_str().is_some_and(|name| name.starts_with("drop:"))).cloned().collect()
}
