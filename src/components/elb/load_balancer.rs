//! Load balancer: an application load balancer that faces the internet.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;

use crate::base::{Arn, CallError, Freshness, Words};
use crate::cloud::aws::elb::{Elb, LoadBalancer as Live, NewLoadBalancer};
use crate::components::shared::{aws_each, unknown_call};
use crate::engine::model::fields::{Entries, Fields, Tags};
use crate::engine::model::kind::{Compare, Kind, NameRule};
use crate::engine::model::manual::Manual;
use crate::engine::model::spec::Resolved;
use crate::engine::run::component::{Address, Answer, Change, Component, DeleteOptions, Phase, Seen};

const GROUPS: &str = "elasticloadbalancing:SetSecurityGroups";
const ATTRIBUTES: &str = "elasticloadbalancing:ModifyLoadBalancerAttributes";
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
    fields: LoadBalancerFields::FIELDS,
    arns: &[
        "elasticloadbalancing:{region}:{account}:loadbalancer/app/{name}/*",
        "elasticloadbalancing:{region}:{account}:listener/app/{name}/*",
    ],
    read_permissions: &[
        "elasticloadbalancing:DescribeLoadBalancerAttributes",
        "elasticloadbalancing:DescribeLoadBalancers",
        "elasticloadbalancing:DescribeTags",
        "tag:GetResources",
    ],
    extra_permissions: &[
        "ec2:DescribeAccountAttributes",
        "ec2:DescribeInternetGateways",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcs",
        "elasticloadbalancing:AddTags",
        "iam:CreateServiceLinkedRole",
    ],
    manual,
    ..Kind::BASE
};

/// Key of the attribute that drops requests with invalid header names. Keys and values:
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html>.
const DROP_INVALID_HEADERS: &str = "routing.http.drop_invalid_header_fields.enabled";
/// Key of the attribute that refuses to delete it.
const PROTECTION: &str = "deletion_protection.enabled";
/// Keys of the attributes that send its access logs to a bucket.
const LOGS: &str = "access_logs.s3.enabled";
const LOGS_BUCKET: &str = "access_logs.s3.bucket";

/// Its listeners go with it.
fn manual(at: &Manual<'_>) -> Vec<String> {
    let found = format!("elbv2 describe-load-balancers --names {}", at.name);
    let calls = [
        "elbv2 modify-load-balancer-attributes --attributes Key=deletion_protection.enabled,Value=false --load-balancer-arn",
        "elbv2 delete-load-balancer --load-balancer-arn",
        "elbv2 wait load-balancers-deleted --load-balancer-arns",
    ];
    vec![aws_each(at, &found, "LoadBalancers[].LoadBalancerArn", &calls)]
}

/// The fields of a load balancer.
#[derive(Debug, Default, Fields)]
pub struct LoadBalancerFields {
    /// Ids of its subnets.
    #[field(once())]
    subnets: Vec<String>,
    /// Ids of its security groups.
    #[field(in_place(GROUPS).compared(Compare::ContainsItem))]
    security_group: Entries,
    /// Whether it drops requests with invalid header names. Attributes take a call for each load balancer, so a refresh
    /// does not ask for them.
    #[field(in_place(ATTRIBUTES).post_create().not_always_read())]
    drop_invalid_headers: Option<bool>,
    /// Name of the S3 bucket for its access logs; none for no logs.
    #[field(in_place(ATTRIBUTES).post_create().not_always_read())]
    access_logs: Option<String>,
    /// Whether a delete is refused.
    #[field(in_place(ATTRIBUTES).post_create().not_always_read())]
    protected: Option<bool>,
    /// Tags.
    #[field(tags(TAG, UNTAG_CALL))]
    tags: Tags,
}

/// The longest name of load balancers and target groups.
pub const NAME_LIMIT: usize = 32;

/// The load balancers of a region.
#[derive(Debug)]
pub struct LoadBalancer(pub Arc<dyn Elb>);

#[async_trait]
impl Component for LoadBalancer {
    async fn read(&self, at: &Address, freshness: Freshness) -> Result<Option<Seen>, CallError> {
        let Some(found) = self.0.load_balancer(name(at), freshness).await? else { return Ok(None) };
        let attributes = match freshness {
            Freshness::Snapshot => None,
            Freshness::Shown | Freshness::Since(_) | Freshness::Now => {
                self.0.load_balancer_attributes(&found.arn).await?
            }
        };
        Ok(Some(seen(found, attributes.as_ref())))
    }

    async fn create(
        &self,
        at: &Address,
        spec: &Resolved,
        tags: &BTreeMap<String, String>,
    ) -> Result<Answer, CallError> {
        let desired = LoadBalancerFields::decode(spec)?;
        let new = NewLoadBalancer {
            name: at.name.clone(),
            subnets: desired.subnets,
            security_group: desired.security_group.0.into_iter().next().unwrap_or_default(),
            tags: tags.clone(),
        };
        Ok(self.0.create_load_balancer(&new).await?.into())
    }

    async fn update(&self, _: &Address, change: Change<'_>) -> Result<Answer, CallError> {
        let desired: LoadBalancerFields = change.desired()?;
        match change.call {
            GROUPS => {
                let Entries(mut all) = change.live::<LoadBalancerFields>()?.security_group;
                all.extend(desired.security_group.0);
                self.0.set_security_groups(&change.seen.id, &all).await?;
            }
            ATTRIBUTES => self.0.set_load_balancer_attributes(&change.seen.id, &desired.attributes()).await?,
            other => return Err(unknown_call(other)),
        }
        Ok(Answer::Done)
    }

    async fn delete(&self, _: &Address, seen: &Seen, _: &DeleteOptions) -> Result<Answer, CallError> {
        let unprotected = BTreeMap::from([(PROTECTION, "false".to_owned())]);
        self.0.set_load_balancer_attributes(&seen.id, &unprotected).await?;
        Ok(self.0.delete_load_balancer(&seen.id).await?.into())
    }

    async fn add_tags(&self, seen: &Seen, tags: &BTreeMap<String, String>) -> Result<(), CallError> {
        self.0.add_tags(&seen.id, tags).await
    }

    async fn remove_tags(&self, seen: &Seen, keys: &[String]) -> Result<(), CallError> {
        self.0.remove_tags(&seen.id, keys).await
    }
}

/// The name that the recorded ARN holds, `…:loadbalancer/app/<name>/<hash>`, or else the computed one.
fn name(at: &Address) -> &str {
    at.recorded.as_deref().and_then(|arn| Arn::of(arn).last_but_one()).unwrap_or(&at.name)
}

impl LoadBalancerFields {
    /// Its attributes as Elastic Load Balancing takes them.
    fn attributes(self) -> BTreeMap<&'static str, String> {
        let flag = |on: Option<bool>| on.unwrap_or_default().to_string();
        let mut attributes = BTreeMap::from([
            (DROP_INVALID_HEADERS, flag(self.drop_invalid_headers)),
            (PROTECTION, flag(self.protected)),
            (LOGS, self.access_logs.is_some().to_string()),
        ]);
        attributes.extend(self.access_logs.map(|bucket| (LOGS_BUCKET, bucket)));
        attributes
    }
}

fn seen(found: Live, attributes: Option<&BTreeMap<String, String>>) -> Seen {
    let text = |key: &str| attributes?.get(key).cloned();
    let flag = |key: &str| text(key).map(|value| value == "true");
    let phase = match found.state.as_str() {
        "active" | "active_impaired" => Phase::Ready,
        "failed" => Phase::Failed(found.reason.map_or_else(|| "the service says `failed`".into(), Words::quoted)),
        _ => Phase::Pending(found.state),
    };
    let fields = LoadBalancerFields {
        subnets: found.subnets.into_iter().collect(),
        security_group: Entries(found.security_groups),
        drop_invalid_headers: flag(DROP_INVALID_HEADERS),
        access_logs: text(LOGS_BUCKET).filter(|_| flag(LOGS) == Some(true)),
        protected: flag(PROTECTION),
        tags: found.tags.clone(),
    };
    let seen = Seen::of(found.arn.clone(), &fields, found.tags).in_phase(phase);
    seen.telling("arn", found.arn).telling("dns", found.dns).telling("zone", found.zone)
}
