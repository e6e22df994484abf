//! What every ephemeral resource of the provider is: something that is looked up when it is opened, and that needs no
//! closing.
//!
//! None is renewed: what a run was handed cannot be exchanged while it runs.

use std::marker::PhantomData;
use std::sync::Arc;

use tf_plugin::{Diagnostics, EphemeralResource, OpenRequest, OpenResponse, Schema, ValidateRequest, async_trait};

use crate::clouds::Runtime;
use crate::lookup::{self, Lookup};

/// An ephemeral resource, as the provider offers it.
pub struct Ephemeral<M> {
    runtime: Arc<Runtime>,
    model: PhantomData<fn() -> M>,
}

impl<M: Lookup> Ephemeral<M> {
    /// The ephemeral resource, for the provider's table.
    pub fn over(runtime: Arc<Runtime>) -> Arc<dyn EphemeralResource> {
        Arc::new(Self { runtime, model: PhantomData })
    }
}

#[async_trait]
impl<M: Lookup> EphemeralResource for Ephemeral<M> {
    fn schema(&self) -> Schema {
        Schema::new(0, M::block())
    }

    async fn validate(&self, request: ValidateRequest) -> Diagnostics {
        lookup::validation_errors::<M>(&request.config)
    }

    async fn open(&self, request: OpenRequest) -> OpenResponse {
        let (result, diagnostics) = lookup::answer::<M>(&request.config, &self.runtime).await;
        OpenResponse { result, diagnostics, ..OpenResponse::default() }
    }
}
