//! What engine and clouds both speak of. Knows neither.

mod arn;
mod error;
mod freshness;
mod hex;
mod patience;
mod secret;
mod tags;
mod words;

pub use arn::Arn;
pub use error::{CallError, ErrorClass, Result};
pub use freshness::Freshness;
pub use hex::hex;
pub use patience::Patience;
pub use secret::Secret;
pub use tags::{HELD, HOLDER_PREFIX, RESOURCE_TAG};
pub use words::Words;
