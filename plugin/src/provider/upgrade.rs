//! States that older schemas wrote.

use std::{fmt, sync::Arc};

use super::Cx;
use crate::{Block, Diagnostics, Model, Schema, Value, codec};

/// Protocol: `UpgradeResourceState`. Called for every stored object on every run, also when the version is the same.
#[derive(Clone, Debug)]
pub struct UpgradeRequest {
    /// The schema version that wrote the state.
    pub version: i64,
    /// The state in JSON, in the shape of that version.
    pub json: Vec<u8>,
    /// Says when the user interrupts.
    pub cx: Cx,
}

/// A state in the shape of the current schema. Protocol: `UpgradeResourceState.Response`.
#[derive(Clone, Debug, Default)]
pub struct UpgradeResponse {
    /// Wholly known. What the old schema did not know is null: it is read next.
    pub state: Value,
    /// An error stops the run, and the stored state stays.
    pub diagnostics: Diagnostics,
}

/// How states of one older version become states of the current one, in a single step.
#[derive(Clone)]
pub struct StateUpgrader {
    prior: Schema,
    upgrade: Arc<dyn Fn(Value) -> Result<Value, Diagnostics> + Send + Sync>,
}

impl StateUpgrader {
    /// From the schema that wrote the state, whose version says which states are meant.
    pub fn new(prior: Schema, upgrade: impl Fn(Value) -> Result<Value, Diagnostics> + Send + Sync + 'static) -> Self {
        Self { prior, upgrade: Arc::new(upgrade) }
    }

    /// From the model of that time to the current one.
    pub fn between<Old: Model + 'static, New: Model + 'static>(version: i64, upgrade: fn(Old) -> New) -> Self {
        Self::new(Schema::new(version, Old::block()), move |state| Ok(upgrade(Old::read(&state)?).to_value()))
    }

    /// The version whose states it takes.
    pub fn version(&self) -> i64 {
        self.prior.version
    }
}

impl UpgradeRequest {
    /// Reads the state by the schema that wrote it and lets its upgrader bring it up to date. Versions without one, the
    /// current one above all, are read by the current schema, as [`Self::decode`] does.
    pub fn upgrade(&self, schema: &Schema, upgraders: &[StateUpgrader]) -> UpgradeResponse {
        let upgrader = upgraders.iter().find(|upgrader| upgrader.version() == self.version);
        let Some(upgrader) = upgrader.filter(|_| self.version < schema.version) else { return self.decode(schema) };
        let mut response = self.read(&upgrader.prior);
        if !response.diagnostics.has_errors() && !response.state.is_null() {
            match (upgrader.upgrade)(std::mem::take(&mut response.state)) {
                Ok(state) => response.state = state,
                Err(diagnostics) => response.diagnostics = diagnostics,
            }
        }
        response
    }

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
        self.read(schema)
    }

    fn read(&self, schema: &Schema) -> UpgradeResponse {
        let mut response = UpgradeResponse::default();
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

impl fmt::Debug for StateUpgrader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StateUpgrader").field("version", &self.version()).finish_non_exhaustive()
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
