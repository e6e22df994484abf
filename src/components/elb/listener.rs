//! Listener: what a load balancer does with what arrives at one of its ports.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;

use crate::base::{Arn, CallError, Freshness};
use crate::cloud::aws::elb::{Elb, Reception};
use crate::components::shared::aws_each;
use crate::engine::model::fields::{Fields, Tags};
use crate::engine::model::kind::Kind;
use crate::engine::model::manual::Manual;
use crate::engine::model::spec::Resolved;
use crate::engine::run::component::{Address, Answer, Change, Component, DeleteOptions, Seen};

const MODIFY: &str = "elasticloadbalancing:ModifyListener";
const TAG: &str = "elasticloadbalancing:AddTags";
const UNTAG_CALL: &str = "elasticloadbalancing:RemoveTags";

const BASE: Kind = Kind {
    name: "listener",
    named: false,
    create: Some("elasticloadbalancing:CreateListener"),
    delete: Some("elasticloadbalancing:DeleteListener"),
    fields: ListenerFields::FIELDS,
    read_permissions: &[
        "elasticloadbalancing:DescribeListeners",
        "elasticloadbalancing:DescribeLoadBalancers",
        "elasticloadbalancing:DescribeTags",
        "tag:GetResources",
    ],
    extra_permissions: &["elasticloadbalancing:AddTags"],
    ..Kind::BASE
};

/// At port 80. Without a `target_group` it redirects to HTTPS.
pub static HTTP: Kind = Kind { manual: |at| manual(at, 80), ..BASE };
/// At port 443, with a `certificate`.
pub static HTTPS: Kind = Kind { manual: |at| manual(at, 443), ..BASE };

/// A target group can be deleted once no listener forwards to it.
fn manual(at: &Manual<'_>, port: u16) -> Vec<String> {
    let Some(load_balancer) = at.within.last() else { return vec![] };
    let found = format!(
        "elbv2 describe-listeners --load-balancer-arn $(aws elbv2 describe-load-balancers --names {load_balancer} \
         --region {} --query 'LoadBalancers[].LoadBalancerArn' --output text)",
        at.place
    );
    let query = format!("Listeners[?Port==`{port}`].ListenerArn");
    vec![aws_each(at, &found, &query, &["elbv2 delete-listener --listener-arn"])]
}

/// The fields of a listener.
#[derive(Debug, Default, Fields)]
pub struct ListenerFields {
    /// ARN of its load balancer.
    #[field(fixed())]
    load_balancer: String,
    /// ARN of the certificate.
    #[field(in_place(MODIFY))]
    certificate: Option<String>,
    /// ARN of the target group that requests are forwarded to.
    #[field(in_place(MODIFY))]
    target_group: Option<String>,
    /// Tags.
    #[field(tags(TAG, UNTAG_CALL))]
    tags: Tags,
}

impl ListenerFields {
    fn reception(self) -> Reception {
        Reception { certificate: self.certificate, target_group: self.target_group }
    }
}

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
        let fields = ListenerFields {
            load_balancer: found.load_balancer,
            certificate: found.certificate,
            target_group: found.target_group,
            tags: found.tags.clone(),
        };
        Ok(Some(Seen::of(found.arn.clone(), &fields, found.tags).telling("arn", found.arn)))
    }

    async fn create(&self, _: &Address, spec: &Resolved, tags: &BTreeMap<String, String>) -> Result<Answer, CallError> {
        let desired = ListenerFields::decode(spec)?;
        let load_balancer = desired.load_balancer.clone();
        Ok(self.elb.create_listener(&load_balancer, self.port, &desired.reception(), tags).await?.into())
    }

    /// The whole listener: fields that are not set stay as they are.
    async fn update(&self, _: &Address, change: Change<'_>) -> Result<Answer, CallError> {
        let whole: ListenerFields = change.whole()?;
        Ok(self.elb.modify_listener(&change.seen.id, &whole.reception()).await?.into())
    }

    async fn delete(&self, _: &Address, seen: &Seen, _: &DeleteOptions) -> Result<Answer, CallError> {
        self.elb.delete_listener(&seen.id).await?;
        Ok(Answer::Done)
    }

    async fn add_tags(&self, seen: &Seen, tags: &BTreeMap<String, String>) -> Result<(), CallError> {
        self.elb.add_tags(&seen.id, tags).await
    }

    async fn remove_tags(&self, seen: &Seen, keys: &[String]) -> Result<(), CallError> {
        self.elb.remove_tags(&seen.id, keys).await
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
