//! The ephemeral resource `toy_key`.

use std::time::{Duration, SystemTime};

use tf_plugin::{
    Attr, CloseRequest, Diagnostics, EphemeralResource, Model, OpenRequest, OpenResponse, RenewRequest, RenewResponse,
    Schema, async_trait,
};

use crate::cloud::Cloud;

/// A key that opens a thing, for as long as the run lasts.
#[derive(Clone, Model)]
struct Key {
    /// The thing that it opens.
    #[attr(required)]
    name: Attr<String>,
    /// Seconds after which it is renewed. Without it, never.
    #[attr(optional)]
    valid_for: Attr<u32>,
    #[attr(computed, sensitive)]
    key: Attr<String>,
}

pub struct Keys {
    pub cloud: Cloud,
}

#[async_trait]
impl EphemeralResource for Keys {
    fn schema(&self) -> Schema {
        Schema::new(0, Key::block())
    }

    async fn open(&self, request: OpenRequest) -> OpenResponse {
        let mut key = match Key::read(&request.config) {
            Ok(key) => key,
            Err(diagnostics) => return diagnostics.into(),
        };
        let name = key.name.clone().unwrap_or_default();
        self.cloud.note(&format!("open {name}"));
        key.key = format!("key-of-{name}").into();
        let renew_at = key.valid_for.known().map(|seconds| SystemTime::now() + Duration::from_secs((*seconds).into()));
        OpenResponse { result: key.to_value(), private: name.into_bytes(), renew_at, ..OpenResponse::default() }
    }

    async fn renew(&self, request: RenewRequest) -> RenewResponse {
        self.cloud.note(&format!("renew {}", String::from_utf8_lossy(&request.private)));
        RenewResponse { private: [&request.private[..], b"'"].concat(), ..RenewResponse::default() }
    }

    async fn close(&self, request: CloseRequest) -> Diagnostics {
        self.cloud.note(&format!("close {}", String::from_utf8_lossy(&request.private)));
        Diagnostics::new()
    }
}
