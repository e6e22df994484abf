//! Managed resources.

use std::sync::Arc;

use super::{
    Answer, Dispatcher, ImportAnswer, PlanAnswer, ValueAnswer, Wire,
    answer::report,
    offered::{Offered, find},
};
use crate::{
    ApplyRequest, ApplyResponse, Diagnostics, GenerateRequest, ImportRequest, ImportedResource, MoveRequest, Path,
    PlanRequest, ReadRequest, Resource, UpgradeRequest, ValidateRequest, Value,
    checks::{self, Violation},
    panics,
};

/// What messages call the answer of an import.
const IMPORTED: &str = "imported state";

/// What is to be read.
#[derive(Debug, Default)]
pub(crate) struct ReadCall {
    pub state: Wire,
    pub private: Vec<u8>,
    pub identity: Wire,
}

/// What a plan is asked for.
#[derive(Debug, Default)]
pub(crate) struct PlanCall {
    pub prior: Wire,
    pub proposed: Wire,
    pub config: Wire,
    pub prior_private: Vec<u8>,
    pub prior_identity: Wire,
    pub planned_private: Vec<u8>,
}

/// What is to be applied.
#[derive(Debug, Default)]
pub(crate) struct ApplyCall {
    pub prior: Wire,
    pub planned: Wire,
    pub config: Wire,
    pub planned_private: Vec<u8>,
    pub planned_identity: Wire,
}

/// What is to be imported: by id, or by identity.
#[derive(Debug, Default)]
pub(crate) struct ImportCall {
    pub id: String,
    pub identity: Wire,
}

/// What is to be moved, and from where.
#[derive(Debug, Default)]
pub(crate) struct MoveCall {
    pub source_provider: String,
    pub source_type: String,
    pub source_version: i64,
    pub source_json: Vec<u8>,
    pub source_private: Vec<u8>,
    pub source_identity_json: Vec<u8>,
    pub source_identity_version: i64,
}

impl Dispatcher {
    /// `write_only` says whether the CLI knows write-only attributes. One that does not would store them.
    pub async fn validate(&self, name: &str, config: Wire, write_only: bool) -> Diagnostics {
        self.guarded(&format!("ValidateResourceConfig of {name}"), async {
            let Offered { thing, shape } = self.resource(name)?;
            let (config, mut diagnostics) = shape.config_to_validate(&config)?;
            let given = if write_only { Vec::new() } else { checks::write_only_given(&shape.schema.block, &config) };
            for path in given {
                diagnostics.error_at(
                    path.clone(),
                    format!("Write-only attribute {path} is not allowed"),
                    "This version would keep its value in the state. It needs Terraform 1.11 or OpenTofu 1.11, or newer.",
                );
            }
            diagnostics.extend(thing.validate(ValidateRequest { config, cx: self.cx() }).await);
            Ok(diagnostics)
        })
        .await
    }

    pub async fn upgrade(&self, name: &str, version: i64, json: Vec<u8>) -> Answer {
        self.guarded(&format!("UpgradeResourceState of {name}"), async {
            let Offered { thing, shape } = self.resource(name)?;
            if json.is_empty() {
                return Err(Diagnostics::failure(
                    format!("The stored state of {name} cannot be read"),
                    "It is not in JSON: Terraform before 0.12 wrote it, and this provider never worked with that.",
                ));
            }
            let response = thing.upgrade(UpgradeRequest { version, json, cx: self.cx() }).await;
            Ok(Answer::known(shape, "upgraded state", response.state, Vec::new(), response.diagnostics))
        })
        .await
    }

    pub async fn read(&self, name: &str, call: ReadCall) -> Answer {
        self.guarded(&format!("ReadResource of {name}"), async {
            let Offered { thing, shape } = self.resource(name)?;
            let state = shape.decode("state", &call.state)?;
            let identity = shape.identity(&call.identity)?;
            let request = ReadRequest { state, private: call.private, identity: identity.clone(), cx: self.cx() };
            let response = thing.read(request).await;
            let answer = Answer::known(shape, "state", response.state, response.private, response.diagnostics);
            Ok(answer.identified(shape, &**thing, &identity))
        })
        .await
    }

    pub async fn plan(&self, name: &str, call: PlanCall) -> PlanAnswer {
        self.guarded(&format!("PlanResourceChange of {name}"), async {
            let Offered { thing, shape } = self.resource(name)?;
            let prior = shape.decode("prior state", &call.prior)?;
            let proposed = shape.decode("proposed state", &call.proposed)?;
            let config = shape.config_of_change(&call.config, &prior)?;
            let block = &shape.schema.block;
            // Core took from the prior state by position; nothing is proposed for a deletion.
            let by_key = !proposed.is_null() && !config.is_null() && block.has_keys_inside();
            let proposed = if by_key { checks::proposed_by_key(block, &prior, &config) } else { proposed };
            let identity = shape.identity(&call.prior_identity)?;
            let request = PlanRequest {
                prior: prior.clone(),
                proposed,
                config: config.clone(),
                prior_private: call.prior_private,
                prior_identity: identity.clone(),
                planned_private: call.planned_private,
                cx: self.cx(),
            };
            let response = thing.plan(request).await;
            let answer = PlanAnswer::checked(shape, &prior, &config, response);
            Ok(answer.identified(shape, &**thing, &prior, identity))
        })
        .await
    }

    /// Runs in a task of its own: a caller that goes away does not take half a creation with it.
    pub async fn apply(self: &Arc<Self>, name: &str, call: ApplyCall) -> Answer {
        let this = Arc::clone(self);
        let name = name.to_owned();
        let task = self.applies.spawn(async move { this.apply_here(&name, call).await });
        task.await.unwrap_or_else(|error| Diagnostics::failure("The apply was aborted", error.to_string()).into())
    }

    async fn apply_here(&self, name: &str, call: ApplyCall) -> Answer {
        let rpc = format!("ApplyResourceChange of {name}");
        self.guarded(&rpc, async {
            let Offered { thing, shape } = self.resource(name)?;
            let prior = shape.decode("prior state", &call.prior)?;
            let planned = shape.decode("planned state", &call.planned)?;
            let config = shape.config_of_change(&call.config, &prior)?;
            let identity = shape.identity(&call.planned_identity)?;
            let creates = prior.is_null();
            let request = ApplyRequest {
                prior,
                planned: planned.clone(),
                config,
                planned_private: call.planned_private.clone(),
                planned_identity: identity.clone(),
                cx: self.cx(),
            };
            let response = match panics::guard(&rpc, thing.apply(request)).await {
                Ok(response) => response,
                // Something may exist by now: a creation is kept as planned, so that the next apply meets it as tainted.
                Err(panic) if creates => {
                    let state = planned.clone().unknown_as_null();
                    ApplyResponse { state, private: call.planned_private, diagnostics: panic.into() }
                }
                // Without a state in the answer, core keeps the prior one with all that belongs to it.
                Err(panic) => return Ok(Answer { diagnostics: panic.into(), ..Answer::default() }),
            };
            Ok(Answer::applied(shape, &planned, response).identified(shape, &**thing, &identity))
        })
        .await
    }

    pub async fn import(&self, name: &str, call: ImportCall) -> ImportAnswer {
        self.guarded(&format!("ImportResourceState of {name}"), async {
            let Offered { thing, shape } = self.resource(name)?;
            let identity = shape.identity_to_import(&call.identity)?;
            let request = ImportRequest { id: call.id, identity: identity.clone(), cx: self.cx() };
            let mut response = thing.import(request).await;
            if response.state.is_null() && !response.diagnostics.has_errors() {
                let named = if identity.is_null() { "id" } else { "identity" };
                response
                    .diagnostics
                    .error(format!("No {name} to import"), format!("Nothing was found under this {named}."));
            }
            let answer = Answer::known(shape, IMPORTED, response.state, response.private, response.diagnostics);
            let asked = (name.to_owned(), answer.identified(shape, &**thing, &identity));
            let others = response.others.into_iter().map(|other| self.imported_along(other));
            Ok(ImportAnswer::of(std::iter::once(asked).chain(others).collect()))
        })
        .await
    }

    fn imported_along(&self, other: ImportedResource) -> (String, Answer) {
        let ImportedResource { type_name, state, private } = other;
        let answer = match self.resource(&type_name) {
            Ok(Offered { thing, shape }) => {
                let mut diagnostics = Diagnostics::new();
                if state.is_null() {
                    let missing = Violation::new(&Path::root(), "it is missing");
                    report(&mut diagnostics, shape, IMPORTED, vec![missing]);
                }
                Answer::known(shape, IMPORTED, state, private, diagnostics).identified(shape, &**thing, &Value::Null)
            }
            Err(unheard_of) => unheard_of.into(),
        };
        (type_name, answer)
    }

    pub async fn move_state(&self, name: &str, call: MoveCall) -> Answer {
        self.guarded(&format!("MoveResourceState to {name}"), async {
            let Offered { thing, shape } = self.resource(name)?;
            let request = MoveRequest {
                source_provider: call.source_provider,
                source_type: call.source_type,
                source_version: call.source_version,
                source_json: call.source_json,
                source_private: call.source_private,
                source_identity_json: call.source_identity_json,
                source_identity_version: call.source_identity_version,
                cx: self.cx(),
            };
            let mut response = thing.move_state(request).await;
            if response.state.is_null() && !response.diagnostics.has_errors() {
                response.diagnostics.error(
                    format!("Nothing was moved to {name}"),
                    "The provider answered no state. This is a bug in the provider: please report it.",
                );
            }
            let answer = Answer::known(shape, "moved state", response.state, response.private, response.diagnostics);
            Ok(answer.identified(shape, &**thing, &Value::Null))
        })
        .await
    }

    pub async fn generate_config(&self, name: &str, state: Wire) -> ValueAnswer {
        self.guarded(&format!("GenerateResourceConfig of {name}"), async {
            let Offered { thing, shape } = self.resource(name)?;
            let state = shape.decode("state", &state)?;
            let response = thing.generate_config(GenerateRequest { state, cx: self.cx() }).await;
            Ok(ValueAnswer::known(shape, "configuration", response.config, response.diagnostics))
        })
        .await
    }

    pub(super) fn resource(&self, name: &str) -> Result<&Offered<dyn Resource>, Diagnostics> {
        find(&self.resources, "resource type", name)
    }
}
