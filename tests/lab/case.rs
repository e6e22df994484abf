//! One resource in one lab, driven as the CLI drives it, and the assertions on each step.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use terraform_provider_drop::engine::plan::drift::{self, Deviation};
use terraform_provider_drop::engine::plan::steps;
use tf_plugin::harness::{Action, Harness, Object, Outcome, Plan};
use tf_plugin::{Diagnostics, Path, PathStep, Type, Value, codec};

use crate::describe::{self, Facts};
use crate::lab::{Lab, REGION};
use crate::subject::{Subject, provider, schema};
use crate::table::{self, GIVEN};

/// The verb of a step that only writes the anchor's mark, which [`Lab::mutations`] leaves out too.
const MARKED: &str = "complete";

/// One resource in one lab.
pub struct Case {
    pub lab: Lab,
    subject: &'static str,
    describe: fn(&Lab) -> Facts,
    parts: &'static [&'static str],
    repeated: &'static [&'static str],
    harness: Harness,
    ty: Type,
    /// The values that texts of [`GIVEN`] stand for.
    given: Json,
}

/// A successful plan.
pub struct Planned {
    pub action: Action,
    /// The calls of its steps, in their order.
    pub calls: Vec<String>,
    /// The top-level attributes that change or are not known yet.
    pub changed: BTreeSet<String>,
    /// The lines of `drift` that the refresh found.
    pub drift: Vec<Deviation>,
    /// The reasons of its steps.
    pub why: BTreeSet<String>,
}

impl Case {
    /// The resource does not exist; the objects that it needs do.
    pub async fn empty(lab: &Lab, subject: &Subject) -> Self {
        let harness = Harness::of(provider(), subject.resource, endpoints(lab)).await;
        let mut given = (subject.given)(lab);
        if let Some((resource, config)) = &subject.beside {
            let mut other = Harness::of(provider(), resource, endpoints(lab)).await;
            other.apply(config.clone()).await.ok();
            let found = stored(&schema(resource).implied_type(), other.state())["ref"].clone();
            let (mut another_type, mut another_region) = (found.clone(), found.clone());
            another_type["type"] = json!(subject.resource);
            another_region["region"] = json!("eu-north-1");
            given[table::REF] = found;
            given[table::REF_OF_ANOTHER_TYPE] = another_type;
            given[table::REF_IN_ANOTHER_REGION] = another_region;
        }
        Self {
            lab: lab.clone(),
            subject: subject.key,
            describe: subject.describe,
            parts: subject.parts,
            repeated: subject.repeated,
            harness,
            ty: subject.schema().implied_type(),
            given,
        }
    }

    /// The resource exists with the configuration that rows begin with.
    pub async fn standing(lab: &Lab, subject: &Subject) -> Self {
        let mut case = Self::empty(lab, subject).await;
        case.apply(&subject.whole()).await;
        case
    }

    pub fn is_of(&self, subject: &Subject) -> bool {
        self.subject == subject.key
    }

    /// Validates and plans. The plan may fail.
    pub async fn try_plan(&mut self, config: &Json) -> Plan {
        let config = self.resolved(config);
        let diagnostics = self.harness.validate(config.clone()).await;
        let mut plan = self.harness.plan(config).await;
        if diagnostics.has_errors() {
            plan.diagnostics = diagnostics;
        }
        plan
    }

    /// Whether validation has nothing against it.
    pub async fn is_valid(&self, config: &Json) -> bool {
        !self.harness.validate(self.resolved(config)).await.has_errors()
    }

    /// Whether the state holds the resource.
    pub fn stands(&self) -> bool {
        !self.harness.state().is_null()
    }

    /// Takes the protection away from what has this configuration.
    pub async fn unprotect(&mut self, config: &Json) {
        if config["deletion_protection"] == json!(true) {
            let mut config = config.clone();
            config["deletion_protection"] = json!(false);
            self.apply(&config).await;
        }
    }

    /// Plans `open`, which leaves something unknown, and applies `known`, which it turns out to be: the next plan is empty.
    pub async fn apply_open(&mut self, open: &Json, known: &Json) {
        let outcome = self.harness.apply_after(self.resolved(open), self.resolved(known)).await;
        assert!(!outcome.diagnostics.has_errors(), "{open}\nturned out to be {known}:\n{}", outcome.diagnostics);
        let planned = self.plan(known).await;
        assert_eq!((planned.action, planned.drift), (Action::NoOp, vec![]), "{open}\nturned out to be {known}");
    }

    /// Plans, and expects success.
    pub async fn plan(&mut self, config: &Json) -> Planned {
        let plan = self.try_plan(config).await;
        assert!(!plan.diagnostics.has_errors(), "{config}:\n{}", plan.diagnostics);
        let (before, after) = (self.harness.state(), &plan.planned);
        let lines = |of: &Value, name: &str| -> Vec<String> {
            let elements = of.get(name).as_elements().unwrap_or_default();
            elements.iter().filter_map(|line| line.as_str().map(str::to_owned)).collect()
        };
        let (earlier, all) = (lines(before, "steps"), lines(after, "steps"));
        let all: Vec<steps::Line<'_>> = all.iter().map(|line| steps::parse(line).unwrap()).collect();
        let before_it = earlier.last().and_then(|line| steps::parse(line)).map_or(0, |line| line.run);
        let (old, new): (Vec<_>, Vec<_>) = all.into_iter().partition(|line| line.run <= before_it);
        // The oldest drop out where there are too many.
        let kept: Vec<steps::Line<'_>> = earlier.iter().map(|line| steps::parse(line).unwrap()).collect();
        assert!(kept.ends_with(&old), "steps are not append-only: {kept:?} became {old:?}");
        let members = after.as_members();
        let changed = members.into_iter().flatten().filter(|(name, value)| before.get(name) != *value);
        Planned {
            action: plan.action,
            calls: self.once(new.iter().filter(|step| step.verb != MARKED).map(call)),
            changed: changed.map(|(name, _)| name.clone()).collect(),
            drift: drift::parse(&lines(before, "drift")).into_iter().collect(),
            why: new.iter().filter_map(|step| step.why.map(str::to_owned)).collect(),
        }
    }

    /// Plans, applies, and expects that the calls are those that the plan named and that the next plan is empty.
    pub async fn apply(&mut self, config: &Json) -> Planned {
        self.apply_sparing(config, &[]).await
    }

    /// The same, where these calls may turn out not to be needed.
    pub async fn apply_sparing(&mut self, config: &Json, spared: &[&str]) -> Planned {
        self.applied(config, spared, |_, _| {}).await
    }

    /// As [`Self::apply`], with a look at the plan before it is applied.
    pub async fn apply_after(&mut self, config: &Json, look: impl FnOnce(&Self, &Planned)) -> Planned {
        self.applied(config, &[], look).await
    }

    async fn applied(&mut self, config: &Json, spared: &[&str], look: impl FnOnce(&Self, &Planned)) -> Planned {
        let planned = self.plan(config).await;
        look(self, &planned);
        let since = self.lab.now();
        self.harness.apply(self.resolved(config)).await.ok();
        let made = self.made(since);
        let needed = |call: &&String| made.contains(call) || !spared.contains(&call.as_str());
        assert_eq!(
            sorted(&made),
            sorted(planned.calls.iter().filter(needed)),
            "made on the left, planned on the right: {config}"
        );
        planned
    }

    pub async fn destroy(&mut self) {
        self.harness.destroy().await.ok();
    }

    /// Destroys, and expects a failure with these words.
    pub async fn destroy_fails(&mut self, words: &str) {
        self.harness.destroy().await.fails(words);
    }

    /// Changes the provider's default tags: as plans know them, where values may be unknown, and as applies do.
    pub async fn default_tags(&mut self, planned_with: &Json, applied_with: &Json) {
        let config = |tags: &Json| {
            let mut config = endpoints(&self.lab);
            config["aws"]["default_tags"] = tags.clone();
            config
        };
        self.harness.provide(config(planned_with), config(applied_with)).await;
    }

    /// Whether plans refresh first.
    pub fn set_refresh(&mut self, refreshes: bool) {
        self.harness.set_refresh(refreshes);
    }

    /// Plans with values that are not known, and applies with what they turn out to be.
    pub async fn apply_known_later(&mut self, planned_with: &Json, applied_with: &Json) {
        self.harness.apply_after(self.resolved(planned_with), self.resolved(applied_with)).await.ok();
    }

    /// Applies; it may fail.
    pub async fn try_apply(&mut self, config: &Json) -> Outcome {
        self.harness.apply(self.resolved(config)).await
    }

    /// Takes the object out of the state.
    pub fn take_state(&mut self) -> Option<Object> {
        self.harness.current().take()
    }

    /// Puts an object into the state, as an older backup or another folder has it.
    pub fn set_state(&mut self, object: Option<Object>) {
        *self.harness.current() = object;
    }

    /// `terraform import` of an empty state.
    pub async fn import(&mut self, id: &str) -> Outcome {
        self.harness.import(id).await
    }

    /// Whether the state holds an object.
    pub fn exists(&self) -> bool {
        !self.harness.state().is_null()
    }

    /// The attribute as a state file holds it.
    pub fn shown(&self, attribute: &str) -> Json {
        stored(&self.ty, self.harness.state())[attribute].clone()
    }

    /// The facts that the lab shows after all changes have ended.
    pub fn facts(&self) -> Facts {
        describe::at_rest(&self.lab, self.describe)
    }

    pub fn births(&self) -> std::collections::BTreeMap<String, u64> {
        describe::births(&self.lab, self.parts)
    }

    /// The calls since then that change something, as steps name them.
    fn made(&self, since: usize) -> Vec<String> {
        self.once(self.lab.changes(since))
    }

    /// The calls, each of those that a step makes as often as it takes only once.
    fn once(&self, calls: impl IntoIterator<Item = String>) -> Vec<String> {
        let mut met = BTreeSet::new();
        let keep = |call: &String| !self.repeated.contains(&call.as_str()) || met.insert(call.clone());
        calls.into_iter().filter(keep).collect()
    }

    fn resolved(&self, config: &Json) -> Json {
        match config {
            Json::String(text) if text.starts_with(GIVEN) => {
                let found = self.given.get(&text[GIVEN.len()..]);
                found.unwrap_or_else(|| panic!("{text} is not given")).clone()
            }
            Json::Object(members) => {
                members.iter().map(|(name, member)| (name.clone(), self.resolved(member))).collect()
            }
            Json::Array(elements) => elements.iter().map(|element| self.resolved(element)).collect(),
            other => other.clone(),
        }
    }
}

/// The attribute that a path leads to, with dots and without the keys of repeated blocks.
pub fn attributes(path: &Path) -> String {
    let names = path.steps().iter().filter_map(|step| match step {
        PathStep::Attribute(name) => Some(name.as_str()),
        PathStep::Key(_) | PathStep::Index(_) => None,
    });
    names.collect::<Vec<_>>().join(".")
}

/// A state as a state file holds it.
fn stored(ty: &Type, state: &Value) -> Json {
    serde_json::from_slice(&codec::json::encode(state, ty).unwrap()).unwrap()
}

/// Expects errors: the first is at this attribute, and the messages contain these words.
pub fn must_refuse(diagnostics: &Diagnostics, at: &str, says: &[&str]) {
    let first = diagnostics.errors().next().unwrap_or_else(|| panic!("it is not refused:\n{diagnostics}"));
    assert_eq!(attributes(&first.path), at, "the message stands elsewhere:\n{diagnostics}");
    let told = diagnostics.to_string();
    for words in says {
        assert!(told.contains(words), "{words:?} is not said:\n{told}");
    }
}

/// A configuration without references to other objects.
pub fn without_given(config: &Json) -> Json {
    match config {
        Json::String(text) if text.starts_with(GIVEN) => Json::Null,
        Json::Object(members) => members.iter().map(|(name, member)| (name.clone(), without_given(member))).collect(),
        other => other.clone(),
    }
}

fn call(step: &steps::Line<'_>) -> String {
    format!("{}:{}", step.service, step.operation)
}

fn sorted<'a>(calls: impl IntoIterator<Item = &'a String>) -> Vec<&'a String> {
    let mut calls: Vec<&String> = calls.into_iter().collect();
    calls.sort();
    calls
}

/// A provider block that leads to a lab.
pub fn endpoints(lab: &Lab) -> Json {
    let services = terraform_provider_drop::cloud::aws::SERVICES;
    let endpoints: Json = services.iter().map(|service| ((*service).to_owned(), json!(lab.aws))).collect();
    json!({
        "aws": {"region": REGION, "max_retries": 0, "endpoints": endpoints},
        "cloudflare": {"base_url": lab.cloudflare, "api_token": lab.token},
    })
}
