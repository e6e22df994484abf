//! The anchor of an edge: a TXT record. Its content says who the edge is and never changes, so that a second one is
//! refused as identical; the marks stand in its comment.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;

use crate::base::{CallError, Freshness, RESOURCE_TAG};
use crate::cloud::cloudflare::dns::{Dns, NewRecord, Record, RecordChange};
use crate::components::cloudflare::manual::delete_record;
use crate::components::cloudflare::ownership_comment::{self, DNS_WRITE, ZONE_READ};
use crate::engine::model::kind::Kind;
use crate::engine::model::manual::Manual;
use crate::engine::model::spec::Resolved;
use crate::engine::plan::planner::Anchor;
use crate::engine::run::component::{Address, Answer, Component, DeleteOptions, Phase, Seen};
use crate::engine::run::mark::{START_TAG, STATE_TAG};

const EDIT: &str = "cloudflare:EditDnsRecord";

/// The edge's anchor.
pub const ANCHOR: Anchor<'_> = Anchor { component: "edge_anchor", call: EDIT };

/// A record that is looked up by its name and content.
pub static KIND: Kind = Kind {
    name: "TXT record",
    named: false,
    create: Some("cloudflare:CreateDnsRecord"),
    delete: Some("cloudflare:DeleteDnsRecord"),
    token_permissions: &[DNS_WRITE],
    read_permissions: &[ZONE_READ],
    manual,
    ..Kind::BASE
};

fn manual(at: &Manual<'_>) -> Vec<String> {
    vec![delete_record(at, &name(at.owner, at.place))]
}

/// The anchors of a zone.
#[derive(Debug)]
pub struct EdgeAnchor {
    /// The zone's name.
    pub zone: String,
    /// Its records.
    pub dns: Arc<dyn Dns>,
}

/// What the names of all anchors begin with.
pub const PREFIX: &str = "_drop-";

/// The name of an edge's anchor.
pub fn name(owner: &str, zone: &str) -> String {
    format!("{PREFIX}{}.{zone}", ownership_comment::label(owner))
}

/// The edge's name (after its environment) in the name of its anchor.
pub fn label<'a>(name: &'a str, zone: &str) -> &'a str {
    let label = name.strip_prefix(PREFIX).unwrap_or(name);
    label.strip_suffix(zone).and_then(|label| label.strip_suffix('.')).unwrap_or(label)
}

/// The marks of an anchor, whoever's it is; `None` for other records.
pub fn marks(record: &Record) -> Option<BTreeMap<String, String>> {
    let owner = ownership_comment::tags(ownership_comment::unquoted(&record.content)).remove(RESOURCE_TAG)?;
    Some(tags(&owner, record))
}

/// Whether a record is the anchor of this owner.
pub fn is_of(record: &Record, owner: &str) -> bool {
    ownership_comment::unquoted(&record.content) == content(owner)
}

#[async_trait]
impl Component for EdgeAnchor {
    async fn read(&self, at: &Address, freshness: Freshness) -> Result<Option<Seen>, CallError> {
        let records = self.dns.records(&name(&at.owner, &self.zone), freshness).await?;
        Ok(records.into_iter().find(|record| is_of(record, &at.owner)).map(|record| seen(at, record)))
    }

    async fn create(&self, at: &Address, _: &Resolved, tags: &BTreeMap<String, String>) -> Result<Answer, CallError> {
        let new = NewRecord {
            name: name(&at.owner, &self.zone),
            kind: "TXT".to_owned(),
            content: ownership_comment::quoted(&content(&at.owner)),
            proxied: false,
            comment: comment(tags),
        };
        Ok(Answer::Seen(seen(at, self.dns.create_record(&new).await?)))
    }

    async fn delete(&self, _: &Address, seen: &Seen, _: &DeleteOptions) -> Result<Answer, CallError> {
        self.dns.delete_record(&seen.id).await?;
        Ok(Answer::Done)
    }

    async fn add_tags(&self, seen: &Seen, added: &BTreeMap<String, String>) -> Result<(), CallError> {
        let owner = seen.owner().unwrap_or_default();
        let mut tags = seen.tags.clone();
        tags.extend(added.clone());
        let change = RecordChange {
            name: name(owner, &self.zone),
            kind: "TXT".to_owned(),
            content: ownership_comment::quoted(&content(owner)),
            proxied: None,
            comment: Some(comment(&tags)),
        };
        self.dns.edit_record(&seen.id, &change).await?;
        Ok(())
    }
}

fn seen(at: &Address, record: Record) -> Seen {
    Seen {
        tags: tags(&at.owner, &record),
        id: record.id,
        phase: Phase::Ready,
        fields: BTreeMap::new(),
        outputs: BTreeMap::new(),
    }
}

fn content(owner: &str) -> String {
    ownership_comment::comment(owner)
}

/// The marks as a comment: short enough for every plan.
fn comment(tags: &BTreeMap<String, String>) -> String {
    let words = [("start", START_TAG), ("state", STATE_TAG)];
    let pairs = words.iter().filter_map(|(word, tag)| Some(format!("{word}={}", tags.get(*tag)?)));
    pairs.collect::<Vec<_>>().join(" ")
}

/// The tags that content and comment stand for. `state` comes last, and has blanks inside.
fn tags(owner: &str, record: &Record) -> BTreeMap<String, String> {
    let mut tags = BTreeMap::from([(RESOURCE_TAG.to_owned(), owner.to_owned())]);
    let (head, state) = match record.comment.split_once("state=") {
        Some((head, state)) => (head, Some(state)),
        None => (record.comment.as_str(), None),
    };
    if let Some(start) = head.trim().strip_prefix("start=") {
        tags.insert(START_TAG.to_owned(), start.to_owned());
    }
    if let Some(state) = state {
        tags.insert(STATE_TAG.to_owned(), state.to_owned());
    }
    tags
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::cloudflare::tiers::SHORTEST_COMMENT;
    use crate::engine::run::mark::Mark;

    fn marked(mark: &Mark) -> BTreeMap<String, String> {
        BTreeMap::from([
            (RESOURCE_TAG.to_owned(), "drop_edge/-/site".to_owned()),
            (START_TAG.to_owned(), "1763720000".to_owned()),
            (STATE_TAG.to_owned(), mark.to_string()),
        ])
    }

    #[test]
    fn marks_are_read_back_from_the_comment() {
        for mark in [
            Mark::complete("a1b2c3d4"),
            Mark::failed("a1b2c3d4"),
            Mark::leased(None, "1-e5f6a7b8", 1),
            Mark::complete("a1b2c3d4").updating("1-e5f6a7b8", 1),
        ] {
            let record = Record { comment: comment(&marked(&mark)), ..Record::default() };
            assert_eq!(tags("drop_edge/-/site", &record), marked(&mark));
        }
    }

    #[test]
    fn a_name_holds_its_label() {
        assert_eq!(label(&name("drop_edge/prod/site", "shop.example"), "shop.example"), "prod.site");
    }

    #[test]
    fn the_longest_mark_fits_the_least_plan() {
        let writer = "4194304-e5f6a7b8";
        let updating = Mark::complete("a1b2c3d4").updating(writer, 9_999_999_999);
        for mark in [Mark::leased(Some("a1b2c3d4".to_owned()), writer, 9_999_999_999), updating] {
            assert!(comment(&marked(&mark)).len() <= SHORTEST_COMMENT, "{mark}");
        }
    }

    #[test]
    fn a_comment_that_somebody_else_wrote_is_no_mark() {
        let record = Record { comment: "do not touch".to_owned(), ..Record::default() };
        assert_eq!(tags("drop_edge/-/site", &record).len(), 1);
    }
}
