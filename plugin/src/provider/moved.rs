//! State that was another type's.

use super::Cx;
use crate::{Diagnostics, Schema, Type, Value, codec};

/// Protocol: `MoveResourceState`, for `moved` blocks between types. Terraform from 1.8, OpenTofu from 1.10. The provider
/// is not configured when it is asked.
#[derive(Clone, Debug)]
pub struct MoveRequest {
    /// The address of the provider that the state was of, such as `<host>/hashicorp/aws`. The host
    /// differs from CLI to CLI.
    pub source_provider: String,
    /// The type that the state was of, at that provider.
    pub source_type: String,
    /// The version of that type's schema which wrote the state.
    pub source_version: i64,
    /// The old state in JSON, secrets in clear.
    pub source_json: Vec<u8>,
    /// What the old provider kept beside the state, in a form of its own.
    pub source_private: Vec<u8>,
    /// The old identity in JSON. Empty where the CLI or the type has none.
    pub source_identity_json: Vec<u8>,
    /// The version of the old identity's schema. Without an identity, 0.
    pub source_identity_version: i64,
    /// Says when the user interrupts.
    pub cx: Cx,
}

/// State that is this type's now. Protocol: `MoveResourceState.Response`.
#[derive(Clone, Debug, Default)]
pub struct MoveResponse {
    /// What is read next, so it needs no more than what `read` starts from.
    pub state: Value,
    /// Kept beside the new state; the old provider's is not kept.
    pub private: Vec<u8>,
    /// An error stops the run, and the object stays at its old address.
    pub diagnostics: Diagnostics,
}

impl MoveRequest {
    /// Whether the state was of this type of a provider with this namespace and name, on whatever host.
    pub fn is_from(&self, provider: &str, source_type: &str) -> bool {
        let path = self.source_provider.split_once('/').map_or("", |(_, path)| path);
        path == provider && self.source_type == source_type
    }

    /// Reads the attributes of the old state that matter, which are those of `ty`, an object; others are dropped.
    ///
    /// # Errors
    ///
    /// A state that is not JSON, or an attribute of another type. Values are not repeated in the message.
    pub fn source(&self, ty: &Type) -> Result<Value, Diagnostics> {
        codec::json::decode_leniently(&self.source_json, ty).map_err(|error| {
            let mut diagnostics = Diagnostics::new();
            diagnostics.error_at(
                error.path,
                format!("The state of the {} cannot be read", self.source_type),
                format!("{}. It was written by version {} of its schema.", error.problem, self.source_version),
            );
            diagnostics
        })
    }
}

impl MoveResponse {
    /// A state of which only some attributes are known yet: the others are null, and blocks absent.
    pub fn partial<K: Into<String>>(schema: &Schema, known: impl IntoIterator<Item = (K, Value)>) -> Self {
        let mut state = schema.block.empty_value();
        if let Some(members) = state.as_members_mut() {
            members.extend(known.into_iter().map(|(name, value)| (name.into(), value)));
        }
        Self { state, ..Self::default() }
    }
}

impl From<Diagnostics> for MoveResponse {
    fn from(diagnostics: Diagnostics) -> Self {
        Self { diagnostics, ..Self::default() }
    }
}
