//! Load balancer: an application load balancer that faces the internet.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Value as Json, json};

use crate::base::{Arn, CallError, Freshness, Words};
use crate::cloud::aws::elb::{Elb, LoadBalancer as Live, NewLoadBalancer};
use crate::components::shared::tag_fields;
use crate::components::shared::unknown_call;
use crate::engine::model::kind::{Compare, Field, Kind, NameRule};
use crate::engine::model::spec::Resolved;
use crate::engine::run::component::{Address, Answer, Change, Component, Phase, Removal, Seen};

const GROUPS: &str = "elasticloadbalancing:SetSecurityGroups";
const TAG: &str = "elasticloadbalancing:AddTags";
const UNTAG_CALL: &str = "elasticloadbalancing:RemoveTags";

/// `subnets` are chosen when it is created. Security groups that others attached stay attached.
pub static KIND: Kind = Kind {
    name: "load balancer",
    names: Some(NameRule { signs: "-", single_hyphens: true, reserved: &["internal-"], ..NameRule::WORD }),
    name_limit: NAME_LIMIT,
    named: false,
    create: Some("elasticloadbalancing:CreateLoadBalancer"),
    delete: Some("elasticloadbalancing:DeleteLoadBalancer"),
    create_is_blind: true,
    fields: &[
        Field::once("subnets"),
        Field::in_place("security_group", GROUPS).compared(Compare::Includes),
        Field::tags(TAG),
        Field::untag(UNTAG_CALL),
    ],
    reads: &["elasticloadbalancing:DescribeLoadBalancers", "elasticloadbalancing:DescribeTags", "tag:GetResources"],
    also: &[
        "ec2:DescribeAccountAttributes",
        "ec2:DescribeInternetGateways",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcs",
        "elasticloadbalancing:AddTags",
        "iam:CreateServiceLinkedRole",
    ],
    ..Kind::BASE
};

/// The longest name of load balancers and target groups.
pub const NAME_LIMIT: usize = 32;

/// The load balancers of a region.
#[derive(Debug)]
pub struct LoadBalancer(pub Arc<dyn Elb>);

#[async_trait]
impl Component for LoadBalancer {
    async fn read(&self, at: &Address, freshness: Freshness) -> Result<Option<Seen>, CallError> {
        Ok(self.0.load_balancer(name(at), freshness).await?.map(seen))
    }

    async fn create(
        &self,
        at: &Address,
        spec: &Resolved,
        tags: &BTreeMap<String, String>,
    ) -> Result<Answer, CallError> {
        let new = NewLoadBalancer {
            name: at.name.clone(),
            subnets: spec.texts("subnets"),
            security_group: spec.text("security_group").to_owned(),
            tags: tags.clone(),
        };
        Ok(self.0.create_load_balancer(&new).await?.into())
    }

    async fn update(&self, _: &Address, Change { call, seen, spec, .. }: Change<'_>) -> Result<Answer, CallError> {
        match call {
            GROUPS => {
                let live = Resolved(BTreeMap::from([("all".to_owned(), seen.fields["security_group"].clone())]));
                let wanted = spec.maybe_text("security_group");
                let all: BTreeSet<String> = live.texts("all").into_iter().chain(wanted).collect();
                Ok(self.0.set_security_groups(&seen.id, &all).await?.into())
            }
            other => Err(unknown_call(other)),
        }
    }

    async fn delete(&self, _: &Address, seen: &Seen, _: &Removal) -> Result<Answer, CallError> {
        Ok(self.0.delete_load_balancer(&seen.id).await?.into())
    }

    async fn add_tags(&self, seen: &Seen, tags: &BTreeMap<String, String>) -> Result<(), CallError> {
        Ok(self.0.add_tags(&seen.id, tags).await?)
    }

    async fn remove_tags(&self, seen: &Seen, keys: &[String]) -> Result<(), CallError> {
        Ok(self.0.remove_tags(&seen.id, keys).await?)
    }
}

/// The name that the recorded ARN holds, `…:loadbalancer/app/<name>/<hash>`, or else the computed one.
fn name(at: &Address) -> &str {
    at.recorded.as_deref().and_then(|arn| Arn::of(arn).last_but_one()).unwrap_or(&at.name)
}

fn seen(found: Live) -> Seen {
    let phase = match found.state.as_str() {
        "active" | "active_impaired" => Phase::Ready,
        "failed" => Phase::Broken(found.reason.map_or_else(|| "the service says `failed`".into(), Words::quoted)),
        _ => Phase::Working(found.state),
    };
    let groups: Json = found.security_groups.into_iter().map(Json::from).collect();
    let mut fields = BTreeMap::from([("security_group", groups), ("subnets", json!(found.subnets))]);
    fields.extend(tag_fields(&found.tags));
    let outputs = BTreeMap::from([("arn", json!(found.arn)), ("dns", json!(found.dns)), ("zone", json!(found.zone))]);
    Seen { id: found.arn, phase, fields, outputs, tags: found.tags }
}
