//! Drives a resource in a unit test as the CLI would: the same calls, in the same order, with the same private data,
//! through the same encoding and checks. A test reads like a story.
//!
//! ```text
//! let mut thing = Harness::new("toy_thing", ToyThing::default());
//! thing.apply(json!({ "name": "a" })).await.ok();          // created; the second plan was empty
//! thing.apply(json!({ "name": "a", "size": 2 })).await.ok();
//! thing.taint();
//! thing.apply(json!({ "name": "a", "size": 2 })).await.ok();  // deleted and created
//! thing.destroy().await.ok();
//! ```
//!
//! What the CLI itself would object to, such as a second plan that differs from the first, panics with its reason.

mod config;
mod elsewhere;
mod required;
mod session;
mod story;

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use serde_json::{Value as Json, json};

use crate::{
    ConfigureRequest, Diagnostics, Path, Provider, Resource, Schema, Type, Value, codec,
    dispatch::{Answer, Dispatcher, Wire},
};
pub use config::unknown;
pub use required::check_required;
pub use session::{Include, Invoked, Listed, Opened, Session};

/// One resource instance, and what the state remembers of it.
pub struct Harness {
    dispatcher: Arc<Dispatcher>,
    name: String,
    schema: Schema,
    ty: Type,
    identity_ty: Option<Type>,
    current: Option<Object>,
    deposed: Vec<Object>,
    create_before_destroy: bool,
    /// What the block said last: a destroy plans it once more, to refresh.
    last_config: Option<Value>,
    /// Every walk begins with it: as plans know it, and as applies do. None in a sibling.
    provider_config: Option<(Wire, Wire)>,
    /// Whether plans refresh.
    refreshes: bool,
}

/// An object as the state holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    /// As the state file has it: wholly known, write-only attributes null.
    pub state: Value,
    /// What the provider keeps beside the state; opaque to the CLI.
    pub private: Vec<u8>,
    /// Null where the resource has none.
    pub identity: Value,
    /// Whether the next plan replaces it, since its creation failed or somebody said so.
    pub tainted: bool,
}

/// What a plan is going to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// The plan is empty.
    NoOp,
    /// There is no object yet.
    Create,
    /// The object stays, and changes.
    Update,
    /// The object is deleted, and another one created, in the order that `create_before_destroy` asks for.
    Replace,
    /// The object goes, and none follows.
    Delete,
}

/// The answer to a plan.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What the CLI would print in front of the resource.
    pub action: Action,
    /// The planned state: unknown where it is only known after apply. Null for a deletion, and after an error.
    pub planned: Value,
    /// Null where it is not known yet, or the resource has none.
    pub identity: Value,
    /// What the provider hands to its own apply.
    pub private: Vec<u8>,
    /// Of the paths that the provider named, those whose values do change. Empty unless they are the reason for
    /// [`Action::Replace`]: another one is a taint, or the user who asks for it.
    pub requires_replace: Vec<Path>,
    /// What the plan told. With errors, nothing else in it counts.
    pub diagnostics: Diagnostics,
}

/// What became of a plan or an apply.
#[must_use = "call ok() or fails()"]
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Null when there is no object.
    pub state: Value,
    /// The plan that was applied, if it came to that.
    pub action: Option<Action>,
    /// Of every call that was made, in their order.
    pub diagnostics: Diagnostics,
}

impl Harness {
    /// A resource that needs no provider around it.
    pub fn new(name: &'static str, resource: impl Resource) -> Self {
        let provider = Alone { name, resource: Arc::new(resource) };
        Self::over(Dispatcher::new(Arc::new(provider)), name, Some(<(Wire, Wire)>::default()))
    }

    /// A resource of a provider, which is configured as the CLI would: once for planning, once more for applying.
    pub async fn of(provider: impl Provider, name: &str, provider_config: Json) -> Self {
        let dispatcher = Dispatcher::new(Arc::new(provider));
        let mut harness = Self::over(dispatcher, name, None);
        harness.provide(provider_config.clone(), provider_config).await;
        harness
    }

    /// Changes the provider's configuration: what plans see of it, where values may be [`unknown`], and what applies see.
    pub async fn provide(&mut self, planned_with: Json, applied_with: Json) {
        let schema = self.dispatcher.provider_schema();
        let config = |given: &Json| wire(&config::value(&schema.block, given), &schema.ty());
        let config = (config(&planned_with), config(&applied_with));
        let diagnostics = self.dispatcher.validate_provider(config.0.clone()).await;
        assert!(!diagnostics.has_errors(), "the provider's configuration was refused:\n{diagnostics}");
        self.provider_config = Some(config);
    }

    /// Whether plans refresh first; `false` is `-refresh=false`. The plan that shows that an apply has done everything
    /// refreshes in any case.
    pub fn set_refresh(&mut self, refreshes: bool) {
        self.refreshes = refreshes;
    }

    /// Another instance of the same type in the same process. It runs as a part of the other's last run: it never
    /// configures the provider.
    pub fn sibling(&self) -> Self {
        Self::over(Arc::clone(&self.dispatcher), &self.name, None)
    }

    /// Deletes after creating, in a replacement, as the `lifecycle` argument of this name asks for. What is replaced is
    /// [deposed](Self::deposed) meanwhile.
    pub fn create_before_destroy(mut self) -> Self {
        self.create_before_destroy = true;
        self
    }

    /// Validates only, unconfigured, as `terraform validate` does. The CLI is one that knows write-only attributes.
    pub async fn validate(&self, config: Json) -> Diagnostics {
        let config = self.value(&config);
        self.dispatcher.validate(&self.name, self.wire(&config), true).await
    }

    /// Refreshes, then plans.
    pub async fn plan(&mut self, config: Json) -> Plan {
        let config = self.value(&config);
        let mut diagnostics = self.configure().await;
        if self.refreshes {
            diagnostics.extend(self.refresh().await);
        }
        if diagnostics.has_errors() { Plan::failed(diagnostics) } else { self.planned(&config, false).await }
    }

    /// Validates, plans, plans again, applies, and expects the next plan to be empty.
    pub async fn apply(&mut self, config: Json) -> Outcome {
        let config = self.value(&config);
        self.applied(&config, &config, false).await
    }

    /// As [`Self::apply`], with values that were [`unknown`] when it was planned.
    pub async fn apply_after(&mut self, planned_with: Json, applied_with: Json) -> Outcome {
        let (first, second) = (self.value(&planned_with), self.value(&applied_with));
        self.applied(&first, &second, false).await
    }

    /// `apply -replace`.
    pub async fn replace(&mut self, config: Json) -> Outcome {
        let config = self.value(&config);
        self.applied(&config, &config, true).await
    }

    /// Refreshes, plans the deletion and deletes, also what is deposed. Nothing to delete is no error.
    pub async fn destroy(&mut self) -> Outcome {
        self.destroyed().await
    }

    /// Upgrades and reads what the state holds, as every run begins.
    pub async fn refresh(&mut self) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        if let Some(object) = self.current.take() {
            self.current = self.read(object, &mut diagnostics).await;
        }
        for object in std::mem::take(&mut self.deposed) {
            let object = self.read(object, &mut diagnostics).await;
            self.deposed.extend(object);
        }
        diagnostics
    }

    /// As a failed provisioner or `terraform taint` would.
    pub fn taint(&mut self) {
        let object = self.current.as_mut();
        object.map(|object| object.tainted = true).unwrap_or_else(|| panic!("there is nothing to taint"));
    }

    /// Takes the mark of [`Self::taint`] away. Panics if there is no object.
    pub fn untaint(&mut self) {
        let object = self.current.as_mut();
        object.map(|object| object.tainted = false).unwrap_or_else(|| panic!("there is nothing to untaint"));
    }

    /// The user interrupts: what runs is cancelled.
    pub fn stop(&self) -> impl Fn() + Send + 'static {
        let dispatcher = Arc::clone(&self.dispatcher);
        move || dispatcher.stop()
    }

    /// What the state file holds. Tests may put something else there: an older backup, or nothing after a crash.
    pub fn current(&mut self) -> &mut Option<Object> {
        &mut self.current
    }

    /// The identity of the current object.
    pub fn identity(&self) -> &Value {
        self.current.as_ref().map_or(&Value::Null, |object| &object.identity)
    }

    /// What `create_before_destroy` has left to be deleted: one for every creation after which its deletion failed.
    pub fn deposed(&self) -> &[Object] {
        &self.deposed
    }

    /// The state of the current object; null if there is none.
    pub fn state(&self) -> &Value {
        self.current.as_ref().map_or(&Value::Null, |object| &object.state)
    }

    /// A configuration as the CLI would send it.
    pub fn value(&self, config: &Json) -> Value {
        config::value(&self.schema.block, config)
    }

    fn over(dispatcher: Arc<Dispatcher>, name: &str, provider_config: Option<(Wire, Wire)>) -> Self {
        assert_sound(&dispatcher);
        let schema = dispatcher.resource_schemas().find(|(offered, _)| *offered == name).map(|(_, schema)| schema);
        let schema = schema.unwrap_or_else(|| panic!("the provider offers no {name}")).clone();
        let identity = dispatcher.identity_schemas().find(|(offered, _)| *offered == name);
        Self {
            ty: schema.ty(),
            identity_ty: identity.map(|(_, identity)| identity.ty()),
            name: name.to_owned(),
            current: None,
            deposed: Vec::new(),
            create_before_destroy: false,
            last_config: None,
            provider_config,
            refreshes: true,
            schema,
            dispatcher,
        }
    }

    /// As a process of the CLI begins.
    async fn configure(&self) -> Diagnostics {
        self.configure_with(|(planned, _)| planned).await
    }

    /// The same, once all that others compute is known.
    async fn configure_applying(&self) -> Diagnostics {
        self.configure_with(|(_, applied)| applied).await
    }

    async fn configure_with(&self, which: impl Fn(&(Wire, Wire)) -> &Wire) -> Diagnostics {
        match &self.provider_config {
            Some(config) => self.dispatcher.configure(which(config).clone(), "1.0.0".to_owned()).await,
            None => Diagnostics::new(),
        }
    }

    fn wire(&self, value: &Value) -> Wire {
        wire(value, &self.ty)
    }

    fn state_of(&self, answer: &Answer) -> Value {
        self.decoded(answer.state.as_deref())
    }

    fn identity_of(&self, bytes: Option<&[u8]>) -> Value {
        let (Some(bytes), Some(ty)) = (bytes, &self.identity_ty) else { return Value::Null };
        codec::from_msgpack(bytes, ty).unwrap_or_else(|error| panic!("an identity cannot be read: {error}"))
    }

    fn identity_wire(&self, identity: &Value) -> Wire {
        self.identity_ty.as_ref().filter(|_| !identity.is_null()).map_or_else(Wire::default, |ty| wire(identity, ty))
    }

    fn object_of(&self, answer: Answer, tainted: bool) -> Object {
        let (state, identity) = (self.state_of(&answer), self.identity_of(answer.identity.as_deref()));
        Object { state, identity, private: answer.private, tainted }
    }

    fn decoded(&self, bytes: Option<&[u8]>) -> Value {
        let Some(bytes) = bytes else { return Value::Null };
        codec::from_msgpack(bytes, &self.ty).unwrap_or_else(|error| panic!("an answer cannot be read: {error}"))
    }

    fn outcome(&self, action: Option<Action>, diagnostics: Diagnostics) -> Outcome {
        Outcome { state: self.state().clone(), action, diagnostics }
    }
}

impl Plan {
    /// The planned value of an attribute at the top.
    pub fn get(&self, name: &str) -> &Value {
        self.planned.get(name)
    }

    fn failed(diagnostics: Diagnostics) -> Self {
        let (planned, private) = (Value::Null, Vec::new());
        let (identity, requires_replace) = (Value::Null, Vec::new());
        Self { action: Action::NoOp, planned, identity, private, requires_replace, diagnostics }
    }
}

impl Outcome {
    /// The new state, of a run that must have succeeded.
    #[track_caller]
    pub fn ok(self) -> Value {
        assert!(!self.diagnostics.has_errors(), "it failed:\n{}", self.diagnostics);
        self.state
    }

    /// The diagnostics, of a run that must have failed and said so in these words.
    #[track_caller]
    pub fn fails(self, words: &str) -> Diagnostics {
        assert!(self.diagnostics.has_errors(), "it succeeded, with the state {}", self.state);
        let text = self.diagnostics.to_string();
        assert!(text.contains(words), "{words:?} is not in:\n{text}");
        self.diagnostics
    }
}

fn wire(value: &Value, ty: &Type) -> Wire {
    let msgpack = codec::to_msgpack(value, ty).unwrap_or_else(|error| panic!("cannot be sent: {error}"));
    Wire { msgpack, json: Vec::new() }
}

/// A provider of one resource and no configuration.
struct Alone {
    name: &'static str,
    resource: Arc<dyn Resource>,
}

#[async_trait]
impl Provider for Alone {
    fn schema(&self) -> Schema {
        Schema::default()
    }

    fn resources(&self) -> BTreeMap<&'static str, Arc<dyn Resource>> {
        [(self.name, Arc::clone(&self.resource))].into()
    }

    async fn configure(&self, _: ConfigureRequest) -> Diagnostics {
        Diagnostics::new()
    }
}

impl std::fmt::Debug for Harness {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Harness").field("name", &self.name).field("current", &self.current).finish_non_exhaustive()
    }
}

/// Panics with everything that a CLI would refuse about the schemas of a provider: what it and all that it offers take,
/// signatures of functions, identities. What looks at a schema once, in a test, is not done again in a released binary.
///
/// ```
/// # use tf_plugin::{ConfigureRequest, Diagnostics, Provider, Schema, async_trait, harness};
/// # struct Demo;
/// # #[async_trait]
/// # impl Provider for Demo {
/// #     fn schema(&self) -> Schema { Schema::default() }
/// #     async fn configure(&self, _: ConfigureRequest) -> Diagnostics { Diagnostics::new() }
/// # }
/// harness::check(Demo);
/// ```
pub fn check(provider: impl Provider) {
    assert_sound(&Dispatcher::new(Arc::new(provider)));
}

fn assert_sound(dispatcher: &Dispatcher) {
    let problems = dispatcher.schema_problems();
    assert!(problems.is_empty(), "{problems}");
}

/// An empty configuration.
pub fn nothing() -> Json {
    json!({})
}

#[cfg(test)]
mod tests;
