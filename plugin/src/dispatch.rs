//! From bytes to a provider's answer and back to bytes, the same for every version of the protocol.
//!
//! Whatever goes wrong here ends as a diagnostic: the CLI shows a failed call as a crash of the plugin.

mod answer;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    ApplyRequest, ApplyResponse, ConfigureRequest, Cx, Diagnostics, ImportRequest, MoveRequest, PlanRequest, Provider,
    ReadRequest, Resource, Schema, Type, UpgradeRequest, ValidateRequest, Value, checks, codec, panics,
};
pub(crate) use answer::{Answer, PlanAnswer};

/// A value as it arrives: one of the two is filled.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wire {
    pub msgpack: Vec<u8>,
    pub json: Vec<u8>,
}

/// What a plan is asked for.
#[derive(Debug)]
pub(crate) struct PlanCall {
    pub prior: Wire,
    pub proposed: Wire,
    pub config: Wire,
    pub prior_private: Vec<u8>,
}

/// What is to be applied.
#[derive(Debug)]
pub(crate) struct ApplyCall {
    pub prior: Wire,
    pub planned: Wire,
    pub config: Wire,
    pub planned_private: Vec<u8>,
}

/// What is to be moved, and from where.
#[derive(Debug)]
pub(crate) struct MoveCall {
    pub source_provider: String,
    pub source_type: String,
    pub source_version: i64,
    pub source_json: Vec<u8>,
    pub source_private: Vec<u8>,
}

/// A resource with the schema that its values are read by.
pub(crate) struct Offered {
    name: String,
    resource: Arc<dyn Resource>,
    schema: Schema,
    ty: Type,
}

pub(crate) struct Dispatcher {
    provider: Arc<dyn Provider>,
    schema: Schema,
    resources: BTreeMap<String, Offered>,
    cancel: Mutex<CancellationToken>,
    applies: TaskTracker,
}

impl Dispatcher {
    pub fn new(provider: Arc<dyn Provider>) -> Arc<Self> {
        let offer = |(name, resource): (&str, Arc<dyn Resource>)| {
            let schema = resource.schema();
            let ty = schema.ty();
            (name.to_owned(), Offered { name: name.to_owned(), resource, schema, ty })
        };
        Arc::new(Self {
            schema: provider.schema(),
            resources: provider.resources().into_iter().map(offer).collect(),
            provider,
            cancel: Mutex::default(),
            applies: TaskTracker::new(),
        })
    }

    pub fn provider_schema(&self) -> &Schema {
        &self.schema
    }

    pub fn resource_schemas(&self) -> impl Iterator<Item = (&str, &Schema)> {
        self.resources.iter().map(|(name, offered)| (name.as_str(), &offered.schema))
    }

    /// What the CLI would refuse about the schemas, said in a way that names the attribute.
    pub fn schema_problems(&self) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        for (name, schema) in [("the provider", &self.schema)].into_iter().chain(self.resource_schemas()) {
            for problem in schema.block.problems() {
                diagnostics.error(format!("The schema of {name} is invalid"), problem);
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
            let config = decode("the provider", "configuration", &config, &self.schema.ty())?;
            Ok(self.provider.validate(ValidateRequest { config, cx: self.cx() }).await)
        })
        .await
    }

    pub async fn configure(&self, config: Wire, terraform_version: String) -> Diagnostics {
        self.guarded("ConfigureProvider", async {
            let config = decode("the provider", "configuration", &config, &self.schema.ty())?;
            Ok(self.provider.configure(ConfigureRequest { config, terraform_version, cx: self.cx() }).await)
        })
        .await
    }

    pub async fn validate(&self, name: &str, config: Wire) -> Diagnostics {
        self.guarded(&format!("ValidateResourceConfig of {name}"), async {
            let offered = self.offered(name)?;
            let config = decode(name, "configuration", &config, &offered.ty)?;
            Ok(offered.resource.validate(ValidateRequest { config, cx: self.cx() }).await)
        })
        .await
    }

    pub async fn upgrade(&self, name: &str, version: i64, json: Vec<u8>) -> Answer {
        self.guarded(&format!("UpgradeResourceState of {name}"), async {
            let offered = self.offered(name)?;
            let response = offered.resource.upgrade(UpgradeRequest { version, json, cx: self.cx() }).await;
            Ok(Answer::known(offered, "upgraded state", response.state, Vec::new(), response.diagnostics))
        })
        .await
    }

    pub async fn read(&self, name: &str, state: Wire, private: Vec<u8>) -> Answer {
        self.guarded(&format!("ReadResource of {name}"), async {
            let offered = self.offered(name)?;
            let state = decode(name, "state", &state, &offered.ty)?;
            let response = offered.resource.read(ReadRequest { state, private, cx: self.cx() }).await;
            Ok(Answer::known(offered, "state", response.state, response.private, response.diagnostics))
        })
        .await
    }

    pub async fn plan(&self, name: &str, call: PlanCall) -> PlanAnswer {
        self.guarded(&format!("PlanResourceChange of {name}"), async {
            let offered = self.offered(name)?;
            let prior = decode(name, "prior state", &call.prior, &offered.ty)?;
            let proposed = decode(name, "proposed state", &call.proposed, &offered.ty)?;
            let config = decode(name, "configuration", &call.config, &offered.ty)?;
            let request = PlanRequest {
                prior: prior.clone(),
                proposed,
                config: config.clone(),
                prior_private: call.prior_private,
                cx: self.cx(),
            };
            let response = offered.resource.plan(request).await;
            Ok(PlanAnswer::checked(offered, &prior, &config, response))
        })
        .await
    }

    /// Runs in a task of its own: a caller that goes away does not take half a creation with it.
    pub async fn apply(self: &Arc<Self>, name: &str, call: ApplyCall) -> Answer {
        let this = Arc::clone(self);
        let name = name.to_owned();
        let task = self.applies.spawn(async move { this.apply_here(&name, call).await });
        task.await.unwrap_or_else(|error| {
            let mut answer = Answer::default();
            answer.diagnostics.error("The apply was aborted", error.to_string());
            answer
        })
    }

    async fn apply_here(&self, name: &str, call: ApplyCall) -> Answer {
        let rpc = format!("ApplyResourceChange of {name}");
        self.guarded(&rpc, async {
            let offered = self.offered(name)?;
            let prior = decode(name, "prior state", &call.prior, &offered.ty)?;
            let planned = decode(name, "planned state", &call.planned, &offered.ty)?;
            let config = decode(name, "configuration", &call.config, &offered.ty)?;
            let creates = prior.is_null();
            let request = ApplyRequest {
                prior,
                planned: planned.clone(),
                config,
                planned_private: call.planned_private.clone(),
                cx: self.cx(),
            };
            Ok(match panics::guard(&rpc, offered.resource.apply(request)).await {
                Ok(response) => Answer::applied(offered, &planned, response),
                // Something may exist by now: a creation is kept as planned, so that the next apply meets it as tainted.
                Err(panic) if creates => {
                    let state = planned.clone().unknown_as_null();
                    let private = call.planned_private;
                    Answer::applied(offered, &planned, ApplyResponse { state, private, diagnostics: panic.into() })
                }
                // Without a state in the answer, core keeps the prior one with all that belongs to it.
                Err(panic) => Answer { diagnostics: panic.into(), ..Answer::default() },
            })
        })
        .await
    }

    pub async fn import(&self, name: &str, id: String) -> Answer {
        self.guarded(&format!("ImportResourceState of {name}"), async {
            let offered = self.offered(name)?;
            let mut response = offered.resource.import(ImportRequest { id, cx: self.cx() }).await;
            if response.state.is_null() && !response.diagnostics.has_errors() {
                response.diagnostics.error(format!("No {name} to import"), "Nothing was found under this id.");
            }
            Ok(Answer::known(offered, "imported state", response.state, response.private, response.diagnostics))
        })
        .await
    }

    pub async fn move_state(&self, name: &str, call: MoveCall) -> Answer {
        self.guarded(&format!("MoveResourceState to {name}"), async {
            let offered = self.offered(name)?;
            let MoveCall { source_provider, source_type, source_version, source_json, source_private } = call;
            let cx = self.cx();
            let request = MoveRequest { source_provider, source_type, source_version, source_json, source_private, cx };
            let response = offered.resource.move_state(request).await;
            Ok(Answer::known(offered, "moved state", response.state, response.private, response.diagnostics))
        })
        .await
    }

    async fn guarded<T: From<Diagnostics>>(&self, rpc: &str, work: impl Future<Output = Result<T, Diagnostics>>) -> T {
        let started = std::time::Instant::now();
        let outcome = panics::guard(rpc, work).await;
        tracing::debug!(rpc, milliseconds = started.elapsed().as_millis() as u64, "served");
        outcome.map_err(Diagnostics::from).flatten().unwrap_or_else(T::from)
    }

    fn offered(&self, name: &str) -> Result<&Offered, Diagnostics> {
        self.resources.get(name).ok_or_else(|| {
            let mut diagnostics = Diagnostics::new();
            let offered: Vec<_> = self.resources.keys().map(String::as_str).collect();
            diagnostics.error(
                format!("There is no resource type {name}"),
                format!("This provider offers: {}.", offered.join(", ")),
            );
            diagnostics
        })
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
