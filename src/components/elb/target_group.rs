//! Target group: the tasks of one service as a load balancer knows them.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;

use crate::base::{Arn, CallError, Freshness};
use crate::cloud::aws::elb::{Elb, HealthCheck, NewTargetGroup};
use crate::components::elb::load_balancer::NAME_LIMIT;
use crate::components::shared::aws_each;
use crate::components::shared::unknown_call;
use crate::engine::model::fields::{Fields, Tags};
use crate::engine::model::kind::{Kind, NameRule};
use crate::engine::model::manual::Manual;
use crate::engine::model::spec::Resolved;
use crate::engine::run::component::{Address, Answer, Change, Component, DeleteOptions, Seen};

const MODIFY: &str = "elasticloadbalancing:ModifyTargetGroup";
const ATTRIBUTES: &str = "elasticloadbalancing:ModifyTargetGroupAttributes";
const TAG: &str = "elasticloadbalancing:AddTags";
const UNTAG_CALL: &str = "elasticloadbalancing:RemoveTags";

/// Target groups of HTTP, by address.
pub static KIND: Kind = Kind {
    name: "target group",
    names: Some(NameRule { signs: "-", single_hyphens: true, ..NameRule::WORD }),
    name_limit: NAME_LIMIT,
    named: false,
    create: Some("elasticloadbalancing:CreateTargetGroup"),
    delete: Some("elasticloadbalancing:DeleteTargetGroup"),
    create_is_blind: true,
    fields: TargetGroupFields::FIELDS,
    arns: &["elasticloadbalancing:{region}:{account}:targetgroup/{name}/*"],
    read_permissions: &[
        "elasticloadbalancing:DescribeTags",
        "elasticloadbalancing:DescribeTargetGroupAttributes",
        "elasticloadbalancing:DescribeTargetGroups",
        "tag:GetResources",
    ],
    extra_permissions: &["elasticloadbalancing:AddTags"],
    manual,
    ..Kind::BASE
};

fn manual(at: &Manual<'_>) -> Vec<String> {
    let found = format!("elbv2 describe-target-groups --names {}", at.name);
    let calls = ["elbv2 delete-target-group --target-group-arn"];
    vec![aws_each(at, &found, "TargetGroups[].TargetGroupArn", &calls)]
}

/// The fields of a target group.
#[derive(Debug, Default, Fields)]
pub struct TargetGroupFields {
    /// Id of its VPC.
    #[field(fixed())]
    vpc: String,
    /// Port of targets that name none; tasks name theirs.
    #[field(once())]
    port: Option<i32>,
    /// Path that health checks request.
    #[field(in_place(MODIFY))]
    path: Option<String>,
    /// Seconds between health checks.
    #[field(in_place(MODIFY))]
    interval: Option<i32>,
    /// Seconds that a health check waits for an answer.
    #[field(in_place(MODIFY))]
    timeout: Option<i32>,
    /// Failed health checks in a row that make a target unhealthy.
    #[field(in_place(MODIFY))]
    unhealthy: Option<i32>,
    /// Passed health checks in a row that make a target healthy.
    #[field(in_place(MODIFY))]
    healthy: Option<i32>,
    /// Status codes of a passed health check.
    #[field(in_place(MODIFY))]
    matcher: Option<String>,
    /// Seconds that a removed target gets to finish its requests. It takes a call for each group, so a refresh does not
    /// ask for it.
    #[field(in_place(ATTRIBUTES).post_create().not_always_read())]
    deregistration_delay: Option<i64>,
    /// Tags.
    #[field(tags(TAG, UNTAG_CALL))]
    tags: Tags,
}

impl TargetGroupFields {
    /// The whole check: interval and timeout depend on each other, and are never sent apart.
    fn check(self) -> HealthCheck {
        HealthCheck {
            path: self.path,
            interval: self.interval,
            timeout: self.timeout,
            healthy: self.healthy,
            unhealthy: self.unhealthy,
            matcher: self.matcher,
        }
    }
}

/// The target groups of a region.
#[derive(Debug)]
pub struct TargetGroup(pub Arc<dyn Elb>);

#[async_trait]
impl Component for TargetGroup {
    async fn read(&self, at: &Address, freshness: Freshness) -> Result<Option<Seen>, CallError> {
        let Some(group) = self.0.target_group(name(at), freshness).await? else { return Ok(None) };
        let delay = match freshness {
            Freshness::Snapshot => None,
            Freshness::Shown | Freshness::Since(_) | Freshness::Now => self.0.deregistration_delay(&group.arn).await?,
        };
        let fields = TargetGroupFields {
            vpc: group.vpc,
            port: None,
            path: group.check.path,
            interval: group.check.interval,
            timeout: group.check.timeout,
            unhealthy: group.check.unhealthy,
            healthy: group.check.healthy,
            matcher: group.check.matcher,
            deregistration_delay: delay,
            tags: group.tags.clone(),
        };
        Ok(Some(Seen::of(group.arn.clone(), &fields, group.tags).telling("arn", group.arn)))
    }

    async fn create(
        &self,
        at: &Address,
        spec: &Resolved,
        tags: &BTreeMap<String, String>,
    ) -> Result<Answer, CallError> {
        let desired = TargetGroupFields::decode(spec)?;
        let new = NewTargetGroup {
            name: at.name.clone(),
            vpc: desired.vpc.clone(),
            port: desired.port.unwrap_or_default(),
            check: desired.check(),
            tags: tags.clone(),
        };
        self.0.create_target_group(&new).await?;
        Ok(Answer::Done)
    }

    async fn update(&self, _: &Address, change: Change<'_>) -> Result<Answer, CallError> {
        let (desired, arn): (TargetGroupFields, _) = (change.desired()?, &change.seen.id);
        match change.call {
            MODIFY => self.0.modify_target_group(arn, &desired.check()).await?,
            ATTRIBUTES => {
                let seconds = desired.deregistration_delay.unwrap_or_default();
                self.0.set_deregistration_delay(arn, seconds).await?;
            }
            other => return Err(unknown_call(other)),
        }
        Ok(Answer::Done)
    }

    async fn delete(&self, _: &Address, seen: &Seen, _: &DeleteOptions) -> Result<Answer, CallError> {
        self.0.delete_target_group(&seen.id).await?;
        Ok(Answer::Done)
    }

    async fn add_tags(&self, seen: &Seen, tags: &BTreeMap<String, String>) -> Result<(), CallError> {
        self.0.add_tags(&seen.id, tags).await
    }

    async fn remove_tags(&self, seen: &Seen, keys: &[String]) -> Result<(), CallError> {
        self.0.remove_tags(&seen.id, keys).await
    }
}

/// The name that the recorded ARN holds, `…:targetgroup/<name>/<hash>`, or else the computed one.
fn name(at: &Address) -> &str {
    at.recorded.as_deref().and_then(|arn| Arn::of(arn).last_but_one()).unwrap_or(&at.name)
}
