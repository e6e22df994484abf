//! Apply: hands the planned work to the engine, and turns what came of it into state and messages.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use tf_plugin::{ApplyRequest, ApplyResponse, Diagnostics, Model, Path, PathStep, Value};

use super::messages::During;
use super::private::{Private, Work};
use super::read::put_outcomes;
use super::state::is_unbuilt;
use super::values::{lines, located, put, set, texts};
use super::{AllSeen, Composite, Place, Run, Site};
use crate::engine::model::identity::{Identity, Owner};
use crate::engine::model::kind::{TAGS, UNTAG};
use crate::engine::model::layout::{Layout, Touched};
use crate::engine::model::name::ComponentName;
use crate::engine::model::spec::{AttributePath, PathSegment, Spec, Wish, retire};
use crate::engine::plan::blueprint::{Blueprint, Verb};
use crate::engine::plan::drift::{self, Deviation};
use crate::engine::plan::planner;
use crate::engine::plan::steps;
use crate::engine::run::assembly::Assembly;
use crate::engine::run::error::EngineError;
use crate::engine::run::lifecycle::{self, Condemned, Deleted, Origin, Report, Why};
use crate::values::duration;

const CREATE_TIME: Duration = Duration::from_secs(60 * 60);
const UPDATE_TIME: Duration = Duration::from_secs(90 * 60);
const DELETE_TIME: Duration = Duration::from_secs(60 * 60);
/// How long a failed create may look for what exists before it answers.
const LAST_LOOK: Duration = Duration::from_secs(20);

/// What an operation stands on.
struct Ground<P> {
    place: Arc<P>,
    site: Site,
    layout: Layout,
    assembly: Assembly,
}

impl<C: Composite> Run<C> {
    pub(super) async fn run_apply(&self, request: ApplyRequest) -> ApplyResponse {
        if request.planned.is_null() {
            self.apply_delete(request).await
        } else if request.prior.is_null() {
            self.apply_create(request).await
        } else {
            self.apply_update(request).await
        }
    }

    async fn apply_create(&self, request: ApplyRequest) -> ApplyResponse {
        let mut diagnostics = Diagnostics::new();
        let Some(ground) = self.ground(&request.planned, None, During::Create, &mut diagnostics).await else {
            return failed(Value::Null, Private::Incomplete, diagnostics);
        };
        let identity = ground.assembly.identity.clone();
        let released = || self.runtime.memory.released(&identity).unwrap_or_default();
        let (work, replacing) = match Private::read(&request.planned_private) {
            Private::Create { work, of, .. } => (work, matches!(*of, Private::Update { .. })),
            _ => (Work::default(), false),
        };
        if let Some(problem) = work.mismatch(&ground.layout.components, None) {
            let error = EngineError::PlanAgain(problem.to_owned());
            Self::tell(&mut diagnostics, &error, During::Create, &ground.site, &AllSeen::new());
            return failed(released(), Private::Incomplete, diagnostics);
        }
        let cx = self.runtime.cx(&request.cx, time(&request.planned, "create", CREATE_TIME));
        let origin = Origin::New { replacing };
        let memory = &self.runtime.memory;
        let report = lifecycle::create(&cx, &ground.assembly, &work.blueprint, origin, memory).await;
        if !report.learned {
            if let Some(error) = &report.error {
                Self::tell(&mut diagnostics, error, During::Create, &ground.site, &report.seen);
            }
            return failed(released(), Private::Incomplete, diagnostics);
        }
        self.answer_create(&request, &ground, report, diagnostics).await
    }

    async fn apply_update(&self, request: ApplyRequest) -> ApplyResponse {
        let mut diagnostics = Diagnostics::new();
        let before = Private::read(&request.planned_private);
        let kept = before.not_done();
        let Some(ground) = self.ground(&request.planned, Some(&request.prior), During::Update, &mut diagnostics).await
        else {
            return failed(request.prior, kept, diagnostics);
        };
        let generation = request.prior.get("generation").as_str();
        let work = match before {
            Private::Update { work, .. } => work,
            _ => Work::default(),
        };
        if let Some(problem) = work.mismatch(&ground.layout.components, generation) {
            let error = EngineError::PlanAgain(problem.to_owned());
            Self::tell(&mut diagnostics, &error, During::Update, &ground.site, &AllSeen::new());
            return failed(request.prior, kept, diagnostics);
        }
        let memory = &self.runtime.memory;
        let unfinished = drift::parse(&lines(request.prior.get("drift"))).contains(&Deviation::Unfinished);
        let unbuilt = is_unbuilt(&request.prior);
        if unfinished || unbuilt {
            let cx = self.runtime.cx(&request.cx, time(&request.planned, "create", CREATE_TIME));
            let origin = if unbuilt { Origin::Unbuilt } else { Origin::Resume(generation) };
            let report = lifecycle::create(&cx, &ground.assembly, &work.blueprint, origin, memory).await;
            if !report.learned {
                if let Some(error) = &report.error {
                    Self::tell(&mut diagnostics, error, During::Create, &ground.site, &report.seen);
                }
                return failed(request.prior, Private::Incomplete, diagnostics);
            }
            return self.answer_create(&request, &ground, report, diagnostics).await;
        }
        let cx = self.runtime.cx(&request.cx, time(&request.planned, "update", UPDATE_TIME));
        let mut report = lifecycle::update(&cx, &ground.assembly, &work.blueprint, generation, memory).await;
        for component in told_by(&work.blueprint, &ground.layout) {
            // A change of one component shows in another: a new parameter waits for the instance's reboot.
            if let (false, Ok(part)) = (report.seen.contains_key(component), ground.assembly.part(component))
                && let Ok(Some(seen)) = part.read().await
            {
                report.seen.insert(component.clone(), seen);
            }
        }
        let touched = report.seen.clone();
        if report.error.is_some() {
            report.seen.extend(existing(&ground.assembly).await);
        }
        take_back_unused(&mut report, &work.blueprint, &ground.layout.components);
        let mut state = self.fill(&request.planned, &request.prior, &ground, &report);
        if let Some(error) = &report.error {
            Self::tell(
                &mut diagnostics,
                error,
                During::Update,
                &ground.site,
                &existing_of(&ground.layout.components, &touched),
            );
            undo(&mut state, &request.prior, &work.blueprint, &report, &ground.layout);
            if left_open(&work.blueprint, &report, &ground.layout) {
                for name in unbound::<C>(&ground.layout) {
                    put(&mut state, &name, request.prior.get(&name).clone());
                }
            }
            for (attribute, value) in C::Model::read(&state).map(|model| C::derived(&model)).unwrap_or_default() {
                put(&mut state, attribute, value);
            }
            return failed(state, kept, diagnostics);
        }
        ApplyResponse { state, private: Private::done(&ground.layout.components).bytes(), diagnostics }
    }

    /// The state after a create or a resume, finished or not.
    async fn answer_create(
        &self,
        request: &ApplyRequest,
        ground: &Ground<C::Place>,
        mut report: Report,
        mut diagnostics: Diagnostics,
    ) -> ApplyResponse {
        if report.error.is_some() {
            for (component, seen) in existing(&ground.assembly).await {
                report.seen.insert(component, seen);
            }
        }
        let mut state = self.fill(&request.planned, &request.prior, ground, &report);
        let Some(error) = &report.error else {
            return ApplyResponse { state, private: Private::done(&ground.layout.components).bytes(), diagnostics };
        };
        let made: AllSeen = existing_of(&ground.layout.components, &report.seen);
        Self::tell(&mut diagnostics, error, During::Create, &ground.site, &made);
        // Protection comes last, so the unfinished object has none, unless it stopped right behind that.
        if let Some(attribute) = C::PROTECTION {
            let path = AttributePath::from(attribute);
            let protects = |(_, _, wish): &(&Spec, &str, &Wish)| wish.source.as_ref() == Some(&path);
            let live = ground
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
    fn fill(&self, planned: &Value, prior: &Value, ground: &Ground<C::Place>, report: &Report) -> Value {
        let mut object = planned.clone();
        let mut components = ground.site.recorded.clone();
        for spec in &ground.layout.components {
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
        if let Some(id) = Self::id_of(&ground.layout, &ground.place, &report.seen) {
            put(&mut object, "id", Value::from(id.as_str()));
        }
        put(&mut object, "generation", report.generation.as_deref().map_or(Value::Null, Value::from));
        put_outcomes::<C>(&mut object, &ground.layout, &report.seen);
        for outcome in &ground.layout.outcomes {
            if !object.get(outcome.attribute).is_known() {
                let before = if prior.is_null() { Value::Null } else { prior.get(outcome.attribute).clone() };
                put(&mut object, outcome.attribute, before);
            }
        }
        for (attribute, value) in C::Model::read(planned).map(|model| C::derived(&model)).unwrap_or_default() {
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
        let Some(ground) = self.ground(prior, Some(prior), During::Delete, &mut diagnostics).await else {
            return failed(request.prior, kept, diagnostics);
        };
        let Ok(model) = C::Model::read(prior) else { return failed(request.prior, kept, diagnostics) };
        let snapshots = C::keeps(&model, &ground.site, &self.runtime.unix_time().to_string());
        let blueprint = match planner::delete(&ground.layout.components, &snapshots, ground.layout.anchor()) {
            Ok(blueprint) => blueprint,
            Err(defect) => {
                diagnostics.error(format!("{} cannot be planned", C::TYPE), defect.to_string());
                return failed(request.prior, kept, diagnostics);
            }
        };
        let by;
        let why = match &private {
            Private::Create { identity, of, .. } => {
                let own = &ground.assembly.identity;
                by = Identity {
                    // What the plan could not know cannot be another: then the safe reading is that nothing moved.
                    owner: Owner {
                        name: identity.name.clone().unwrap_or_else(|| own.owner.name.clone()),
                        environment: identity.environment.clone(),
                        ..own.owner.clone()
                    },
                    region: identity.region.clone().unwrap_or_else(|| own.region.clone()),
                    ..own.clone()
                };
                Why::Replace { by: &by, tainted: **of == Private::Empty }
            }
            _ => Why::Destroy,
        };
        let condemned = Condemned {
            state: prior,
            generation: prior.get("generation").as_str(),
            holds_data: ground.layout.components.iter().any(|spec| spec.kind.holds_data && !spec.is_borrowed()),
            protected: Self::is_protected(prior),
            unfinished: private.is_incomplete(),
            unbuilt: is_unbuilt(prior),
            snapshots: &snapshots,
        };
        let cx = self.runtime.cx(&request.cx, time(prior, "delete", DELETE_TIME));
        let memory = &self.runtime.memory;
        match lifecycle::delete(&cx, &ground.assembly, &blueprint, why, condemned, memory).await {
            Deleted::Gone(foreign) => {
                for component in foreign {
                    diagnostics.warn(
                        format!("{} \"{}\": its {component} was left in place", C::TYPE, ground.site.owner.name),
                        format!(
                            "It does not carry the tag drop:resource = `{}`, so it is not ours.",
                            ground.site.owner
                        ),
                    );
                }
                ApplyResponse { state: Value::Null, private: vec![], diagnostics }
            }
            Deleted::Released(warning) => {
                if let Some(warning) = warning {
                    diagnostics.warn(
                        format!("{} \"{}\" was left in place", C::TYPE, ground.site.owner.name),
                        format!("{warning}. Nothing was deleted; this state has let go of it."),
                    );
                }
                ApplyResponse { state: Value::Null, private: vec![], diagnostics }
            }
            Deleted::Kept(error) => {
                Self::tell(&mut diagnostics, &error, During::Delete, &ground.site, &AllSeen::new());
                failed(request.prior, kept, diagnostics)
            }
        }
    }

    /// Opens the session and puts the parts together. `prior` gives the account that must not change.
    async fn ground(
        &self,
        object: &Value,
        prior: Option<&Value>,
        during: During,
        diagnostics: &mut Diagnostics,
    ) -> Option<Ground<C::Place>> {
        let Some(clouds) = self.runtime.clouds() else {
            diagnostics.error(
                format!("{}: the provider's configuration is not known", C::TYPE),
                "Something it depends on has no value yet. Apply that first, with -target.",
            );
            return None;
        };
        let mut site = Site::of::<C>(object, &clouds.default_tags);
        if let Some(prior) = prior {
            site.recorded = Site::of::<C>(prior, &clouds.default_tags).recorded;
        }
        let place = match C::Place::open(&clouds, Self::place_of(object).unwrap_or_default()).await {
            Ok(place) => place,
            Err(error) => {
                Self::tell_cloud(diagnostics, error, during, &site);
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
        match (during, prior) {
            (During::Update, Some(prior)) => retire(&self.specs_of(prior), &mut layout.components),
            (During::Delete, _) => layout = Self::with_recorded(layout, &site),
            _ => {}
        }
        site.remember(&layout, object);
        match site.assembly(&clouds, &*place, &layout).await {
            Ok(assembly) => Some(Ground { place, site, layout, assembly }),
            Err(error) => {
                Self::tell_cloud(diagnostics, error, during, &site);
                None
            }
        }
    }
}

/// The components that tell of the computed attributes which these steps put up for change.
fn told_by<'a>(blueprint: &Blueprint, layout: &'a Layout) -> BTreeSet<&'a ComponentName> {
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
fn take_back_unused(report: &mut Report, blueprint: &Blueprint, specs: &[Spec]) {
    let spec_of = |component: &str| specs.iter().find(|spec| spec.component == *component);
    let unused = |n: &usize| {
        let step = &blueprint.steps[*n];
        let renews = spec_of(&step.component).is_some_and(|spec| spec.kind.renews(&step.call));
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
fn undo(state: &mut Value, prior: &Value, blueprint: &Blueprint, report: &Report, layout: &Layout) {
    let sources = layout.sources();
    let not_done = blueprint.steps.iter().enumerate().filter(|(n, _)| !report.steps.contains(n));
    for (_, step) in not_done {
        for source in step.fields.iter().filter_map(|field| sources.of(&step.component, field)) {
            take_back(state, prior, source);
        }
        if step.fields.iter().any(|field| field == TAGS || field == UNTAG) {
            put(state, "tags", prior.get("tags").clone());
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
fn left_open(blueprint: &Blueprint, report: &Report, layout: &Layout) -> bool {
    let sources = layout.sources();
    let mut not_done = blueprint.steps.iter().enumerate().filter(|(n, _)| !report.steps.contains(n));
    not_done.any(|(_, step)| {
        step.verb != Verb::Update || step.fields.iter().any(|field| sources.of(&step.component, field).is_none())
    })
}

/// What the user writes and no field comes from. Left as it was, it is compared and done again.
fn unbound<C: Composite>(layout: &Layout) -> Vec<String> {
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

/// What there is of a resource, as far as it can still be read.
async fn existing(assembly: &Assembly) -> AllSeen {
    let parts = assembly.parts.iter().filter(|part| part.spec.is_made());
    let reads = join_all(parts.map(|part| async move { (part.spec.component.clone(), part.read().await) }));
    let found: BTreeMap<_, _> = tokio::time::timeout(LAST_LOOK, reads).await.unwrap_or_default().into_iter().collect();
    found.into_iter().filter_map(|(component, seen)| Some((component, seen.ok()??))).collect()
}

fn time(object: &Value, operation: &str, default: Duration) -> Duration {
    let path = Path::from("timeouts").attr(operation);
    object.at(&path).and_then(Value::as_str).and_then(duration::parse).unwrap_or(default)
}
