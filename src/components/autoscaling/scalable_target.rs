//! Scalable target: how many tasks a service may have. The number between belongs to the policies.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Value as Json, json};

use crate::base::{CallError, Freshness, RESOURCE_TAG};
use crate::cloud::aws::autoscaling::Autoscaling;
use crate::cloud::aws::ecs::Ecs;
use crate::components::shared::unknown_call;
use crate::engine::model::kind::{Field, Kind};
use crate::engine::model::spec::Resolved;
use crate::engine::run::component::{Address, Answer, Change, Component, Phase, Removal, Seen};

const REGISTER: &str = "application-autoscaling:RegisterScalableTarget";

/// It belongs to the service it is of, and to whom that belongs. Deregistering it takes its policies along.
pub static KIND: Kind = Kind {
    name: "scalable target",
    named: false,
    create: Some(REGISTER),
    delete: Some("application-autoscaling:DeregisterScalableTarget"),
    fields: &[Field::in_place("min", REGISTER), Field::in_place("max", REGISTER)],
    reads: &["application-autoscaling:DescribeScalableTargets"],
    also: &["ecs:DescribeServices", "ecs:UpdateService", "iam:CreateServiceLinkedRole"],
    ..Kind::BASE
};

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
        let fields = BTreeMap::from([("min", json!(target.min)), ("max", json!(target.max))]);
        Ok(Some(Seen {
            id: target.resource,
            phase: Phase::Ready,
            fields,
            outputs: BTreeMap::new(),
            tags: of_service(self.ecs.as_ref(), at, freshness).await?,
        }))
    }

    async fn create(&self, at: &Address, spec: &Resolved, _: &BTreeMap<String, String>) -> Result<Answer, CallError> {
        self.register(at, spec, None).await
    }

    async fn update(&self, at: &Address, Change { call, seen, spec, .. }: Change<'_>) -> Result<Answer, CallError> {
        match call {
            REGISTER => self.register(at, spec, Some(seen)).await,
            other => Err(unknown_call(other)),
        }
    }

    async fn delete(&self, at: &Address, _: &Seen, _: &Removal) -> Result<Answer, CallError> {
        self.autoscaling.deregister(&resource(at)).await?;
        Ok(Answer::Done)
    }
}

impl ScalableTarget {
    async fn register(&self, at: &Address, spec: &Resolved, seen: Option<&Seen>) -> Result<Answer, CallError> {
        let number = |field: &str| {
            let live = || seen.and_then(|seen| seen.fields.get(field)).and_then(Json::as_i64);
            spec.maybe_int(field).or_else(live).and_then(|count| i32::try_from(count).ok()).unwrap_or(1)
        };
        let (min, max) = (number("min"), number("max"));
        self.autoscaling.register(&resource(at), min, max).await?;
        Ok(Answer::Seen(Seen {
            id: resource(at),
            phase: Phase::Ready,
            fields: BTreeMap::from([("min", json!(min)), ("max", json!(max))]),
            outputs: BTreeMap::new(),
            tags: BTreeMap::from([(RESOURCE_TAG.to_owned(), at.owner.clone())]),
        }))
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
