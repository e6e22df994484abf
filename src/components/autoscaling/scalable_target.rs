//! Scalable target: how many tasks a service may have. The number between belongs to the policies.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;

use crate::base::{CallError, Freshness, RESOURCE_TAG};
use crate::cloud::aws::autoscaling::Autoscaling;
use crate::cloud::aws::ecs::Ecs;
use crate::engine::model::fields::Fields;
use crate::engine::model::kind::Kind;
use crate::engine::model::manual::Manual;
use crate::engine::model::spec::Resolved;
use crate::engine::run::component::{Address, Answer, Change, Component, DeleteOptions, Seen};

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
        let tags = of_service(self.ecs.as_ref(), at, freshness).await?;
        Ok(Some(Seen::of(target.resource, &fields, tags)))
    }

    async fn create(&self, at: &Address, spec: &Resolved, _: &BTreeMap<String, String>) -> Result<Answer, CallError> {
        self.register(at, ScalableTargetFields::decode(spec)?).await
    }

    async fn update(&self, at: &Address, change: Change<'_>) -> Result<Answer, CallError> {
        self.register(at, change.whole()?).await
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
    let [cluster, service] = &at.within[..] else { return Ok(BTreeMap::new()) };
    Ok(ecs.service(cluster, service, freshness).await?.map(|service| service.tags).unwrap_or_default())
}

/// `service/<cluster>/<service>`.
pub fn resource(at: &Address) -> String {
    format!("service/{}", at.within.join("/"))
}
