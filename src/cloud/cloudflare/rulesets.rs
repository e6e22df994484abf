//! Rulesets of a zone: one a phase, which everybody's rules share.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, PoisonError};

use async_trait::async_trait;
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::client::{Call, Client};
use super::envelope::Problem;
use crate::base::{CallError, ErrorClass, Freshness, Result};
use crate::cloud::snapshot::{Memo, SnapshotWindow};

/// The phase in which custom rules run.
pub const CUSTOM_RULES: &str = "http_request_firewall_custom";
/// The phase in which rate limits run.
pub const RATE_LIMITS: &str = "http_ratelimit";
/// The phase in which cache rules run.
pub const CACHE_RULES: &str = "http_request_cache_settings";

/// The ruleset of a phase. Rules are kept as they came: most are somebody else's.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Ruleset {
    /// Its id.
    pub id: String,
    /// What it is for. Ours says so.
    pub description: String,
    /// Its version, which every write raises by one.
    pub version: String,
    /// Its rules, in order.
    pub rules: Vec<Json>,
}

impl Ruleset {
    /// A text field of a rule.
    pub fn text<'a>(rule: &'a Json, field: &str) -> &'a str {
        rule.get(field).and_then(Json::as_str).unwrap_or_default()
    }

    fn number(&self) -> Option<u64> {
        self.version.parse().ok()
    }
}

/// One write to a phase.
#[derive(Debug, Clone, PartialEq)]
pub enum Write {
    /// Makes the ruleset. It is refused if there is one.
    Create {
        /// What it is for.
        description: String,
        /// Its rules.
        rules: Vec<Json>,
    },
    /// Adds a rule.
    Add {
        /// The rule.
        rule: Json,
        /// Where.
        place: Place,
    },
    /// Gives a rule another form, and another place if one is named.
    Edit {
        /// The rule's id.
        id: String,
        /// The whole rule.
        rule: Json,
        /// Where.
        place: Option<Place>,
    },
    /// Takes a rule away.
    Remove {
        /// The rule's id.
        id: String,
    },
}

/// Where a rule stands among all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Behind all others.
    Last,
    /// Right behind the rule of this id.
    After(String),
    /// Right before the rule of this id.
    Before(String),
}

/// What came of a write.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// The ruleset afterwards.
    pub ruleset: Option<Ruleset>,
    /// Somebody else wrote between our reading and our writing: what was decided from the reading has to be looked at again.
    pub interleaved: bool,
}

/// The calls that the components make.
#[async_trait]
pub trait Rulesets: Debug + Send + Sync {
    /// The zone's ruleset of a phase, if it has one.
    async fn ruleset(&self, phase: &str, freshness: Freshness) -> Result<Option<Ruleset>>;
    /// Writes to a phase. `seen` is its ruleset as it was read just before, `None` where there is none.
    async fn write(&self, phase: &str, seen: Option<&Ruleset>, write: &Write) -> Result<Written>;
    /// The same as a dry run: nothing is kept, and what would be refused is answered.
    async fn dry_run(&self, phase: &str, seen: Option<&Ruleset>, write: &Write) -> Result<Vec<Problem>>;
    /// Waits until nobody else in this process writes to the phase: Cloudflare limits concurrent writes, and who reads in
    /// order to write must not be overtaken.
    async fn alone(&self, phase: &str) -> OwnedMutexGuard<()>;
}

/// The rulesets of one zone, over HTTP.
#[derive(Debug)]
pub struct RulesetsClient {
    client: Arc<Client>,
    rulesets: String,
    by_phase: Memo<Option<Ruleset>>,
    locks: std::sync::Mutex<BTreeMap<String, Arc<Mutex<()>>>>,
}

/// How often an added rule that got no answer is looked for and tried.
const ATTEMPTS: u32 = 3;

impl RulesetsClient {
    pub(super) fn new(client: Arc<Client>, zone: &str, window: &SnapshotWindow) -> Self {
        let by_phase = Memo::new(window.clone());
        Self { client, rulesets: format!("zones/{zone}/rulesets"), by_phase, locks: std::sync::Mutex::default() }
    }

    async fn entrypoint(&self, phase: &str) -> Result<Option<Ruleset>> {
        let path = format!("{}/phases/{phase}/entrypoint", self.rulesets);
        let call = Call { name: "cloudflare:GetEntrypoint", method: Method::GET, path, query: &[], body: None };
        CallError::found(self.client.call::<Ruleset>(&call).await).map(|answer| answer.and_then(|answer| answer.result))
    }
}

#[async_trait]
impl Rulesets for RulesetsClient {
    async fn ruleset(&self, phase: &str, freshness: Freshness) -> Result<Option<Ruleset>> {
        self.by_phase.get(phase, freshness, async || self.entrypoint(phase).await).await
    }

    async fn write(&self, phase: &str, seen: Option<&Ruleset>, write: &Write) -> Result<Written> {
        let (name, method, below, body) = request(phase, seen, write);
        let call = Call { name, method, path: format!("{}{below}", self.rulesets), query: &[], body };
        let mut tried = 0;
        loop {
            let error = match self.client.call::<Ruleset>(&call).await {
                Ok(answer) => {
                    match answer.result.clone() {
                        Some(known) => self.by_phase.wrote(phase, move |now| *now = Some(known.clone())).await,
                        None => self.by_phase.forget(phase).await,
                    }
                    return Ok(written(seen, write, answer.result));
                }
                Err(error) => error,
            };
            self.by_phase.forget(phase).await;
            tried += 1;
            if call.method != Method::POST || error.class != ErrorClass::Unavailable || tried == ATTEMPTS {
                return Err(error);
            }
            // The answer may be all that was lost.
            let now = self.entrypoint(phase).await?;
            let version = |ruleset: Option<&Ruleset>| ruleset.map(|ruleset| ruleset.version.clone());
            if version(now.as_ref()) != version(seen) {
                // Somebody wrote, we or another: the caller looks at what is there now.
                return Ok(Written { ruleset: now, interleaved: true });
            }
        }
    }

    async fn dry_run(&self, phase: &str, seen: Option<&Ruleset>, write: &Write) -> Result<Vec<Problem>> {
        let (name, method, below, body) = request(phase, seen, write);
        let path = format!("{}{below}", self.rulesets);
        let call = Call { name, method, path, query: &[("dry_run", "true")], body };
        self.client.dry_run(&call).await
    }

    async fn alone(&self, phase: &str) -> OwnedMutexGuard<()> {
        let lock = {
            let mut locks = self.locks.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(locks.entry(phase.to_owned()).or_default())
        };
        lock.lock_owned().await
    }
}

/// A write as a request: its name, method, path below the rulesets, and body.
fn request(phase: &str, seen: Option<&Ruleset>, write: &Write) -> (&'static str, Method, String, Option<Json>) {
    let id = seen.map(|ruleset| ruleset.id.as_str()).unwrap_or_default();
    match write {
        Write::Create { description, rules } => {
            let body = json!({
                "name": "default", "description": description, "kind": "zone", "phase": phase, "rules": rules,
            });
            ("cloudflare:CreateRuleset", Method::POST, String::new(), Some(body))
        }
        Write::Add { rule, place } => {
            ("cloudflare:CreateRule", Method::POST, format!("/{id}/rules"), Some(placed(rule, place)))
        }
        Write::Edit { id: of, rule, place } => {
            let body = place.as_ref().map_or_else(|| rule.clone(), |place| placed(rule, place));
            ("cloudflare:EditRule", Method::PATCH, format!("/{id}/rules/{of}"), Some(body))
        }
        Write::Remove { id: of } => ("cloudflare:DeleteRule", Method::DELETE, format!("/{id}/rules/{of}"), None),
    }
}

fn placed(rule: &Json, place: &Place) -> Json {
    let mut body = rule.clone();
    let position = match place {
        Place::Last => return body,
        Place::After(id) => json!({"after": id}),
        Place::Before(id) => json!({"before": id}),
    };
    if let Some(fields) = body.as_object_mut() {
        fields.insert("position".to_owned(), position);
    }
    body
}

/// One write raises the version by one; more than that means that somebody else wrote too.
fn written(seen: Option<&Ruleset>, write: &Write, ruleset: Option<Ruleset>) -> Written {
    let before = seen.and_then(Ruleset::number);
    let after = ruleset.as_ref().and_then(Ruleset::number);
    let interleaved = match write {
        Write::Create { .. } => false,
        _ => before.zip(after).is_none_or(|(before, after)| after != before + 1),
    };
    Written { ruleset, interleaved }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ruleset(version: &str) -> Ruleset {
        Ruleset { id: "rs".to_owned(), version: version.to_owned(), ..Ruleset::default() }
    }

    #[test]
    fn a_jump_of_the_version_tells_of_another_writer() {
        let add = Write::Add { rule: json!({}), place: Place::Last };
        let after = |version| written(Some(&ruleset("4")), &add, Some(ruleset(version))).interleaved;
        assert!(!after("5"));
        assert!(after("6"));
        assert!(after("not a number"));
    }

    #[test]
    fn a_place_is_named_by_a_neighbour() {
        let rule = json!({"ref": "a"});
        assert_eq!(placed(&rule, &Place::Last), rule);
        assert_eq!(placed(&rule, &Place::After("r1".to_owned())), json!({"ref": "a", "position": {"after": "r1"}}));
    }
}
