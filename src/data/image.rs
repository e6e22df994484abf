//! The data source `drop_image`.

mod target;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures::future::try_join;
use tf_plugin::{
    Attr, DataRequest, DataResponse, DataSource, Diagnostics, Model, Object, Path, Schema, ValidateRequest, Value,
    async_trait,
};

use super::place::{self, validated};
use crate::cloud::aws::Session;
use crate::cloud::aws::ecr::{self, ImageId};
use crate::cloud::{self, ErrorKind};
use crate::provider::Shared;
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
    /// Repository in the registry of the credentials' own account.
    #[attr(optional, computed)]
    pub repository: Attr<String>,
    /// Tag.
    #[attr(optional, computed)]
    pub tag: Attr<String>,
    /// Region of the registry, where the image goes by `repository`. Default: the provider's.
    #[attr(optional, computed, validate = crate::resources::region::valid)]
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

/// `drop_image`, as the provider offers it.
pub struct Source {
    shared: Arc<Shared>,
}

impl Source {
    /// The data source, for the provider's table.
    pub fn over(shared: Arc<Shared>) -> Arc<dyn DataSource> {
        Arc::new(Self { shared })
    }

    async fn found(&self, config: &Value, diagnostics: &mut Diagnostics) -> Option<Value> {
        let mut model = Image::read(config).map_err(|problems| diagnostics.extend(problems)).ok()?;
        // What was unknown when it was validated is known now.
        contradictions(&model, diagnostics);
        if diagnostics.has_errors() {
            return None;
        }
        let given = match model.uri.as_deref().known().map(|uri| target(uri)).transpose() {
            Ok(given) => given,
            Err(why) => {
                diagnostics.error_at("uri", "The image cannot be looked up", format!("`uri` {why}."));
                return None;
            }
        };
        let region = given.as_ref().map(|target| &target.region).or(model.region.known());
        let (_, session) = place::open_at::<Session>(&self.shared, region.map(String::as_str), diagnostics).await?;
        let target = given.unwrap_or_else(|| Target {
            host: host(&session),
            account: session.account.clone(),
            region: session.region.clone(),
            repository: model.repository.known().cloned().unwrap_or_default(),
            tag: model.tag.known().cloned(),
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
            Err(error) if error.kind == ErrorKind::NotFound => {
                let attribute = if model.uri.is_null() { "tag" } else { "uri" };
                let detail = format!(
                    "{error}{}.\n\nMend the repository, the tag or the region, or push the image first.",
                    place::told(&error)
                );
                diagnostics.error_at(attribute, format!("{what} was not found"), detail);
                return None;
            }
            Err(error) => {
                place::tell::<Session>(&error, &what, diagnostics);
                return None;
            }
        };
        let (image, architectures, scan) = found;
        model.uri = target.uri().into();
        model.uri_by_digest = format!("{}/{}@{}", target.host, target.repository, image.digest).into();
        (model.repository, model.tag) = (target.repository.into(), target.tag.into());
        model.region = target.region.into();
        model.digest = image.digest.into();
        model.tags = Attr::Known(image.tags.into_iter().collect());
        model.pushed_at = image.pushed_at.into();
        model.size_mb = image.bytes.map(megabytes).into();
        model.architectures = Attr::Known(architectures.into_iter().collect());
        model.scan = scan.map(Scan::from).into();
        Some(model.to_value())
    }
}

type Found = (ecr::Image, BTreeSet<String>, Option<ecr::Scan>);

async fn looked_up(session: &Session, id: ImageId) -> cloud::Result<Found> {
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

fn contradictions(model: &Image, diagnostics: &mut Diagnostics) {
    if model.uri.is_null() {
        for (attribute, given) in [("repository", &model.repository), ("tag", &model.tag)] {
            if given.is_null() {
                let detail = "Give either `uri`, or `repository` and `tag`.";
                diagnostics.error_at(attribute, format!("No {attribute} is given"), detail);
            }
        }
        return;
    }
    for (attribute, given) in [("repository", &model.repository), ("tag", &model.tag), ("region", &model.region)] {
        if !given.is_null() {
            let detail = format!("`uri` says it already. Leave `{attribute}` out.");
            diagnostics.error_at(attribute, format!("The {attribute} is given twice"), detail);
        }
    }
}

#[async_trait]
impl DataSource for Source {
    fn schema(&self) -> Schema {
        Schema::new(0, Image::block())
    }

    async fn validate(&self, request: ValidateRequest) -> Diagnostics {
        let mut diagnostics = validated::<Image>(&request.config);
        let model = Image::from_value(&request.config, &Path::root(), &mut Diagnostics::new());
        contradictions(&model, &mut diagnostics);
        diagnostics
    }

    async fn read(&self, request: DataRequest) -> DataResponse {
        let mut diagnostics = Diagnostics::new();
        let state = self.found(&request.config, &mut diagnostics).await.unwrap_or_default();
        DataResponse { state, diagnostics }
    }
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
