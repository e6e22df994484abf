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

#[derive(Clone, Debug)]
pub struct OpenRequest {
    pub config: Value,
    pub cx: Cx,
}

#[derive(Clone, Debug, Default)]
pub struct OpenResponse {
    pub result: Value,
    pub private: Vec<u8>,
    pub renew_at: Option<SystemTime>,
    pub diagnostics: Diagnostics,
}

#[derive(Clone, Debug)]
pub struct RenewRequest {
    pub private: Vec<u8>,
    pub cx: Cx,
}

#[derive(Clone, Debug, Default)]
pub struct RenewResponse {
    /// Replaces what was kept; echo it to keep it.
    pub private: Vec<u8>,
    pub renew_at: Option<SystemTime>,
    pub diagnostics: Diagnostics,
}

#[derive(Clone, Debug)]
pub struct CloseRequest {
    pub private: Vec<u8>,
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
