//! Zones: looked up by name, and opened on first use.

use std::collections::BTreeMap;
use std::sync::Arc;

use reqwest::Method;
use serde::Deserialize;
use tokio::sync::Mutex;

use super::cache::{Cache, CacheClient};
use super::claims::Claims;
use super::client::{Call, Client, Settings};
use super::dns::{Dns, DnsClient};
use super::rulesets::{Rulesets, RulesetsClient};
use super::settings::{SettingsClient, ZoneSettings};
use super::tiers::Tier;
use crate::base::{CallError, ErrorClass, Result};
use crate::cloud::snapshot::SnapshotWindow;

/// A zone.
#[derive(Debug, Clone)]
pub struct Zone {
    /// Its id.
    pub id: String,
    /// Its name, a domain.
    pub name: String,
    /// The account it is in.
    pub account: String,
    /// Its plan, where it is one that we know.
    pub tier: Option<Tier>,
    /// `active`, or what it is on the way there.
    pub status: String,
}

/// What one zone can be asked and told.
#[derive(Debug)]
pub struct Session {
    /// The zone.
    pub zone: Zone,
    /// Its DNS records.
    pub dns: Arc<dyn Dns>,
    /// Its settings.
    pub settings: Arc<dyn ZoneSettings>,
    /// Its rulesets.
    pub rulesets: Arc<dyn Rulesets>,
    /// Its cache.
    pub cache: Arc<dyn Cache>,
    /// What the resources of this walk ask of it.
    pub claims: Claims,
}

/// All zones that one token sees.
#[derive(Debug)]
pub struct Zones {
    settings: Settings,
    open: Mutex<Open>,
    window: SnapshotWindow,
}

#[derive(Debug, Default)]
struct Open {
    client: Option<Arc<Client>>,
    sessions: BTreeMap<String, Arc<Session>>,
}

impl Zones {
    /// Nothing is read or called yet.
    pub fn new(settings: Settings) -> Self {
        Self { settings, open: Mutex::default(), window: SnapshotWindow::default() }
    }

    /// A zone that is already there: a scripted one, in tests.
    #[cfg(test)]
    pub fn fixed(session: Session) -> Self {
        let sessions = BTreeMap::from([(session.zone.name.clone(), Arc::new(session))]);
        Self { open: Mutex::new(Open { client: None, sessions }), ..Self::new(Settings::default()) }
    }

    /// Ends the time in which answers may come from snapshots.
    pub fn end_snapshots(&self) {
        self.window.end();
    }

    /// The session of a zone, by its name or its id.
    ///
    /// # Errors
    /// There is no token, it is refused, or it sees no such zone.
    pub async fn session(&self, name: &str) -> Result<Arc<Session>> {
        let mut open = self.open.lock().await;
        let is_meant = |zone: &Zone| zone.name == name || zone.id == name;
        if let Some(session) = open.sessions.values().find(|session| is_meant(&session.zone)) {
            return Ok(Arc::clone(session));
        }
        let client = open.client(&self.settings)?;
        let found = if is_id(name) { one(&client, name).await? } else { list(&client, &[("name", name)]).await? };
        // The filter has forms that match more than one name.
        let Some(zone) = found.into_iter().find(is_meant) else {
            return Err(CallError {
                call: LIST.to_owned(),
                code: None,
                message: format!("the token sees no zone {name}: it is in another account, or the token is not for it"),
                request_id: None,
                class: ErrorClass::NotFound,
            });
        };
        Ok(open.session(client, zone, &self.window))
    }

    /// The sessions of all zones; none without a token.
    ///
    /// # Errors
    /// The token is refused.
    pub async fn all(&self) -> Result<Vec<Arc<Session>>> {
        if self.settings.token().is_none() {
            return Ok(vec![]);
        }
        let mut open = self.open.lock().await;
        let client = open.client(&self.settings)?;
        let zones = list(&client, &[]).await?;
        Ok(zones.into_iter().map(|zone| open.session(Arc::clone(&client), zone, &self.window)).collect())
    }
}

impl Open {
    fn client(&mut self, settings: &Settings) -> Result<Arc<Client>> {
        if let Some(client) = &self.client {
            return Ok(Arc::clone(client));
        }
        Ok(Arc::clone(self.client.insert(Arc::new(Client::open(settings)?))))
    }

    fn session(&mut self, client: Arc<Client>, zone: Zone, window: &SnapshotWindow) -> Arc<Session> {
        let session = Arc::new(Session {
            dns: Arc::new(DnsClient::new(Arc::clone(&client), &zone.id, window)),
            settings: Arc::new(SettingsClient::new(Arc::clone(&client), &zone.id, window)),
            cache: Arc::new(CacheClient::new(Arc::clone(&client), &zone.id)),
            rulesets: Arc::new(RulesetsClient::new(client, &zone.id, window)),
            claims: Claims::default(),
            zone,
        });
        self.sessions.insert(session.zone.name.clone(), Arc::clone(&session));
        session
    }
}

/// The most zones that one page has.
const PAGE: &str = "50";

#[derive(Deserialize)]
struct Listed {
    id: String,
    name: String,
    #[serde(default)]
    status: String,
    account: Named,
    #[serde(default)]
    plan: Plan,
}

#[derive(Deserialize)]
struct Named {
    id: String,
}

#[derive(Default, Deserialize)]
struct Plan {
    #[serde(default)]
    legacy_id: String,
}

const LIST: &str = "cloudflare:ListZones";

async fn list(client: &Client, filter: &[(&str, &str)]) -> Result<Vec<Zone>> {
    let listed = client.list::<Listed>(LIST, "zones", filter, PAGE).await?;
    Ok(listed.into_iter().map(Zone::from).collect())
}

async fn one(client: &Client, id: &str) -> Result<Vec<Zone>> {
    let (name, path) = ("cloudflare:GetZone", format!("zones/{id}"));
    let call = Call { name, method: Method::GET, path, query: &[], body: None };
    let found = CallError::found(client.call::<Listed>(&call).await)?;
    Ok(found.and_then(|answer| answer.result).map(Zone::from).into_iter().collect())
}

/// Whether a text is an id of Cloudflare's: 32 hex digits, which no domain is.
pub fn is_id(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|digit| digit.is_ascii_hexdigit())
}

impl From<Listed> for Zone {
    fn from(listed: Listed) -> Self {
        Self {
            tier: Tier::of(&listed.plan.legacy_id),
            id: listed.id,
            name: listed.name,
            account: listed.account.id,
            status: listed.status,
        }
    }
}
