//! DNS records of a zone.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::Method;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::client::{Call, Client};
use crate::base::{CallError, ErrorClass, Freshness, Result};
use crate::cloud::snapshot::{Memo, SnapshotWindow};

/// A DNS record.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Record {
    /// Its id.
    pub id: String,
    /// Its whole name.
    pub name: String,
    /// Its type, `CNAME`; one that we do not know is a text like any other.
    #[serde(rename = "type")]
    pub kind: String,
    /// What it says.
    #[serde(deserialize_with = "text")]
    pub content: String,
    /// Whether Cloudflare answers in its place.
    pub proxied: bool,
    /// What stands beside it.
    #[serde(deserialize_with = "text")]
    pub comment: String,
}

/// A DNS record to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewRecord {
    /// Its whole name.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// What it says.
    pub content: String,
    /// Whether Cloudflare answers in its place.
    pub proxied: bool,
    /// What stands beside it.
    pub comment: String,
}

/// What changes of a DNS record; the rest stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RecordChange {
    /// Its whole name, which Cloudflare wants repeated.
    pub name: String,
    /// Its type, which Cloudflare wants repeated.
    #[serde(rename = "type")]
    pub kind: String,
    /// What it says.
    pub content: String,
    /// Whether Cloudflare answers in its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxied: Option<bool>,
    /// What stands beside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

impl Record {
    /// A change that changes nothing yet.
    pub fn as_it_is(&self) -> RecordChange {
        RecordChange {
            name: self.name.clone(),
            kind: self.kind.clone(),
            content: self.content.clone(),
            proxied: None,
            comment: None,
        }
    }
}

/// The calls that the components make.
#[async_trait]
pub trait Dns: Debug + Send + Sync {
    /// The records of this name, whatever their type and whoever made them.
    async fn records(&self, name: &str, freshness: Freshness) -> Result<Vec<Record>>;
    /// The records that carry this very comment.
    async fn records_marked(&self, comment: &str, freshness: Freshness) -> Result<Vec<Record>>;
    /// The records whose names begin like this; all of them for nothing.
    async fn records_beginning(&self, prefix: &str, freshness: Freshness) -> Result<Vec<Record>>;
    /// The record of this id.
    async fn record(&self, id: &str, freshness: Freshness) -> Result<Option<Record>>;
    /// Makes a record and answers it. An identical one is refused.
    async fn create_record(&self, new: &NewRecord) -> Result<Record>;
    /// Changes a record and answers it.
    async fn edit_record(&self, id: &str, change: &RecordChange) -> Result<Record>;
    /// Removes a record.
    async fn delete_record(&self, id: &str) -> Result<()>;
}

/// The DNS records of one zone, over HTTP.
#[derive(Debug)]
pub struct DnsClient {
    client: Arc<Client>,
    records: String,
    whole: Memo<Arc<Vec<Record>>>,
    /// Records that this process has made, and until when a list may not show them.
    made: Mutex<Vec<(Record, Instant)>>,
}

/// Most zones are one page.
const PAGE: &str = "1000";
/// How long a list may not show a record that was made.
const APPEARING: Duration = Duration::from_secs(60);
/// How often a create that got no answer is looked for and tried.
const ATTEMPTS: u32 = 3;

impl DnsClient {
    pub(super) fn new(client: Arc<Client>, zone: &str, window: &SnapshotWindow) -> Self {
        Self {
            client,
            records: format!("zones/{zone}/dns_records"),
            whole: Memo::new(window.clone()),
            made: Mutex::default(),
        }
    }

    /// The listed records, and those that this process has made and the list does not show yet: these are asked for by
    /// their ids.
    async fn list(&self, filter: &[(&str, &str)], fits: impl Fn(&Record) -> bool) -> Result<Vec<Record>> {
        let mut found: Vec<Record> = self.client.list("cloudflare:ListDnsRecords", &self.records, filter, PAGE).await?;
        let mut made = self.made.lock().await.clone();
        made.retain(|(record, until)| {
            Instant::now() < *until && fits(record) && !found.iter().any(|other| other.id == record.id)
        });
        for (record, _) in made {
            found.extend(self.one(&record.id).await?.filter(&fits));
        }
        Ok(found)
    }

    async fn one(&self, id: &str) -> Result<Option<Record>> {
        let (name, path) = ("cloudflare:GetDnsRecord", format!("{}/{id}", self.records));
        let call = Call { name, method: Method::GET, path, query: &[], body: None };
        Ok(CallError::found(self.client.call(&call).await)?.and_then(|answer| answer.result))
    }

    /// The records that `fits` picks: by a filter, or from all of the zone, which is read once for all who ask.
    async fn found(
        &self,
        filter: &[(&str, &str)],
        freshness: Freshness,
        fits: impl Fn(&Record) -> bool,
    ) -> Result<Vec<Record>> {
        if !self.whole.is_fresh_enough(freshness) {
            return self.list(filter, fits).await;
        }
        let whole = async || self.list(&[], |_| true).await.map(Arc::new);
        let whole = self.whole.get(WHOLE, freshness, whole).await?;
        Ok(whole.iter().filter(|record| fits(record)).cloned().collect())
    }

    /// Makes a call that changes something. What it does is known from then on, unless nobody knows what it did.
    async fn change<T: DeserializeOwned>(
        &self,
        name: &'static str,
        method: Method,
        path: String,
        body: Option<Json>,
    ) -> Result<Option<T>> {
        let answered = self.client.call::<T>(&Call { name, method, path, query: &[], body }).await;
        if answered.is_err() {
            self.whole.forget(WHOLE).await;
        }
        Ok(answered?.result)
    }

    /// The record that a call has made or changed.
    async fn written(&self, call: &str, record: Option<Record>) -> Result<Record> {
        let record = record.ok_or_else(|| CallError::incomplete(call, "record"))?;
        let known = record.clone();
        let enter = move |whole: &mut Arc<Vec<Record>>| {
            let whole = Arc::make_mut(whole);
            whole.retain(|other| other.id != known.id);
            whole.push(known.clone());
        };
        self.whole.wrote(WHOLE, enter).await;
        Ok(record)
    }
}

/// What all records of the zone are known under.
const WHOLE: &str = "";

#[async_trait]
impl Dns for DnsClient {
    async fn records(&self, name: &str, freshness: Freshness) -> Result<Vec<Record>> {
        self.found(&[("name.exact", name)], freshness, |record| record.name == name).await
    }

    async fn records_marked(&self, comment: &str, freshness: Freshness) -> Result<Vec<Record>> {
        self.found(&[("comment.exact", comment)], freshness, |record| record.comment == comment).await
    }

    async fn records_beginning(&self, prefix: &str, freshness: Freshness) -> Result<Vec<Record>> {
        let filter = [("name.startswith", prefix)];
        let filter = if prefix.is_empty() { &[][..] } else { &filter };
        self.found(filter, freshness, |record| record.name.starts_with(prefix)).await
    }

    async fn record(&self, id: &str, freshness: Freshness) -> Result<Option<Record>> {
        if self.whole.is_fresh_enough(freshness) {
            return Ok(self.found(&[], freshness, |record| record.id == id).await?.pop());
        }
        self.one(id).await
    }

    async fn create_record(&self, new: &NewRecord) -> Result<Record> {
        let name = "cloudflare:CreateDnsRecord";
        let body = with_ttl(json!(new));
        let mut tried = 0;
        loop {
            let error = match self.change(name, Method::POST, self.records.clone(), Some(body.clone())).await {
                Ok(record) => {
                    let record = self.written(name, record).await?;
                    self.made.lock().await.push((record.clone(), Instant::now() + APPEARING));
                    return Ok(record);
                }
                Err(error) => error,
            };
            tried += 1;
            if error.class != ErrorClass::Unavailable || tried == ATTEMPTS {
                return Err(error);
            }
            // The answer may be all that was lost.
            let there = self.records(&new.name, Freshness::Now).await?;
            let mut same = there.into_iter();
            if let Some(record) = same.find(|record| record.kind == new.kind && record.comment == new.comment) {
                return Ok(record);
            }
        }
    }

    async fn edit_record(&self, id: &str, change: &RecordChange) -> Result<Record> {
        let (name, path) = ("cloudflare:EditDnsRecord", format!("{}/{id}", self.records));
        let record = self.change(name, Method::PATCH, path, Some(with_ttl(json!(change)))).await?;
        let record = self.written(name, record).await?;
        for (made, _) in self.made.lock().await.iter_mut().filter(|(made, _)| made.id == record.id) {
            made.clone_from(&record);
        }
        Ok(record)
    }

    async fn delete_record(&self, id: &str) -> Result<()> {
        let (name, path) = ("cloudflare:DeleteDnsRecord", format!("{}/{id}", self.records));
        self.change::<Json>(name, Method::DELETE, path, None).await?;
        self.made.lock().await.retain(|(record, _)| record.id != id);
        let id = id.to_owned();
        self.whole.wrote(WHOLE, move |whole| Arc::make_mut(whole).retain(|record| record.id != id)).await;
        Ok(())
    }
}

/// Cloudflare wants a time to live in every body. One second is its word for "automatic", the only one a proxied record has.
fn with_ttl(mut body: Json) -> Json {
    if let Some(fields) = body.as_object_mut() {
        fields.insert("ttl".to_owned(), json!(1));
    }
    body
}

/// A text that may be null.
fn text<'de, D: serde::Deserializer<'de>>(from: D) -> std::result::Result<String, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}
