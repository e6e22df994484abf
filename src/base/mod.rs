//! What engine and clouds both speak of. Knows neither.

mod error;
mod freshness;
mod secret;
mod tags;
mod words;

pub use error::{CallError, ErrorClass, Result};
pub use freshness::Freshness;
pub use secret::Secret;
pub use tags::RESOURCE_TAG;
pub use words::Words;
