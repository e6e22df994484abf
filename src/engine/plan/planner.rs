//! The planner: a pure function from specs and current states to a blueprint. No IO, no clock, no randomness; ordered maps
//! only, so that the same input gives the same blueprint, byte for byte, in every process.

use std::collections::{BTreeMap, BTreeSet};

use crate::engine::model::judgement::{Difference, OnCreate};
use crate::engine::model::kind::{Field, Set};
use crate::engine::model::name::ComponentName;
use crate::engine::model::procedure::Chosen;
use crate::engine::model::spec::{CurrentState, CurrentStates, Input, Spec};
use crate::engine::plan::blueprint::{Blueprint, FieldRef, Step, Verb};
use crate::engine::plan::changes::Changes;
use crate::engine::plan::graph::{self, PlanError};

pub use crate::engine::model::layout::Anchor;

/// Why the last step of every create is there.
pub const COMPLETE: &str = "creation finished";

/// The blueprint of a create, or of resuming one: every component is ensured, whatever of it exists.
pub fn create(specs: &[Spec], anchor: Anchor<'_>) -> Result<Blueprint, PlanError> {
    let mut draft = Draft::default();
    let order: Vec<&Spec> = owned(graph::order(specs)?).into_iter().filter(|spec| spec.is_wanted()).collect();
    for spec in &order {
        draft.create(spec, anchor.component);
    }
    for spec in &order {
        draft.last(spec);
    }
    let all = (0..draft.steps.len()).collect();
    draft.push(Step::new(Verb::Complete, anchor.component, anchor.call).because(COMPLETE.to_owned()), all);
    Ok(draft.into_blueprint())
}

/// The blueprint that takes what stands to what is specified: what comes first is changed, then what is missing is
/// ensured and what differs changed in place, and at the end what is not wanted any more is removed.
pub fn update(specs: &[Spec], current_states: &CurrentStates, anchor: Anchor<'_>) -> Result<Blueprint, PlanError> {
    let mut draft = Draft::default();
    let (absent, wanted): (Vec<&Spec>, Vec<&Spec>) =
        owned(graph::order(specs)?).into_iter().partition(|spec| !spec.is_wanted());
    // Of what is left over nothing is known: it is ensured like what is missing.
    let stands = |standing: &&CurrentState| !standing.borrowed && !standing.left_over;
    let standing = |spec: &Spec| current_states.get(spec.component.as_str()).filter(stands);
    let comes_first = |field: &Field| matches!(field.set, Set::PreUpdate(_));
    for (spec, standing) in wanted.iter().filter_map(|spec| Some((spec, standing(spec)?))) {
        draft.change(spec, standing, comes_first);
    }
    draft.first = (0..draft.steps.len()).collect();
    for spec in wanted {
        match standing(spec) {
            None => {
                draft.create(spec, anchor.component);
                draft.last(spec);
            }
            Some(standing) => draft.change(spec, standing, |field| !comes_first(field)),
        }
    }
    draft.take_away();
    for spec in absent.into_iter().rev() {
        let stands = current_states.get(spec.component.as_str()).is_some_and(|standing| !standing.borrowed);
        let (Some(call), true) = (spec.kind.delete, stands) else { continue };
        let all = (0..draft.steps.len()).collect();
        draft.push(removal(spec, call).because("not wanted any more".to_owned()), all);
    }
    Ok(draft.into_blueprint())
}

/// The blueprint of a destroy: everything that has a delete, users before what they use, the anchor last of all, so that
/// what is left can be found. `keeps` says of a component what is kept of it.
pub fn delete(specs: &[Spec], keeps: &BTreeMap<String, String>, anchor: Anchor<'_>) -> Result<Blueprint, PlanError> {
    let mut draft = Draft::default();
    let order = owned(graph::order(specs)?);
    let (anchors, others): (Vec<&&Spec>, Vec<&&Spec>) =
        order.iter().rev().partition(|spec| spec.component == *anchor.component);
    for spec in others.into_iter().chain(anchors) {
        let Some(call) = spec.kind.delete else { continue };
        let users = order.iter().filter(|user| user.needs().contains(spec.component.as_str()));
        let after = match spec.component == *anchor.component {
            true => (0..draft.steps.len()).collect(),
            false => users.filter_map(|user| draft.ready.get(user.component.as_str())).flatten().copied().collect(),
        };
        let step = draft.push(removal(spec, call).because(keeps.get(spec.component.as_str()).cloned()), after);
        draft.ready.entry(spec.component.clone()).or_default().insert(step);
    }
    Ok(draft.into_blueprint())
}

fn removal(spec: &Spec, call: &str) -> Step {
    Step { irreversible: spec.kind.holds_data, ..Step::new(Verb::Delete, &spec.component, call) }
}

/// The plan says which fields.
fn changing(component: &ComponentName, chosen: Chosen, fields: Vec<String>) -> Step {
    let why = fields.join(", ");
    Step::of_change(component, chosen, fields).because(why)
}

fn owned(specs: Vec<&Spec>) -> Vec<&Spec> {
    specs.into_iter().filter(|spec| !spec.is_borrowed()).collect()
}

#[derive(Default)]
struct Draft {
    steps: Vec<Step>,
    fixed: Vec<FieldRef>,
    open: bool,
    /// The steps that come before all others.
    first: BTreeSet<usize>,
    /// The steps after which a component is ready for those that need it.
    ready: BTreeMap<ComponentName, BTreeSet<usize>>,
    /// The components that have a new id after their steps.
    renewed: BTreeSet<ComponentName>,
    /// What comes behind all other changes: component, call and field.
    late: Vec<(ComponentName, &'static str, String)>,
}

impl Draft {
    fn create(&mut self, spec: &Spec, anchor: &str) {
        let Some(call) = spec.kind.create else { return };
        let mut after = self.before(spec);
        if spec.component != *anchor {
            after.extend(self.ready.get(anchor).into_iter().flatten());
        }
        let fields = spec.set_fields().filter(|(field, _)| field.on_create() == OnCreate::Create);
        let fields = fields.map(|(field, _)| field.name.to_owned()).collect();
        let created = self.push(Step { fields, ..Step::new(Verb::Create, &spec.component, call) }, after);
        self.renewed.insert(spec.component.clone());
        self.ready.entry(spec.component.clone()).or_default().insert(created);
        let stages = self.stages(spec, OnCreate::Behind);
        self.in_turn(spec, stages, BTreeSet::from([created]));
    }

    /// What sets the fields of a new object whose turn it is. One that is not known may turn out to be nothing, which takes no
    /// step.
    fn stages(&mut self, spec: &Spec, turn: OnCreate) -> Changes {
        let mut fields = spec.set_fields().filter(|(field, _)| field.on_create() == turn);
        self.open |= fields.any(|(_, input)| *input == Input::Unknown);
        stages(spec, turn)
    }

    /// Changes of one object, one after another: each looks at the object before and behind its call, and must not take
    /// what another is changing for what stands.
    fn in_turn(&mut self, spec: &Spec, changes: Changes, mut after: BTreeSet<usize>) {
        for (chosen, fields) in changes.in_turn() {
            let step = self.push(changing(&spec.component, chosen, fields), after.clone());
            after.insert(step);
            self.ready.entry(spec.component.clone()).or_default().insert(step);
        }
    }

    fn last(&mut self, spec: &Spec) {
        let all: BTreeSet<usize> = (0..self.steps.len()).collect();
        for (chosen, fields) in self.stages(spec, OnCreate::Last).in_turn() {
            self.push(changing(&spec.component, chosen, fields), all.clone());
        }
    }

    fn change(&mut self, spec: &Spec, standing: &CurrentState, asked: impl Fn(&Field) -> bool) {
        let after = self.before(spec);
        let mut changes = Changes::default();
        let mut late = vec![];
        for (field, input) in spec.set_fields().filter(|(field, _)| asked(field)) {
            let was = standing.fields.get(field.name);
            let deviating = standing.deviating.get(field.name);
            let moved = self.takes_from_renewed(input) && field.set.call().is_some();
            if let Set::Cleanup(call) = field.set {
                late.push((deviating.is_some(), call, field.name.to_owned()));
                continue;
            }
            let difference = spec.judged(field).wants(was, input);
            match difference {
                Difference::None if deviating.is_none() && !moved => continue,
                Difference::Open => self.open = true,
                _ => {}
            }
            if field.set.call().is_none() {
                // What is not known yet may turn out to be what it is: the plan with the value judges it.
                if difference == Difference::Open && deviating.is_none() {
                    continue;
                }
                self.fixed.push(FieldRef { component: spec.component.to_string(), field: field.name.to_owned() });
                continue;
            }
            if let Some(calls) = deviating.filter(|calls| !calls.is_empty()) {
                changes.enter(field, field.by_calls(calls));
            }
            if deviating.is_none_or(Vec::is_empty) || !matches!(difference, Difference::None) {
                changes.enter(field, field.update_calls(was.and_then(Input::known), input.known()));
            }
        }
        // A new revision is written whole.
        if let Some(renewing) = changes.renewing(spec.kind) {
            self.renewed.insert(spec.component.clone());
            changes = renewing;
        }
        late.retain(|(deviates, ..)| *deviates || changes.moves_form());
        self.late.extend(late.into_iter().map(|(_, call, field)| (spec.component.clone(), call, field)));
        self.in_turn(spec, changes, after);
    }

    fn take_away(&mut self) {
        let all: BTreeSet<usize> = (0..self.steps.len()).collect();
        for (component, call, field) in std::mem::take(&mut self.late) {
            self.push(changing(&component, Chosen::only(call), vec![field]), all.clone());
        }
    }

    /// Whether the value comes from a component that is made or revised in this plan: whatever it was, it may be another
    /// now.
    fn takes_from_renewed(&self, input: &Input) -> bool {
        input.takes().into_iter().any(|(component, _)| self.renewed.contains(component))
    }

    fn before(&self, spec: &Spec) -> BTreeSet<usize> {
        let needs = spec.needs().into_iter().filter_map(|need| self.ready.get(need));
        needs.flatten().chain(&self.first).copied().collect()
    }

    fn push(&mut self, step: Step, after: BTreeSet<usize>) -> usize {
        self.steps.push(Step { after: after.into_iter().collect(), ..step });
        self.steps.len() - 1
    }

    fn into_blueprint(self) -> Blueprint {
        Blueprint { steps: self.steps, fixed: self.fixed, open: self.open }
    }
}

/// The fields of a new object that are set in this turn, grouped by the stages that set them, in the table's order.
fn stages(spec: &Spec, turn: OnCreate) -> Changes {
    let mut changes = Changes::default();
    for (field, input) in spec.set_fields().filter(|(field, _)| field.on_create() == turn) {
        changes.enter(field, field.create_calls(input.known()));
    }
    changes
}
