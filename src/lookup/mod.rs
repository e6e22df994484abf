//! Looking something up: what a data source, and an ephemeral resource, does with the model of its configuration; and where
//! they, actions and lists look.

pub mod asked;
pub mod place;
pub mod search;

use std::marker::PhantomData;
use std::sync::Arc;

use tf_plugin::{
    DataRequest, DataResponse, DataSource, Diagnostics, Model, Schema, ValidateRequest, Value, async_trait,
};

use crate::clouds::Runtime;

/// A model that can look itself up.
#[async_trait]
pub trait Lookup: Model + Send + Sync + 'static {
    /// What of the configuration contradicts itself, as far as it is known.
    fn validate_config(&self, _: &mut Diagnostics) {}

    /// Itself, with all that was found. What is missing is told, and `None`.
    async fn found(self, runtime: &Runtime, diagnostics: &mut Diagnostics) -> Option<Self>;
}

/// What is wrong with a configuration, as far as its model can tell.
pub fn validation_errors<M: Lookup>(config: &Value) -> Diagnostics {
    let (model, mut diagnostics) = place::validate::<M>(config);
    model.validate_config(&mut diagnostics);
    diagnostics
}

/// What is found by a configuration. What is missing is told, and null.
pub async fn answer<M: Lookup>(config: &Value, runtime: &Runtime) -> (Value, Diagnostics) {
    let mut model = match M::checked(config) {
        Ok(model) => model,
        Err(problems) => return (Value::Null, problems),
    };
    model.apply_defaults();
    let mut diagnostics = Diagnostics::new();
    // What was unknown when it was validated is known now.
    model.validate_config(&mut diagnostics);
    if diagnostics.has_errors() {
        return (Value::Null, diagnostics);
    }
    let found = model.found(runtime, &mut diagnostics).await.map(|model| model.to_value());
    (found.unwrap_or_default(), diagnostics)
}

/// A data source, as the provider offers it.
pub struct Source<M> {
    runtime: Arc<Runtime>,
    model: PhantomData<fn() -> M>,
}

impl<M: Lookup> Source<M> {
    /// The data source, for the provider's table.
    pub fn over(runtime: Arc<Runtime>) -> Arc<dyn DataSource> {
        Arc::new(Self { runtime, model: PhantomData })
    }
}

#[async_trait]
impl<M: Lookup> DataSource for Source<M> {
    fn schema(&self) -> Schema {
        Schema::new(0, M::block())
    }

    async fn validate(&self, request: ValidateRequest) -> Diagnostics {
        validation_errors::<M>(&request.config)
    }

    async fn read(&self, request: DataRequest) -> DataResponse {
        let (state, diagnostics) = answer::<M>(&request.config, &self.runtime).await;
        DataResponse { state, diagnostics }
    }
}
