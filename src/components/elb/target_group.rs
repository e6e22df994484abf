//! Target group: the tasks of one service as a load balancer knows them.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::json;

use crate::base::{Arn, CallError, Freshness};
use crate::cloud::aws::elb::{Elb, HealthCheck, NewTargetGroup};
use crate::components::elb::load_balancer::NAME_LIMIT;
use crate::components::shared::tag_fields;
use crate::components::shared::unknown_call;
use crate::engine::model::kind::{Field, Kind, NameRule};
use crate::engine::model::spec::Resolved;
use crate::engine::run::component::{Address, Answer, Change, Component, Phase, Removal, Seen};

const MODIFY: &str = "elasticloadbalancing:ModifyTargetGroup";
const ATTRIBUTES: &str = "elasticloadbalancing:ModifyTargetGroupAttributes";
const TAG: &str = "elasticloadbalancing:AddTags";
const UNTAG_CALL: &str = "elasticloadbalancing:RemoveTags";

/// `port` is that of targets which name none; tasks name theirs. `deregistration_delay` takes a call for each group, so a
/// refresh does not ask for it.
pub static KIND: Kind = Kind {
    name: "target group",
    names: Some(NameRule { signs: "-", single_hyphens: true, ..NameRule::WORD }),
    name_limit: NAME_LIMIT,
    named: false,
    create: Some("elasticloadbalancing:CreateTargetGroup"),
    delete: Some("elasticloadbalancing:DeleteTargetGroup"),
    create_is_blind: true,
    fields: &[
        Field::fixed("vpc"),
        Field::once("port"),
        Field::in_place("path", MODIFY),
        Field::in_place("interval", MODIFY),
        Field::in_place("timeout", MODIFY),
        Field::in_place("unhealthy", MODIFY),
        Field::in_place("healthy", MODIFY),
        Field::in_place("matcher", MODIFY),
        Field::in_place("deregistration_delay", ATTRIBUTES).after(),
        Field::tags(TAG),
        Field::untag(UNTAG_CALL),
    ],
    reads: &[
        "elasticloadbalancing:DescribeTags",
        "elasticloadbalancing:DescribeTargetGroupAttributes",
        "elasticloadbalancing:DescribeTargetGroups",
        "tag:GetResources",
    ],
    also: &["elasticloadbalancing:AddTags"],
    ..Kind::BASE
};

/// The target groups of a region.
#[derive(Debug)]
pub struct TargetGroup(pub Arc<dyn Elb>);

#[async_trait]
impl Component for TargetGroup {
    async fn read(&self, at: &Address, freshness: Freshness) -> Result<Option<Seen>, CallError> {
        let Some(group) = self.0.target_group(name(at), freshness).await? else { return Ok(None) };
        let check = &group.check;
        let mut fields = BTreeMap::from([
            ("vpc", json!(group.vpc)),
            ("path", json!(check.path)),
            ("interval", json!(check.interval)),
            ("timeout", json!(check.timeout)),
            ("unhealthy", json!(check.unhealthy)),
            ("healthy", json!(check.healthy)),
            ("matcher", json!(check.matcher)),
        ]);
        if freshness != Freshness::Snapshot {
            let delay = self.0.deregistration_delay(&group.arn).await?;
            fields.insert("deregistration_delay", json!(delay));
        }
        fields.extend(tag_fields(&group.tags));
        let outputs = BTreeMap::from([("arn", json!(group.arn))]);
        Ok(Some(Seen { id: group.arn, phase: Phase::Ready, fields, outputs, tags: group.tags }))
    }

    async fn create(
        &self,
        at: &Address,
        spec: &Resolved,
        tags: &BTreeMap<String, String>,
    ) -> Result<Answer, CallError> {
        let new = NewTargetGroup {
            name: at.name.clone(),
            vpc: spec.text("vpc").to_owned(),
            port: int(spec, "port").unwrap_or_default(),
            check: check(spec),
            tags: tags.clone(),
        };
        Ok(self.0.create_target_group(&new).await?.into())
    }

    async fn update(&self, _: &Address, Change { call, seen, spec, .. }: Change<'_>) -> Result<Answer, CallError> {
        match call {
            MODIFY => {
                self.0.modify_target_group(&seen.id, &check(spec)).await?;
                Ok(Answer::Done)
            }
            ATTRIBUTES => {
                let seconds = spec.maybe_int("deregistration_delay").unwrap_or_default();
                self.0.set_deregistration_delay(&seen.id, seconds).await?;
                Ok(Answer::Done)
            }
            other => Err(unknown_call(other)),
        }
    }

    async fn delete(&self, _: &Address, seen: &Seen, _: &Removal) -> Result<Answer, CallError> {
        self.0.delete_target_group(&seen.id).await?;
        Ok(Answer::Done)
    }

    async fn add_tags(&self, seen: &Seen, tags: &BTreeMap<String, String>) -> Result<(), CallError> {
        Ok(self.0.add_tags(&seen.id, tags).await?)
    }

    async fn remove_tags(&self, seen: &Seen, keys: &[String]) -> Result<(), CallError> {
        Ok(self.0.remove_tags(&seen.id, keys).await?)
    }
}

/// The name that the recorded ARN holds, `…:targetgroup/<name>/<hash>`, or else the computed one.
fn name(at: &Address) -> &str {
    at.recorded.as_deref().and_then(|arn| Arn::of(arn).last_but_one()).unwrap_or(&at.name)
}

/// The whole check: interval and timeout depend on each other, and are never sent apart.
fn check(spec: &Resolved) -> HealthCheck {
    HealthCheck {
        path: spec.maybe_text("path"),
        interval: int(spec, "interval"),
        timeout: int(spec, "timeout"),
        healthy: int(spec, "healthy"),
        unhealthy: int(spec, "unhealthy"),
        matcher: spec.maybe_text("matcher"),
    }
}

fn int(spec: &Resolved, field: &str) -> Option<i32> {
    spec.maybe_int(field).and_then(|number| i32::try_from(number).ok())
}
