//! Data sources.

use async_trait::async_trait;

use super::{Cx, ValidateRequest};
use crate::{Diagnostics, Schema, Value};

/// Something that is read, and never changed. Protocol: `ValidateDataResourceConfig`, `ReadDataSource`.
#[async_trait]
pub trait DataSource: Send + Sync + 'static {
    fn schema(&self) -> Schema;

    /// Called without configuration of the provider; values may be unknown.
    async fn validate(&self, _request: ValidateRequest) -> Diagnostics {
        Diagnostics::new()
    }

    /// Called once all of the configuration is known, while planning if that is early enough. What is not found is an
    /// error: the answer must be an object, wholly known.
    async fn read(&self, request: DataRequest) -> DataResponse;
}

#[derive(Clone, Debug)]
pub struct DataRequest {
    pub config: Value,
    pub cx: Cx,
}

#[derive(Clone, Debug, Default)]
pub struct DataResponse {
    /// The configuration with the computed attributes filled in.
    pub state: Value,
    pub diagnostics: Diagnostics,
}

impl From<Diagnostics> for DataResponse {
    fn from(diagnostics: Diagnostics) -> Self {
        Self { diagnostics, ..Self::default() }
    }
}
