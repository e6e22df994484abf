//! Plan: from configuration and state to planned values, steps, and what travels to Apply.

use std::collections::BTreeSet;

use serde_json::Value as Json;
use tf_plugin::{Block, Diagnostics, Model, Path, PlanRequest, PlanResponse, Value};

use super::messages::Operation;
use super::private::{PlannedIdentity, Private, Work};
use super::site::UNNAMED;
use super::situation::{Situation, deviations, missing};
use super::values::{lines, put, texts, to_json};
use super::{Composite, Outcome, Place, Run, Site, tags};
use crate::clouds::Clouds;
use crate::engine::model::kind::TAGS;
use crate::engine::model::layout::Layout;
use crate::engine::model::name::ComponentName;
use crate::engine::model::spec::{CurrentState, CurrentStates, Input, Spec, mark_removed, matching};
use crate::engine::plan::blueprint::{Blueprint, Step, Verb};
use crate::engine::plan::drift::{self, Deviation};
use crate::engine::plan::graph::PlanError;
use crate::engine::plan::planner;
use crate::engine::plan::steps;

/// A plan as far as it has come.
struct Draft<M> {
    object: Value,
    model: M,
    site: Site,
    layout: Layout,
}

impl<C: Composite> Run<C> {
    pub(super) async fn run_plan(&self, request: PlanRequest) -> PlanResponse {
        let mut response = PlanResponse::default();
        if request.proposed.is_null() {
            self.plan_destroy(&request, &mut response);
            return response;
        }
        response.planned = request.proposed.clone();
        let situation = Situation::of(&request.prior);
        if situation == Situation::Unread {
            Self::refuse_unread(&request.prior, &mut response.diagnostics);
            return response;
        }
        let clouds = self.runtime.clouds();
        let Some(draft) = self.draft(&request, clouds.as_ref(), &mut response.diagnostics).await else {
            return response;
        };
        let planned = match situation {
            Situation::Recreated => {
                Self::plan_nothing(&request, &draft.object, &mut response);
                Ok(())
            }
            Situation::Create => self.plan_create(&request, draft, clouds.as_ref(), &mut response).await,
            _ => self.plan_update(&request, situation, draft, clouds.as_ref(), &mut response).await,
        };
        if let Err(defect) = planned {
            response.diagnostics.error(format!("{} cannot be planned", C::TYPE), defect.to_string());
        }
        response
    }

    /// Configuration with defaults, and the specs that follow from it.
    async fn draft(
        &self,
        request: &PlanRequest,
        clouds: Option<&Clouds>,
        diagnostics: &mut Diagnostics,
    ) -> Option<Draft<C::Model>> {
        let mut model = match C::Model::read(&request.config) {
            Ok(model) => model,
            Err(problems) => {
                diagnostics.extend(problems);
                return None;
            }
        };
        model.apply_defaults();
        let prior = (!request.prior.is_null()).then(|| C::Model::read(&request.prior)).and_then(Result::ok);
        C::review(prior.as_ref(), &model, diagnostics);
        if diagnostics.has_errors() {
            return None;
        }
        let mut object = model.to_value();
        if object.get(C::Place::ATTRIBUTE).is_null() {
            let place = self.usual_place(&request.prior, name_of(&object), clouds, diagnostics).await?;
            put(&mut object, C::Place::ATTRIBUTE, place);
        }
        for attribute in computed(C::Model::shared_block()) {
            let value = match request.prior.get(&attribute) {
                _ if request.prior.is_null() => Value::UNKNOWN,
                prior => prior.clone(),
            };
            put(&mut object, &attribute, value);
        }
        for (attribute, value) in C::computed_from_config(&model) {
            put(&mut object, attribute, value);
        }
        tags::put_defaults(&mut object, clouds.map_or(&Input::Unknown, |clouds| &clouds.default_tags));
        let model = C::Model::read(&object).ok()?;
        let mut site = Site::of::<C>(&object);
        let layout = C::layout(&model, &site);
        tags::review(&object, &layout, diagnostics);
        Self::review_names(&request.prior, &site, &layout.components, diagnostics);
        if diagnostics.has_errors() {
            return None;
        }
        site.remember(&layout, &object);
        Some(Draft { object, model, site, layout })
    }

    /// The place of a resource that names none: where it already is, since no object moves because an environment variable
    /// did; otherwise the provider's.
    async fn usual_place(
        &self,
        prior: &Value,
        name: &str,
        clouds: Option<&Clouds>,
        diagnostics: &mut Diagnostics,
    ) -> Option<Value> {
        if !prior.is_null() {
            return Some(prior.get(C::Place::ATTRIBUTE).clone());
        }
        let Some(clouds) = clouds else { return Some(Value::UNKNOWN) };
        match C::Place::default_name(clouds).await {
            Ok(Some(place)) => Some(Value::from(place.as_str())),
            Err(error) => {
                Self::tell_cloud(diagnostics, error, Operation::Plan, &Site::named::<C>(name, ""));
                None
            }
            Ok(None) => {
                let attribute = C::Place::ATTRIBUTE;
                diagnostics.error_at(attribute, format!("{}: no {attribute}", C::TYPE), C::Place::MISSING_HINT);
                None
            }
        }
    }

    async fn plan_create(
        &self,
        request: &PlanRequest,
        draft: Draft<C::Model>,
        clouds: Option<&Clouds>,
        response: &mut PlanResponse,
    ) -> Result<(), PlanError> {
        let Draft { mut object, model, mut site, layout } = draft;
        let specs = &layout.components;
        let blueprint = with_attribute_names(planner::create(specs, layout.anchor())?, specs, &site, TAGS);
        put(&mut object, "drift", texts([]));
        let open = layout.open || blueprint.open;
        put(&mut object, "steps", if open { Value::UNKNOWN } else { texts(steps::append(&[], &blueprint)) });
        let reference = C::reference(&object);
        put(&mut object, "ref", reference);
        let of = Private::read(&request.prior_private);
        let mut continued = false;
        match &of {
            Private::Update { protected, owner, .. } => {
                site.replaces = Some(owner.clone());
                refuse_protected::<C>(*protected, &site, &mut response.diagnostics);
            }
            _ => {
                continued = Self::check_name_conflicts(&object, &site, &layout, clouds, &mut response.diagnostics).await
            }
        }
        let identity = PlannedIdentity {
            name: object.get("name").as_str().map(str::to_owned),
            environment: site.owner.environment.clone(),
            region: Self::place_of(&object).map(str::to_owned),
        };
        self.run_preflight(&site, &model, &blueprint, clouds, continued, &mut response.diagnostics).await;
        let work = Work::new(blueprint, specs, None);
        response.private = Private::Create { identity, of: Box::new(of.bare()), work }.bytes();
        response.planned = object;
        Ok(())
    }

    /// The plan of a resource that a state speaks of: its create is continued, or it is changed, or replaced.
    async fn plan_update(
        &self,
        request: &PlanRequest,
        situation: Situation,
        draft: Draft<C::Model>,
        clouds: Option<&Clouds>,
        response: &mut PlanResponse,
    ) -> Result<(), PlanError> {
        let Draft { mut object, model, mut site, mut layout } = draft;
        let (prior, of) = (&request.prior, Private::read(&request.prior_private));
        site.applied = of.applied();
        let earlier = Self::layout_of(prior);
        let blueprint = Self::blueprint(situation, prior, earlier.as_ref(), &mut layout)?;
        let blueprint = with_attribute_names(blueprint, &layout.components, &site, &tags::changed_by(prior, &object));

        let mut replaced = C::Model::shared_block().replacements(prior, &object);
        replaced.retain(|path| situation.replaces(path, C::Place::ATTRIBUTE));
        if situation == Situation::Change
            && earlier.is_some_and(|earlier| is_unmarked(prior, &earlier, &site, &deviations(prior)))
        {
            Self::refuse_replacement(prior, &replaced, &mut response.diagnostics);
        }
        let replacing = !replaced.is_empty();
        response.requires_replace = Some(replaced);
        Self::show(request, situation, &mut object, &layout, &blueprint);

        let was_applied = of.was_applied(&layout.components);
        let protected = situation == Situation::Change && Self::is_protected(prior);
        if situation == Situation::BuildBeside {
            Self::warn_left_running(prior, &mut response.diagnostics);
        }
        if situation == Situation::Change && !replacing {
            Self::warn_lost(prior, &blueprint, &layout, &mut response.diagnostics);
        }
        if !replacing {
            Self::report_immutable_changes(&blueprint, &site, was_applied, &mut response.diagnostics);
        } else if situation == Situation::Change && !protected {
            self.announce(prior, &mut response.diagnostics);
        }
        if (C::SHARES_ITS_PLACE || !blueprint.steps.is_empty()) && !replacing {
            let repairs_only = match situation {
                Situation::BuildBeside => {
                    Self::check_name_conflicts(&object, &site, &layout, clouds, &mut response.diagnostics).await
                }
                _ => !situation.creates() && was_applied,
            };
            self.run_preflight(&site, &model, &blueprint, clouds, repairs_only, &mut response.diagnostics).await;
        }
        let creation_id = prior.get("creation_id").as_str().map(str::to_owned);
        let work = Work::new(blueprint, &layout.components, creation_id);
        let owner = Site::of::<C>(prior).owner.to_string();
        response.private = Private::Update { protected, owner, of: Box::new(of.bare()), work }.bytes();
        response.planned = object;
        Ok(())
    }

    /// What takes the resource from how it stands to its layout, which gets what earlier ones asked for and this one does not.
    fn blueprint(
        situation: Situation,
        prior: &Value,
        earlier: Option<&Layout>,
        layout: &mut Layout,
    ) -> Result<Blueprint, PlanError> {
        let mut current_states = CurrentStates::new();
        if let Some(earlier) = earlier {
            mark_removed(&earlier.components, &mut layout.components);
            current_states = matching(&earlier.components);
            // What the state recorded and no configuration names is there until Read says otherwise.
            for forgotten in &earlier.forgotten {
                current_states
                    .insert(forgotten.to_string(), CurrentState { left_over: true, ..CurrentState::default() });
            }
        }
        drift::overlay(&mut current_states, &deviations(prior));
        let (specs, anchor) = (&layout.components, layout.anchor());
        if situation.creates() {
            planner::create(specs, anchor)
        } else {
            planner::update(specs, &current_states, anchor)
        }
    }

    /// Writes what the plan makes of the computed attributes.
    fn show(request: &PlanRequest, situation: Situation, object: &mut Value, layout: &Layout, blueprint: &Blueprint) {
        let (prior, specs) = (&request.prior, &layout.components);
        put(object, "drift", texts([]));
        if situation == Situation::BuildBeside {
            // The state's is that of the other provider's object.
            put(object, "id", Value::Null);
        }
        let open = blueprint.open || layout.open || !request.config.is_wholly_known();
        if !blueprint.steps.is_empty() || open {
            let shown = if open { Value::UNKNOWN } else { texts(steps::append(&lines(prior.get("steps")), blueprint)) };
            put(object, "steps", shown);
        }
        Touched::by(blueprint, specs, situation.creates()).mark(object, &layout.outcomes);
        if layout.open {
            put(object, "components", Value::UNKNOWN);
        }
        let reference = C::reference(object);
        put(object, "ref", reference);
    }

    /// Fields that only a create can set: a changed configuration is refused; what somebody else changed is told, and must
    /// not stand in the way of a destroy.
    fn report_immutable_changes(blueprint: &Blueprint, site: &Site, elsewhere: bool, diagnostics: &mut Diagnostics) {
        for fixed in &blueprint.fixed {
            let path = site.path_of(&fixed.component, &fixed.field).unwrap_or_default();
            if elsewhere {
                diagnostics.warn_at(
                    path,
                    format!(
                        "{} \"{}\": {} of {} was changed elsewhere",
                        C::TYPE,
                        site.owner.name,
                        fixed.field,
                        fixed.component
                    ),
                    "It can only be set when the object is created, so it cannot be set back from here.",
                );
                continue;
            }
            diagnostics.error_at(
                path,
                format!("{} \"{}\": {} of {} cannot be changed", C::TYPE, site.owner.name, fixed.field, fixed.component),
                "It can only be set when the object is created, and the object is not replaced for it. Put the value back.",
            );
        }
    }

    /// What another provider's state says is not enough to plan with.
    fn refuse_unread(prior: &Value, diagnostics: &mut Diagnostics) {
        diagnostics.error(
            format!("{} \"{}\" was taken over and not looked at yet", C::TYPE, name_of(prior)),
            "The former provider's state does not say all that a plan needs. Plan without -refresh=false.",
        );
    }

    /// What another state created is that one's to change. Core plans a configuration also before it destroys: one that asks
    /// for nothing new must not stand in the way.
    fn plan_nothing(request: &PlanRequest, wanted: &Value, response: &mut PlanResponse) {
        let prior = &request.prior;
        let (place, path) = (Self::place_of(prior).unwrap_or_default(), Site::of::<C>(prior).owner.path());
        let summary = format!("{} \"{}\" was created again by another state", C::TYPE, name_of(prior));
        let detail = format!(
            "The object of this state was deleted, and another state created one of the same name: its creation id is not {} \
             any more. Nothing of it is read or changed. To manage it here, `state rm` it here and in the other state, and \
             import it by the id `{place}/{path}`. To leave it to the other state, `state rm` it here, and remove the block \
             or choose another name.",
            prior.get("creation_id").as_str().unwrap_or_default()
        );
        match wanted == prior {
            true => response.diagnostics.warn(summary, detail),
            false => response.diagnostics.error(summary, detail),
        }
        response.planned = prior.clone();
        response.private = request.prior_private.clone();
    }

    /// What another state created stays when this one lets go of it.
    fn warn_recreated(prior: &Value, diagnostics: &mut Diagnostics) {
        diagnostics.warn(
            format!("{} \"{}\" was created again by another state", C::TYPE, name_of(prior)),
            "Nothing of it is deleted. It is only removed from this state.",
        );
    }

    /// What another provider has made goes on beside what comes, or does not come after all.
    fn warn_left_running(prior: &Value, diagnostics: &mut Diagnostics) {
        let (what, next) = C::migration_notice(prior.get("id").as_str().unwrap_or_default());
        diagnostics.warn(format!("{} \"{}\": {what}", C::TYPE, name_of(prior)), next);
    }

    /// An object that held data and is gone comes back empty.
    fn warn_lost(prior: &Value, blueprint: &Blueprint, layout: &Layout, diagnostics: &mut Diagnostics) {
        let missing = missing(prior);
        let is_lost = |step: &&Step| {
            let holds_data = layout.spec(&step.component).is_some_and(|spec| spec.kind.holds_data);
            step.verb == Verb::Create && holds_data && missing.contains(step.component.as_str())
        };
        for step in blueprint.steps.iter().filter(is_lost) {
            diagnostics.warn(
                format!("{} \"{}\": {} is gone, and its data with it", C::TYPE, name_of(prior), step.component),
                format!(
                    "It was deleted elsewhere, and {} creates an empty one. To have the data back, restore a snapshot under the \
                     same name before you apply.",
                    step.call
                ),
            );
        }
    }

    /// What was taken over was in use before: who destroys it before anything else may have wanted to forget it.
    fn warn_imported(prior: &Value, diagnostics: &mut Diagnostics) {
        let site = Site::of::<C>(prior);
        let own: Vec<&str> =
            site.recorded.keys().map(String::as_str).filter(|component| !site.is_shared(component)).collect();
        diagnostics.warn(
            format!("{} \"{}\": what was taken over will be deleted", C::TYPE, site.owner.name),
            format!(
                "Its {} was there before, and no apply has changed it yet. To forget it and delete nothing, take it out of \
                 the state with `state rm`.",
                own.join(", ")
            ),
        );
    }

    /// What was taken over was not meant to be destroyed. The live value is told, for it is what to write.
    fn refuse_replacement(prior: &Value, replaced: &[Path], diagnostics: &mut Diagnostics) {
        let block = C::Model::shared_block();
        for path in replaced {
            let shown = prior.at(path).filter(|_| !block.is_secret(path)).and_then(to_json);
            let advice = match shown {
                Some(Json::Null) => format!("Leave `{path}` out"),
                Some(was) => format!("Write `{path} = {was}`"),
                None => "Write what it is".to_owned(),
            };
            diagnostics.error_at(
                path.clone(),
                format!("{} \"{}\" was taken over with another {path}", C::TYPE, name_of(prior)),
                format!(
                    "{advice}: with another one it would be destroyed and made anew. To have that, destroy it first."
                ),
            );
        }
    }

    fn plan_destroy(&self, request: &PlanRequest, response: &mut PlanResponse) {
        let (prior, of) = (&request.prior, Private::read(&request.prior_private));
        let name = name_of(prior);
        match (Situation::of(prior), C::PROTECTION.filter(|_| Self::is_protected(prior))) {
            (Situation::Unread, _) => return Self::refuse_unread(prior, &mut response.diagnostics),
            (Situation::BuildBeside, _) => Self::warn_left_running(prior, &mut response.diagnostics),
            (Situation::Recreated, _) => Self::warn_recreated(prior, &mut response.diagnostics),
            (Situation::Create | Situation::Resume, _) => {}
            (Situation::Change, _) if of.is_incomplete() => {}
            (Situation::Change, Some(protection)) => response.diagnostics.error_at(
                protection,
                format!("{} \"{name}\" has {protection}", C::TYPE),
                format!("Nothing is deleted. To destroy it, set {protection} = false, apply, then destroy."),
            ),
            (Situation::Change, None) => {
                if Self::layout_of(prior).is_some_and(|layout| is_unsigned(prior, &layout, &deviations(prior))) {
                    Self::warn_imported(prior, &mut response.diagnostics);
                }
                self.announce(prior, &mut response.diagnostics);
            }
        }
        response.planned = Value::Null;
        response.private = Private::Destroy { of: Box::new(of.bare()) }.bytes();
    }

    /// A destroy plan is null: what cannot be undone can only be told.
    fn announce(&self, prior: &Value, diagnostics: &mut Diagnostics) {
        let Ok(model) = C::Model::read(prior) else { return };
        let site = Site::of::<C>(prior);
        let keeps = C::final_snapshots(&model, &site, "<time>");
        let Some(layout) = Self::layout_of(prior) else { return };
        let Ok(blueprint) = planner::delete(&layout.components, &keeps, layout.anchor()) else { return };
        let missing = missing(prior);
        for step in blueprint.irreversible().filter(|step| !missing.contains(step.component.as_str())) {
            let kept = match keeps.get(step.component.as_str()) {
                Some(snapshot) => {
                    format!("A final snapshot `{snapshot}` is taken first; automated backups go with it.")
                }
                None => "No final snapshot is taken: nothing of it is left.".to_owned(),
            };
            diagnostics.warn(
                format!("{} \"{}\": {} will be deleted for good", C::TYPE, site.owner.name, step.component),
                format!("{} cannot be undone. {kept}", step.call),
            );
        }
    }
}

/// Fields in the user's words: an attribute's path where there is one; what takes entries away goes by what it takes them
/// from. `tags` is where tags come from.
fn with_attribute_names(mut blueprint: Blueprint, specs: &[Spec], site: &Site, tags: &str) -> Blueprint {
    for step in blueprint.steps.iter_mut().filter(|step| step.verb == Verb::Update) {
        let spec = specs.iter().find(|spec| spec.component == step.component);
        let word = |field: &String| {
            let removes = spec.and_then(|spec| spec.kind.field(field)).and_then(|field| field.removes);
            match removes.unwrap_or(field) {
                TAGS => tags.to_owned(),
                field => site.word_for(&step.component, field).unwrap_or_else(|| field.to_owned()),
            }
        };
        step.why = Some(step.fields.iter().map(word).collect::<Vec<_>>().join(", "));
    }
    blueprint
}

/// Whether it was taken over and nothing of it says for sure that it is ours: it has no anchor of its own, or was given no
/// creation id and its tags are still to come.
fn is_unmarked(prior: &Value, layout: &Layout, site: &Site, deviations: &BTreeSet<Deviation>) -> bool {
    is_unsigned(prior, layout, deviations) || site.is_shared(&layout.anchor)
}

/// Whether it was taken over and no apply has marked it since.
fn is_unsigned(prior: &Value, layout: &Layout, deviations: &BTreeSet<Deviation>) -> bool {
    let untagged = deviations.iter().any(|deviation| {
        matches!(deviation, Deviation::Changed { component, field, .. } if layout.primary == **component && field == TAGS)
    });
    prior.get("components").get(&layout.anchor).is_null() || (prior.get("creation_id").is_null() && untagged)
}

/// Which computed values an update makes unknown.
struct Touched {
    made: BTreeSet<ComponentName>,
    touched: BTreeSet<ComponentName>,
    /// The components that have another id afterwards.
    renewed: BTreeSet<ComponentName>,
    removed: BTreeSet<ComponentName>,
    creating: bool,
}

impl Touched {
    fn by(blueprint: &Blueprint, specs: &[Spec], creating: bool) -> Self {
        let spec_of = |step: &Step| specs.iter().find(|spec| spec.component == step.component);
        let renews = |step: &&Step| match step.verb {
            Verb::Create => true,
            Verb::Update => spec_of(step).is_some_and(|spec| spec.kind.creates_revision(&step.call)),
            Verb::Complete | Verb::Delete => false,
        };
        let names = |wanted: &dyn Fn(&&Step) -> bool| {
            blueprint
                .steps
                .iter()
                .filter(wanted)
                .map(|step| step.component.clone())
                .collect::<BTreeSet<ComponentName>>()
        };
        Self {
            made: names(&|step| step.verb == Verb::Create),
            touched: names(&|_| true),
            renewed: names(&renews),
            removed: names(&|step| step.verb == Verb::Delete),
            creating,
        }
    }

    fn mark(&self, object: &mut Value, outcomes: &[Outcome]) {
        if self.creating {
            put(object, "creation_id", Value::UNKNOWN);
            put(object, "components", Value::UNKNOWN);
        }
        if let Value::Map(mut components) = object.get("components").clone() {
            for name in &self.renewed {
                components.insert(name.to_string(), Value::UNKNOWN);
            }
            components.retain(|name, _| !self.removed.contains(name.as_str()));
            put(object, "components", Value::Map(components));
        }
        for outcome in outcomes {
            let made = outcome.made.iter().any(|component| self.made.contains(component));
            let touched = outcome.touched.by(&self.touched);
            if made || touched {
                put(object, outcome.attribute, Value::UNKNOWN);
            }
        }
        if object.get("id").is_null() {
            put(object, "id", Value::UNKNOWN);
        }
    }
}

/// Refused here: of the second plan of a replacement the CLI tells errors only.
fn refuse_protected<C: Composite>(protected: bool, site: &Site, diagnostics: &mut Diagnostics) {
    if let Some(protection) = C::PROTECTION.filter(|_| protected) {
        diagnostics.error_at(
            protection,
            format!("{} \"{}\" would be replaced and has {protection}", C::TYPE, site.owner.name),
            format!(
                "Nothing is deleted. If it shall be replaced, set {protection} = false and apply, then replace it; \
                 otherwise take the change back."
            ),
        );
    }
}

/// Top-level attributes that only the provider sets.
fn computed(block: &Block) -> Vec<String> {
    let only_computed = block.attributes.iter().filter(|attribute| attribute.computed && !attribute.optional);
    only_computed.map(|attribute| attribute.name.clone()).collect()
}

pub(super) fn name_of(object: &Value) -> &str {
    object.get("name").as_str().unwrap_or(UNNAMED)
}
