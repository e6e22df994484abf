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

/// What an action is about to be invoked with. Protocol: `PlanAction.Request`.
#[derive(Clone, Debug)]
pub struct PlanActionRequest {
    /// May hold unknown values.
    pub config: Value,
    /// Says when the user interrupts.
    pub cx: Cx,
}

/// An action that is to be done. Protocol: `InvokeAction.Request`.
#[derive(Clone, Debug)]
pub struct InvokeRequest {
    /// The configuration of the `action` block, wholly known.
    pub config: Value,
    /// Where to tell what is being done.
    pub progress: Progress,
    /// Says when the user interrupts: the action should end at the next safe point and answer an error.
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
