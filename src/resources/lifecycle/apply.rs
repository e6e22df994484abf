//! Apply: hands the planned work to the engine, and turns what came of it into state and messages.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use tf_plugin::{ApplyRequest, ApplyResponse, Diagnostics, Model, Path, PathStep, Value};

use super::messages::Operation;
use super::private::{Private, Work};
use super::read::put_outcomes;
use super::situation::{Situation, missing};
use super::tags::DEFAULT_TAGS;
use super::values::{lines, located, put, set, texts, with_write_only};
use super::{AllSeen, Composite, Place, Run, Site};
use crate::engine::model::kind::{TAGS, UNTAG};
use crate::engine::model::layout::{Layout, Touched};
use crate::engine::model::name::ComponentName;
use crate::engine::model::spec::{Applied, AttributePath, Desired, PathSegment, Spec, mark_removed};
use crate::engine::plan::blueprint::{Blueprint, Verb};
use crate::engine::plan::drift::Deviation;
use crate::engine::plan::planner;
use crate::engine::plan::steps;
use crate::engine::run::error::EngineError;
use crate::engine::run::instance::ResourceInstance;
use crate::engine::run::lifecycle::{self, DeleteReason, DeleteRequest, Deleted, Origin, RunResult};
use crate::values::duration;

const CREATE_TIME: Duration = Duration::from_secs(60 * 60);
const UPDATE_TIME: Duration = Duration::from_secs(90 * 60);
const DELETE_TIME: Duration = Duration::from_secs(60 * 60);
/// How long a failed create may look for what exists before it answers.
const LAST_LOOK: Duration = Duration::from_secs(20);

/// What an operation stands on.
struct Prepared<P> {
    place: Arc<P>,
    site: Site,
    layout: Layout,
    instance: ResourceInstance,
}

impl<C: Composite> Run<C> {
    pub(super) async fn run_apply(&self, request: ApplyRequest) -> ApplyResponse {
        if request.planned.is_null() {
            return self.apply_delete(request).await;
        }
        match Situation::of(&request.prior) {
            Situation::Create => self.apply_create(request).await,
            Situation::BuildBeside => self.apply_resume(request, Origin::Migrated).await,
            Situation::Resume => {
                let creation_id = request.prior.get("creation_id").as_str().map(str::to_owned);
                self.apply_resume(request, Origin::Resume(creation_id.as_deref())).await
            }
            // A plan of what was not read yet, or is not this state's, is refused.
            Situation::Change | Situation::Unread | Situation::Recreated => self.apply_change(request).await,
        }
    }

    async fn apply_create(&self, request: ApplyRequest) -> ApplyResponse {
        let mut diagnostics = Diagnostics::new();
        let secrets = Self::with_secrets(&request);
        let Some(prepared) = self.prepare(&secrets, None, Applied::new(), Operation::Create, &mut diagnostics).await
        else {
            return failed(Value::Null, Private::Incomplete, diagnostics);
        };
        let identity = &prepared.instance.identity;
        let (work, replacing) = match Private::read(&request.planned_private) {
            Private::Create { work, of, .. } => (work, matches!(*of, Private::Update { .. })),
            _ => (Work::default(), false),
        };
        if Self::refuse_stale(&work, &prepared, None, Operation::Create, &mut diagnostics) {
            let released = self.runtime.memory.released(identity).unwrap_or_default();
            return failed(released, Private::Incomplete, diagnostics);
        }
        let report = self.create(&request, &prepared, &work.blueprint, Origin::New { replacing }).await;
        if !report.learned {
            Self::tell_all(&report, Operation::Create, &prepared, &mut diagnostics);
            let released = self.runtime.memory.released(identity).unwrap_or_default();
            return failed(released, Private::Incomplete, diagnostics);
        }
        self.answer_create(&request, &prepared, report, diagnostics).await
    }

    /// Continues a create, or makes what is built beside another provider's object.
    async fn apply_resume(&self, request: ApplyRequest, origin: Origin<'_>) -> ApplyResponse {
        let mut diagnostics = Diagnostics::new();
        let private = Private::read(&request.planned_private);
        let (kept, work) = (private.not_done(), private.work());
        let Some(prepared) = self.prepare_known(&request, &work, &mut diagnostics).await else {
            return failed(request.prior, kept, diagnostics);
        };
        let report = self.create(&request, &prepared, &work.blueprint, origin).await;
        if !report.learned {
            Self::tell_all(&report, Operation::Create, &prepared, &mut diagnostics);
            return failed(request.prior, Private::Incomplete, diagnostics);
        }
        self.answer_create(&request, &prepared, report, diagnostics).await
    }

    /// Prepares the apply of a plan for a resource that a state holds. Refused if the plan is stale.
    async fn prepare_known(
        &self,
        request: &ApplyRequest,
        work: &Work,
        diagnostics: &mut Diagnostics,
    ) -> Option<Prepared<C::Place>> {
        let secrets = Self::with_secrets(request);
        let applied = Private::read(&request.planned_private).applied();
        let prepared = self.prepare(&secrets, Some(&request.prior), applied, Operation::Update, diagnostics).await?;
        let creation_id = request.prior.get("creation_id").as_str();
        let is_stale = Self::refuse_stale(work, &prepared, creation_id, Operation::Update, diagnostics);
        (!is_stale).then_some(prepared)
    }

    async fn create(
        &self,
        request: &ApplyRequest,
        prepared: &Prepared<C::Place>,
        blueprint: &Blueprint,
        origin: Origin<'_>,
    ) -> RunResult {
        let cx = self.runtime.cx(&request.cx, time(&request.planned, "create", CREATE_TIME));
        let created = lifecycle::create(&cx, &prepared.instance, blueprint, origin, &self.runtime.memory);
        cx.patiently(created).await
    }

    async fn apply_change(&self, request: ApplyRequest) -> ApplyResponse {
        let mut diagnostics = Diagnostics::new();
        let private = Private::read(&request.planned_private);
        let (kept, work) = (private.not_done(), private.work());
        let Some(prepared) = self.prepare_known(&request, &work, &mut diagnostics).await else {
            return failed(request.prior, kept, diagnostics);
        };
        let creation_id = request.prior.get("creation_id").as_str();
        let cx = self.runtime.cx(&request.cx, time(&request.planned, "update", UPDATE_TIME));
        let memory = &self.runtime.memory;
        let updated = lifecycle::update(&cx, &prepared.instance, &work.blueprint, creation_id, memory);
        let mut report = cx.patiently(updated).await;
        for component in refresh_after(&work.blueprint, &prepared.layout) {
            // A change of one component shows in another: a new parameter waits for the instance's reboot.
            if let (false, Ok(part)) = (report.seen.contains_key(component), prepared.instance.part(component))
                && let Ok(Some(seen)) = part.read().await
            {
                report.seen.insert(component.clone(), seen);
            }
        }
        if report.error.is_some() {
            return self.answer_failed_change(&request, &prepared, &work.blueprint, report, kept, diagnostics).await;
        }
        drop_unused_revisions(&mut report, &work.blueprint, &prepared.layout.components);
        let state = self.fill(&request.planned, &request.prior, &prepared, &report);
        ApplyResponse { state, private: Private::done(&prepared.layout.components).bytes(), diagnostics }
    }

    /// The state after a change that stopped short: what was not done is as it was.
    async fn answer_failed_change(
        &self,
        request: &ApplyRequest,
        prepared: &Prepared<C::Place>,
        blueprint: &Blueprint,
        mut report: RunResult,
        kept: Private,
        mut diagnostics: Diagnostics,
    ) -> ApplyResponse {
        let specs = &prepared.layout.components;
        if let Some(error) = &report.error {
            let touched = existing_of(specs, &report.seen);
            Self::tell(&mut diagnostics, error, Operation::Update, &prepared.site, &touched);
        }
        let existing = existing(&prepared.instance, &report.seen).await;
        report.seen.extend(existing);
        drop_unused_revisions(&mut report, blueprint, specs);
        let mut state = self.fill(&request.planned, &request.prior, prepared, &report);
        undo(&mut state, &request.prior, blueprint, &report, &prepared.layout);
        if has_unattributed_work(blueprint, &report, &prepared.layout) {
            for name in unmapped_attributes::<C>(&prepared.layout) {
                put(&mut state, &name, request.prior.get(&name).clone());
            }
        }
        for (attribute, value) in
            C::Model::read(&state).map(|model| C::computed_from_config(&model)).unwrap_or_default()
        {
            put(&mut state, attribute, value);
        }
        failed(state, kept, diagnostics)
    }

    /// Refuses a blueprint that no longer fits.
    fn refuse_stale(
        work: &Work,
        prepared: &Prepared<C::Place>,
        creation_id: Option<&str>,
        operation: Operation,
        diagnostics: &mut Diagnostics,
    ) -> bool {
        let Some(problem) = work.mismatch(&prepared.layout.components, creation_id) else { return false };
        let error = EngineError::PlanAgain(problem.to_owned());
        Self::tell(diagnostics, &error, operation, &prepared.site, &AllSeen::new());
        true
    }

    fn tell_all(
        report: &RunResult,
        operation: Operation,
        prepared: &Prepared<C::Place>,
        diagnostics: &mut Diagnostics,
    ) {
        if let Some(error) = &report.error {
            Self::tell(diagnostics, error, operation, &prepared.site, &report.seen);
        }
    }

    /// The state after a create or a resume, finished or not.
    async fn answer_create(
        &self,
        request: &ApplyRequest,
        prepared: &Prepared<C::Place>,
        mut report: RunResult,
        mut diagnostics: Diagnostics,
    ) -> ApplyResponse {
        if report.error.is_some() {
            for (component, seen) in existing(&prepared.instance, &report.seen).await {
                report.seen.insert(component, seen);
            }
        }
        let mut state = self.fill(&request.planned, &request.prior, prepared, &report);
        let Some(error) = &report.error else {
            return ApplyResponse { state, private: Private::done(&prepared.layout.components).bytes(), diagnostics };
        };
        let made: AllSeen = existing_of(&prepared.layout.components, &report.seen);
        Self::tell(&mut diagnostics, error, Operation::Create, &prepared.site, &made);
        // Protection comes last, so the unfinished object has none, unless it stopped right behind that.
        if let Some(attribute) = C::PROTECTION {
            let path = AttributePath::from(attribute);
            let protects = |(_, _, desired): &(&Spec, &str, &Desired)| desired.source.as_ref() == Some(&path);
            let live = prepared
                .layout
                .sourced()
                .find(protects)
                .and_then(|(spec, field, _)| report.seen.get(&spec.component)?.fields.get(field)?.as_bool());
            put(&mut state, attribute, Value::Bool(live.unwrap_or_default()));
        }
        put(&mut state, "drift", texts([Deviation::Unfinished.line()]));
        let shown = lines(request.planned.get("steps"));
        put(&mut state, "steps", texts(steps::keep_done(&shown, |n| report.steps.contains(&n))));
        ApplyResponse { state, private: Private::Incomplete.bytes(), diagnostics }
    }

    /// The planned object with everything filled in that is known now.
    fn fill(&self, planned: &Value, prior: &Value, prepared: &Prepared<C::Place>, report: &RunResult) -> Value {
        let mut object = planned.clone();
        let mut components = prepared.site.recorded.clone();
        for spec in &prepared.layout.components {
            match report.seen.get(&spec.component) {
                Some(seen) if spec.is_made() => {
                    components.insert(spec.component.to_string(), seen.id.clone());
                }
                _ if report.removed.contains(&spec.component) => {
                    components.remove(spec.component.as_str());
                }
                _ => {}
            }
        }
        let components = components.into_iter().map(|(name, id)| (name, Value::from(id.as_str()))).collect();
        put(&mut object, "components", Value::Map(components));
        if let Some(id) = Self::id_of(&prepared.layout, &prepared.place, &report.seen) {
            put(&mut object, "id", Value::from(id.as_str()));
        }
        put(&mut object, "creation_id", report.creation_id.as_deref().map_or(Value::Null, Value::from));
        put_outcomes::<C>(&mut object, &prepared.layout, &report.seen);
        for outcome in &prepared.layout.outcomes {
            if !object.get(outcome.attribute).is_known() {
                let before = if prior.is_null() { Value::Null } else { prior.get(outcome.attribute).clone() };
                put(&mut object, outcome.attribute, before);
            }
        }
        for (attribute, value) in
            C::Model::read(planned).map(|model| C::computed_from_config(&model)).unwrap_or_default()
        {
            put(&mut object, attribute, value);
        }
        let reference = C::reference(&object);
        put(&mut object, "ref", reference);
        object.unknown_as_null()
    }

    async fn apply_delete(&self, request: ApplyRequest) -> ApplyResponse {
        let mut diagnostics = Diagnostics::new();
        let private = Private::read(&request.planned_private);
        let kept = private.not_done();
        let prior = &request.prior;
        let Some(prepared) =
            self.prepare(prior, Some(prior), private.applied(), Operation::Delete, &mut diagnostics).await
        else {
            return failed(request.prior, kept, diagnostics);
        };
        let Ok(model) = C::Model::read(prior) else { return failed(request.prior, kept, diagnostics) };
        let snapshots = C::final_snapshots(&model, &prepared.site, &self.runtime.unix_time().to_string());
        let blueprint = match planner::delete(&prepared.layout.components, &snapshots, prepared.layout.anchor()) {
            Ok(blueprint) => blueprint,
            Err(defect) => {
                diagnostics.error(format!("{} cannot be planned", C::TYPE), defect.to_string());
                return failed(request.prior, kept, diagnostics);
            }
        };
        let by = private.replacement(&prepared.instance.identity);
        let why = match &by {
            Some((by, tainted)) => DeleteReason::Replace { by, tainted: *tainted },
            None => DeleteReason::Destroy,
        };
        let missing = missing(prior);
        let has_data =
            |spec: &Spec| spec.kind.holds_data && !spec.is_borrowed() && !missing.contains(spec.component.as_str());
        let delete_request = DeleteRequest {
            state: prior,
            creation_id: prior.get("creation_id").as_str(),
            holds_data: prepared.layout.components.iter().any(has_data),
            protected: Self::is_protected(prior),
            unfinished: private.is_incomplete(),
            unbuilt: Situation::of(prior) == Situation::BuildBeside,
            snapshots: &snapshots,
        };
        let cx = self.runtime.cx(&request.cx, time(prior, "delete", DELETE_TIME));
        let memory = &self.runtime.memory;
        let deleted = lifecycle::delete(&cx, &prepared.instance, &blueprint, why, delete_request, memory);
        match cx.patiently(deleted).await {
            Deleted::Gone(left) => {
                for (component, what) in left {
                    let resource = format!("{} \"{}\"", C::TYPE, prepared.site.owner.name);
                    let (summary, detail) = match what {
                        Some(what) => (format!("{resource}: something of its {component} was left in place"), what),
                        None => (
                            format!("{resource}: its {component} was left in place"),
                            format!(
                                "It does not carry the tag drop:resource = `{}`, so it is not ours.",
                                prepared.site.owner
                            ),
                        ),
                    };
                    diagnostics.warn(summary, detail);
                }
                ApplyResponse { state: Value::Null, private: vec![], diagnostics }
            }
            Deleted::Released(warning) => {
                if let Some(warning) = warning {
                    diagnostics.warn(
                        format!("{} \"{}\" was left in place", C::TYPE, prepared.site.owner.name),
                        format!("{warning}. Nothing was deleted; this state has let go of it."),
                    );
                }
                ApplyResponse { state: Value::Null, private: vec![], diagnostics }
            }
            Deleted::Kept(error) => {
                Self::tell(&mut diagnostics, &error, Operation::Delete, &prepared.site, &AllSeen::new());
                failed(request.prior, kept, diagnostics)
            }
        }
    }

    /// The planned object with the secrets of the configuration. It is never answered.
    fn with_secrets(request: &ApplyRequest) -> Value {
        with_write_only(C::Model::shared_block(), &request.planned, &request.config)
    }

    /// Opens the session and puts the parts together. `prior` gives the account that must not change.
    async fn prepare(
        &self,
        object: &Value,
        prior: Option<&Value>,
        applied: Applied,
        operation: Operation,
        diagnostics: &mut Diagnostics,
    ) -> Option<Prepared<C::Place>> {
        let Some(clouds) = self.runtime.clouds() else {
            diagnostics.error(
                format!("{}: the provider's configuration is not known", C::TYPE),
                "Something it depends on has no value yet. Apply that first, with -target.",
            );
            return None;
        };
        let mut site = Site::of::<C>(object);
        site.applied = applied;
        if let Some(prior) = prior {
            site.recorded = Site::of::<C>(prior).recorded;
        }
        let place = match C::Place::open(&clouds, Self::place_of(object).unwrap_or_default()).await {
            Ok(place) => place,
            Err(error) => {
                Self::tell_cloud(diagnostics, error, operation, &site);
                return None;
            }
        };
        let id = prior.and_then(|prior| prior.get("id").as_str()).unwrap_or_default();
        if let Some(account) = C::Place::account_of(id).filter(|account| *account != place.account()) {
            diagnostics.error(
                format!("{} \"{}\" is in another account", C::TYPE, site.owner.name),
                format!("The state says {account}, the credentials are of {}. Nothing was changed.", place.account()),
            );
            return None;
        }
        let model = match C::Model::read(object) {
            Ok(model) => model,
            Err(problems) => {
                diagnostics.extend(problems);
                return None;
            }
        };
        let mut layout = C::layout(&model, &site);
        match (operation, prior) {
            (Operation::Update, Some(prior)) => mark_removed(&Self::specs_of(prior), &mut layout.components),
            (Operation::Delete, _) => layout = Self::with_recorded(layout, &site),
            _ => {}
        }
        site.remember(&layout, object);
        match site.instance(&clouds, &*place, &layout).await {
            Ok(instance) => Some(Prepared { place, site, layout, instance }),
            Err(error) => {
                Self::tell_cloud(diagnostics, error, operation, &site);
                None
            }
        }
    }
}

/// The components that tell of the computed attributes which these steps put up for change.
fn refresh_after<'a>(blueprint: &Blueprint, layout: &'a Layout) -> BTreeSet<&'a ComponentName> {
    let touched: BTreeSet<ComponentName> = blueprint.steps.iter().map(|step| step.component.clone()).collect();
    let up = layout.outcomes.iter().filter(|outcome| outcome.touched.by(&touched));
    up.flat_map(|outcome| match &outcome.touched {
        Touched::These(components) => components.iter().collect(),
        Touched::Every => vec![&layout.primary],
    })
    .collect()
}

fn failed(state: Value, private: Private, diagnostics: Diagnostics) -> ApplyResponse {
    ApplyResponse { state, private: private.bytes(), diagnostics }
}

/// A new revision that those who were to use it did not come to use is none: what serves is the one before.
fn drop_unused_revisions(report: &mut RunResult, blueprint: &Blueprint, specs: &[Spec]) {
    let spec_of = |component: &str| specs.iter().find(|spec| spec.component == *component);
    let unused = |n: &usize| {
        let step = &blueprint.steps[*n];
        let renews = spec_of(&step.component).is_some_and(|spec| spec.kind.creates_revision(&step.call));
        let left = blueprint.steps.iter().enumerate().filter(|(n, _)| !report.steps.contains(n));
        let mut users = left.filter_map(|(_, step)| spec_of(&step.component));
        renews && step.verb == Verb::Update && users.any(|user| user.needs().contains(step.component.as_str()))
    };
    let unused: Vec<usize> = report.steps.iter().copied().filter(unused).collect();
    for n in unused {
        report.steps.remove(&n);
        report.seen.remove(&blueprint.steps[n].component);
    }
}

/// After a failed update the state answers prior values for what was not done.
fn undo(state: &mut Value, prior: &Value, blueprint: &Blueprint, report: &RunResult, layout: &Layout) {
    let sources = layout.sources();
    let not_done = blueprint.steps.iter().enumerate().filter(|(n, _)| !report.steps.contains(n));
    for (_, step) in not_done {
        for source in step.fields.iter().filter_map(|field| sources.of(&step.component, field)) {
            take_back(state, prior, source);
        }
        if step.fields.iter().any(|field| field == TAGS || field == UNTAG) {
            for attribute in [TAGS, DEFAULT_TAGS] {
                put(state, attribute, prior.get(attribute).clone());
            }
        }
    }
    put(state, "drift", prior.get("drift").clone());
    let shown = lines(state.get("steps"));
    put(state, "steps", texts(steps::keep_done(&shown, |n| report.steps.contains(&n))));
}

/// Puts an attribute back to what it was. A repeated block is put back whole: one that was not there is taken out.
fn take_back(state: &mut Value, prior: &Value, source: &AttributePath) {
    let outer = source.outermost_block();
    let (now, before) = (located(state, &outer), located(prior, &outer));
    let was = prior.at(&before).cloned();
    let is_block = matches!(outer.segments().last(), Some(PathSegment::Block(_)));
    match (is_block, now.steps().split_last()) {
        // Not in the state: there is nothing to put back.
        (true, Some((PathStep::Attribute(_), _)) | None) => {}
        (true, Some((PathStep::Index(index), list))) if before.steps().len() < now.steps().len() => {
            let list: Path = list.iter().cloned().collect();
            if let Some(Value::List(mut blocks)) = state.at(&list).cloned() {
                blocks.remove(*index);
                set(state, &list, Value::List(blocks));
            }
        }
        _ => {
            set(state, &now, was.unwrap_or_default());
        }
    }
}

/// Whether something was not done that no attribute of its own tells of: a component that was not made or removed, or a
/// field that several attributes decide.
fn has_unattributed_work(blueprint: &Blueprint, report: &RunResult, layout: &Layout) -> bool {
    let sources = layout.sources();
    let mut not_done = blueprint.steps.iter().enumerate().filter(|(n, _)| !report.steps.contains(n));
    not_done.any(|(_, step)| {
        step.verb != Verb::Update || step.fields.iter().any(|field| sources.of(&step.component, field).is_none())
    })
}

/// What the user writes and no field comes from. Left as it was, it is compared and done again.
fn unmapped_attributes<C: Composite>(layout: &Layout) -> Vec<String> {
    let block = C::Model::shared_block();
    let written = block.attributes.iter().filter(|attribute| !attribute.computed || attribute.optional);
    let names =
        written.map(|attribute| attribute.name.clone()).chain(block.blocks.iter().map(|nested| nested.name.clone()));
    let sources = layout.sources();
    let bound: BTreeSet<&str> = sources.iter().filter_map(|(.., path)| path.attribute()).collect();
    names.filter(|name| name != "timeouts" && !bound.contains(name.as_str())).collect()
}

/// What was made, without what was only looked up.
fn existing_of(specs: &[Spec], seen: &AllSeen) -> AllSeen {
    let made = specs.iter().filter(|spec| spec.kind.create.is_some() && spec.is_wanted());
    made.filter_map(|spec| seen.get(&spec.component).map(|found| (spec.component.clone(), found.clone()))).collect()
}

/// What there is of a resource, as far as it can still be read. A revision that the run has made is found by its own id.
async fn existing(instance: &ResourceInstance, seen: &AllSeen) -> AllSeen {
    let parts = instance.parts.iter().filter(|part| part.spec.is_made());
    let reads = parts.map(|part| async move {
        let mut part = part.clone();
        if let Some(made) = seen.get(&part.spec.component).filter(|_| part.spec.kind.versioned) {
            part.address.recorded = Some(made.id.clone());
        }
        (part.spec.component.clone(), part.read().await)
    });
    let reads = join_all(reads);
    let found: BTreeMap<_, _> = tokio::time::timeout(LAST_LOOK, reads).await.unwrap_or_default().into_iter().collect();
    found.into_iter().filter_map(|(component, seen)| Some((component, seen.ok()??))).collect()
}

fn time(object: &Value, operation: &str, default: Duration) -> Duration {
    let path = Path::from("timeouts").attr(operation);
    object.at(&path).and_then(Value::as_str).and_then(duration::parse).unwrap_or(default)
}
