//! ECR over the official SDK.

use std::collections::BTreeSet;

use async_trait::async_trait;
use aws_sdk_ecr::Client;
use aws_sdk_ecr::primitives::DateTime;
use aws_sdk_ecr::types::ImageIdentifier;
use sha2::{Digest, Sha256};

use super::manifest::{ACCEPTED, Architectures, architectures, of_config};
use super::{Ecr, Image, ImageId, Login, Scan};
use crate::base::{CallError, ErrorClass, Result, Secret};
use crate::cloud::aws::connection::Connection;
use crate::cloud::aws::error::failed;
use crate::cloud::aws::moment;
use crate::cloud::http;

const LOGIN: &str = "ecr:GetAuthorizationToken";
const DESCRIBE: &str = "ecr:DescribeImages";
const MANIFEST: &str = "ecr:BatchGetImage";
const LAYER: &str = "ecr:GetDownloadUrlForLayer";

/// ECR over the official SDK.
#[derive(Debug)]
pub struct EcrClient {
    client: Client,
}

impl EcrClient {
    pub(in crate::cloud::aws) fn new(at: &Connection) -> Self {
        Self { client: client!(aws_sdk_ecr, &at.config, &at.endpoint) }
    }

    async fn manifest(&self, id: &ImageId) -> Result<String> {
        let request = self.client.batch_get_image().repository_name(&id.repository).image_ids(sdk_id(id));
        let request = request.set_registry_id(id.registry.clone());
        let accepted = ACCEPTED.map(str::to_owned).into();
        let found = request.set_accepted_media_types(Some(accepted)).send().await.map_err(failed(MANIFEST))?;
        let image = found.images.unwrap_or_default().into_iter().next();
        image.and_then(|image| image.image_manifest).ok_or_else(|| CallError::incomplete(MANIFEST, "imageManifest"))
    }

    /// A layer, from where ECR says that it lies. The address is a key to it, and is not told.
    async fn layer(&self, id: &ImageId, digest: &str) -> Result<Vec<u8>> {
        let request = self.client.get_download_url_for_layer().repository_name(&id.repository).layer_digest(digest);
        let request = request.set_registry_id(id.registry.clone());
        let url = request.send().await.map_err(failed(LAYER))?.download_url;
        let url = url.ok_or_else(|| CallError::incomplete(LAYER, "downloadUrl"))?;
        let got = http::client().map_err(unusable)?.get(url).send().await;
        let answer = got.and_then(reqwest::Response::error_for_status).map_err(|error| match error.status() {
            Some(status) => unusable(format!("the address that it gave answers {status}")),
            None => unusable(http::unanswered(&error)),
        })?;
        let bytes = answer.bytes().await.map_err(|error| unusable(http::unanswered(&error)))?;
        let sum: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        if digest.strip_prefix("sha256:") != Some(&sum) {
            return Err(unusable("what lies at the address that it gave has another digest".to_owned()));
        }
        Ok(bytes.into())
    }
}

#[async_trait]
impl Ecr for EcrClient {
    async fn login(&self) -> Result<Login> {
        let answer = self.client.get_authorization_token().send().await.map_err(failed(LOGIN))?;
        let data = answer.authorization_data.unwrap_or_default().into_iter().next();
        let data = data.ok_or_else(|| CallError::incomplete(LOGIN, "authorizationData"))?;
        let token = data.authorization_token.ok_or_else(|| CallError::incomplete(LOGIN, "authorizationToken"))?;
        let plain = aws_smithy_types::base64::decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let pair = plain.as_deref().and_then(|plain| plain.split_once(':'));
        let (username, password) =
            pair.ok_or_else(|| CallError::incomplete(LOGIN, "user and password in its token"))?;
        let registry = data.proxy_endpoint.ok_or_else(|| CallError::incomplete(LOGIN, "proxyEndpoint"))?;
        Ok(Login {
            registry: registry.trim_start_matches("https://").to_owned(),
            username: username.to_owned(),
            password: Secret::from(password.to_owned()),
            expires_at: data.expires_at.as_ref().and_then(moment),
        })
    }

    async fn image(&self, id: &ImageId) -> Result<Image> {
        let request = self.client.describe_images().repository_name(&id.repository).image_ids(sdk_id(id));
        let answer = request.set_registry_id(id.registry.clone()).send().await.map_err(failed(DESCRIBE))?;
        let found = answer.image_details.unwrap_or_default().into_iter().next();
        let found = found.ok_or_else(|| CallError::incomplete(DESCRIBE, "imageDetails"))?;
        Ok(Image {
            digest: found.image_digest.ok_or_else(|| CallError::incomplete(DESCRIBE, "imageDigest"))?,
            tags: found.image_tags.unwrap_or_default().into_iter().collect(),
            pushed_at: found.image_pushed_at.as_ref().and_then(moment),
            bytes: found.image_size_in_bytes,
        })
    }

    async fn architectures(&self, id: &ImageId) -> Result<BTreeSet<String>> {
        let unread = |call: &str| CallError::incomplete(call, "JSON that can be read");
        match architectures(&self.manifest(id).await?).map_err(|_| unread(MANIFEST))? {
            Architectures::Said(found) => Ok(found),
            Architectures::InConfig(digest) => of_config(&self.layer(id, &digest).await?).map_err(|_| unread(LAYER)),
        }
    }

    async fn scan(&self, id: &ImageId) -> Result<Option<Scan>> {
        let request = self.client.describe_image_scan_findings().repository_name(&id.repository);
        // The counts come with every page.
        let request = request.set_registry_id(id.registry.clone()).image_id(sdk_id(id)).max_results(1);
        let Some(answer) = CallError::found(request.send().await.map_err(failed("ecr:DescribeImageScanFindings")))?
        else {
            return Ok(None);
        };
        let Some(status) = answer.image_scan_status else { return Ok(None) };
        let findings = answer.image_scan_findings;
        let completed: Option<&DateTime> = findings.as_ref().and_then(|found| found.image_scan_completed_at());
        Ok(Some(Scan {
            completed_at: completed.and_then(moment),
            status: status.status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
            reason: status.description,
            counts: findings
                .and_then(|found| found.finding_severity_counts)
                .map(|counts| counts.into_iter().map(|(kind, count)| (kind.as_str().to_owned(), count)).collect()),
        }))
    }
}

fn sdk_id(id: &ImageId) -> ImageIdentifier {
    ImageIdentifier::builder().set_image_tag(id.tag.clone()).set_image_digest(id.digest.clone()).build()
}

fn unusable(message: String) -> CallError {
    CallError { call: LAYER.to_owned(), code: None, message, request_id: None, class: ErrorClass::Unavailable }
}
