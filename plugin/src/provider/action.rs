//! Actions: work that is done on request and leaves nothing in the state.

use async_trait::async_trait;
use tokio::sync::mpsc;

use super::{Cx, ValidateRequest};
use crate::{Diagnostics, Schema, Value};

/// Protocol: `ValidateActionConfig`, `PlanAction`, `InvokeAction`.
///
/// The crate ends every invocation with its one `Completed` event, whatever becomes of it: an event of no kind would
/// crash Terraform.
#[async_trait]
pub trait Action: Send + Sync + 'static {
    /// Attributes are required or optional: an action computes nothing.
    fn schema(&self) -> Schema;

    /// Called without configuration of the provider; values may be unknown.
    async fn validate(&self, _request: ValidateRequest) -> Diagnostics {
        Diagnostics::new()
    }

    /// Says while planning what would keep the action from succeeding.
    async fn plan(&self, _request: PlanActionRequest) -> Diagnostics {
        Diagnostics::new()
    }

    /// Does it. Runs to its end even if the caller goes away.
    async fn invoke(&self, request: InvokeRequest) -> Diagnostics;
}

#[derive(Clone, Debug)]
pub struct PlanActionRequest {
    /// May hold unknown values.
    pub config: Value,
    pub cx: Cx,
}

#[derive(Clone, Debug)]
pub struct InvokeRequest {
    pub config: Value,
    pub progress: Progress,
    pub cx: Cx,
}

/// What the user sees while an action runs.
#[derive(Clone, Debug)]
pub struct Progress {
    listener: mpsc::UnboundedSender<Told>,
}

/// What an action says on its way, and what came of it.
#[derive(Debug)]
pub(crate) enum Told {
    Progress(String),
    Completed(Diagnostics),
}

impl Progress {
    pub(crate) fn new(listener: mpsc::UnboundedSender<Told>) -> Self {
        Self { listener }
    }

    /// Shows a line at once. Without anybody to see it, it is lost.
    pub fn say(&self, message: impl Into<String>) {
        self.listener.send(Told::Progress(message.into())).ok();
    }
}
