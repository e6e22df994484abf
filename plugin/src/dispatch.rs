//! From bytes to a provider's answer and back to bytes, the same for every version of the protocol.
//!
//! Whatever goes wrong here ends as a diagnostic: the CLI shows a failed call as a crash of the plugin.

mod actions;
mod answer;
mod data;
mod ephemeral;
mod functions;
mod identity;
mod lists;
mod offered;
mod resources;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    Action, ConfigureRequest, Cx, DataSource, Diagnostics, EphemeralResource, Function, ListResource, Provider,
    Resource, Schema, Type, ValidateRequest, Value, codec, panics,
};
pub(crate) use answer::{Answer, ImportAnswer, PlanAnswer, ValueAnswer};
pub(crate) use lists::ListCall;
pub(crate) use offered::Shape;
use offered::{Offers, offers};
pub(crate) use resources::{ApplyCall, ImportCall, MoveCall, PlanCall, ReadCall};

/// A value as it arrives: one of the two is filled.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wire {
    pub msgpack: Vec<u8>,
    pub json: Vec<u8>,
}

pub(crate) struct Dispatcher {
    provider: Arc<dyn Provider>,
    own: Shape,
    resources: Offers<dyn Resource>,
    data_sources: Offers<dyn DataSource>,
    ephemerals: Offers<dyn EphemeralResource>,
    lists: Offers<dyn ListResource>,
    actions: Offers<dyn Action>,
    functions: BTreeMap<String, Function>,
    cancel: Mutex<CancellationToken>,
    applies: TaskTracker,
}

impl Dispatcher {
    pub fn new(provider: Arc<dyn Provider>) -> Arc<Self> {
        let functions = provider.functions().into_iter().map(|(name, function)| (name.to_owned(), function));
        Arc::new(Self {
            own: Shape::of("the provider", provider.schema(), None),
            resources: offers(provider.resources(), |resource| (resource.schema(), resource.identity())),
            data_sources: offers(provider.data_sources(), |source| (source.schema(), None)),
            ephemerals: offers(provider.ephemeral_resources(), |ephemeral| (ephemeral.schema(), None)),
            lists: offers(provider.list_resources(), |list| (list.schema(), None)),
            actions: offers(provider.actions(), |action| (action.schema(), None)),
            functions: functions.collect(),
            provider,
            cancel: Mutex::default(),
            applies: TaskTracker::new(),
        })
    }

    pub fn provider_schema(&self) -> &Schema {
        &self.own.schema
    }

    pub fn resource_schemas(&self) -> impl Iterator<Item = (&str, &Schema)> {
        self.resources.values().map(|offered| offered.shape.named())
    }

    pub fn data_source_schemas(&self) -> impl Iterator<Item = (&str, &Schema)> {
        self.data_sources.values().map(|offered| offered.shape.named())
    }

    pub fn ephemeral_schemas(&self) -> impl Iterator<Item = (&str, &Schema)> {
        self.ephemerals.values().map(|offered| offered.shape.named())
    }

    pub fn list_schemas(&self) -> impl Iterator<Item = (&str, &Schema)> {
        self.lists.values().map(|offered| offered.shape.named())
    }

    pub fn action_schemas(&self) -> impl Iterator<Item = (&str, &Schema)> {
        self.actions.values().map(|offered| offered.shape.named())
    }

    pub fn functions(&self) -> impl Iterator<Item = (&str, &Function)> {
        self.functions.iter().map(|(name, function)| (name.as_str(), function))
    }

    /// What the CLI would refuse about the schemas, said in a way that names the attribute.
    pub fn schema_problems(&self) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        let mut tell = |what: String, problems: Vec<String>| {
            for problem in problems {
                diagnostics.error(format!("The schema of {what} is invalid"), problem);
            }
        };
        tell("the provider".to_owned(), self.provider_schema().block.problems());
        for (name, schema) in self.resource_schemas() {
            tell(name.to_owned(), schema.block.problems());
        }
        for (kind, schemas) in [
            ("data source", self.data_source_schemas().collect::<Vec<_>>()),
            ("ephemeral resource", self.ephemeral_schemas().collect()),
        ] {
            for (name, schema) in schemas {
                tell(format!("the {kind} {name}"), schema.block.problems());
                tell(format!("the {kind} {name}"), schema.block.write_only_problems());
            }
        }
        for (kind, schemas) in
            [("list", self.list_schemas().collect::<Vec<_>>()), ("action", self.action_schemas().collect())]
        {
            for (name, schema) in schemas {
                tell(format!("the {kind} {name}"), schema.block.problems());
                tell(format!("the {kind} {name}"), schema.block.computed_problems());
            }
        }
        for (name, function) in self.functions() {
            tell(format!("the function {name}"), function.signature.problems());
        }
        for (name, identity) in self.identity_schemas() {
            tell(format!("the identity of {name}"), identity.problems());
        }
        for name in self.lists.keys() {
            let listed = self.resources.get(name).is_some_and(|offered| offered.shape.identity.is_some());
            if !listed {
                let problem = "there is no managed resource of this name with an identity".to_owned();
                tell(format!("the list {name}"), vec![problem]);
            }
        }
        diagnostics
    }

    /// Cancels the work under way. What comes later is not affected.
    pub fn stop(&self) {
        let mut current = self.cancel.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *current).cancel();
    }

    /// Waits until no apply is under way.
    pub async fn idle(&self) {
        self.applies.close();
        self.applies.wait().await;
        self.applies.reopen();
    }

    pub async fn validate_provider(&self, config: Wire) -> Diagnostics {
        self.guarded("ValidateProviderConfig", async {
            let (config, mut diagnostics) = self.own.config_to_validate(&config)?;
            diagnostics.extend(self.provider.validate(ValidateRequest { config, cx: self.cx() }).await);
            Ok(diagnostics)
        })
        .await
    }

    pub async fn configure(&self, config: Wire, terraform_version: String) -> Diagnostics {
        self.guarded("ConfigureProvider", async {
            let config = self.own.config(&config)?;
            Ok(self.provider.configure(ConfigureRequest { config, terraform_version, cx: self.cx() }).await)
        })
        .await
    }

    async fn guarded<T: From<Diagnostics>>(&self, rpc: &str, work: impl Future<Output = Result<T, Diagnostics>>) -> T {
        let started = std::time::Instant::now();
        let outcome = panics::guard(rpc, work).await;
        tracing::debug!(rpc, milliseconds = started.elapsed().as_millis() as u64, "served");
        outcome.map_err(Diagnostics::from).flatten().unwrap_or_else(T::from)
    }

    fn cx(&self) -> Cx {
        let current = self.cancel.lock().unwrap_or_else(PoisonError::into_inner);
        Cx { cancel: current.child_token() }
    }
}

/// Msgpack if there is any, else JSON, else null.
fn decode(owner: &str, what: &str, wire: &Wire, ty: &Type) -> Result<Value, Diagnostics> {
    let decoded = match (wire.msgpack.is_empty(), wire.json.is_empty()) {
        (false, _) => codec::from_msgpack(&wire.msgpack, ty),
        (true, false) => codec::json::decode(&wire.json, ty),
        (true, true) => Ok(Value::Null),
    };
    decoded.map_err(|error| {
        let mut diagnostics = Diagnostics::new();
        diagnostics.error_at(
            error.path.clone(),
            format!("The {what} of {owner} cannot be read"),
            format!("{error}. The CLI sent something that the schema does not allow."),
        );
        diagnostics
    })
}

#[cfg(test)]
mod tests;
