//! What a provider implements. Nothing here knows which version of the protocol asks.

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use crate::{Block, Diagnostics, Path, Schema, Value, codec};

/// A provider: its configuration and what it offers. Further kinds of things (data sources, functions …) become
/// further tables with empty defaults.
#[async_trait]
pub trait Provider: Send + Sync + 'static {
    /// The schema of the provider block.
    fn schema(&self) -> Schema;

    /// Resources by full type name.
    fn resources(&self) -> BTreeMap<&'static str, Arc<dyn Resource>>;

    async fn validate(&self, _request: ValidateRequest) -> Diagnostics {
        Diagnostics::new()
    }

    /// May be called again in one process (reattach mode), and with unknown values while planning.
    async fn configure(&self, request: ConfigureRequest) -> Diagnostics;
}

/// A type of resource. Every answer is checked by core's rules before it is sent.
#[async_trait]
pub trait Resource: Send + Sync + 'static {
    fn schema(&self) -> Schema;

    /// Called without configuration of the provider; values may be unknown.
    async fn validate(&self, _request: ValidateRequest) -> Diagnostics {
        Diagnostics::new()
    }

    /// Turns a stored state into one of the current schema. Called on every run, also when nothing has changed.
    async fn upgrade(&self, request: UpgradeRequest) -> UpgradeResponse {
        request.decode(&self.schema())
    }

    /// A null state in the answer says that the object is gone.
    async fn read(&self, request: ReadRequest) -> ReadResponse;

    /// Must not depend on time or chance: it is called again during apply and has to agree with itself.
    async fn plan(&self, request: PlanRequest) -> PlanResponse;

    /// Creates (null prior), updates, or deletes (null planned). Runs to its end even if the caller goes away.
    async fn apply(&self, request: ApplyRequest) -> ApplyResponse;

    /// The state answered here is read next, so it needs no more than what `read` starts from.
    async fn import(&self, _request: ImportRequest) -> ImportResponse {
        let mut diagnostics = Diagnostics::new();
        diagnostics.error("This resource cannot be imported", "Its type offers no import.");
        ImportResponse { state: Value::Null, private: Vec::new(), diagnostics }
    }

    /// Takes over the state of another type, named by a `moved` block.
    async fn move_state(&self, request: MoveRequest) -> MoveResponse {
        let mut diagnostics = Diagnostics::new();
        diagnostics.error(
            format!("A {} cannot be moved here", request.source_type),
            "This type takes over no other type's state. Import the object instead, and forget the old address with a \
             `removed` block.",
        );
        MoveResponse { state: Value::Null, private: Vec::new(), diagnostics }
    }
}

/// What every request carries.
#[derive(Clone, Debug, Default)]
pub struct Cx {
    /// Cancelled when the user interrupts the run. Work should end at the next safe point and answer what exists.
    pub cancel: CancellationToken,
}

#[derive(Clone, Debug)]
pub struct ConfigureRequest {
    pub config: Value,
    /// For the user agent; never to decide anything by.
    pub terraform_version: String,
    pub cx: Cx,
}

#[derive(Clone, Debug)]
pub struct ValidateRequest {
    pub config: Value,
    pub cx: Cx,
}

#[derive(Clone, Debug)]
pub struct UpgradeRequest {
    /// The schema version that wrote the state.
    pub version: i64,
    /// The state in JSON, in the shape of that version.
    pub json: Vec<u8>,
    pub cx: Cx,
}

#[derive(Clone, Debug, Default)]
pub struct UpgradeResponse {
    pub state: Value,
    pub diagnostics: Diagnostics,
}

#[derive(Clone, Debug)]
pub struct ReadRequest {
    pub state: Value,
    pub private: Vec<u8>,
    pub cx: Cx,
}

#[derive(Clone, Debug, Default)]
pub struct ReadResponse {
    pub state: Value,
    pub private: Vec<u8>,
    pub diagnostics: Diagnostics,
}

#[derive(Clone, Debug)]
pub struct PlanRequest {
    /// Null when the object is to be created.
    pub prior: Value,
    /// The configuration, with computed attributes filled in from the prior state. Null when it is to be deleted.
    pub proposed: Value,
    pub config: Value,
    /// What was kept beside the prior state; of the delete half of a replacement, see [`PlanResponse::private`].
    pub prior_private: Vec<u8>,
    pub cx: Cx,
}

#[derive(Clone, Debug, Default)]
pub struct PlanResponse {
    pub planned: Value,
    /// Paths whose change needs a new object. Core keeps only those that do change. Left out, they are the attributes
    /// that the schema marks `replace` and that do.
    pub requires_replace: Option<Vec<Path>>,
    /// Handed to apply. In a replacement the deletion receives what the plan of the *creation* answered, which in its
    /// turn received the update's as its prior one.
    pub private: Vec<u8>,
    pub diagnostics: Diagnostics,
}

#[derive(Clone, Debug)]
pub struct ApplyRequest {
    pub prior: Value,
    pub planned: Value,
    /// The only place where write-only values are found.
    pub config: Value,
    pub planned_private: Vec<u8>,
    pub cx: Cx,
}

/// State and diagnostics together, so that no early return can lose an object that was created.
///
/// With an error, a null state keeps the prior one, and any other is stored as it is (a failed create as tainted).
#[derive(Clone, Debug, Default)]
pub struct ApplyResponse {
    pub state: Value,
    /// Replaces what was kept; echo it to keep it.
    pub private: Vec<u8>,
    pub diagnostics: Diagnostics,
}

#[derive(Clone, Debug)]
pub struct ImportRequest {
    pub id: String,
    pub cx: Cx,
}

#[derive(Clone, Debug, Default)]
pub struct ImportResponse {
    /// Null with an error when there is nothing to import.
    pub state: Value,
    pub private: Vec<u8>,
    pub diagnostics: Diagnostics,
}

#[derive(Clone, Debug)]
pub struct MoveRequest {
    pub source_provider: String,
    pub source_type: String,
    pub source_version: i64,
    /// The old state in JSON, secrets in clear.
    pub source_json: Vec<u8>,
    pub source_private: Vec<u8>,
    pub cx: Cx,
}

#[derive(Clone, Debug, Default)]
pub struct MoveResponse {
    pub state: Value,
    pub private: Vec<u8>,
    pub diagnostics: Diagnostics,
}

impl UpgradeRequest {
    /// Reads the state by the current schema: attributes it lacks are null, those that are gone are dropped.
    pub fn decode(&self, schema: &Schema) -> UpgradeResponse {
        let mut response = UpgradeResponse::default();
        if self.version > schema.version {
            response.diagnostics.error(
                "The state was written by a newer version of this provider",
                format!(
                    "It has schema version {}, and this provider knows version {}. Use the newer provider.",
                    self.version, schema.version
                ),
            );
            return response;
        }
        match codec::json::decode_leniently(&self.json, &schema.ty()) {
            Ok(state) => response.state = with_empty_blocks(state, &schema.block),
            Err(error) => response.diagnostics.error_at(
                error.path,
                "The stored state cannot be read",
                format!("{}. It was written by schema version {}.", error.problem, self.version),
            ),
        }
        response
    }
}

/// An absent collection of blocks is empty and never null, also in states that were written before it was introduced.
fn with_empty_blocks(mut state: Value, block: &Block) -> Value {
    if let Some(members) = state.as_members_mut() {
        for nested in &block.blocks {
            let Some(value) = members.get_mut(&nested.name) else { continue };
            if value.is_null() {
                *value = nested.empty_value();
            }
            let inner = std::mem::take(value);
            *value = match inner {
                Value::List(elements) => {
                    Value::List(elements.into_iter().map(|e| with_empty_blocks(e, &nested.block)).collect())
                }
                Value::Set(elements) => {
                    Value::Set(elements.into_iter().map(|e| with_empty_blocks(e, &nested.block)).collect())
                }
                Value::Map(elements) => {
                    Value::Map(elements.into_iter().map(|(k, e)| (k, with_empty_blocks(e, &nested.block))).collect())
                }
                single => with_empty_blocks(single, &nested.block),
            };
        }
    }
    state
}
