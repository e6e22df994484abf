//! Scaling policy: keeps the average use of CPU of a service near a target. Its alarms are its own.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize, Serializer};

use crate::base::{CallError, Freshness, RESOURCE_TAG};
use crate::cloud::aws::autoscaling::Autoscaling;
use crate::cloud::aws::ecs::Ecs;
use crate::components::autoscaling::scalable_target::{of_service, resource};
use crate::engine::model::fields::Fields;
use crate::engine::model::kind::{Kind, NameRule};
use crate::engine::model::spec::Resolved;
use crate::engine::run::component::{Address, Answer, Change, Component, DeleteOptions, Seen};

const PUT: &str = "application-autoscaling:PutScalingPolicy";

/// It belongs to the service it is of, and has a name of ours there.
pub static KIND: Kind = Kind {
    name: "scaling policy",
    names: Some(NameRule::WORD),
    create: Some(PUT),
    delete: Some("application-autoscaling:DeleteScalingPolicy"),
    fields: ScalingPolicyFields::FIELDS,
    read_permissions: &["application-autoscaling:DescribeScalingPolicies"],
    extra_permissions: &["cloudwatch:DeleteAlarms", "cloudwatch:DescribeAlarms", "cloudwatch:PutMetricAlarm"],
    ..Kind::BASE
};

/// The fields of a scaling policy.
#[derive(Debug, Default, Fields)]
pub struct ScalingPolicyFields {
    /// Average use of CPU to keep; none if the policy is of another sort.
    #[field(in_place(PUT))]
    target: Option<Percent>,
}

/// A percentage; a whole one is written as the configuration writes it.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(transparent)]
pub struct Percent(f64);

impl Serialize for Percent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[expect(clippy::cast_possible_truncation, reason = "a percentage, and whole")]
        if self.0.fract() == 0.0 { serializer.serialize_i64(self.0 as i64) } else { serializer.serialize_f64(self.0) }
    }
}

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
        let fields = ScalingPolicyFields { target: policy.cpu.map(Percent) };
        let tags = of_service(self.ecs.as_ref(), at, freshness).await?;
        Ok(Some(Seen::of(policy.name, &fields, tags)))
    }

    async fn create(&self, at: &Address, spec: &Resolved, _: &BTreeMap<String, String>) -> Result<Answer, CallError> {
        let target = ScalingPolicyFields::decode(spec)?.target.unwrap_or_default();
        self.autoscaling.put_policy(&resource(at), &at.name, target.0).await?;
        let fields = ScalingPolicyFields { target: Some(target) };
        let tags = BTreeMap::from([(RESOURCE_TAG.to_owned(), at.owner.clone())]);
        Ok(Answer::Seen(Seen::of(at.name.clone(), &fields, tags)))
    }

    async fn update(&self, at: &Address, change: Change<'_>) -> Result<Answer, CallError> {
        self.create(at, change.spec, &BTreeMap::new()).await
    }

    async fn delete(&self, at: &Address, _: &Seen, _: &DeleteOptions) -> Result<Answer, CallError> {
        self.autoscaling.delete_policy(&resource(at), &at.name).await?;
        Ok(Answer::Done)
    }
}
