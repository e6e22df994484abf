//! The calls behind one `plan`, `apply` or `destroy`, with the private data that core hands from one to the next.

use super::{Action, Harness, Object, Outcome, Plan, codec};
use crate::{
    Diagnostics, Path, Severity, Value, checks,
    dispatch::{ApplyCall, PlanCall, ReadCall},
};

impl Harness {
    /// Upgrade and read. Errors leave the object as it was.
    pub(super) async fn read(&self, object: Object, diagnostics: &mut Diagnostics) -> Option<Object> {
        let json = codec::json::encode(&object.state, &self.ty)
            .unwrap_or_else(|error| panic!("the state cannot be stored: {error}"));
        let upgraded = self.dispatcher.upgrade(&self.name, self.schema.version, json).await;
        if upgraded.diagnostics.has_errors() {
            diagnostics.extend(upgraded.diagnostics);
            return Some(object);
        }
        let state = self.state_of(&upgraded);
        let call = ReadCall {
            state: self.wire(&state),
            private: object.private.clone(),
            identity: self.identity_wire(&object.identity),
        };
        let mut answer = self.dispatcher.read(&self.name, call).await;
        let failed = answer.diagnostics.has_errors();
        diagnostics.extend(std::mem::take(&mut answer.diagnostics));
        if failed {
            return Some(object);
        }
        Some(self.object_of(answer, object.tainted)).filter(|object| !object.state.is_null())
    }

    /// The plan phase of the current object.
    pub(super) async fn planned(&self, config: &Value, replace: bool) -> Plan {
        let current = self.current.as_ref();
        let healthy = current.filter(|object| !object.tainted);
        // A tainted object is planned as if there were none.
        let mut plan = self.ask(healthy, config, Vec::new(), Vec::new()).await;
        if plan.diagnostics.has_errors() {
            return plan;
        }
        if current.is_some() && healthy.is_none() {
            plan.action = Action::Replace;
            return plan;
        }
        let must_replace = replace || !plan.requires_replace.is_empty();
        if healthy.is_some() && must_replace && (replace || plan.action == Action::Update) {
            let paths = std::mem::take(&mut plan.requires_replace);
            plan = self.ask(None, config, plan.private, Vec::new()).await;
            plan.action = Action::Replace;
            plan.requires_replace = paths;
        }
        plan
    }

    pub(super) async fn applied(&mut self, first: &Value, second: &Value, replace: bool) -> Outcome {
        let mut diagnostics = self.dispatcher.validate(&self.name, self.wire(first), true).await;
        if !diagnostics.has_errors() {
            diagnostics.extend(self.configure().await);
        }
        if !diagnostics.has_errors() && self.refreshes {
            diagnostics.extend(self.refresh().await);
        }
        if diagnostics.has_errors() {
            return self.outcome(None, diagnostics);
        }
        let plan = self.planned(first, replace).await;
        diagnostics.extend(plan.diagnostics.clone());
        if !diagnostics.has_errors() {
            diagnostics.extend(self.configure_applying().await);
        }
        if diagnostics.has_errors() {
            return self.outcome(Some(plan.action), diagnostics);
        }
        self.last_config = Some(second.clone());
        self.execute(&plan, second, &mut diagnostics).await;
        if !diagnostics.has_errors() {
            self.delete_deposed(&mut diagnostics).await;
        }
        if !diagnostics.has_errors() {
            self.assert_settled(second).await;
        }
        self.outcome(Some(plan.action), diagnostics)
    }

    pub(super) async fn destroyed(&mut self) -> Outcome {
        let mut diagnostics = self.configure().await;
        diagnostics.extend(self.refresh().await);
        // Before it plans the deletion, core plans the configuration, for the sake of data sources.
        if let (Some(config), Some(_)) = (self.last_config.clone(), &self.current)
            && !diagnostics.has_errors()
        {
            diagnostics.extend(self.planned(&config, false).await.diagnostics);
        }
        if !diagnostics.has_errors() {
            self.delete_deposed(&mut diagnostics).await;
        }
        if diagnostics.has_errors() {
            return self.outcome(None, diagnostics);
        }
        let Some(object) = self.current.clone() else { return self.outcome(Some(Action::NoOp), diagnostics) };
        let plan = self.ask(Some(&object), &Value::Null, Vec::new(), Vec::new()).await;
        diagnostics.extend(plan.diagnostics.clone());
        if !diagnostics.has_errors() {
            self.current = self.delete(object, plan, &mut diagnostics).await;
        }
        self.outcome(Some(Action::Delete), diagnostics)
    }

    /// The apply phase.
    async fn execute(&mut self, plan: &Plan, config: &Value, diagnostics: &mut Diagnostics) {
        match plan.action {
            Action::NoOp | Action::Delete => {}
            Action::Create | Action::Update => self.change(plan, config, diagnostics).await,
            Action::Replace if self.create_before_destroy => {
                let deposed = self.current.take();
                self.change(plan, config, diagnostics).await;
                match deposed {
                    // Nothing came of the creation: what was there is current again.
                    Some(object) if self.current.is_none() => self.current = Some(object),
                    deposed => self.deposed.extend(deposed),
                }
            }
            Action::Replace => {
                if let Some(object) = self.current.take() {
                    // The deletion gets what the plan of the creation answered.
                    self.current = self.delete(object, plan.clone(), diagnostics).await;
                }
                if !diagnostics.has_errors() {
                    self.change(plan, config, diagnostics).await;
                }
            }
        }
    }

    /// Creates or updates: validates and plans again with what is known by now, then applies that plan.
    async fn change(&mut self, first: &Plan, config: &Value, diagnostics: &mut Diagnostics) {
        let validated = self.dispatcher.validate(&self.name, self.wire(config), true).await;
        let refused = validated.has_errors();
        diagnostics.extend(validated.into_iter().filter(|told| told.severity == Severity::Error));
        if refused {
            return;
        }
        let prior = self.current.clone();
        let state = prior.as_ref().map_or(Value::Null, |object| object.state.clone());
        let second = self.ask(prior.as_ref(), config, Vec::new(), first.private.clone()).await;
        diagnostics.extend(second.diagnostics.clone());
        if second.diagnostics.has_errors() {
            return;
        }
        let differences = checks::compatible(&self.schema.block, &first.planned, &second.planned);
        assert!(
            differences.is_empty(),
            "the plan made during apply disagrees with the first one:\n{differences:#?}\nfirst:  {}\nsecond: {}",
            first.planned,
            second.planned,
        );
        if second.action == Action::NoOp {
            return;
        }
        let call = ApplyCall {
            prior: self.wire(&state),
            planned: self.wire(&second.planned),
            config: self.wire(config),
            planned_private: second.private,
            planned_identity: self.identity_wire(&second.identity),
        };
        let mut answer = self.dispatcher.apply(&self.name, call).await;
        let failed = answer.diagnostics.has_errors();
        diagnostics.extend(std::mem::take(&mut answer.diagnostics));
        let object = self.object_of(answer, failed && prior.is_none());
        if !(failed && object.state.is_null()) {
            self.current = Some(object);
        }
    }

    async fn delete(&self, object: Object, plan: Plan, found: &mut Diagnostics) -> Option<Object> {
        let call = ApplyCall {
            prior: self.wire(&object.state),
            planned: self.wire(&Value::Null),
            config: self.wire(&Value::Null),
            planned_private: plan.private,
            planned_identity: self.identity_wire(&object.identity),
        };
        let mut answer = self.dispatcher.apply(&self.name, call).await;
        let failed = answer.diagnostics.has_errors();
        found.extend(std::mem::take(&mut answer.diagnostics));
        let left = self.object_of(answer, object.tainted);
        match (failed, left.state.is_null()) {
            (true, true) => Some(object),
            (_, true) => None,
            (_, false) => Some(left),
        }
    }

    /// Deposed objects get a plan of their own deletion while applying.
    async fn delete_deposed(&mut self, diagnostics: &mut Diagnostics) {
        for object in std::mem::take(&mut self.deposed) {
            let plan = self.ask(Some(&object), &Value::Null, Vec::new(), Vec::new()).await;
            let failed = plan.diagnostics.has_errors();
            diagnostics.extend(plan.diagnostics.clone());
            let left = if failed { Some(object) } else { self.delete(object, plan, diagnostics).await };
            self.deposed.extend(left);
        }
    }

    async fn assert_settled(&mut self, config: &Value) {
        let mut diagnostics = self.configure_applying().await;
        diagnostics.extend(self.refresh().await);
        assert!(!diagnostics.has_errors(), "reading what was just applied failed:\n{diagnostics}");
        let plan = self.planned(config, false).await;
        assert!(!plan.diagnostics.has_errors(), "planning what was just applied failed:\n{}", plan.diagnostics);
        assert!(
            plan.action == Action::NoOp,
            "the second plan is not empty but {:?}:\nstate:   {}\nplanned: {}",
            plan.action,
            self.state(),
            plan.planned,
        );
    }

    /// One call to plan. Where there is no object, `handed_on` is the private data that core passes along; `first` is
    /// what the plan phase answered.
    async fn ask(&self, object: Option<&Object>, config: &Value, handed_on: Vec<u8>, first: Vec<u8>) -> Plan {
        let nothing = Value::Null;
        let prior = object.map_or(&nothing, |object| &object.state);
        let proposed = match config {
            Value::Null => Value::Null,
            config => checks::proposed_new(&self.schema.block, prior, config),
        };
        let call = PlanCall {
            prior: self.wire(prior),
            proposed: self.wire(&proposed),
            config: self.wire(config),
            prior_private: object.map_or(handed_on, |object| object.private.clone()),
            prior_identity: self.identity_wire(object.map_or(&nothing, |object| &object.identity)),
            planned_private: first,
        };
        let answer = self.dispatcher.plan(&self.name, call).await;
        let planned = self.decoded(answer.planned.as_deref());
        let action = match (prior.is_null(), planned.is_null()) {
            (true, true) => Action::NoOp,
            (true, false) => Action::Create,
            (false, true) => Action::Delete,
            (false, false) if *prior == planned => Action::NoOp,
            (false, false) => Action::Update,
        };
        let changed = |path: &Path| {
            let (before, after) = (prior.at(path), planned.at(path));
            before != after || after.is_some_and(|value| !value.is_wholly_known())
        };
        let requires_replace = answer.requires_replace.into_iter().filter(changed).collect();
        let identity = self.identity_of(answer.identity.as_deref());
        Plan { action, planned, identity, private: answer.private, requires_replace, diagnostics: answer.diagnostics }
    }
}
