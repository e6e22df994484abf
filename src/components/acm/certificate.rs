//! Self-signed certificate in ACM. Its key is made here, handed over, and kept nowhere.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use serde_json::json;

use crate::base::{CallError, ErrorClass, Freshness};
use crate::cloud::aws::acm::{Acm, Certificate as Live, KeyPair};
use crate::components::acm::self_signed;
use crate::components::shared::tag_fields;
use crate::components::shared::unknown_call;
use crate::engine::model::kind::{Field, Kind};
use crate::engine::model::spec::Resolved;
use crate::engine::run::component::{Address, Answer, Change, Component, Phase, Removal, Seen};

const IMPORT: &str = "acm:ImportCertificate";
const TAG: &str = "acm:AddTagsToCertificate";
const UNTAG_CALL: &str = "acm:RemoveTagsFromCertificate";

/// What is left of its life when the next one is asked for.
const LAST_MONTH: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// How often an import without an answer is repeated, and what it is given to be seen.
const ATTEMPTS: u32 = 3;
const VISIBLE: Duration = Duration::from_secs(2);

/// `fresh` is whether there is more than a month left: another pair then takes its place, under the same ARN.
pub static KIND: Kind = Kind {
    name: "certificate",
    named: false,
    create: Some(IMPORT),
    delete: Some("acm:DeleteCertificate"),
    create_is_blind: true,
    fields: &[Field::once("host"), Field::in_place("fresh", IMPORT), Field::tags(TAG), Field::untag(UNTAG_CALL)],
    reads: &["acm:DescribeCertificate", "acm:ListCertificates", "acm:ListTagsForCertificate", "tag:GetResources"],
    also: &["acm:AddTagsToCertificate"],
    ..Kind::BASE
};

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
        let pair = new(spec.text("host"))?;
        for attempt in 1.. {
            let Err(error) = self.0.import(&pair, tags).await else { break };
            if error.class != ErrorClass::Unavailable || attempt == ATTEMPTS {
                return Err(error);
            }
            tokio::time::sleep(VISIBLE).await;
            if !self.0.owned(&at.owner, Freshness::Now).await?.is_empty() {
                break;
            }
        }
        Ok(Answer::Begun)
    }

    async fn update(&self, _: &Address, Change { call, seen, spec, .. }: Change<'_>) -> Result<Answer, CallError> {
        match call {
            IMPORT => Ok(self.0.import_again(&seen.id, &new(spec.text("host"))?).await?.into()),
            other => Err(unknown_call(other)),
        }
    }

    async fn delete(&self, at: &Address, seen: &Seen, _: &Removal) -> Result<Answer, CallError> {
        CallError::found(self.0.delete(&seen.id).await)?;
        // An import whose answer was lost, and which was not seen in time, left a second one.
        for other in self.0.owned(&at.owner, Freshness::Now).await?.into_iter().filter(|other| other.arn != seen.id) {
            self.0.delete(&other.arn).await?;
        }
        Ok(Answer::Done)
    }

    async fn add_tags(&self, seen: &Seen, tags: &BTreeMap<String, String>) -> Result<(), CallError> {
        Ok(self.0.tag(&seen.id, tags).await?)
    }

    async fn remove_tags(&self, seen: &Seen, keys: &[String]) -> Result<(), CallError> {
        Ok(self.0.untag(&seen.id, keys).await?)
    }
}

fn new(host: &str) -> Result<KeyPair, CallError> {
    self_signed::certificate(host, SystemTime::now()).map_err(|error| {
        CallError::own(IMPORT, ErrorClass::Invalid, format!("no certificate can be made for this host name: {error}"))
    })
}

fn seen(found: Live, now: SystemTime) -> Seen {
    let end = u64::try_from(found.not_after).map_or(UNIX_EPOCH, |end| UNIX_EPOCH + Duration::from_secs(end));
    let mut fields = BTreeMap::from([("host", json!(found.host)), ("fresh", json!(end > now + LAST_MONTH))]);
    fields.extend(tag_fields(&found.tags));
    let outputs = BTreeMap::from([("arn", json!(found.arn)), ("host", json!(found.host))]);
    Seen { id: found.arn, phase: Phase::Ready, fields, outputs, tags: found.tags }
}

#[cfg(test)]
mod tests {
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
