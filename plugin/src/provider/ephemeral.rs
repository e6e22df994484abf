//! Ephemeral resources: values for the time of a run, which neither plan nor state ever holds.

use std::time::SystemTime;

use async_trait::async_trait;

use super::{Cx, ValidateRequest};
use crate::{Diagnostics, Schema, Value};

/// Opened in every phase that needs it, renewed while it is in use, and closed at the end of the phase.
///
/// Protocol: `ValidateEphemeralResourceConfig`, `OpenEphemeralResource`, `RenewEphemeralResource`,
/// `CloseEphemeralResource`. What renew and close must know stands in `private`: it is all they are given.
#[async_trait]
pub trait EphemeralResource: Send + Sync + 'static {
    /// The `ephemeral` block. What the user gives is required or optional, what is answered computed; nothing is
    /// write-only, since nothing is kept.
    fn schema(&self) -> Schema;

    /// Called without configuration of the provider; values may be unknown.
    async fn validate(&self, _request: ValidateRequest) -> Diagnostics {
        Diagnostics::new()
    }

    /// Answers the configuration with the computed attributes filled in.
    async fn open(&self, request: OpenRequest) -> OpenResponse;

    /// Called at the time that the last answer asked for. Without `renew_at` in it, never.
    async fn renew(&self, request: RenewRequest) -> RenewResponse {
        RenewResponse { private: request.private, ..RenewResponse::default() }
    }

    /// Called for everything that was opened without error.
    async fn close(&self, _request: CloseRequest) -> Diagnostics {
        Diagnostics::new()
    }
}

/// What to open. Protocol: `OpenEphemeralResource.Request`.
#[derive(Clone, Debug)]
pub struct OpenRequest {
    /// The configuration, wholly known. Computed attributes are null.
    pub config: Value,
    /// Says when the user interrupts.
    pub cx: Cx,
}

/// What was opened. Protocol: `OpenEphemeralResource.Response`.
#[derive(Clone, Debug, Default)]
pub struct OpenResponse {
    /// The configuration with the computed attributes filled in, wholly known.
    pub result: Value,
    /// Handed to the first renewal, or to the closing if there is none. Stays in memory: it may hold secrets.
    pub private: Vec<u8>,
    /// When to renew it. `None` for something that outlives every run.
    pub renew_at: Option<SystemTime>,
    /// With an error, nothing counts as opened, and nothing will be closed.
    pub diagnostics: Diagnostics,
}

/// What to renew. Protocol: `RenewEphemeralResource.Request`.
#[derive(Clone, Debug)]
pub struct RenewRequest {
    /// What opening it answered, or its last renewal.
    pub private: Vec<u8>,
    /// Says when the user interrupts.
    pub cx: Cx,
}

/// What was renewed. The result cannot change: it is in use already. Protocol: `RenewEphemeralResource.Response`.
#[derive(Clone, Debug, Default)]
pub struct RenewResponse {
    /// Replaces what was kept; echo it to keep it.
    pub private: Vec<u8>,
    /// When to renew it again. `None` for never.
    pub renew_at: Option<SystemTime>,
    /// With an error, what was opened counts as lost: what depends on it fails, and it is closed all the same.
    pub diagnostics: Diagnostics,
}

/// What to close. Protocol: `CloseEphemeralResource.Request`.
#[derive(Clone, Debug)]
pub struct CloseRequest {
    /// What opening it answered, or its last renewal.
    pub private: Vec<u8>,
    /// Says when the user interrupts. What was opened should be closed even so.
    pub cx: Cx,
}

impl From<Diagnostics> for OpenResponse {
    fn from(diagnostics: Diagnostics) -> Self {
        Self { diagnostics, ..Self::default() }
    }
}

impl From<Diagnostics> for RenewResponse {
    fn from(diagnostics: Diagnostics) -> Self {
        Self { diagnostics, ..Self::default() }
    }
}
