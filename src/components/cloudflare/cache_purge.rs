//! What was asked for with the last purge of an edge's hosts. It stands in a TXT record, so that a refresh and an import see
//! it; it is written there when the purge is done, so that an interrupted one is done again.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::json;

use crate::base::{CallError, Freshness};
use crate::cloud::cloudflare::cache::{Cache, PURGE, Purge};
use crate::cloud::cloudflare::dns::{Dns, NewRecord, Record, RecordChange};
use crate::components::cloudflare::edge_anchor;
use crate::components::cloudflare::manual::delete_record;
use crate::components::cloudflare::ownership_comment::{self, DNS_WRITE, ZONE_READ};
use crate::components::shared::unknown_call;
use crate::engine::model::kind::{Field, Kind};
use crate::engine::model::manual::Manual;
use crate::engine::model::procedure::{Procedure, Stage, Turn};
use crate::engine::model::spec::Resolved;
use crate::engine::run::component::{Address, Answer, Change, Component, DeleteOptions, Phase, Seen};

const CREATE: &str = "cloudflare:CreateDnsRecord";
const EDIT: &str = "cloudflare:EditDnsRecord";

/// The token permission to purge.
pub const CACHE_PURGE: &str = "Cache Purge";

/// `behind` is what must be changed before: what is purged earlier is cached again as it was.
pub static KIND: Kind = Kind {
    name: "cache purge",
    named: false,
    create: Some(CREATE),
    delete: Some("cloudflare:DeleteDnsRecord"),
    fields: &[Field::once("hosts"), Field::in_place("trigger", PURGE).by(&PROCEDURE).post_create()],
    token_permissions: &[DNS_WRITE, CACHE_PURGE],
    read_permissions: &[ZONE_READ],
    manual,
    ..Kind::BASE
};

fn manual(at: &Manual<'_>) -> Vec<String> {
    vec![delete_record(at, &name(at.owner, at.place))]
}

/// A purge, and the record of it.
static PROCEDURE: Procedure = Procedure(&[Stage::new(PURGE), Stage::new(EDIT).at(Turn::After)]);

/// The purges of a zone.
#[derive(Debug)]
pub struct CachePurge {
    /// The zone's name.
    pub zone: String,
    /// Its records, where the last purge is remembered.
    pub dns: Arc<dyn Dns>,
    /// Its cache.
    pub cache: Arc<dyn Cache>,
}

/// The name of the record of an edge.
pub fn name(owner: &str, zone: &str) -> String {
    format!("_purge.{}", edge_anchor::name(owner, zone))
}

/// Whether a record remembers a purge.
pub fn is_kept_in(record: &Record) -> bool {
    kept(record).is_some()
}

/// The text of a record that remembers no purge yet, and how that of any begins.
const NONE: &str = "drop:purge";
const TRIGGER: &str = " trigger=";

/// What a record remembers, if it is one of those.
fn kept(record: &Record) -> Option<Option<&str>> {
    match ownership_comment::unquoted(&record.content).strip_prefix(NONE)? {
        "" => Some(None),
        rest => rest.strip_prefix(TRIGGER).map(Some),
    }
}

#[async_trait]
impl Component for CachePurge {
    async fn read(&self, at: &Address, freshness: Freshness) -> Result<Option<Seen>, CallError> {
        let records = self.dns.records(&name(&at.owner, &self.zone), freshness).await?;
        Ok(records.into_iter().find_map(seen))
    }

    async fn create(&self, at: &Address, _: &Resolved, _: &BTreeMap<String, String>) -> Result<Answer, CallError> {
        let new = NewRecord {
            name: name(&at.owner, &self.zone),
            kind: "TXT".to_owned(),
            content: ownership_comment::quoted(NONE),
            proxied: false,
            comment: ownership_comment::comment(&at.owner),
        };
        Ok(answer(self.dns.create_record(&new).await?))
    }

    async fn update(&self, at: &Address, Change { call, seen, spec, .. }: Change<'_>) -> Result<Answer, CallError> {
        match call {
            PURGE => {
                self.purge(spec).await?;
                return Ok(Answer::Seen(seen.clone()));
            }
            EDIT => {}
            other => return Err(unknown_call(other)),
        }
        let change = RecordChange {
            name: name(&at.owner, &self.zone),
            kind: "TXT".to_owned(),
            content: text(spec),
            proxied: None,
            comment: Some(ownership_comment::comment(&at.owner)),
        };
        Ok(answer(self.dns.edit_record(&seen.id, &change).await?))
    }

    /// Nothing is purged: nobody asked for it.
    async fn delete(&self, _: &Address, seen: &Seen, _: &DeleteOptions) -> Result<Answer, CallError> {
        self.dns.delete_record(&seen.id).await?;
        Ok(Answer::Done)
    }
}

impl CachePurge {
    async fn purge(&self, spec: &Resolved) -> Result<(), CallError> {
        for part in Purge::Hosts(spec.texts("hosts")).parts() {
            self.cache.purge(&part).await?;
        }
        Ok(())
    }
}

fn seen(record: Record) -> Option<Seen> {
    let fields = BTreeMap::from([("trigger", json!(kept(&record)?))]);
    let tags = ownership_comment::tags(&record.comment);
    Some(Seen { id: record.id, phase: Phase::Ready, fields, outputs: BTreeMap::new(), tags })
}

fn answer(record: Record) -> Answer {
    seen(record).map_or(Answer::Begun, Answer::Seen)
}

fn text(spec: &Resolved) -> String {
    ownership_comment::quoted(&format!("{NONE}{TRIGGER}{}", spec.text("trigger")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_for_is_read_back() {
        let spec = Resolved::from(BTreeMap::from([("trigger".to_owned(), json!("v1.4.2"))]));
        let record = |content: &str| Record { content: content.to_owned(), ..Record::default() };
        assert_eq!(kept(&record(&text(&spec))), Some(Some("v1.4.2")));
        assert_eq!(kept(&record(&ownership_comment::quoted(NONE))), Some(None));
        assert!(!is_kept_in(&record("drop:settings ssl=full")));
    }
}
