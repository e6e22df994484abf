//! Scalable target: how many tasks a service may have. The number between belongs to the policies.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value as Json;

use crate::base::{CallError, Freshness, RESOURCE_TAG};
use crate::cloud::aws::autoscaling::Autoscaling;
use crate::cloud::aws::ecs::{Ecs, Service};
use crate::engine::model::fields::{FieldName, Fields};
use crate::engine::model::kind::Kind;
use crate::engine::model::manual::Manual;
use crate::engine::model::spec::Resolved;
use crate::engine::run::component::{Address, Answer, Change, Component, DeleteOptions, Phase, Seen};

/// The number of tasks that the service is set to, as an output.
const TASKS: &str = "tasks";

const REGISTER: &str = "application-autoscaling:RegisterScalableTarget";

/// It belongs to the service it is of, and to whom that belongs. Deregistering it takes its policies along.
pub static KIND: Kind = Kind {
    name: "scalable target",
    named: false,
    create: Some(REGISTER),
    delete: Some("application-autoscaling:DeregisterScalableTarget"),
    fields: ScalableTargetFields::FIELDS,
    read_permissions: &["application-autoscaling:DescribeScalableTargets"],
    extra_permissions: &["ecs:DescribeServices", "ecs:UpdateService", "iam:CreateServiceLinkedRole"],
    manual,
    ..Kind::BASE
};

/// Its policies go with it.
fn manual(at: &Manual<'_>) -> Vec<String> {
    vec![format!(
        "aws application-autoscaling deregister-scalable-target --region {} --service-namespace ecs \
         --scalable-dimension ecs:service:DesiredCount --resource-id service/{}",
        at.place,
        at.within.join("/")
    )]
}

/// The fields of a scalable target.
#[derive(Debug, Default, Fields)]
pub struct ScalableTargetFields {
    /// Fewest tasks.
    #[field(in_place(REGISTER))]
    min: Option<i32>,
    /// Most tasks.
    #[field(in_place(REGISTER))]
    max: Option<i32>,
}

/// The scalable targets of a region.
#[derive(Debug)]
pub struct ScalableTarget {
    /// Where they are.
    pub autoscaling: Arc<dyn Autoscaling>,
    /// Where their services are.
    pub ecs: Arc<dyn Ecs>,
}

#[async_trait]
impl Component for ScalableTarget {
    async fn read(&self, at: &Address, freshness: Freshness) -> Result<Option<Seen>, CallError> {
        let Some(target) = self.autoscaling.target(&resource(at), freshness).await? else { return Ok(None) };
        let fields = ScalableTargetFields { min: Some(target.min), max: Some(target.max) };
        let service = service(self.ecs.as_ref(), at, freshness).await?;
        let tasks = service.as_ref().and_then(|service| service.shape.count);
        let tags = service.map(|service| service.tags).unwrap_or_default();
        Ok(Some(Seen::of(target.resource, &fields, tags).telling(TASKS, tasks)))
    }

    async fn create(&self, at: &Address, spec: &Resolved, _: &BTreeMap<String, String>) -> Result<Answer, CallError> {
        self.register(at, ScalableTargetFields::decode(spec)?).await
    }

    /// It moves the number of tasks between the new limits, which is waited for.
    async fn update(&self, at: &Address, change: Change<'_>) -> Result<Answer, CallError> {
        self.register(at, change.whole()?).await?;
        Ok(Answer::Begun)
    }

    /// <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html>
    fn settled(&self, seen: &Seen, _: &Resolved, fields: &[String]) -> Phase {
        let number = |value: Option<&Json>| value.and_then(Json::as_i64);
        let limit = |field: FieldName<Option<i32>>| number(seen.fields.get(field.text()));
        match (number(seen.outputs.get(TASKS)), limit(ScalableTargetFields::MIN), limit(ScalableTargetFields::MAX)) {
            (Some(tasks), Some(min), Some(max)) if !fields.is_empty() && !(min..=max).contains(&tasks) => {
                Phase::Pending(format!("{tasks} tasks, and {min} to {max} are allowed"))
            }
            _ => seen.phase.clone(),
        }
    }

    async fn delete(&self, at: &Address, _: &Seen, _: &DeleteOptions) -> Result<Answer, CallError> {
        self.autoscaling.deregister(&resource(at)).await?;
        Ok(Answer::Done)
    }
}

impl ScalableTarget {
    async fn register(&self, at: &Address, limits: ScalableTargetFields) -> Result<Answer, CallError> {
        let (min, max) = (limits.min.unwrap_or(1), limits.max.unwrap_or(1));
        self.autoscaling.register(&resource(at), min, max).await?;
        let fields = ScalableTargetFields { min: Some(min), max: Some(max) };
        let tags = BTreeMap::from([(RESOURCE_TAG.to_owned(), at.owner.clone())]);
        Ok(Answer::Seen(Seen::of(resource(at), &fields, tags)))
    }
}

/// The tags of the service that a target is of. A target whose service is gone names no owner.
pub async fn of_service(
    ecs: &dyn Ecs,
    at: &Address,
    freshness: Freshness,
) -> Result<BTreeMap<String, String>, CallError> {
    Ok(service(ecs, at, freshness).await?.map(|service| service.tags).unwrap_or_default())
}

/// The service that a target is of.
async fn service(ecs: &dyn Ecs, at: &Address, freshness: Freshness) -> Result<Option<Service>, CallError> {
    let [cluster, service] = &at.within[..] else { return Ok(None) };
    ecs.service(cluster, service, freshness).await
}

/// `service/<cluster>/<service>`.
pub fn resource(at: &Address) -> String {
    format!("service/{}", at.within.join("/"))
}
