//! Secrets Manager: the values of secrets. Nothing is kept of them here.
//!
//! <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html>

use std::fmt::Debug;

use async_trait::async_trait;
use aws_sdk_secretsmanager::Client;

use super::connection::Connection;
use super::error::failed;
use crate::base::{CallError, Result, Secret};

const GET: &str = "secretsmanager:GetSecretValue";

/// One version of a secret.
#[derive(Debug, Clone)]
pub struct SecretVersion {
    /// ARN of the secret.
    pub arn: String,
    /// Id of the version.
    pub id: String,
    /// Its text; `None` where it holds bytes.
    pub text: Option<Secret>,
}

/// The calls that lookups make.
#[async_trait]
pub trait Secrets: Debug + Send + Sync {
    /// A version of a secret, which is named or given by ARN: the current one unless an id or a stage says otherwise.
    ///
    /// # Errors
    /// `NotFound` where there is no such secret, or no such version of it.
    async fn version(&self, secret: &str, id: Option<&str>, stage: Option<&str>) -> Result<SecretVersion>;
}

/// Secrets Manager over the official SDK.
#[derive(Debug)]
pub struct SecretsClient {
    client: Client,
}

impl SecretsClient {
    pub(super) fn new(at: &Connection) -> Self {
        Self { client: client!(aws_sdk_secretsmanager, &at.config, &at.endpoint) }
    }
}

#[async_trait]
impl Secrets for SecretsClient {
    async fn version(&self, secret: &str, id: Option<&str>, stage: Option<&str>) -> Result<SecretVersion> {
        let request = self.client.get_secret_value().secret_id(secret);
        let request = request.set_version_id(id.map(str::to_owned)).set_version_stage(stage.map(str::to_owned));
        let found = request.send().await.map_err(failed(GET))?;
        Ok(SecretVersion {
            arn: found.arn.ok_or_else(|| CallError::incomplete(GET, "ARN"))?,
            id: found.version_id.ok_or_else(|| CallError::incomplete(GET, "VersionId"))?,
            text: found.secret_string.map(Secret::from),
        })
    }
}
