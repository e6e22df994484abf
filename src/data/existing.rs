//! A resource that exists, by name: whoever made it, in whichever state it is.

use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::sync::Arc;

use tf_plugin::{
    Attr, DataRequest, DataResponse, DataSource, Diagnostics, Model, Schema, ValidateRequest, Value, async_trait,
};

use crate::clouds::Runtime;
use crate::lookup::place::{self, validated};
use crate::resources::lifecycle::{Composite, Place, Run};
use crate::resources::reference::Ref;

/// What is shown of every resource beside its own.
#[derive(Debug, Clone, Default, Model)]
pub struct Common {
    /// Ids of its objects. One that does not belong to it alone is written `shared:<id>`.
    #[attr(computed)]
    pub components: Attr<BTreeMap<String, String>>,
    /// What other resources need to know of it, in one value that is handed on whole.
    #[attr(computed)]
    pub r#ref: Attr<Ref>,
}

/// What `M` shows of an object of `C`. Attributes of one name mean the same in both.
pub struct Existing<C, M> {
    runtime: Arc<Runtime>,
    run: Run<C>,
    shown: PhantomData<fn() -> M>,
}

impl<C: Composite, M: Model + 'static> Existing<C, M> {
    /// The data source, for the provider's table.
    pub fn source(runtime: Arc<Runtime>) -> Arc<dyn DataSource> {
        Arc::new(Self { run: Run::over(Arc::clone(&runtime)), runtime, shown: PhantomData })
    }

    async fn found(&self, config: &Value, diagnostics: &mut Diagnostics) -> Option<Value> {
        let (clouds, place) =
            place::open::<C::Place>(&self.runtime, config.get(C::Place::ATTRIBUTE).as_str(), diagnostics).await?;
        let name = config.get("name").as_str().unwrap_or_default();
        let object = self.run.find(&clouds, &place, name, diagnostics).await?;
        let shown = M::block().attributes.into_iter().map(|attribute| {
            let given = config.get(&attribute.name);
            let value = if given.is_null() { object.get(&attribute.name) } else { given }.clone();
            (attribute.name, value)
        });
        Some(Value::object(shown))
    }
}

#[async_trait]
impl<C: Composite, M: Model + 'static> DataSource for Existing<C, M> {
    fn schema(&self) -> Schema {
        Schema::new(0, M::block())
    }

    async fn validate(&self, request: ValidateRequest) -> Diagnostics {
        validated::<M>(&request.config)
    }

    async fn read(&self, request: DataRequest) -> DataResponse {
        let mut diagnostics = Diagnostics::new();
        let state = self.found(&request.config, &mut diagnostics).await.unwrap_or_default();
        DataResponse { state, diagnostics }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{app_service::AppService, database::Database, edge::Edge};
    use crate::resources::lifecycle::Site;
    use crate::resources::{app_service::AppServiceResource, database::DatabaseResource, edge::EdgeResource};

    #[track_caller]
    fn agree<C: Composite, M: Model>() {
        for shown in M::block().attributes {
            let own = C::Model::block().attribute(&shown.name).map(|own| own.ty.clone());
            assert_eq!(own, Some(shown.ty), "{}: {}", C::TYPE, shown.name);
        }
        let site = Site::named::<C>("a", "b");
        for outcome in C::layout(&C::Model::default(), &site).outcomes {
            assert!(M::block().attribute(outcome.attribute).is_some(), "{}: {}", C::TYPE, outcome.attribute);
        }
    }

    #[test]
    fn every_result_of_a_resource_is_shown_in_its_own_type() {
        agree::<AppServiceResource, AppService>();
        agree::<DatabaseResource, Database>();
        agree::<EdgeResource, Edge>();
    }
}
