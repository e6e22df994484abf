//! A [`Composite`] as Terraform knows resources.

use std::marker::PhantomData;
use std::sync::Arc;

use tf_plugin::{
    ApplyRequest, ApplyResponse, Diagnostics, IdentitySchema, ImportRequest, ImportResponse, Model, MoveRequest,
    MoveResponse, Path, PlanRequest, PlanResponse, ReadRequest, ReadResponse, Resource, Schema, UpgradeRequest,
    UpgradeResponse, ValidateRequest, Value, async_trait,
};

use super::situation::{Situation, missing};
use super::{Composite, Place, Site, tags};
use crate::clouds::Runtime;
use crate::engine::model::layout::{AllSeen, Layout, PLACE};
use crate::engine::model::spec::{AttributePath, Desired, Spec};
use crate::resources::reference::without_refs;

/// Runs a [`Composite`] as a Terraform resource.
#[derive(Debug)]
pub struct Run<C> {
    pub(super) runtime: Arc<Runtime>,
    resource: PhantomData<fn() -> C>,
}

impl<C: Composite> Run<C> {
    /// The resource, for the provider's table.
    pub fn resource(runtime: Arc<Runtime>) -> Arc<dyn Resource> {
        Arc::new(Self::over(runtime))
    }

    /// The resource over what the process shares.
    pub fn over(runtime: Arc<Runtime>) -> Self {
        Self { runtime, resource: PhantomData }
    }

    /// Whether the resource of a state is protected from being deleted. A component that is gone protects nothing.
    pub(super) fn is_protected(state: &Value) -> bool {
        let Some(attribute) = C::PROTECTION.filter(|name| state.get(name).as_bool().unwrap_or_default()) else {
            return false;
        };
        let missing = missing(state);
        let layout = if missing.is_empty() { None } else { Self::layout_at(state, &Site::of::<C>(state)) };
        let protects = |desired: &Desired| desired.source.as_ref() == Some(&AttributePath::from(attribute));
        let is_gone = |layout: &Layout| {
            let mut protected = layout.sourced().filter(|(.., desired)| protects(desired)).peekable();
            protected.peek().is_some() && protected.all(|(spec, ..)| missing.contains(spec.component.as_str()))
        };
        !layout.is_some_and(|layout| is_gone(&layout))
    }

    /// The layout that a state was made from, with what else the state recorded. None of a state of which nothing is built
    /// yet, or that cannot be read, which Read reports.
    pub(super) fn layout_of(state: &Value) -> Option<Layout> {
        if Situation::of(state) == Situation::BuildBeside {
            return None;
        }
        Self::layout_at(state, &Site::of::<C>(state))
    }

    /// The same, as a site has it.
    pub(super) fn layout_at(state: &Value, site: &Site) -> Option<Layout> {
        let mut model = C::Model::read(state).ok()?;
        model.apply_defaults();
        Some(Self::with_recorded(C::layout(&model, site), site))
    }

    /// The specs of that layout.
    pub(super) fn specs_of(state: &Value) -> Vec<Spec> {
        Self::layout_of(state).map(|layout| layout.components).unwrap_or_default()
    }

    /// The layout with what the state recorded beside it.
    pub(super) fn with_recorded(mut layout: Layout, site: &Site) -> Layout {
        layout.add_forgotten(site.recorded.keys().map(String::as_str), C::Place::kind_of);
        layout
    }

    /// The id of a resource, once all that it takes is known.
    pub(super) fn id_of(layout: &Layout, place: &C::Place, seen: &AllSeen) -> Option<String> {
        let told = |component: &str, output: &str| match component {
            PLACE => place.fact(output),
            component => seen.get(component)?.output(output),
        };
        layout.id.value(told)?.as_str().map(str::to_owned)
    }

    /// The place that an object names, once it is known.
    pub(super) fn place_of(object: &Value) -> Option<&str> {
        object.get(C::Place::ATTRIBUTE).as_str()
    }
}

#[async_trait]
impl<C: Composite> Resource for Run<C> {
    fn schema(&self) -> Schema {
        Schema::new(C::VERSION, C::Model::block())
    }

    fn identity(&self) -> Option<IdentitySchema> {
        Some(Self::identity_schema())
    }

    fn identify(&self, state: &Value) -> Value {
        Self::identity_of(state)
    }

    async fn validate(&self, request: ValidateRequest) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        let config = without_refs(C::Model::shared_block(), request.config);
        let mut model = C::Model::from_value(&config, &Path::root(), &mut diagnostics);
        model.validate(&Path::root(), &mut diagnostics);
        if !diagnostics.has_errors() {
            model.apply_defaults();
            C::review(None, &model, &mut diagnostics);
        }
        if !diagnostics.has_errors() {
            let object = model.to_value();
            tags::review(&object, &C::layout(&model, &Site::of::<C>(&object)), &mut diagnostics);
        }
        diagnostics
    }

    async fn upgrade(&self, request: UpgradeRequest) -> UpgradeResponse {
        self.run_upgrade(&request)
    }

    async fn read(&self, request: ReadRequest) -> ReadResponse {
        self.run_read(request).await
    }

    async fn plan(&self, request: PlanRequest) -> PlanResponse {
        self.run_plan(request).await
    }

    async fn apply(&self, request: ApplyRequest) -> ApplyResponse {
        self.runtime.end_snapshots();
        self.run_apply(request).await
    }

    async fn import(&self, request: ImportRequest) -> ImportResponse {
        self.run_import(request).await
    }

    async fn move_state(&self, request: MoveRequest) -> MoveResponse {
        Self::run_move(&request)
    }
}
