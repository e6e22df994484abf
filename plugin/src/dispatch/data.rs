//! Data sources.

use super::{
    Dispatcher, ValueAnswer, Wire,
    offered::{Offered, find},
};
use crate::{DataRequest, DataSource, Diagnostics, ValidateRequest};

impl Dispatcher {
    pub async fn validate_data(&self, name: &str, config: Wire) -> Diagnostics {
        self.guarded(&format!("ValidateDataResourceConfig of {name}"), async {
            let Offered { thing, shape } = self.data_source(name)?;
            let (config, mut diagnostics) = shape.config_to_validate(&config)?;
            diagnostics.extend(thing.validate(ValidateRequest { config, cx: self.cx() }).await);
            Ok(diagnostics)
        })
        .await
    }

    pub async fn read_data(&self, name: &str, config: Wire) -> ValueAnswer {
        self.guarded(&format!("ReadDataSource of {name}"), async {
            let Offered { thing, shape } = self.data_source(name)?;
            let config = shape.config(&config)?;
            let response = thing.read(DataRequest { config, cx: self.cx() }).await;
            Ok(ValueAnswer::present(shape, "state", response.state, response.diagnostics))
        })
        .await
    }

    fn data_source(&self, name: &str) -> Result<&Offered<dyn DataSource>, Diagnostics> {
        find(&self.data_sources, "data source", name)
    }
}
