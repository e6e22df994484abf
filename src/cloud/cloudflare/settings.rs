//! Settings of a zone.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use futures::future::try_join_all;
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::time::Instant;

use super::client::{Call, Client};
use crate::base::{CallError, Freshness, Result};
use crate::cloud::snapshot::{Memo, SnapshotWindow};

/// How Cloudflare speaks TLS to the origin.
pub const SSL: &str = "ssl";
/// Whether Cloudflare chooses [`SSL`] by itself: `auto` or `custom`. Only read.
pub const SSL_AUTOMATIC_MODE: &str = "ssl_automatic_mode";
/// The oldest TLS version that visitors may speak.
pub const MIN_TLS_VERSION: &str = "min_tls_version";
/// Whether plain HTTP is redirected.
pub const ALWAYS_USE_HTTPS: &str = "always_use_https";
/// HSTS.
pub const SECURITY_HEADER: &str = "security_header";
/// Those that we ever set.
pub const NAMES: [&str; 4] = [SSL, MIN_TLS_VERSION, ALWAYS_USE_HTTPS, SECURITY_HEADER];

/// A setting.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Setting {
    /// What it is set to.
    pub value: Json,
    /// Whether plan and token let it be changed.
    #[serde(default = "yes")]
    pub editable: bool,
    /// When it was answered; `None` of one that this process has just set.
    #[serde(skip)]
    pub answered: Option<Instant>,
}

fn yes() -> bool {
    true
}

/// The calls that the components make.
#[async_trait]
pub trait ZoneSettings: Debug + Send + Sync {
    /// Settings by name.
    async fn settings(&self, names: &[&str], freshness: Freshness) -> Result<BTreeMap<String, Setting>>;
    /// Sets one, and answers it.
    async fn edit_setting(&self, name: &str, value: &Json) -> Result<Setting>;
    /// Waits until nobody else in this process decides about settings: several edges share them.
    async fn alone(&self) -> OwnedMutexGuard<()>;
}

/// The settings of one zone, over HTTP.
#[derive(Debug)]
pub struct SettingsClient {
    client: Arc<Client>,
    settings: String,
    by_name: Memo<Option<Setting>>,
    lock: Arc<Mutex<()>>,
}

impl SettingsClient {
    pub(super) fn new(client: Arc<Client>, zone: &str, window: &SnapshotWindow) -> Self {
        Self {
            client,
            settings: format!("zones/{zone}/settings"),
            by_name: Memo::new(window.clone()),
            lock: Arc::default(),
        }
    }

    async fn one(&self, name: &str) -> Result<Option<Setting>> {
        let call = "cloudflare:GetZoneSetting";
        let path = format!("{}/{name}", self.settings);
        let question = Call { name: call, method: Method::GET, path, query: &[], body: None };
        let found = CallError::found(self.client.call::<Setting>(&question).await)?.and_then(|answer| answer.result);
        Ok(found.map(|setting| Setting { answered: Some(Instant::now()), ..setting }))
    }
}

#[async_trait]
impl ZoneSettings for SettingsClient {
    async fn settings(&self, names: &[&str], freshness: Freshness) -> Result<BTreeMap<String, Setting>> {
        // The call that lists all of them is on its way out of the API.
        let asked = names.iter().map(|name| async move {
            Ok((*name, self.by_name.get(name, freshness, async || self.one(name).await).await?))
        });
        let found = try_join_all(asked).await?;
        Ok(found.into_iter().filter_map(|(name, found)| Some((name.to_owned(), found?))).collect())
    }

    async fn edit_setting(&self, name: &str, value: &Json) -> Result<Setting> {
        let call = "cloudflare:EditZoneSetting";
        let path = format!("{}/{name}", self.settings);
        let body = Some(json!({"value": value}));
        let edited = self.client.call(&Call { name: call, method: Method::PATCH, path, query: &[], body }).await;
        if edited.is_err() {
            self.by_name.forget(name).await;
        }
        let setting: Setting = edited?.result.ok_or_else(|| CallError::incomplete(call, "setting"))?;
        let known = setting.clone();
        self.by_name.wrote(name, move |value| *value = Some(known.clone())).await;
        Ok(setting)
    }

    async fn alone(&self) -> OwnedMutexGuard<()> {
        Arc::clone(&self.lock).lock_owned().await
    }
}
