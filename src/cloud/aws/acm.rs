//! ACM: certificates that were made elsewhere and imported.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use aws_sdk_acm::Client;
use aws_sdk_acm::config::retry::RetryConfig;
use aws_sdk_acm::primitives::{Blob, DateTime};
use aws_sdk_acm::types::{CertificateType, Filters, KeyAlgorithm, Tag};

use super::connection::Connection;
use super::error::failed;
use super::snapshot::{Memo, Snapshot};
use super::tagging::{TaggingClient, TagsByArn};
use crate::base::{CallError, Freshness, RESOURCE_TAG, Result};

const IMPORT: &str = "acm:ImportCertificate";
const DESCRIBE: &str = "acm:DescribeCertificate";
const LIST: &str = "acm:ListCertificates";

/// Largest page of ListCertificates, in certificates.
const CERTIFICATES_A_CALL: i32 = 1000;

/// A certificate.
#[derive(Debug, Clone)]
pub struct Certificate {
    /// Its ARN.
    pub arn: String,
    /// The host name it is for.
    pub host: String,
    /// When it ends, in seconds since the epoch.
    pub not_after: i64,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// A certificate and its key, in PEM, on their way to ACM. The key is never shown.
#[derive(Clone)]
pub struct KeyPair {
    /// The certificate.
    pub certificate: String,
    /// The private key.
    pub key: String,
    /// When the certificate ends, in seconds since the epoch.
    pub not_after: i64,
}

impl Debug for KeyPair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyPair").finish_non_exhaustive()
    }
}

/// The calls that the components make.
#[async_trait]
pub trait Acm: Debug + Send + Sync {
    /// A certificate.
    async fn certificate(&self, arn: &str, freshness: Freshness) -> Result<Option<Certificate>>;
    /// ACM's word for the condition of a certificate, `ISSUED`, whoever made it.
    async fn status(&self, arn: &str) -> Result<Option<String>>;
    /// The certificates that carry this `drop:resource` tag, as the tag index knows them, and this process, where the index
    /// lags.
    async fn owned(&self, owner: &str, freshness: Freshness) -> Result<Vec<Certificate>>;
    /// The imported certificates for this host name that carry it, as ACM itself lists them: those that the tag index does
    /// not know yet are among them.
    async fn owned_for(&self, owner: &str, host: &str) -> Result<Vec<Certificate>>;
    /// Makes a certificate, and answers its ARN. ACM has no token for it: the call is repeated where it is throttled only,
    /// and a caller who gets no answer looks for [`Self::owned_for`].
    async fn import(&self, pair: &KeyPair, tags: &BTreeMap<String, String>) -> Result<String>;
    /// Puts another pair in a certificate's place.
    async fn import_again(&self, arn: &str, pair: &KeyPair) -> Result<()>;
    /// Removes a certificate.
    async fn delete(&self, arn: &str) -> Result<()>;
    /// Adds or changes tags.
    async fn tag(&self, arn: &str, tags: &BTreeMap<String, String>) -> Result<()>;
    /// Takes tags away, whatever their values.
    async fn untag(&self, arn: &str, keys: &[String]) -> Result<()>;
}

/// ACM over the official SDK.
#[derive(Debug)]
pub struct AcmClient {
    client: Client,
    tagging: TaggingClient,
    certificates: Snapshot<Certificate>,
    /// What the tag index knows of certificates that are ours.
    index: Memo<TagsByArn>,
    /// ARNs that this process has imported, by their `drop:resource` tag.
    made: Mutex<BTreeMap<String, BTreeSet<String>>>,
}

impl AcmClient {
    pub(super) fn new(at: &Connection) -> Self {
        Self {
            client: client!(aws_sdk_acm, &at.config, &at.endpoint),
            tagging: TaggingClient::new(at),
            certificates: Snapshot::new(at.window.clone()),
            index: Memo::new(at.window.clone()),
            made: Mutex::default(),
        }
    }

    async fn indexed(&self) -> Result<TagsByArn> {
        self.tagging.tagged(RESOURCE_TAG, &["acm:certificate"]).await
    }

    fn made_by(&self, owner: &str) -> BTreeSet<String> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner).get(owner).cloned().unwrap_or_default()
    }

    async fn one(&self, arn: &str) -> Result<Option<Certificate>> {
        let asked = self.client.describe_certificate().certificate_arn(arn).send().await.map_err(failed(DESCRIBE));
        let Some(answer) = CallError::found(asked)? else { return Ok(None) };
        let found = answer.certificate.ok_or_else(|| CallError::incomplete(DESCRIBE, "Certificate"))?;
        let Some(tags) = self.tags(arn).await? else { return Ok(None) };
        let arn = arn.to_owned();
        Ok(Some(Certificate { tags, ..plain(arn, found.domain_name, found.not_after) }))
    }

    async fn tags(&self, arn: &str) -> Result<Option<BTreeMap<String, String>>> {
        let request = self.client.list_tags_for_certificate().certificate_arn(arn);
        let answer = CallError::found(request.send().await.map_err(failed("acm:ListTagsForCertificate")))?;
        Ok(answer.map(|answer| plain_tags(answer.tags.unwrap_or_default())))
    }

    /// All imported certificates, by ARN, without their tags.
    async fn imported(&self) -> Result<BTreeMap<String, Certificate>> {
        // Asked without key types, ACM tells of RSA keys of 1024 and 2048 bits only.
        let types = [
            KeyAlgorithm::EcPrime256v1,
            KeyAlgorithm::EcSecp384r1,
            KeyAlgorithm::EcSecp521r1,
            KeyAlgorithm::Rsa1024,
            KeyAlgorithm::Rsa2048,
            KeyAlgorithm::Rsa3072,
            KeyAlgorithm::Rsa4096,
        ];
        let request =
            self.client.list_certificates().includes(Filters::builder().set_key_types(Some(types.into())).build());
        let mut pages = request.into_paginator().page_size(CERTIFICATES_A_CALL).items().send();
        let mut found = BTreeMap::new();
        while let Some(summary) = pages.next().await {
            let summary = summary.map_err(failed(LIST))?;
            if let Some(arn) = summary.certificate_arn.filter(|_| summary.r#type == Some(CertificateType::Imported)) {
                found.insert(arn.clone(), plain(arn, summary.domain_name, summary.not_after));
            }
        }
        Ok(found)
    }
}

#[async_trait]
impl Acm for AcmClient {
    async fn certificate(&self, arn: &str, freshness: Freshness) -> Result<Option<Certificate>> {
        let all = async || {
            let mut tags = self.indexed().await?;
            let ours = self.imported().await?.into_iter().filter_map(|(arn, certificate)| {
                let tags = tags.remove(&arn)?;
                Some((arn, Certificate { tags, ..certificate }))
            });
            Ok(ours.collect())
        };
        self.certificates.get(arn, freshness, async || self.one(arn).await, all).await
    }

    async fn status(&self, arn: &str) -> Result<Option<String>> {
        let asked = self.client.describe_certificate().certificate_arn(arn).send().await.map_err(failed(DESCRIBE));
        let found = CallError::found(asked)?.and_then(|answer| answer.certificate);
        Ok(found.and_then(|found| found.status).map(|status| status.as_str().to_owned()))
    }

    async fn owned(&self, owner: &str, freshness: Freshness) -> Result<Vec<Certificate>> {
        let index = self.index.get("", freshness, async || self.indexed().await).await?;
        let mut arns = self.made_by(owner);
        arns.extend(index.into_iter().filter(|(_, tags)| is_owned(tags, owner)).map(|(arn, _)| arn));
        let mut found = vec![];
        for arn in arns {
            // The index remembers what is gone.
            found.extend(self.one(&arn).await?.filter(|certificate| is_owned(&certificate.tags, owner)));
        }
        Ok(found)
    }

    async fn owned_for(&self, owner: &str, host: &str) -> Result<Vec<Certificate>> {
        let mut found = vec![];
        for (arn, certificate) in self.imported().await?.into_iter().filter(|(_, one)| one.host == host) {
            // One that is gone by now is nobody's.
            let tags = self.tags(&arn).await?.unwrap_or_default();
            found.extend(is_owned(&tags, owner).then_some(Certificate { tags, ..certificate }));
        }
        Ok(found)
    }

    async fn import(&self, pair: &KeyPair, tags: &BTreeMap<String, String>) -> Result<String> {
        let request = self.client.import_certificate().certificate(Blob::new(pair.certificate.as_bytes()));
        let request = request.private_key(Blob::new(pair.key.as_bytes())).set_tags(Some(sdk_tags(tags)));
        let once = aws_sdk_acm::config::Builder::new().retry_config(RetryConfig::disabled());
        let answer = request.customize().config_override(once).send().await.map_err(failed(IMPORT))?;
        let arn = answer.certificate_arn.ok_or_else(|| CallError::incomplete(IMPORT, "CertificateArn"))?;
        if let Some(owner) = tags.get(RESOURCE_TAG) {
            let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
            made.entry(owner.clone()).or_default().insert(arn.clone());
        }
        Ok(arn)
    }

    async fn import_again(&self, arn: &str, pair: &KeyPair) -> Result<()> {
        let request = self.client.import_certificate().certificate(Blob::new(pair.certificate.as_bytes()));
        let request = request.private_key(Blob::new(pair.key.as_bytes())).certificate_arn(arn);
        request.send().await.map_err(failed(IMPORT))?;
        Ok(())
    }

    async fn delete(&self, arn: &str) -> Result<()> {
        let request = self.client.delete_certificate().certificate_arn(arn);
        request.send().await.map_err(failed("acm:DeleteCertificate"))?;
        Ok(())
    }

    async fn tag(&self, arn: &str, tags: &BTreeMap<String, String>) -> Result<()> {
        let request = self.client.add_tags_to_certificate().certificate_arn(arn).set_tags(Some(sdk_tags(tags)));
        request.send().await.map_err(failed("acm:AddTagsToCertificate"))?;
        Ok(())
    }

    async fn untag(&self, arn: &str, keys: &[String]) -> Result<()> {
        let tags = keys.iter().filter_map(|key| Tag::builder().key(key).build().ok()).collect();
        let request = self.client.remove_tags_from_certificate().certificate_arn(arn).set_tags(Some(tags));
        request.send().await.map_err(failed("acm:RemoveTagsFromCertificate"))?;
        Ok(())
    }
}

/// The certificate, without its tags. One that never got an end is not good for anything.
fn plain(arn: String, host: Option<String>, not_after: Option<DateTime>) -> Certificate {
    let not_after = not_after.map_or(0, |end| end.secs());
    Certificate { arn, host: host.unwrap_or_default(), not_after, tags: BTreeMap::new() }
}

fn is_owned(tags: &BTreeMap<String, String>, owner: &str) -> bool {
    tags.get(RESOURCE_TAG).is_some_and(|tag| tag == owner)
}

fn sdk_tags(tags: &BTreeMap<String, String>) -> Vec<Tag> {
    tags.iter().filter_map(|(key, value)| Tag::builder().key(key).value(value).build().ok()).collect()
}

fn plain_tags(tags: Vec<Tag>) -> BTreeMap<String, String> {
    tags.into_iter().map(|tag| (tag.key, tag.value.unwrap_or_default())).collect()
}
