//! Scaling policy: keeps the average use of CPU of a service near a target. Its alarms are its own.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Number, Value as Json, json};

use crate::base::{CallError, Freshness, RESOURCE_TAG};
use crate::cloud::aws::autoscaling::Autoscaling;
use crate::cloud::aws::ecs::Ecs;
use crate::components::autoscaling::scalable_target::{of_service, resource};
use crate::components::shared::unknown_call;
use crate::engine::model::kind::{Field, Kind, NameRule};
use crate::engine::model::spec::Resolved;
use crate::engine::run::component::{Address, Answer, Change, Component, Phase, Removal, Seen};

const PUT: &str = "application-autoscaling:PutScalingPolicy";

/// It belongs to the service it is of, and has a name of ours there.
pub static KIND: Kind = Kind {
    name: "scaling policy",
    names: Some(NameRule::WORD),
    create: Some(PUT),
    delete: Some("application-autoscaling:DeleteScalingPolicy"),
    fields: &[Field::in_place("target", PUT)],
    reads: &["application-autoscaling:DescribeScalingPolicies"],
    also: &["cloudwatch:DeleteAlarms", "cloudwatch:DescribeAlarms", "cloudwatch:PutMetricAlarm"],
    ..Kind::BASE
};

/// The scaling policies of a region.
#[derive(Debug)]
pub struct ScalingPolicy {
    /// Where they are.
    pub autoscaling: Arc<dyn Autoscaling>,
    /// Where their services are.
    pub ecs: Arc<dyn Ecs>,
}

#[async_trait]
impl Component for ScalingPolicy {
    async fn read(&self, at: &Address, freshness: Freshness) -> Result<Option<Seen>, CallError> {
        let found = self.autoscaling.policy(&resource(at), &at.name, freshness).await?;
        let Some(policy) = found else { return Ok(None) };
        Ok(Some(Seen {
            id: policy.name,
            phase: Phase::Ready,
            fields: BTreeMap::from([("target", percent(policy.cpu))]),
            outputs: BTreeMap::new(),
            tags: of_service(self.ecs.as_ref(), at, freshness).await?,
        }))
    }

    async fn create(&self, at: &Address, spec: &Resolved, _: &BTreeMap<String, String>) -> Result<Answer, CallError> {
        let target = spec.0.get("target").and_then(Json::as_f64).unwrap_or_default();
        self.autoscaling.put_policy(&resource(at), &at.name, target).await?;
        Ok(Answer::Seen(Seen {
            id: at.name.clone(),
            phase: Phase::Ready,
            fields: BTreeMap::from([("target", percent(Some(target)))]),
            outputs: BTreeMap::new(),
            tags: BTreeMap::from([(RESOURCE_TAG.to_owned(), at.owner.clone())]),
        }))
    }

    async fn update(&self, at: &Address, Change { call, spec, .. }: Change<'_>) -> Result<Answer, CallError> {
        match call {
            PUT => self.create(at, spec, &BTreeMap::new()).await,
            other => Err(unknown_call(other)),
        }
    }

    async fn delete(&self, at: &Address, _: &Seen, _: &Removal) -> Result<Answer, CallError> {
        self.autoscaling.delete_policy(&resource(at), &at.name).await?;
        Ok(Answer::Done)
    }
}

/// A whole percentage as a whole number: as the configuration writes it.
#[expect(clippy::cast_possible_truncation, reason = "a percentage, and whole")]
fn percent(target: Option<f64>) -> Json {
    match target {
        Some(target) if target.fract() == 0.0 => json!(target as i64),
        Some(target) => Number::from_f64(target).map_or(Json::Null, Json::Number),
        None => Json::Null,
    }
}
