//! Lists: which objects of a type there are, whether Terraform manages them or not.

use std::ops::ControlFlow;

use async_trait::async_trait;
use tokio::sync::mpsc;

use super::Cx;
use crate::{Attr, Diagnostics, Schema, Value};

/// Lists the objects of a managed resource of the same name. Protocol: `ValidateListResourceConfig`, `ListResource`.
#[async_trait]
pub trait ListResource: Send + Sync + 'static {
    /// What can be asked for: the `config` block. Attributes are required or optional.
    fn schema(&self) -> Schema;

    /// Called without configuration of the provider; values may be unknown.
    async fn validate(&self, _request: ValidateListRequest) -> Diagnostics {
        Diagnostics::new()
    }

    /// Pushes what it finds, until it has found everything or [`Found::push`] says that it is enough. The work is
    /// dropped at its next await when nobody reads on.
    async fn list(&self, request: ListRequest, found: &mut Found) -> Diagnostics;
}

/// A list to look at before anything is configured. Protocol: `ValidateListResourceConfig.Request`.
#[derive(Clone, Debug)]
pub struct ValidateListRequest {
    /// The `config` block; values may be unknown.
    pub config: Value,
    /// As [`ListRequest::include_resource`]. Null for the default, which is false.
    pub include_resource: Attr<bool>,
    /// As [`ListRequest::limit`]. Null for the default, which is 100.
    pub limit: Attr<i64>,
    /// Says when the user interrupts.
    pub cx: Cx,
}

/// What is to be listed. Protocol: `ListResource.Request`.
#[derive(Clone, Debug)]
pub struct ListRequest {
    /// The `config` block, wholly known.
    pub config: Value,
    /// Whether whole objects are wanted, and not their identities only.
    pub include_resource: bool,
    /// For a page size; that no more are sent is seen to.
    pub limit: Option<u64>,
    /// Says when the user interrupts. The work is dropped without being asked when nobody reads the list any more.
    pub cx: Cx,
}

/// One object.
#[derive(Clone, Debug, Default)]
pub struct ListItem {
    /// Null is filled in from the object.
    pub identity: Value,
    /// What a person calls it.
    pub display_name: String,
    /// Its state, if it was asked for and is at hand.
    pub object: Option<Value>,
    /// What there is to say about this one. An error ends the list: Terraform reads no further.
    pub diagnostics: Diagnostics,
}

/// Where a list puts what it finds.
#[derive(Debug)]
pub struct Found {
    sink: mpsc::Sender<Sent>,
    left: Option<u64>,
}

/// An item on its way, or the end.
#[derive(Debug)]
pub(crate) enum Sent {
    Item(ListItem),
    End(Diagnostics),
}

impl Found {
    pub(crate) fn new(sink: mpsc::Sender<Sent>, limit: Option<u64>) -> Self {
        Self { sink, left: limit }
    }

    /// Sends an item as soon as it can be taken. `Break` says that no more are wanted.
    #[must_use = "a list ends when nothing more is wanted"]
    pub async fn push(&mut self, item: ListItem) -> ControlFlow<()> {
        if self.left == Some(0) || self.sink.send(Sent::Item(item)).await.is_err() {
            return ControlFlow::Break(());
        }
        self.left = self.left.map(|left| left - 1);
        if self.left == Some(0) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}
