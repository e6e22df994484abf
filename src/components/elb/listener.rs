//! Listener: what a load balancer does with what arrives at one of its ports.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::json;

use crate::base::{Arn, CallError, Freshness};
use crate::cloud::aws::elb::{Elb, Reception};
use crate::components::shared::tag_fields;
use crate::components::shared::unknown_call;
use crate::engine::model::kind::{Field, Kind};
use crate::engine::model::spec::Resolved;
use crate::engine::run::component::{Address, Answer, Change, Component, Phase, Removal, Seen};

const MODIFY: &str = "elasticloadbalancing:ModifyListener";
const TAG: &str = "elasticloadbalancing:AddTags";
const UNTAG_CALL: &str = "elasticloadbalancing:RemoveTags";

const BASE: Kind = Kind {
    name: "listener",
    named: false,
    create: Some("elasticloadbalancing:CreateListener"),
    delete: Some("elasticloadbalancing:DeleteListener"),
    fields: &[
        Field::fixed("load_balancer"),
        Field::in_place("certificate", MODIFY),
        Field::in_place("target_group", MODIFY),
        Field::tags(TAG),
        Field::untag(UNTAG_CALL),
    ],
    reads: &[
        "elasticloadbalancing:DescribeListeners",
        "elasticloadbalancing:DescribeLoadBalancers",
        "elasticloadbalancing:DescribeTags",
        "tag:GetResources",
    ],
    also: &["elasticloadbalancing:AddTags"],
    ..Kind::BASE
};

/// At port 80. Without a `target_group` it redirects to HTTPS.
pub static HTTP: Kind = BASE;
/// At port 443, with a `certificate`.
pub static HTTPS: Kind = BASE;

/// The listeners of a region's load balancers at one port.
#[derive(Debug)]
pub struct Listener {
    /// Their calls.
    pub elb: Arc<dyn Elb>,
    /// The port.
    pub port: u16,
}

#[async_trait]
impl Component for Listener {
    async fn read(&self, at: &Address, freshness: Freshness) -> Result<Option<Seen>, CallError> {
        let Some(balancer) = self.load_balancer(at, freshness).await? else { return Ok(None) };
        let Some(found) = self.elb.listener(&balancer, self.port, freshness).await? else { return Ok(None) };
        let mut fields = BTreeMap::from([
            ("load_balancer", json!(found.load_balancer)),
            ("certificate", json!(found.certificate)),
            ("target_group", json!(found.target_group)),
        ]);
        fields.extend(tag_fields(&found.tags));
        let outputs = BTreeMap::from([("arn", json!(found.arn))]);
        Ok(Some(Seen { id: found.arn, phase: Phase::Ready, fields, outputs, tags: found.tags }))
    }

    async fn create(&self, _: &Address, spec: &Resolved, tags: &BTreeMap<String, String>) -> Result<Answer, CallError> {
        let wanted =
            Reception { certificate: spec.maybe_text("certificate"), target_group: spec.maybe_text("target_group") };
        Ok(self.elb.create_listener(spec.text("load_balancer"), self.port, &wanted, tags).await?.into())
    }

    async fn update(&self, _: &Address, Change { call, seen, spec, fields }: Change<'_>) -> Result<Answer, CallError> {
        match call {
            MODIFY => Ok(self.elb.modify_listener(&seen.id, &reception(seen, spec, fields)).await?.into()),
            other => Err(unknown_call(other)),
        }
    }

    async fn delete(&self, _: &Address, seen: &Seen, _: &Removal) -> Result<Answer, CallError> {
        self.elb.delete_listener(&seen.id).await?;
        Ok(Answer::Done)
    }

    async fn add_tags(&self, seen: &Seen, tags: &BTreeMap<String, String>) -> Result<(), CallError> {
        Ok(self.elb.add_tags(&seen.id, tags).await?)
    }

    async fn remove_tags(&self, seen: &Seen, keys: &[String]) -> Result<(), CallError> {
        Ok(self.elb.remove_tags(&seen.id, keys).await?)
    }
}

impl Listener {
    /// The ARN of its load balancer. A recorded listener's ARN holds it, `…:listener/app/<name>/<hash>/<own hash>`.
    async fn load_balancer(&self, at: &Address, freshness: Freshness) -> Result<Option<String>, CallError> {
        let recorded = at.recorded.as_deref().map(Arn::of);
        let recorded = recorded.and_then(|arn| arn.resource.strip_prefix("listener/app/")?.split('/').next());
        let Some(name) = recorded.or(at.within.last().map(String::as_str)) else { return Ok(None) };
        Ok(self.elb.load_balancer(name, freshness).await?.map(|balancer| balancer.arn))
    }
}

/// What the listener shall do: the fields that are set anew, and the others as they are.
fn reception(seen: &Seen, spec: &Resolved, fields: &[String]) -> Reception {
    let value = |name: &str| match fields.iter().any(|field| field == name) {
        true => spec.maybe_text(name),
        false => seen.fields.get(name).and_then(|live| live.as_str()).map(str::to_owned),
    };
    Reception { certificate: value("certificate"), target_group: value("target_group") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_set_anew_stays() {
        let fields = BTreeMap::from([("certificate", json!("old")), ("target_group", json!("main"))]);
        let (outputs, tags) = (BTreeMap::new(), BTreeMap::new());
        let seen = Seen { id: "arn".to_owned(), phase: Phase::Ready, fields, outputs, tags };
        let spec = Resolved(BTreeMap::from([("certificate".to_owned(), json!("new"))]));
        let wanted = |certificate: Option<&str>| Reception {
            certificate: certificate.map(str::to_owned),
            target_group: Some("main".to_owned()),
        };
        let set = ["certificate".to_owned()];
        assert_eq!(reception(&seen, &spec, &set), wanted(Some("new")));
        assert_eq!(reception(&seen, &Resolved::default(), &set), wanted(None));
    }
}
