//! Self-signed certificate in ACM. Its key is made here, handed over, and kept nowhere.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;

use crate::base::{CallError, ErrorClass, Freshness, RESOURCE_TAG};
use crate::cloud::aws::acm::{Acm, Certificate as Live, KeyPair};
use crate::components::acm::self_signed;
use crate::components::shared::{aws_each, output};
use crate::engine::model::fields::{Fields, Tags};
use crate::engine::model::kind::Kind;
use crate::engine::model::manual::Manual;
use crate::engine::model::spec::Resolved;
use crate::engine::run::component::{Address, Answer, Change, Component, DeleteOptions, Seen};

const IMPORT: &str = "acm:ImportCertificate";
const TAG: &str = "acm:AddTagsToCertificate";
const UNTAG_CALL: &str = "acm:RemoveTagsFromCertificate";

/// What is left of its life when the next one is asked for.
const LAST_MONTH: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// How often an import without an answer is repeated, and what it is given to be seen.
const ATTEMPTS: u32 = 3;
const VISIBLE: Duration = Duration::from_secs(2);

/// The next pair takes the place of the one before it, under the same ARN.
pub static KIND: Kind = Kind {
    name: "certificate",
    named: false,
    create: Some(IMPORT),
    delete: Some("acm:DeleteCertificate"),
    create_is_blind: true,
    fields: CertificateFields::FIELDS,
    arns: &["acm:{region}:{account}:certificate/*"],
    read_permissions: &[
        "acm:DescribeCertificate",
        "acm:ListCertificates",
        "acm:ListTagsForCertificate",
        "tag:GetResources",
    ],
    extra_permissions: &["acm:AddTagsToCertificate"],
    manual,
    ..Kind::BASE
};

fn manual(at: &Manual<'_>) -> Vec<String> {
    let found = format!(
        "resourcegroupstaggingapi get-resources --resource-type-filters acm --tag-filters Key={RESOURCE_TAG},Values={}",
        at.owner
    );
    vec![aws_each(at, &found, "ResourceTagMappingList[].ResourceARN", &["acm delete-certificate --certificate-arn"])]
}

/// The fields of a certificate.
#[derive(Debug, Default, Fields)]
pub struct CertificateFields {
    /// Host name it is for.
    #[field(once())]
    host: String,
    /// Whether there is more than a month left.
    #[field(in_place(IMPORT))]
    fresh: bool,
    /// Tags.
    #[field(tags(TAG, UNTAG_CALL))]
    tags: Tags,
}

/// The certificates of a region.
#[derive(Debug)]
pub struct Certificate(pub Arc<dyn Acm>);

#[async_trait]
impl Component for Certificate {
    async fn read(&self, at: &Address, freshness: Freshness) -> Result<Option<Seen>, CallError> {
        let recorded = match &at.recorded {
            Some(arn) => self.0.certificate(arn, freshness).await?,
            None => None,
        };
        let found = match recorded {
            Some(found) => Some(found),
            None => self.0.owned(&at.owner, freshness).await?.into_iter().next(),
        };
        Ok(found.map(|found| seen(found, SystemTime::now())))
    }

    async fn create(
        &self,
        at: &Address,
        spec: &Resolved,
        tags: &BTreeMap<String, String>,
    ) -> Result<Answer, CallError> {
        let CertificateFields { host, .. } = CertificateFields::decode(spec)?;
        let pair = new(&host)?;
        let mut attempts = 0..ATTEMPTS;
        loop {
            // An apply that was interrupted, or an import whose answer was lost, may have made it: the tag index lags.
            if let Some(found) = self.0.owned_for(&at.owner, &host).await?.into_iter().next() {
                return Ok(Answer::Seen(seen(found, SystemTime::now())));
            }
            attempts.next();
            let error = match self.0.import(&pair, tags).await {
                Ok(arn) => {
                    let made = Live { arn, host, not_after: pair.not_after, tags: tags.clone() };
                    return Ok(Answer::Seen(seen(made, SystemTime::now())));
                }
                Err(error) => error,
            };
            if error.class != ErrorClass::Unavailable || attempts.is_empty() {
                return Err(error);
            }
            tokio::time::sleep(VISIBLE).await;
        }
    }

    async fn update(&self, _: &Address, change: Change<'_>) -> Result<Answer, CallError> {
        let CertificateFields { host, .. } = change.desired()?;
        Ok(self.0.import_again(&change.seen.id, &new(&host)?).await?.into())
    }

    async fn delete(&self, at: &Address, seen: &Seen, _: &DeleteOptions) -> Result<Answer, CallError> {
        CallError::found(self.0.delete(&seen.id).await)?;
        // An import whose answer was lost, and which was not seen in time, left a second one.
        let all = self.0.owned_for(&at.owner, output(seen, "host")).await?;
        for other in all.into_iter().filter(|other| other.arn != seen.id) {
            self.0.delete(&other.arn).await?;
        }
        Ok(Answer::Done)
    }

    async fn add_tags(&self, seen: &Seen, tags: &BTreeMap<String, String>) -> Result<(), CallError> {
        self.0.tag(&seen.id, tags).await
    }

    async fn remove_tags(&self, seen: &Seen, keys: &[String]) -> Result<(), CallError> {
        self.0.untag(&seen.id, keys).await
    }
}

fn new(host: &str) -> Result<KeyPair, CallError> {
    self_signed::certificate(host, SystemTime::now()).map_err(|error| {
        CallError::own(IMPORT, ErrorClass::Invalid, format!("no certificate can be made for this host name: {error}"))
    })
}

fn seen(found: Live, now: SystemTime) -> Seen {
    let end = u64::try_from(found.not_after).map_or(UNIX_EPOCH, |end| UNIX_EPOCH + Duration::from_secs(end));
    let fields =
        CertificateFields { host: found.host.clone(), fresh: end > now + LAST_MONTH, tags: found.tags.clone() };
    let seen = Seen::of(found.arn.clone(), &fields, found.tags);
    seen.telling("arn", found.arn).telling("host", found.host)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_next_one_is_asked_for_in_the_last_month() {
        let now = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        let fresh = |days: i64| {
            let found = Live {
                arn: "arn".to_owned(),
                host: "shop.internal".to_owned(),
                not_after: 1_700_000_000 + days * 24 * 60 * 60,
                tags: BTreeMap::new(),
            };
            seen(found, now).fields["fresh"].clone()
        };
        assert_eq!((fresh(31), fresh(29), fresh(-1)), (json!(true), json!(false), json!(false)));
    }
}
