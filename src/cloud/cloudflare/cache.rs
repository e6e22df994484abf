//! The cache of a zone.

use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use reqwest::Method;
use serde_json::{Value as Json, json};

use super::client::{Call, Client};
use crate::base::Result;

/// The call, as messages and steps name it.
pub const PURGE: &str = "cloudflare:PurgeCache";

/// What one call takes at most. <https://developers.cloudflare.com/cache/how-to/purge-cache/> allows a hundred, the pages on
/// host names and prefixes thirty: thirty suit both.
const A_CALL: usize = 30;

/// What shall leave the cache. Every plan can do both:
/// <https://developers.cloudflare.com/cache/how-to/purge-cache/#availability-and-limits>.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purge {
    /// Everything of these hosts.
    Hosts(Vec<String>),
    /// Everything whose address, without scheme and query, begins like one of these: `www.shop.example/static`.
    Prefixes(Vec<String>),
}

impl Purge {
    /// The same in parts that a call can take.
    pub fn parts(&self) -> Vec<Self> {
        match self {
            Self::Hosts(hosts) => hosts.chunks(A_CALL).map(|some| Self::Hosts(some.to_vec())).collect(),
            Self::Prefixes(all) => all.chunks(A_CALL).map(|some| Self::Prefixes(some.to_vec())).collect(),
        }
    }

    fn body(&self) -> Json {
        match self {
            Self::Hosts(hosts) => json!({ "hosts": hosts }),
            Self::Prefixes(prefixes) => json!({ "prefixes": prefixes }),
        }
    }
}

/// The calls that components and actions make.
#[async_trait]
pub trait Cache: Debug + Send + Sync {
    /// Takes a part out of the cache, in all of Cloudflare's places. Doing it twice is doing it once. An account that purged
    /// too much of late is busy.
    async fn purge(&self, part: &Purge) -> Result<()>;
}

/// The cache of one zone, over HTTP.
#[derive(Debug)]
pub struct CacheClient {
    client: Arc<Client>,
    path: String,
}

impl CacheClient {
    pub(super) fn new(client: Arc<Client>, zone: &str) -> Self {
        Self { client, path: format!("zones/{zone}/purge_cache") }
    }
}

#[async_trait]
impl Cache for CacheClient {
    async fn purge(&self, part: &Purge) -> Result<()> {
        let (path, body) = (self.path.clone(), Some(part.body()));
        let call = Call { name: PURGE, method: Method::POST, path, query: &[], body };
        self.client.call_apart::<Json>(&call).await.map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_call_takes_more_than_thirty() {
        let hosts: Vec<String> = (0..31).map(|n| format!("{n}.shop.example")).collect();
        let parts = Purge::Hosts(hosts).parts();
        assert_eq!(parts.len(), 2);
        assert_eq!(parts[1].body(), json!({"hosts": ["30.shop.example"]}));
    }
}
