//! The data source `drop_image`.

mod target;

use std::collections::{BTreeMap, BTreeSet};

use futures::future::try_join;
use tf_plugin::{Attr, Diagnostics, Model, Object, async_trait};

use crate::base::ErrorClass;
use crate::cloud::aws::Session;
use crate::cloud::aws::ecr::{self, ImageId};
use crate::clouds::Runtime;
use crate::lookup::{Lookup, place};
use target::{Target, host, target};

/// An image in a private registry of Amazon ECR, as it is now: the digest behind a tag, the processors it is for, and what
/// its last scan for vulnerabilities found.
///
/// Needs `ecr:DescribeImages`, `ecr:BatchGetImage`, `ecr:GetDownloadUrlForLayer` and `ecr:DescribeImageScanFindings`.
#[derive(Debug, Clone, Default, Model)]
pub struct Image {
    /// The image, such as `"123456789012.dkr.ecr.eu-north-1.amazonaws.com/web:1.4.2"`, or with `@sha256:…`. Either this, or
    /// `repository` and `tag`.
    #[attr(optional, computed, validate = named)]
    pub uri: Attr<String>,
    /// Repository in the registry of the credentials' own account. Either this and `tag`, or `uri`.
    #[attr(optional, computed)]
    pub repository: Attr<String>,
    /// Tag. Either this and `repository`, or `uri`.
    #[attr(optional, computed)]
    pub tag: Attr<String>,
    /// Region of the registry, where the image goes by `repository`. Default: the provider's.
    #[attr(optional, computed, validate = crate::values::region::valid)]
    pub region: Attr<String>,

    /// Digest of the image, `sha256:…`; of one for several processors, that of its index.
    #[attr(computed)]
    pub digest: Attr<String>,
    /// The image by its digest: what runs under it never changes, whatever becomes of the tag.
    #[attr(computed)]
    pub uri_by_digest: Attr<String>,
    /// All tags of the image, sorted.
    #[attr(computed)]
    pub tags: Attr<Vec<String>>,
    /// When it was pushed, such as `"2026-01-31T12:00:00Z"`.
    #[attr(computed)]
    pub pushed_at: Attr<String>,
    /// Size as the registry keeps it, compressed, in MB of 1,000,000 bytes, to one decimal; of an image for several
    /// processors, that of the largest. Null if ECR does not tell.
    #[attr(computed)]
    pub size_mb: Attr<f64>,
    /// The processor architectures that it is for, `amd64`, `arm64` …, sorted. Empty for what is no image of a container.
    #[attr(computed)]
    pub architectures: Attr<Vec<String>>,
    /// What its last scan found; null if it was never scanned. Images for several processors are scanned one by one, by
    /// their own digests.
    #[attr(computed)]
    pub scan: Attr<Scan>,
}

/// What a scan found.
#[derive(Debug, Clone, Default, PartialEq, Object)]
pub struct Scan {
    /// `COMPLETE`, or `ACTIVE` where the image is scanned all the time; `IN_PROGRESS`, `FAILED` … while there is no result.
    pub status: Attr<String>,
    /// Why it is so, in the words of ECR.
    pub reason: Attr<String>,
    /// When it was completed; null if it was not.
    pub completed_at: Attr<String>,
    /// How many findings there are by severity, such as `{ CRITICAL = 1, HIGH = 4 }`; null if nothing was counted, which is
    /// not the same as nothing found.
    pub counts: Attr<BTreeMap<String, i32>>,
}

impl From<ecr::Scan> for Scan {
    fn from(found: ecr::Scan) -> Self {
        Self {
            status: found.status.into(),
            reason: found.reason.into(),
            completed_at: found.completed_at.into(),
            counts: found.counts.into(),
        }
    }
}

fn named(uri: &str) -> Result<(), String> {
    target(uri).map(|_| ())
}

#[async_trait]
impl Lookup for Image {
    fn validate_config(&self, diagnostics: &mut Diagnostics) {
        if self.uri.is_null() {
            for (attribute, given) in [("repository", &self.repository), ("tag", &self.tag)] {
                if given.is_null() {
                    let detail = "Give either `uri`, or `repository` and `tag`.";
                    diagnostics.error_at(attribute, format!("No {attribute} is given"), detail);
                }
            }
            return;
        }
        for (attribute, given) in [("repository", &self.repository), ("tag", &self.tag), ("region", &self.region)] {
            if !given.is_null() {
                let detail = format!("`uri` says it already. Leave `{attribute}` out.");
                diagnostics.error_at(attribute, format!("The {attribute} is given twice"), detail);
            }
        }
    }

    async fn found(mut self, runtime: &Runtime, diagnostics: &mut Diagnostics) -> Option<Self> {
        let given = match self.uri.as_deref().known().map(|uri| target(uri)).transpose() {
            Ok(given) => given,
            Err(why) => {
                diagnostics.error_at("uri", "The image cannot be looked up", format!("`uri` {why}."));
                return None;
            }
        };
        let region = given.as_ref().map(|target| &target.region).or(self.region.known());
        let (_, session) = place::open::<Session>(runtime, region.map(String::as_str), diagnostics).await?;
        let target = given.unwrap_or_else(|| Target {
            host: host(&session),
            account: session.account.clone(),
            region: session.region.clone(),
            repository: self.repository.known().cloned().unwrap_or_default(),
            tag: self.tag.known().cloned(),
            digest: None,
        });
        let id = ImageId {
            registry: Some(target.account.clone()),
            repository: target.repository.clone(),
            tag: target.tag.clone(),
            digest: target.digest.clone(),
        };
        let what = format!("Image \"{}\"", target.uri());
        let found = match looked_up(&session, id).await {
            Ok(found) => found,
            Err(error) if error.class == ErrorClass::NotFound => {
                let attribute = if self.uri.is_null() { "tag" } else { "uri" };
                let detail =
                    format!("{error}.\n\nMend the repository, the tag or the region, or push the image first.");
                diagnostics.error_at(attribute, format!("{what} was not found"), detail);
                return None;
            }
            Err(error) => {
                place::tell::<Session>(&error, &what, diagnostics);
                return None;
            }
        };
        let (image, architectures, scan) = found;
        self.uri = target.uri().into();
        self.uri_by_digest = format!("{}/{}@{}", target.host, target.repository, image.digest).into();
        (self.repository, self.tag) = (target.repository.into(), target.tag.into());
        self.region = target.region.into();
        self.digest = image.digest.into();
        self.tags = Attr::Known(image.tags.into_iter().collect());
        self.pushed_at = image.pushed_at.into();
        self.size_mb = image.bytes.map(megabytes).into();
        self.architectures = Attr::Known(architectures.into_iter().collect());
        self.scan = scan.map(Scan::from).into();
        Some(self)
    }
}

type Found = (ecr::Image, BTreeSet<String>, Option<ecr::Scan>);

async fn looked_up(session: &Session, id: ImageId) -> crate::base::Result<Found> {
    let image = session.ecr.image(&id).await?;
    // The tag may be moved meanwhile: the rest is of this image.
    let id = ImageId { tag: None, digest: Some(image.digest.clone()), ..id };
    let (architectures, scan) = try_join(session.ecr.architectures(&id), session.ecr.scan(&id)).await?;
    Ok((image, architectures, scan))
}

#[allow(clippy::cast_precision_loss, reason = "one decimal is shown")]
fn megabytes(bytes: i64) -> f64 {
    (bytes as f64 / 100_000.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_counted_is_null_and_not_zero() {
        let scan = |counts| ecr::Scan { status: "FAILED".to_owned(), reason: None, completed_at: None, counts };
        assert_eq!(Scan::from(scan(None)).counts, Attr::Null);
        assert_eq!(Scan::from(scan(Some(BTreeMap::new()))).counts, Attr::Known(BTreeMap::new()));
    }

    #[test]
    fn sizes_have_one_decimal() {
        assert_eq!((megabytes(31_249_999), megabytes(49_000)), (31.2, 0.0));
    }
}
