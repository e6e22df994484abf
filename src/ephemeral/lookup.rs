//! What every ephemeral resource of the provider is: something that is looked up when it is opened, and that needs no
//! closing.
//!
//! None is renewed: what a run was handed cannot be exchanged while it runs.

use std::marker::PhantomData;
use std::sync::Arc;

use tf_plugin::{
    Diagnostics, EphemeralResource, Model, OpenRequest, OpenResponse, Path, Schema, ValidateRequest, async_trait,
};

use crate::data::place::validated;
use crate::provider::Shared;

/// A model that can look itself up.
#[async_trait]
pub trait Lookup: Model + Send + Sync + 'static {
    /// What of the configuration contradicts itself, as far as it is known.
    fn contradictions(&self, _: &mut Diagnostics) {}

    /// Itself, with all that was found. What is missing is told, and `None`.
    async fn found(self, shared: &Shared, diagnostics: &mut Diagnostics) -> Option<Self>;
}

/// An ephemeral resource, as the provider offers it.
pub struct Ephemeral<M> {
    shared: Arc<Shared>,
    model: PhantomData<fn() -> M>,
}

impl<M: Lookup> Ephemeral<M> {
    /// The ephemeral resource, for the provider's table.
    pub fn over(shared: Arc<Shared>) -> Arc<dyn EphemeralResource> {
        Arc::new(Self { shared, model: PhantomData })
    }
}

#[async_trait]
impl<M: Lookup> EphemeralResource for Ephemeral<M> {
    fn schema(&self) -> Schema {
        Schema::new(0, M::block())
    }

    async fn validate(&self, request: ValidateRequest) -> Diagnostics {
        let mut diagnostics = validated::<M>(&request.config);
        M::from_value(&request.config, &Path::root(), &mut Diagnostics::new()).contradictions(&mut diagnostics);
        diagnostics
    }

    async fn open(&self, request: OpenRequest) -> OpenResponse {
        let mut model = match M::read(&request.config) {
            Ok(model) => model,
            Err(problems) => return problems.into(),
        };
        model.apply_defaults();
        let mut diagnostics = Diagnostics::new();
        // What was unknown when it was validated is known now.
        model.contradictions(&mut diagnostics);
        if diagnostics.has_errors() {
            return diagnostics.into();
        }
        let result = model.found(&self.shared, &mut diagnostics).await.map(|model| model.to_value());
        OpenResponse { result: result.unwrap_or_default(), diagnostics, ..OpenResponse::default() }
    }
}
