//! A resource that exists, by name: whoever made it, in whichever state it is.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use tf_plugin::{
    Attribute, Block, DataRequest, DataResponse, DataSource, Diagnostics, Model, Schema, ValidateRequest, Value,
    async_trait,
};

use crate::clouds::Runtime;
use crate::lookup::asked::Asked;
use crate::lookup::place::{self, validated};
use crate::resources::common::{Common, Tagged};
use crate::resources::lifecycle::{Composite, Place, Run};

/// The data source of a type of resource. It shows what the resource computes, but for what an apply leaves behind.
#[derive(Debug)]
pub struct Existing<C> {
    runtime: Arc<Runtime>,
    run: Run<C>,
}

impl<C: Composite<Place: Asked>> Existing<C> {
    /// The data source, for the provider's table.
    pub fn source(runtime: Arc<Runtime>) -> Arc<dyn DataSource> {
        Arc::new(Self { run: Run::over(Arc::clone(&runtime)), runtime })
    }

    /// Its schema: name and place, and the computed attributes of the resource.
    pub fn block() -> Block {
        let asked = <C::Place as Asked>::One::block();
        let common = Common::block().with_all(Tagged::block());
        let shown = |attribute: &Attribute| {
            let own = attribute.name == "components" || common.attribute(&attribute.name).is_none();
            own && attribute.computed && !attribute.optional
        };
        let shown = C::Model::block().attributes.into_iter().filter(shown);
        Block { description: C::FOUND.to_owned(), ..Block::default() }
            .with_all(asked)
            .with_all(Block { attributes: shown.collect(), ..Block::default() })
    }

    async fn found(&self, config: &Value, diagnostics: &mut Diagnostics) -> Option<Value> {
        let (clouds, place) =
            place::open::<C::Place>(&self.runtime, config.get(C::Place::ATTRIBUTE).as_str(), diagnostics).await?;
        let name = config.get("name").as_str().unwrap_or_default();
        let object = self.run.find(&clouds, &place, name, diagnostics).await?;
        let shown = Self::block().attributes.into_iter().map(|attribute| {
            let given = config.get(&attribute.name);
            let value = if given.is_null() { object.get(&attribute.name) } else { given }.clone();
            (attribute.name, value)
        });
        Some(Value::object(shown))
    }
}

#[async_trait]
impl<C: Composite<Place: Asked>> DataSource for Existing<C> {
    fn schema(&self) -> Schema {
        Schema::new(0, Self::block())
    }

    async fn validate(&self, request: ValidateRequest) -> Diagnostics {
        validated::<<C::Place as Asked>::One>(&request.config)
    }

    async fn read(&self, request: DataRequest) -> DataResponse {
        let mut diagnostics = Diagnostics::new();
        let state = self.found(&request.config, &mut diagnostics).await.unwrap_or_default();
        DataResponse { state, diagnostics }
    }
}
