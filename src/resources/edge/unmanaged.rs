//! What leads visitors to a host and was not made by drop: what an edge can take over.

use std::collections::{BTreeMap, BTreeSet};

use super::EdgeResource;
use crate::base::RESOURCE_TAG;
use crate::cloud::cloudflare::dns::Record;
use crate::components::cloudflare::dns_records::{is_address_record, serves};
use crate::components::cloudflare::{edge_anchor, ownership_comment};
use crate::resources::lifecycle::Composite;
use crate::values::host::is_host;
use crate::values::rules;

/// What the edge of a zone's own name is called.
const APEX: &str = "apex";

/// A host that records lead somewhere.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The host.
    pub host: String,
    zone: String,
    /// The name of its edge: the host without its zone, with hyphens for dots.
    pub name: String,
    /// Whether visitors come to Cloudflare.
    pub proxied: bool,
    /// The ids of its records.
    pub records: Vec<String>,
    /// The edge of drop's that it is of already.
    pub edge: Option<String>,
    /// Why it cannot be taken over, and what to do about it.
    pub unfit: Option<String>,
    /// The same, whatever its name.
    unserved: Option<String>,
}

/// The hosts of a zone that visitors are led from, each once.
pub fn candidates(records: &[Record], zone: &str) -> Vec<Candidate> {
    let mut hosts: BTreeMap<&str, Vec<&Record>> = BTreeMap::new();
    for record in records.iter().filter(|record| serves(record)) {
        hosts.entry(&record.name).or_default().push(record);
    }
    hosts.retain(|_, there| there.iter().any(|record| is_address_record(record)));
    let anchors = anchors(records);
    let mut all: Vec<Candidate> =
        hosts.into_iter().filter_map(|(host, there)| candidate(host, zone, &there, &anchors)).collect();
    let mut called: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for free in all.iter().filter(|candidate| candidate.edge.is_none()) {
        called.entry(free.name.clone()).or_default().push(free.host.clone());
    }
    for candidate in all.iter_mut().filter(|candidate| candidate.edge.is_none() && candidate.unfit.is_none()) {
        let others = called.get(&candidate.name).into_iter().flatten();
        let Some(other) = others.into_iter().find(|host| **host != candidate.host) else { continue };
        let problem = format!("so would that of {other}");
        candidate.unfit = Some(renamed(&candidate.name, &candidate.host, zone, &problem));
    }
    all
}

fn candidate(host: &str, zone: &str, there: &[&Record], anchors: &BTreeSet<&str>) -> Option<Candidate> {
    let first = there.first()?;
    let owner = ownership_comment::tags(&first.comment).remove(RESOURCE_TAG);
    let name = label(host, zone).replace('.', "-");
    let unserved = unserved(host, there);
    Some(Candidate {
        host: host.to_owned(),
        zone: zone.to_owned(),
        proxied: there.iter().any(|record| record.proxied),
        records: there.iter().map(|record| record.id.clone()).collect(),
        edge: owner.as_deref().and_then(EdgeResource::path_in),
        unfit: unserved.clone().or_else(|| misnamed(&name, host, zone, anchors)),
        unserved,
        name,
    })
}

/// The names of the anchors of all edges.
fn anchors(records: &[Record]) -> BTreeSet<&str> {
    records.iter().map(|record| record.name.as_str()).filter(|name| name.starts_with(edge_anchor::PREFIX)).collect()
}

/// Why no edge can serve a host with these records.
fn unserved(host: &str, there: &[&Record]) -> Option<String> {
    if there.len() > 1 {
        let kinds: Vec<&str> = there.iter().map(|record| record.kind.as_str()).collect();
        return Some(format!(
            "{host} has {} records ({}), and an edge leads a host to one origin by one record: keep one of them, and give \
             the other origins hosts of their own.",
            there.len(),
            kinds.join(", ")
        ));
    }
    if there.iter().any(|record| !record.proxied) {
        return Some(format!(
            "The record of {host} is not proxied: its visitors go past Cloudflare. Proxy it first, and see that the origin \
             takes it well."
        ));
    }
    (!is_host(host)).then(|| format!("{host} is no single host, and an edge serves hosts by their names."))
}

/// Why an edge cannot have this name.
fn misnamed(name: &str, host: &str, zone: &str, anchors: &BTreeSet<&str>) -> Option<String> {
    let anchor = edge_anchor::name(&EdgeResource::owner_of(name).to_string(), zone);
    let problem = match rules::name(name) {
        Err(problem) => format!("a name {problem}"),
        Ok(()) if anchors.contains(anchor.as_str()) => "there is an edge of that name".to_owned(),
        Ok(()) => return None,
    };
    Some(renamed(name, host, zone, &problem))
}

fn renamed(name: &str, host: &str, zone: &str, problem: &str) -> String {
    let advice = format!("import it under another name, as `{zone}/{host}/<name>`");
    format!("Its edge would be called \"{name}\", and {problem}: {advice}.")
}

impl Candidate {
    /// Whether a person calls it so: by its host, whole or as the zone knows it, its record, or its edge's name.
    pub fn is_called(&self, text: &str) -> bool {
        let short = label(&self.host, &self.zone);
        let apex = self.host == self.zone && text == "@";
        let named = [self.host.as_str(), short, self.name.as_str()].contains(&text);
        apex || named || self.records.iter().any(|id| id == text)
    }

    /// The same under a name of the user's own.
    #[must_use]
    pub fn named(self, name: &str, records: &[Record]) -> Self {
        let misnamed = || misnamed(name, &self.host, &self.zone, &anchors(records));
        let unfit = self.unserved.clone().or_else(misnamed);
        Self { name: name.to_owned(), unfit, ..self }
    }
}

/// A host as its zone knows it.
fn label<'a>(host: &'a str, zone: &str) -> &'a str {
    match host.strip_suffix(zone) {
        Some("") => APEX,
        Some(rest) => rest.strip_suffix('.').unwrap_or(rest),
        None => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZONE: &str = "shop.example";

    fn record(name: &str, kind: &str, proxied: bool) -> Record {
        let (name, kind) = (name.to_owned(), kind.to_owned());
        Record { id: format!("id-{name}"), name, kind, proxied, ..Record::default() }
    }

    fn called(records: &[Record], text: &str) -> Option<Candidate> {
        candidates(records, ZONE).into_iter().find(|candidate| candidate.is_called(text))
    }

    #[test]
    fn a_host_is_called_by_many_names() {
        let records = [record("a.b.shop.example", "CNAME", true), record(ZONE, "A", true), record(ZONE, "MX", false)];
        for text in ["a.b.shop.example", "a.b", "a-b", "id-a.b.shop.example"] {
            assert_eq!(called(&records, text).unwrap().name, "a-b", "{text}");
        }
        for text in [ZONE, "@", "apex"] {
            let apex = called(&records, text).unwrap();
            assert_eq!((apex.name.as_str(), apex.unfit), ("apex", None), "{text}");
        }
        assert!(called(&records, "b").is_none());
    }

    #[test]
    fn hosts_whose_edges_would_be_called_alike_are_told_apart() {
        let records = [record("a-b.shop.example", "CNAME", true), record("a.b.shop.example", "CNAME", true)];
        for (host, other) in [("a-b", "a.b"), ("a.b", "a-b")] {
            let unfit = called(&records, &format!("{host}.shop.example")).unwrap().unfit.unwrap();
            assert!(unfit.contains(&format!("that of {other}.shop.example:")), "{unfit}");
            assert!(unfit.contains(&format!("`shop.example/{host}.shop.example/<name>`")), "{unfit}");
        }
        let renamed = candidates(&records, ZONE)[0].clone().named("site", &records);
        assert_eq!((renamed.name.as_str(), renamed.unfit), ("site", None));
    }

    #[test]
    fn what_is_no_edge_says_why() {
        let two = [record("www.shop.example", "A", true), record("www.shop.example", "AAAA", true)];
        let past = [record("www.shop.example", "CNAME", false)];
        let many = [record("*.shop.example", "CNAME", true)];
        let taken = [record("www.shop.example", "CNAME", true), record("_drop-www.shop.example", "TXT", false)];
        let number = [record("2.shop.example", "CNAME", true)];
        for (records, why) in [
            (&two[..], "2 records (A, AAAA)"),
            (&past, "not proxied"),
            (&many, "no single host"),
            (&taken, "an edge of that name"),
            (&number, "must begin with a letter"),
        ] {
            let unfit = candidates(records, ZONE)[0].unfit.clone().unwrap();
            assert!(unfit.contains(why), "{unfit}");
        }
        let renamed = candidates(&taken, ZONE)[0].clone().named("site", &taken);
        assert_eq!((renamed.name.as_str(), renamed.unfit), ("site", None));
    }

    #[test]
    fn a_host_of_an_edge_names_it() {
        let comment = ownership_comment::comment("drop_edge/-/site");
        let records = [Record { comment, ..record("www.shop.example", "CNAME", true) }];
        assert_eq!(called(&records, "www").unwrap().edge.as_deref(), Some("site"));
    }
}
