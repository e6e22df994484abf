//! ECR: images of private registries, and the login to them.
//!
//! Shapes and errors: <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/Welcome.html>.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use async_trait::async_trait;

use crate::base::{Result, Secret};

mod client;
mod manifest;

pub use client::EcrClient;

/// What `docker login` asks for.
#[derive(Debug, Clone)]
pub struct Login {
    /// Host name of the registry.
    pub registry: String,
    /// The user.
    pub username: String,
    /// The password.
    pub password: Secret,
    /// When it ends, as RFC 3339 writes it.
    pub expires_at: Option<String>,
}

/// Which image is meant.
#[derive(Debug, Clone, Default)]
pub struct ImageId {
    /// The account whose registry holds it; that of the credentials unless it is set.
    pub registry: Option<String>,
    /// The repository in it.
    pub repository: String,
    /// A tag that it has.
    pub tag: Option<String>,
    /// Its digest.
    pub digest: Option<String>,
}

/// An image.
#[derive(Debug, Clone)]
pub struct Image {
    /// Its digest.
    pub digest: String,
    /// Its tags.
    pub tags: BTreeSet<String>,
    /// When it was pushed, as RFC 3339 writes it.
    pub pushed_at: Option<String>,
    /// Its compressed size; of an index, that of the largest image in it.
    pub bytes: Option<i64>,
}

/// What a scan for vulnerabilities found.
#[derive(Debug, Clone)]
pub struct Scan {
    /// ECR's word for its condition, `COMPLETE`.
    pub status: String,
    /// Why it is so, in the words of ECR.
    pub reason: Option<String>,
    /// When it was completed, as RFC 3339 writes it.
    pub completed_at: Option<String>,
    /// How many findings there are of each severity; `None` while none were counted.
    pub counts: Option<BTreeMap<String, i32>>,
}

/// The calls that lookups make.
#[async_trait]
pub trait Ecr: Debug + Send + Sync {
    /// A login to the registries of the region that the credentials may use.
    async fn login(&self) -> Result<Login>;
    /// An image.
    ///
    /// # Errors
    /// `NotFound` where there is no such repository, or no such image in it.
    async fn image(&self, id: &ImageId) -> Result<Image>;
    /// The processor architectures that the image of this digest is for, as Go names them; none if it is no image of a
    /// container.
    async fn architectures(&self, id: &ImageId) -> Result<BTreeSet<String>>;
    /// The last scan of an image, if it was ever scanned.
    async fn scan(&self, id: &ImageId) -> Result<Option<Scan>>;
}
