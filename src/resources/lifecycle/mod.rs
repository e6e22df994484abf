//! The one place where Terraform's lifecycle meets the engine. Every resource is run by it.
//!
//! A resource is described by [`Composite`]: its model, its design (configuration to specs, pure), the table of
//! [`Binding`]s that says which attribute is which field, and how its components are reached. From those follow validate,
//! plan, read, apply, import and destroy, the same for all.

mod apply;
mod find;
mod identity;
mod import;
mod messages;
mod names;
mod moved;
mod place;
mod plan;
mod private;
mod read;
mod reality;
mod redact;
mod site;
mod values;

use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::sync::Arc;

use serde_json::Value as Json;
use tf_plugin::{
    ApplyRequest, ApplyResponse, Diagnostics, IdentitySchema, ImportRequest, ImportResponse, Model, MoveRequest,
    MoveResponse, Path, PlanRequest, PlanResponse, ReadRequest, ReadResponse, Resource, Schema, ValidateRequest, Value,
    async_trait,
};

use crate::base::{Freshness, Result as CloudResult};
use crate::clouds::Runtime;
use crate::engine::model::identity::Owner;
use crate::engine::model::spec::Spec;
use crate::engine::plan::blueprint::Blueprint;
use crate::engine::plan::planner::Anchor;
use crate::engine::run::component::{Component, Seen};

pub use moved::{How, Move, Moved, Taken};
pub use place::Place;
pub use site::Site;
pub use values::{input, present};

/// An attribute that is a field of a component: it is refreshed from it, named in place of it, and blamed for it.
#[derive(Debug)]
pub struct Binding {
    /// The attribute's path, `storage.gb`.
    pub attribute: &'static str,
    /// The component.
    pub component: &'static str,
    /// Its field.
    pub field: &'static str,
    form: Form,
}

/// How an attribute writes what the field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Plain,
    Seconds,
}

impl Binding {
    /// The attribute holds what the field holds.
    pub const fn plain(attribute: &'static str, component: &'static str, field: &'static str) -> Self {
        Self { attribute, component, field, form: Form::Plain }
    }

    /// The attribute is a duration such as `"30s"`, the field a number of seconds.
    pub const fn seconds(attribute: &'static str, component: &'static str, field: &'static str) -> Self {
        Self { attribute, component, field, form: Form::Seconds }
    }

    /// A live value as the attribute writes it.
    fn written(&self, live: &Json) -> Json {
        match (self.form, live.as_i64()) {
            (Form::Seconds, Some(seconds)) => Json::from(format!("{seconds}s")),
            _ => live.clone(),
        }
    }
}

/// A computed attribute that [`Composite::results`] fills in, and when its value is up for change.
#[derive(Debug)]
pub struct Outcome {
    /// The attribute.
    pub attribute: &'static str,
    /// It may be another once one of these components is made.
    pub made: &'static [&'static str],
    /// It may be another after any step at one of these; `*` stands for every component.
    pub touched: &'static [&'static str],
}

/// Everything seen of a resource's components.
pub type AllSeen = BTreeMap<String, Seen>;

/// A resource as a description.
#[async_trait]
pub trait Composite: Send + Sync + 'static {
    /// What the user writes, and what is computed.
    type Model: Model + Clone + Send + Sync + 'static;
    /// Where it lives.
    type Place: Place;
    /// The type's name.
    const TYPE: &'static str;
    /// The version of the schema.
    const VERSION: i64 = 0;
    /// Where attributes and fields meet.
    const BINDINGS: &'static [Binding];
    /// The component that carries the marks.
    const ANCHOR: Anchor<'static>;
    /// The component that the resource is about.
    const PRIMARY: &'static str;
    /// Computed attributes that [`Self::results`] fills in.
    const RESULTS: &'static [Outcome];
    /// The resources of other providers whose state can become one of this type.
    const MOVES: &'static [Move] = &[];
    /// The attribute that protects it from being deleted, if it has one.
    const PROTECTION: Option<&'static str> = None;

    /// Turns a configuration, defaults included, into specs. Pure.
    fn design(model: &Self::Model, site: &Site) -> Vec<Spec>;

    /// The resource's id, known as soon as its place is.
    fn id(site: &Site, place: &Self::Place) -> String;

    /// Computed attributes that follow from the configuration alone.
    fn derived(_model: &Self::Model) -> Vec<(&'static str, Value)> {
        vec![]
    }

    /// Whose the objects of a resource are, by its path: `<environment>/<name>`, or the name alone.
    fn owner_of(path: &str) -> Owner {
        Owner::at(Self::TYPE, path)
    }

    /// The path of the resource of this type that a tag names.
    fn path_in(owner: &str) -> Option<String> {
        let owner = Owner::parse(owner)?;
        (owner.resource == Self::TYPE).then(|| owner.path())
    }

    /// What is told of another provider's object, by its id there, beside which one of this type is built: what becomes of
    /// it, and what to do about it. Only for types that are moved so.
    fn beside(_former: &str) -> (String, String) {
        Default::default()
    }

    /// What an import reads back of what the user writes, beyond what fields are bound to.
    fn recovered(_seen: &AllSeen) -> Vec<(&'static str, Value)> {
        vec![]
    }

    /// The computed attributes that come from what was seen; what was not looked at is left out.
    fn results(seen: &AllSeen) -> BTreeMap<&'static str, Json>;

    /// The computed `ref`, from the whole object; leaves that are unknown there are unknown here.
    fn reference(object: &Value) -> Value;

    /// What is kept when it is deleted: the name of the last snapshot, by component. `stamp` makes it unique.
    fn keeps(_model: &Self::Model, _site: &Site, _stamp: &str) -> BTreeMap<String, String> {
        BTreeMap::new()
    }

    /// Rules across attributes, and changes that are refused. Called by validate without a prior, and by plan.
    fn review(prior: Option<&Self::Model>, wanted: &Self::Model, diagnostics: &mut Diagnostics);

    /// How a component is reached.
    fn component(name: &str, place: &Self::Place) -> Arc<dyn Component>;

    /// Compares a plan with the real world. It only tells; the blueprint stands.
    async fn preflight(
        place: &Self::Place,
        wanted: &Self::Model,
        site: &Site,
        blueprint: &Blueprint,
    ) -> CloudResult<Diagnostics>;

    /// The anchors of all resources of this type in a place: the object's name, and its tags. What was taken over without
    /// an anchor of its own is told by the object that it is about.
    async fn anchors(place: &Self::Place) -> CloudResult<Vec<(String, BTreeMap<String, String>)>>;

    /// The commands that remove by hand what an unfinished resource may have left; what does not exist is skipped with an
    /// error.
    fn removal(site: &Site, place: &Self::Place) -> Vec<String>;

    /// Finds the objects of an existing resource by the id that a person knows.
    async fn discover(
        place: &Self::Place,
        id: &str,
        purpose: Purpose,
        freshness: Freshness,
    ) -> CloudResult<Option<Discovered>>;
}

/// The command that removes a security group of a resource.
pub fn removal_of_group(region: &str, owner: &Owner, name: &str) -> String {
    format!(
        "aws ec2 delete-security-group --region {region} --group-id $(aws ec2 describe-security-groups --region {region} \
         --filters Name=tag:drop:resource,Values={owner} Name=group-name,Values={name} \
         --query 'SecurityGroups[].GroupId' --output text)"
    )
}

/// What an existing resource is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To come under management: what cannot is unfit.
    TakeOver,
    /// To be shown as it is.
    Show,
}

/// What was found.
#[derive(Debug)]
pub struct Discovered {
    /// The resource's path: `<environment>/<name>`, or the name alone.
    pub path: String,
    /// The ids of its components; those of others as `shared:<id>`.
    pub components: BTreeMap<String, String>,
    /// What else the user would have written.
    pub given: Vec<(&'static str, Value)>,
    /// Why it cannot be taken over, and what to do about it.
    pub unfit: Option<String>,
}

impl Discovered {
    /// Something that can be taken over.
    pub fn of(path: &str, components: BTreeMap<String, String>) -> Self {
        Self { path: path.to_owned(), components, given: vec![], unfit: None }
    }
}

/// Runs a [`Composite`] as a Terraform resource.
#[derive(Debug)]
pub struct Run<C> {
    runtime: Arc<Runtime>,
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

    /// Whether an object of this resource is protected from being deleted.
    fn is_protected(object: &Value) -> bool {
        C::PROTECTION.is_some_and(|attribute| object.get(attribute).as_bool().unwrap_or_default())
    }

    /// The place that an object names, once it is known.
    fn place_of(object: &Value) -> Option<&str> {
        object.get(C::Place::ATTRIBUTE).as_str()
    }

    /// The attribute that a field is known by, if it has one.
    fn attribute(component: &str, field: &str) -> Option<Path> {
        Self::binding(component, field).map(|found| Path::from(found.attribute))
    }

    fn binding(component: &str, field: &str) -> Option<&'static Binding> {
        C::BINDINGS.iter().find(|binding| binding.component == component && binding.field == field)
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
        let mut model = C::Model::from_value(&request.config, &Path::root(), &mut diagnostics);
        model.validate(&Path::root(), &mut diagnostics);
        if !diagnostics.has_errors() {
            model.apply_defaults();
            C::review(None, &model, &mut diagnostics);
        }
        diagnostics
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
