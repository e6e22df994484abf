//! An edge's rules in one phase of its zone: a slice of a ruleset that everybody shares.
//!
//! A rule is ours by its `ref`, `drop:<edge>:<slug>`, which also keeps its id, and so its counters, through every change.
//! Rules of others are never sent, so they stay as they are, byte for byte and in order.

mod reconcile;

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Value as Json, json};

use crate::base::{CallError, ErrorClass, Freshness, RESOURCE_TAG};
use crate::cloud::cloudflare::rulesets::{CACHE_RULES, CUSTOM_RULES, RATE_LIMITS, Ruleset, Rulesets};
use crate::components::cloudflare::manual::delete_each;
use crate::components::cloudflare::ownership_comment::{self, ZONE_READ};
use crate::components::shared::unknown_call;
use crate::engine::model::kind::{Field, Kind};
use crate::engine::model::manual::Manual;
use crate::engine::model::procedure::{Procedure, Stage};
use crate::engine::model::spec::Resolved;
use crate::engine::run::component::{Address, Answer, Change, Component, DeleteOptions, Phase, Seen};

use reconcile::changes;
pub use reconcile::{canonical, next};

const CREATE: &str = "cloudflare:CreateRule";
const UPDATE: &str = "cloudflare:EditRule";
const DELETE: &str = "cloudflare:DeleteRule";

const BASE: Kind = Kind {
    named: false,
    create: Some(CREATE),
    delete: Some(DELETE),
    fields: &[Field::in_place("rules", UPDATE).by(&PROCEDURE)],
    read_permissions: &[ZONE_READ],
    ..Kind::BASE
};

/// `rules` are ours alone, in their order.
pub static CUSTOM: Kind = Kind {
    name: "custom rules",
    token_permissions: &["Zone WAF Write"],
    manual: |at| manual(at, CUSTOM_RULES),
    ..BASE
};
/// The same, of rate limits.
pub static RATE: Kind =
    Kind { name: "rate limits", token_permissions: &["Zone WAF Write"], manual: |at| manual(at, RATE_LIMITS), ..BASE };
/// The same, of cache rules.
pub static CACHE: Kind = Kind {
    name: "cache rules",
    token_permissions: &["Cache Settings Write"],
    manual: |at| manual(at, CACHE_RULES),
    ..BASE
};

fn manual(at: &Manual<'_>, phase: &str) -> Vec<String> {
    let pick = format!(
        ".result | .id as $set | .rules[]? | select(.ref | startswith(\"{}\")) | \"\\($set)/rules/\\(.id)\"",
        prefix(at.owner)
    );
    vec![delete_each(at, &format!("rulesets/phases/{phase}/entrypoint"), &pick, "rulesets")]
}

impl Rules {
    /// Those that block or challenge.
    pub fn custom(rulesets: Arc<dyn Rulesets>) -> Self {
        Self { phase: CUSTOM_RULES, rulesets }
    }

    /// Those that count.
    pub fn rate(rulesets: Arc<dyn Rulesets>) -> Self {
        Self { phase: RATE_LIMITS, rulesets }
    }

    /// Those that cache.
    pub fn cache(rulesets: Arc<dyn Rulesets>) -> Self {
        Self { phase: CACHE_RULES, rulesets }
    }
}

/// The components that are slices of rulesets, and their phases.
pub const PHASES: [(&str, &str); 3] =
    [("custom_rules", CUSTOM_RULES), ("rate_limits", RATE_LIMITS), ("cache_rules", CACHE_RULES)];

/// The rules of one phase.
#[derive(Debug)]
pub struct Rules {
    /// The phase.
    pub phase: &'static str,
    /// The zone's rulesets.
    pub rulesets: Arc<dyn Rulesets>,
}

/// What the refs of an edge's rules begin with.
pub fn prefix(owner: &str) -> String {
    format!("drop:{}:", ownership_comment::label(owner))
}

/// How often a phase is looked at again because others write to it too.
const ROUNDS: usize = 5;

#[async_trait]
impl Component for Rules {
    async fn read(&self, at: &Address, freshness: Freshness) -> Result<Option<Seen>, CallError> {
        let ruleset = self.rulesets.ruleset(self.phase, freshness).await?;
        Ok(ruleset.and_then(|ruleset| self.seen(at, &ruleset)))
    }

    async fn create(&self, at: &Address, spec: &Resolved, _: &BTreeMap<String, String>) -> Result<Answer, CallError> {
        self.reconcile(at, &rules(spec.0.get("rules")), CREATE).await
    }

    async fn update(&self, at: &Address, Change { call, interim, spec, .. }: Change<'_>) -> Result<Answer, CallError> {
        let rules = rules(spec.0.get("rules"));
        match call {
            // The last call does all that is left to do.
            CREATE | UPDATE | DELETE if !interim => self.reconcile(at, &rules, CREATE).await,
            CREATE | UPDATE | DELETE => self.reconcile(at, &rules, call).await,
            other => Err(unknown_call(other)),
        }
    }

    async fn delete(&self, at: &Address, _: &Seen, _: &DeleteOptions) -> Result<Answer, CallError> {
        self.reconcile(at, &[], DELETE).await?;
        Ok(Answer::Done)
    }
}

impl Rules {
    /// The rules of ours in a ruleset, if there are any.
    fn seen(&self, at: &Address, ruleset: &Ruleset) -> Option<Seen> {
        let prefix = prefix(&at.owner);
        let (ours, others): (Vec<_>, Vec<_>) =
            ruleset.rules.iter().enumerate().partition(|(_, rule)| Ruleset::text(rule, "ref").starts_with(&prefix));
        if ours.is_empty() {
            return None;
        }
        let foreign = others.into_iter().map(|(at, rule)| format!("{} {}: {}", self.phase, at + 1, words(rule)));
        Some(Seen {
            // The ruleset's own id changes when somebody makes it anew.
            id: self.phase.to_owned(),
            phase: Phase::Ready,
            fields: BTreeMap::from([("rules", ours.into_iter().map(|(_, rule)| canonical(rule)).collect())]),
            outputs: BTreeMap::from([("foreign", foreign.collect())]),
            tags: BTreeMap::from([(RESOURCE_TAG.to_owned(), at.owner.clone())]),
        })
    }

    /// Writes what differs up to this call, one rule after the other, and looks again whenever somebody else wrote meanwhile.
    async fn reconcile(&self, at: &Address, wanted: &[Json], up_to: &str) -> Result<Answer, CallError> {
        let _alone = self.rulesets.alone(self.phase).await;
        let prefix = prefix(&at.owner);
        let mut live = self.rulesets.ruleset(self.phase, at.fresh).await?;
        let (mut rounds, mut done) = (0, vec![]);
        while let Some(write) = next(live.as_ref(), &prefix, &due(live.as_ref(), &prefix, wanted, up_to)) {
            if done.contains(&write) {
                let otherwise = format!("Cloudflare keeps a rule of {} otherwise than it was sent", self.phase);
                return Err(CallError::own(UPDATE, ErrorClass::Invalid, otherwise));
            }
            match self.rulesets.write(self.phase, live.as_ref(), &write).await {
                Ok(written) if !written.interleaved => {
                    live = written.ruleset;
                    done.push(write);
                    continue;
                }
                Ok(_) => {}
                // Somebody made the ruleset first, or took away what we were about to change.
                Err(error) if matches!(error.class, ErrorClass::Exists | ErrorClass::NotFound) && rounds < ROUNDS => {}
                Err(error) => return Err(error),
            }
            rounds += 1;
            if rounds > ROUNDS {
                let busy = format!("somebody else keeps writing to {}", self.phase);
                return Err(CallError::own(UPDATE, ErrorClass::Busy, busy));
            }
            live = self.rulesets.ruleset(self.phase, Freshness::Now).await?;
            done.clear();
        }
        Ok(live.and_then(|ruleset| self.seen(at, &ruleset)).map_or(Answer::Done, Answer::Seen))
    }
}

fn rules(list: Option<&Json>) -> Vec<Json> {
    list.and_then(Json::as_array).cloned().unwrap_or_default()
}

/// The rules that a ruleset holds when the writes of a call are done: what is not wanted is removed first, then rules are changed
/// and moved, then new ones created.
fn due(live: Option<&Ruleset>, prefix: &str, wanted: &[Json], up_to: &str) -> Vec<Json> {
    let name = |rule: &Json| Ruleset::text(rule, "ref").to_owned();
    let is_in = |rules: &[Json], rule: &Json| rules.iter().any(|other| name(other) == name(rule));
    let live = live.map(|live| live.rules.as_slice()).unwrap_or_default();
    let ours = || live.iter().filter(|rule| Ruleset::text(rule, "ref").starts_with(prefix));
    match up_to {
        DELETE => ours().filter(|rule| is_in(wanted, rule)).map(canonical).collect(),
        UPDATE => wanted.iter().filter(|rule| is_in(live, rule)).cloned().collect(),
        _ => wanted.to_vec(),
    }
}

static PROCEDURE: Procedure = Procedure(&[
    Stage::new(DELETE).when(|was, desired| changes(&rules(was), &rules(Some(desired))).removes),
    Stage::new(UPDATE).when(|was, desired| changes(&rules(was), &rules(Some(desired))).edits),
    Stage::new(CREATE).when(|was, desired| changes(&rules(was), &rules(Some(desired))).adds),
]);

/// A rule of somebody else, as a person knows it.
fn words(rule: &Json) -> String {
    let said = ["description", "expression"].map(|field| Ruleset::text(rule, field));
    said.into_iter().find(|text| !text.is_empty()).map_or_else(|| json!(rule.get("action")).to_string(), str::to_owned)
}
