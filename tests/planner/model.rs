//! A cloud without time: objects with ids and fields. It carries out steps, and objects to those that come too early.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use crate::layouts::{ANCHOR, Edition};
use terraform_provider_drop::engine::model::kind::is_unset;
use terraform_provider_drop::engine::model::spec::{CurrentState, CurrentStates, Input, Spec, mark_removed};
use terraform_provider_drop::engine::plan::blueprint::{Blueprint, Step, Verb};
use terraform_provider_drop::engine::plan::planner;

#[derive(Debug, Default)]
struct Object {
    id: String,
    /// As they are.
    fields: BTreeMap<&'static str, Json>,
    /// As they were asked for.
    asked: BTreeMap<&'static str, Input>,
}

/// The cloud, and what the state of the one resource in it knows.
#[derive(Debug, Default)]
pub struct Model {
    objects: BTreeMap<String, Object>,
    births: u32,
    complete: bool,
    /// What of its components was asked for until now.
    known: Vec<Spec>,
}

impl Model {
    /// What would take it to this edition.
    pub fn plan(&self, edition: &Edition) -> Blueprint {
        if self.complete {
            let mut specs = edition.specs();
            mark_removed(&self.known, &mut specs);
            planner::update(&specs, &self.current_states(), ANCHOR).unwrap()
        } else {
            planner::create(&edition.specs(), ANCHOR).unwrap()
        }
    }

    /// Carries out the first `count` steps, in some order that the blueprint allows: `choices` picks it.
    pub fn apply(&mut self, edition: &Edition, count: usize, choices: &[u8]) {
        let blueprint = self.plan(edition);
        let mut specs = edition.specs();
        mark_removed(&self.known, &mut specs);
        let count = count.min(blueprint.steps.len());
        self.carry_out(&blueprint, &specs, count, choices);
        if count == blueprint.steps.len() {
            self.known = edition.specs();
        } else {
            self.remember(edition.specs());
        }
    }

    /// Removes everything.
    pub fn destroy(&mut self, edition: &Edition, choices: &[u8]) {
        let specs = edition.specs();
        let blueprint = planner::delete(&specs, &BTreeMap::new(), ANCHOR).unwrap();
        self.carry_out(&blueprint, &specs, blueprint.steps.len(), choices);
    }

    /// Somebody deletes the n-th object that nobody uses.
    pub fn lose(&mut self, n: usize) {
        let unused = |name: &&String| name.as_str() != ANCHOR.component && self.users(name).is_empty();
        let names: Vec<String> = self.objects.keys().filter(unused).cloned().collect();
        if let Some(name) = names.get(n % names.len().max(1)) {
            self.objects.remove(name);
        }
    }

    /// Somebody changes the size of the n-th object.
    pub fn meddle(&mut self, n: usize) {
        let count = self.objects.len().max(1);
        if let Some(size) = self.objects.values_mut().nth(n % count).and_then(|object| object.fields.get_mut("size")) {
            *size = json!(99);
        }
    }

    pub fn names(&self) -> BTreeSet<&str> {
        self.objects.keys().map(String::as_str).collect()
    }

    /// The fields that are not as this edition says.
    pub fn wrong(&self, edition: &Edition) -> Vec<String> {
        let mut wrong = vec![];
        for spec in edition.specs() {
            let Some(object) = self.objects.get(spec.component.as_str()) else { continue };
            for (field, input) in spec.set_fields() {
                let wanted = self.resolve(input);
                let is = object.fields.get(field.name);
                // Nothing asked for and nothing there is the same.
                let nothing = is.is_none() && wanted.as_ref().is_some_and(is_unset);
                if wanted.as_ref() != is && !nothing {
                    wrong.push(format!("{}/{} is {is:?}, not {wanted:?}", spec.component, field.name));
                }
            }
        }
        wrong
    }

    fn carry_out(&mut self, blueprint: &Blueprint, specs: &[Spec], count: usize, choices: &[u8]) {
        let mut done = BTreeSet::new();
        for turn in 0..count {
            let ready = |n: &usize| !done.contains(n) && blueprint.steps[*n].after.iter().all(|m| done.contains(m));
            let ready: Vec<usize> = (0..blueprint.steps.len()).filter(ready).collect();
            let choice = usize::from(choices.get(turn % choices.len().max(1)).copied().unwrap_or_default());
            let n = ready[choice % ready.len()];
            self.step(&blueprint.steps[n], specs);
            done.insert(n);
        }
    }

    fn step(&mut self, step: &Step, specs: &[Spec]) {
        let spec = specs.iter().find(|spec| spec.component == step.component).unwrap();
        match step.verb {
            Verb::Complete => self.complete = true,
            Verb::Delete => {
                let users = self.users(&step.component);
                assert!(users.is_empty(), "{step} while {users:?} use it");
                self.objects.remove(step.component.as_str());
            }
            Verb::Create | Verb::Update => {
                let mut values = BTreeMap::new();
                for (field, input) in spec.set_fields().filter(|(field, _)| step.fields.iter().any(|f| f == field.name))
                {
                    let value =
                        self.resolve(input).unwrap_or_else(|| panic!("{step}: {} is not there yet", field.name));
                    values.insert(field.name, (value, input.clone()));
                }
                let absent = !self.objects.contains_key(step.component.as_str());
                assert!(!absent || step.verb == Verb::Create, "{step}: there is nothing to change");
                let renewed = spec.kind.creates_revision(&step.call) || absent;
                self.births += u32::from(renewed);
                let births = self.births;
                let object = self.objects.entry(step.component.to_string()).or_default();
                if renewed {
                    object.id = format!("{}#{births}", step.component);
                }
                for (field, (value, input)) in values {
                    object.set(field, value, input);
                }
            }
        }
    }

    /// As Read tells it.
    fn current_states(&self) -> CurrentStates {
        let standing = |object: &Object| {
            let deviates = |field: &&&str| self.resolve(&object.asked[**field]).as_ref() != object.fields.get(**field);
            let deviating = object.asked.keys().filter(deviates).map(|field| ((*field).to_owned(), vec![]));
            CurrentState { fields: object.asked.clone(), deviating: deviating.collect(), ..CurrentState::default() }
        };
        self.objects.iter().map(|(name, object)| (name.clone(), standing(object))).collect()
    }

    /// A state after a failure knows of both what was and what was to be.
    fn remember(&mut self, wanted: Vec<Spec>) {
        for spec in wanted {
            match self.known.iter_mut().find(|known| known.component == spec.component) {
                None => self.known.push(spec),
                Some(known) => {
                    let tags = |spec: &Spec| spec.input("tags").and_then(Input::known).cloned();
                    if let (Some(Json::Object(mut all)), Some(Json::Object(more))) = (tags(known), tags(&spec)) {
                        all.extend(more);
                        known.desired.insert("tags", Json::Object(all).into());
                    }
                }
            }
        }
    }

    fn users(&self, name: &str) -> Vec<&String> {
        let Some(id) = self.objects.get(name).map(|object| object.id.as_str()) else { return vec![] };
        let uses = |object: &Object| {
            let text = object.fields.get("uses").and_then(Json::as_str);
            text.is_some_and(|text| text.split(' ').any(|word| word == id))
        };
        self.objects.iter().filter(|(_, object)| uses(object)).map(|(name, _)| name).collect()
    }

    fn resolve(&self, input: &Input) -> Option<Json> {
        input.value(|component, _| self.objects.get(component).map(|object| json!(object.id)))
    }
}

impl Object {
    /// Tags are added to those that are there; keys are taken away of them.
    fn set(&mut self, field: &'static str, value: Json, input: Input) {
        match (field, value) {
            ("untag", Json::Array(keys)) => {
                let asked = self.asked.get_mut("tags").and_then(|input| match input {
                    Input::Known(tags) => tags.as_object_mut(),
                    _ => None,
                });
                let there = self.fields.get_mut("tags").and_then(Json::as_object_mut);
                for tags in there.into_iter().chain(asked) {
                    keys.iter().filter_map(Json::as_str).for_each(|key| drop(tags.remove(key)));
                }
            }
            ("tags", Json::Object(more)) => {
                let tags = self.fields.entry("tags").or_insert_with(|| json!({}));
                tags.as_object_mut().unwrap().extend(more);
                self.asked.insert(field, input);
            }
            (field, value) => {
                self.fields.insert(field, value);
                self.asked.insert(field, input);
            }
        }
    }
}
