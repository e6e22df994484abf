//! Data sources.

use async_trait::async_trait;

use super::{Cx, ValidateRequest};
use crate::{Diagnostics, Schema, Value};

/// Something that is read, and never changed. Protocol: `ValidateDataResourceConfig`, `ReadDataSource`.
#[async_trait]
pub trait DataSource: Send + Sync + 'static {
    /// The `data` block. What the user gives is required or optional, what is answered computed; nothing is write-only.
    fn schema(&self) -> Schema;

    /// Called without configuration of the provider; values may be unknown.
    async fn validate(&self, _request: ValidateRequest) -> Diagnostics {
        Diagnostics::new()
    }

    /// Called once all of the configuration is known, while planning if that is early enough. What is not found is an
    /// error: the answer must be an object, wholly known.
    async fn read(&self, request: DataRequest) -> DataResponse;
}

/// What to read. Protocol: `ReadDataSource.Request`.
#[derive(Clone, Debug)]
pub struct DataRequest {
    /// The configuration, wholly known. Computed attributes are null.
    pub config: Value,
    /// Says when the user interrupts.
    pub cx: Cx,
}

/// What was read. Protocol: `ReadDataSource.Response`.
#[derive(Clone, Debug, Default)]
pub struct DataResponse {
    /// The configuration with the computed attributes filled in.
    pub state: Value,
    /// An error says that the object was not found, or could not be read; `state` is not looked at then.
    pub diagnostics: Diagnostics,
}

impl From<Diagnostics> for DataResponse {
    fn from(diagnostics: Diagnostics) -> Self {
        Self { diagnostics, ..Self::default() }
    }
}
