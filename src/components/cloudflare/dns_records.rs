//! The DNS records of an edge's hosts: proxied, so that the edge answers. They are found by their comment, all of them,
//! so that none is forgotten when a host is taken away from an edge that was never finished. One that was taken over is
//! found by its id, which the state keeps, until it has the comment too.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use futures::future::join_all;
use serde_json::{Map, Value as Json, json};

use crate::base::{CallError, ErrorClass, Freshness};
use crate::cloud::cloudflare::dns::{Dns, NewRecord, Record, RecordChange};
use crate::components::cloudflare::manual::delete_each;
use crate::components::cloudflare::ownership_comment::{self, DNS_WRITE, ZONE_READ};
use crate::components::shared::unknown_call;
use crate::engine::model::kind::{Field, Kind};
use crate::engine::model::manual::Manual;
use crate::engine::model::procedure::{Procedure, Stage};
use crate::engine::model::spec::Resolved;
use crate::engine::run::component::{Address, Answer, Change, Component, DeleteOptions, Phase, Seen};

const CREATE: &str = "cloudflare:CreateDnsRecord";
const EDIT: &str = "cloudflare:EditDnsRecord";
const DELETE: &str = "cloudflare:DeleteDnsRecord";

/// `records` are type and content by host, `comment` is what all of them carry; `behind` is what must stand before visitors
/// are led there.
pub static KIND: Kind = Kind {
    name: "DNS records",
    named: false,
    create: Some(CREATE),
    delete: Some(DELETE),
    fields: &[Field::in_place("records", EDIT).by(&PROCEDURE).put_back(), Field::in_place("comment", EDIT)],
    token_permissions: &[DNS_WRITE],
    read_permissions: &[ZONE_READ],
    manual,
    ..Kind::BASE
};

fn manual(at: &Manual<'_>) -> Vec<String> {
    let comment = ownership_comment::comment(at.owner);
    let pick = format!(".result[] | select(.comment == \"{comment}\" and .type != \"TXT\") | .id");
    vec![delete_each(at, "dns_records?per_page=1000", &pick, "dns_records")]
}

/// The records of hosts.
#[derive(Debug)]
pub struct DnsRecords(pub Arc<dyn Dns>);

/// The desired record of a host.
pub fn desired(kind: &str, content: &str) -> Json {
    json!({"type": kind, "content": content, "proxied": true})
}

/// The records that stand in the way of one of ours: those that answer for the host, or hand it to another's servers.
pub fn conflicting<'a>(records: &'a [Record], owner: &str) -> impl Iterator<Item = &'a Record> {
    let own = ownership_comment::comment(owner);
    records.iter().filter(|record| serves(record)).filter(move |record| record.comment != own)
}

/// A record in the form of a desired one.
fn plain(record: &Record) -> Json {
    json!({"type": record.kind, "content": record.content, "proxied": record.proxied})
}

/// Whether a record is one that we made, whose comment somebody has taken for notes of their own: it leads its host to where it was
/// last led, and names no other resource.
pub fn has_lost_its_comment(record: &Record, applied: &BTreeMap<String, Json>) -> bool {
    let led = applied.get("records").and_then(|records| records.get(&record.name));
    led == Some(&plain(record)) && ownership_comment::tags(&record.comment).is_empty()
}

/// Whether a record decides who answers for its host.
pub fn serves(record: &Record) -> bool {
    is_address_record(record) || record.kind == "NS"
}

/// How a person makes an existing record ours.
pub fn how_to_resolve(host: &str, owner: &str) -> String {
    format!(
        "Remove it; or import it into an edge of its own, as `<zone>/{host}`; or, if this edge shall take it over, give it the \
         comment `{}`.",
        ownership_comment::comment(owner)
    )
}

/// Whether a record leads visitors somewhere.
pub fn is_address_record(record: &Record) -> bool {
    matches!(record.kind.as_str(), "A" | "AAAA" | "CNAME")
}

#[async_trait]
impl Component for DnsRecords {
    async fn read(&self, at: &Address, freshness: Freshness) -> Result<Option<Seen>, CallError> {
        Ok(seen(at, &self.ours(at, freshness).await?))
    }

    async fn create(&self, at: &Address, spec: &Resolved, _: &BTreeMap<String, String>) -> Result<Answer, CallError> {
        self.apply_records(at, spec, CREATE).await
    }

    async fn update(&self, at: &Address, change: Change<'_>) -> Result<Answer, CallError> {
        match change.call {
            // The last call does all that is left to do.
            CREATE | EDIT | DELETE if !change.interim => self.apply_records(at, change.spec, CREATE).await,
            call @ (CREATE | EDIT | DELETE) => self.apply_records(at, change.spec, call).await,
            other => Err(unknown_call(other)),
        }
    }

    async fn delete(&self, at: &Address, _: &Seen, _: &DeleteOptions) -> Result<Answer, CallError> {
        let ours = self.ours(at, at.fresh).await?;
        self.remove(ours.iter().map(|record| record.id.as_str())).await?;
        Ok(Answer::Done)
    }

    async fn sweep(&self, at: &Address) -> Result<Answer, CallError> {
        let mut lost = vec![];
        for host in at.applied.get("records").and_then(Json::as_object).into_iter().flat_map(Map::keys) {
            let there = self.0.records(host, at.fresh).await?.into_iter();
            let lost_ones = there.filter(|record| has_lost_its_comment(record, &at.applied));
            lost.extend(lost_ones.map(|record| format!("{} ({})", record.name, record.id)));
        }
        if lost.is_empty() {
            return Ok(Answer::Done);
        }
        Ok(Answer::Left(format!(
            "Somebody has replaced the comment by which this edge knows its DNS record, so it may be theirs by now: {} stays, and \
             still leads visitors to the origin. Delete it in the dashboard if nobody needs it.",
            lost.join(", ")
        )))
    }
}

fn seen(at: &Address, ours: &[Record]) -> Option<Seen> {
    if ours.is_empty() {
        return None;
    }
    let mut records = Map::new();
    for record in ours {
        let twice = records.contains_key(&record.name);
        let key = if twice { format!("{} ({})", record.name, record.id) } else { record.name.clone() };
        records.insert(key, plain(record));
    }
    let own = ownership_comment::comment(&at.owner);
    let comment = ours.iter().map(|record| &record.comment).find(|comment| **comment != own).unwrap_or(&own);
    Some(Seen {
        id: at.recorded.clone().unwrap_or_else(|| own.clone()),
        phase: Phase::Ready,
        tags: ownership_comment::tags(comment),
        fields: BTreeMap::from([("records", Json::Object(records)), ("comment", json!(comment))]),
        outputs: BTreeMap::new(),
    })
}

/// What is not wanted goes first, since a host can be handed from one name to another.
static PROCEDURE: Procedure = Procedure(&[
    Stage::new(DELETE).when(|was, desired| hosts(was).keys().any(|host| !hosts(Some(desired)).contains_key(host))),
    Stage::new(EDIT).when(|was, desired| {
        let desired = hosts(Some(desired));
        hosts(was).iter().any(|(host, record)| desired.get(host).is_some_and(|desired| desired != record))
    }),
    Stage::new(CREATE).when(|was, desired| hosts(Some(desired)).keys().any(|host| !hosts(was).contains_key(host))),
]);

fn hosts(records: Option<&Json>) -> Map<String, Json> {
    records.and_then(Json::as_object).cloned().unwrap_or_default()
}

impl DnsRecords {
    async fn ours(&self, at: &Address, freshness: Freshness) -> Result<Vec<Record>, CallError> {
        let own = ownership_comment::comment(&at.owner);
        let mut records = self.0.records_marked(&own, freshness).await?;
        if let Some(id) = at.recorded.as_deref().filter(|recorded| *recorded != own)
            && !records.iter().any(|record| record.id == id)
        {
            records.extend(self.0.record(id, freshness).await?);
        }
        records.retain(is_address_record);
        records.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        Ok(records)
    }

    /// Leads the hosts to where they shall go, and no others, up to this call: those that are not wanted go first, then records
    /// are changed, then new ones created, all of a call at once.
    async fn apply_records(&self, at: &Address, spec: &Resolved, up_to: &str) -> Result<Answer, CallError> {
        let mut ours: BTreeMap<String, Record> = BTreeMap::new();
        let mut unwanted = vec![];
        let desired = spec.0.get("records").and_then(Json::as_object).cloned().unwrap_or_default();
        for record in self.ours(at, at.fresh).await? {
            if ours.contains_key(&record.name) || !desired.contains_key(&record.name) {
                unwanted.push(record.id);
            } else {
                ours.insert(record.name.clone(), record);
            }
        }
        for host in desired.keys().filter(|host| !ours.contains_key(*host)).cloned().collect::<Vec<_>>() {
            let there = self.0.records(&host, at.fresh).await?;
            let lost = there.into_iter().find(|record| has_lost_its_comment(record, &at.applied));
            ours.extend(lost.map(|record| (host, record)));
        }
        self.remove(unwanted.iter().map(String::as_str)).await?;
        let is_due = |host: &str| match up_to {
            DELETE => false,
            EDIT => ours.contains_key(host),
            _ => true,
        };
        let due = desired.iter().filter(|(host, _)| is_due(host));
        let led = due.map(|(host, desired)| self.lead_one(at, host, desired, ours.get(host)));
        // All come to their end: none is left with its answer unheard.
        let mut records = join_all(led).await.into_iter().collect::<Result<Vec<Record>, CallError>>()?;
        records.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        if up_to != CREATE {
            return Ok(Answer::Done);
        }
        Ok(seen(at, &records).map_or(Answer::Done, Answer::Seen))
    }

    async fn lead_one(
        &self,
        at: &Address,
        host: &str,
        desired: &Json,
        live: Option<&Record>,
    ) -> Result<Record, CallError> {
        let own = ownership_comment::comment(&at.owner);
        let text = |field: &str| desired[field].as_str().unwrap_or_default().to_owned();
        let (kind, content) = (text("type"), text("content"));
        match live {
            None => self.create_one(at, NewRecord::of(host, kind, content, &at.owner)).await,
            Some(record)
                if record.kind == kind && record.content == content && record.proxied && record.comment == own =>
            {
                Ok(record.clone())
            }
            Some(record) => {
                let comment = (record.comment != own).then(|| own.clone());
                let change = RecordChange { name: host.to_owned(), kind, content, proxied: Some(true), comment };
                self.0.edit_record(&record.id, &change).await
            }
        }
    }

    async fn remove(&self, ids: impl Iterator<Item = &str>) -> Result<(), CallError> {
        let removed = join_all(ids.map(|id| self.0.delete_record(id))).await;
        removed.into_iter().try_for_each(|removed| CallError::found(removed).map(|_| ()))
    }

    async fn create_one(&self, at: &Address, new: NewRecord) -> Result<Record, CallError> {
        self.must_be_free(at, &new.name, at.fresh).await?;
        let made = self.0.create_record(&new).await;
        if made.as_ref().is_err_and(|error| error.class == ErrorClass::Exists) {
            self.must_be_free(at, &new.name, Freshness::Now).await?;
        }
        made
    }

    /// Cloudflare refuses a second CNAME, and lets a second address share the visitors with the first.
    async fn must_be_free(&self, at: &Address, host: &str, freshness: Freshness) -> Result<(), CallError> {
        let there = self.0.records(host, freshness).await?;
        let Some(rival) = conflicting(&there, &at.owner).next() else { return Ok(()) };
        let message = format!(
            "{host} has a {} record already, which is not this resource's. {}",
            rival.kind,
            how_to_resolve(host, &at.owner)
        );
        Err(CallError::own(CREATE, ErrorClass::Invalid, message))
    }
}

impl NewRecord {
    fn of(host: &str, kind: String, content: String, owner: &str) -> Self {
        Self { name: host.to_owned(), kind, content, proxied: true, comment: ownership_comment::comment(owner) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_of_hosts_is_told_by_its_calls() {
        let records = |hosts: &[(&str, &str)]| {
            Json::Object(hosts.iter().map(|(host, content)| ((*host).to_owned(), desired("CNAME", content))).collect())
        };
        let was = records(&[("a", "1"), ("b", "1")]);
        let calls = |was: Option<&Json>, desired: &Json| -> Vec<&str> {
            PROCEDURE.choose(was, desired).iter().map(|chosen| chosen.stage.call).collect()
        };
        assert_eq!(calls(Some(&was), &records(&[("a", "1"), ("b", "1"), ("c", "1")])), [CREATE]);
        assert_eq!(calls(Some(&was), &records(&[("a", "1")])), [DELETE]);
        assert_eq!(calls(Some(&was), &records(&[("a", "2"), ("b", "1")])), [EDIT]);
        assert_eq!(calls(Some(&was), &records(&[("a", "2"), ("c", "1")])), [DELETE, EDIT, CREATE]);
    }
}
