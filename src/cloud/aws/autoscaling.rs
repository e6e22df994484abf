//! Application Auto Scaling: how many tasks an ECS service may have, and the policies that choose among them.

use std::collections::BTreeMap;
use std::fmt::Debug;

use async_trait::async_trait;
use aws_sdk_applicationautoscaling::Client;
use aws_sdk_applicationautoscaling::types::{
    MetricType, PolicyType, PredefinedMetricSpecification, ScalableDimension, ScalableTarget as SdkTarget,
    ScalableTargetAction, ScalingPolicy as SdkPolicy, ServiceNamespace, TargetTrackingScalingPolicyConfiguration,
};

use super::connection::Connection;
use super::error::failed;
use super::snapshot::Snapshot;
use crate::base::{CallError, ErrorClass, Freshness, Result};

const TARGETS: &str = "application-autoscaling:DescribeScalableTargets";
const SCHEDULED: &str = "application-autoscaling:DescribeScheduledActions";
const POLICIES: &str = "application-autoscaling:DescribeScalingPolicies";

/// How many tasks a service may have.
#[derive(Debug, Clone)]
pub struct ScalableTarget {
    /// `service/<cluster>/<service>`.
    pub resource: String,
    /// The fewest.
    pub min: i32,
    /// The most.
    pub max: i32,
}

/// A policy that keeps the average CPU use of a service near a target.
#[derive(Debug, Clone)]
pub struct ScalingPolicy {
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// The target in percent; none if the policy is of another sort.
    pub cpu: Option<f64>,
    /// Whether it says nothing else: written anew, it would be the same.
    pub plain: bool,
}

/// Numbers of tasks that a service gets at set times.
#[derive(Debug, Clone)]
pub struct Scheduled {
    /// Its name, unique within the service.
    pub name: String,
    /// The time: `cron(…)`, `rate(…)` or `at(…)`, UTC.
    pub schedule: String,
    /// The fewest tasks from then on.
    pub min: Option<i32>,
    /// The most.
    pub max: Option<i32>,
}

/// The calls that the components make. `resource` is `service/<cluster>/<service>` everywhere.
#[async_trait]
pub trait Autoscaling: Debug + Send + Sync {
    /// The limits of a service.
    async fn target(&self, resource: &str, freshness: Freshness) -> Result<Option<ScalableTarget>>;
    /// Sets them. The count is brought between them at once.
    async fn register(&self, resource: &str, min: i32, max: i32) -> Result<()>;
    /// Removes them and all policies with them.
    async fn deregister(&self, resource: &str) -> Result<()>;
    /// A policy of a service.
    async fn policy(&self, resource: &str, name: &str, freshness: Freshness) -> Result<Option<ScalingPolicy>>;
    /// All policies of a service.
    async fn policies_of(&self, resource: &str) -> Result<Vec<ScalingPolicy>>;
    /// Makes or changes a policy that keeps the average CPU use near a target, in percent.
    async fn put_policy(&self, resource: &str, name: &str, cpu: f64) -> Result<()>;
    /// Removes a policy.
    async fn delete_policy(&self, resource: &str, name: &str) -> Result<()>;
    /// A scheduled action of a service.
    async fn scheduled(&self, resource: &str, name: &str, freshness: Freshness) -> Result<Option<Scheduled>>;
    /// Makes or replaces a scheduled action.
    async fn put_scheduled(&self, resource: &str, action: &Scheduled) -> Result<()>;
    /// Removes a scheduled action.
    async fn delete_scheduled(&self, resource: &str, name: &str) -> Result<()>;
}

/// Application Auto Scaling over the official SDK.
#[derive(Debug)]
pub struct AutoscalingClient {
    client: Client,
    targets: Snapshot<ScalableTarget>,
    policies: Snapshot<ScalingPolicy>,
    scheduled: Snapshot<Scheduled>,
}

impl AutoscalingClient {
    pub(super) fn new(at: &Connection) -> Self {
        Self {
            client: client!(aws_sdk_applicationautoscaling, &at.config, &at.endpoint),
            targets: Snapshot::new(at.window.clone()),
            policies: Snapshot::new(at.window.clone()),
            scheduled: Snapshot::new(at.window.clone()),
        }
    }

    async fn targets(&self, resource: Option<&str>) -> Result<BTreeMap<String, ScalableTarget>> {
        let request = self.client.describe_scalable_targets().service_namespace(ServiceNamespace::Ecs);
        let request = request.scalable_dimension(ScalableDimension::EcsServiceDesiredCount);
        let request = request.set_resource_ids(resource.map(|resource| vec![resource.to_owned()]));
        let mut pages = request.into_paginator().items().send();
        let mut found = BTreeMap::new();
        while let Some(target) = pages.next().await {
            let target = plain_target(target.map_err(failed(TARGETS))?);
            found.insert(target.resource.clone(), target);
        }
        Ok(found)
    }

    async fn all_scheduled(&self, of: Option<(&str, &str)>) -> Result<BTreeMap<String, Scheduled>> {
        let request = self.client.describe_scheduled_actions().service_namespace(ServiceNamespace::Ecs);
        let request = request.scalable_dimension(ScalableDimension::EcsServiceDesiredCount);
        let request = request.set_resource_id(of.map(|(resource, _)| resource.to_owned()));
        let request = request.set_scheduled_action_names(of.map(|(_, name)| vec![name.to_owned()]));
        let mut pages = request.into_paginator().items().send();
        let mut found = BTreeMap::new();
        while let Some(action) = pages.next().await {
            let action = action.map_err(failed(SCHEDULED))?;
            let key = policy_key(&action.resource_id, &action.scheduled_action_name);
            let limits = action.scalable_target_action;
            let limit = |of: fn(&ScalableTargetAction) -> Option<i32>| limits.as_ref().and_then(of);
            let (min, max) = (limit(|limits| limits.min_capacity), limit(|limits| limits.max_capacity));
            found.insert(key, Scheduled { name: action.scheduled_action_name, schedule: action.schedule, min, max });
        }
        Ok(found)
    }

    async fn policies(&self, of: Option<(&str, Option<&str>)>) -> Result<BTreeMap<String, ScalingPolicy>> {
        let request = self.client.describe_scaling_policies().service_namespace(ServiceNamespace::Ecs);
        let request = request.scalable_dimension(ScalableDimension::EcsServiceDesiredCount);
        let request = request.set_resource_id(of.map(|(resource, _)| resource.to_owned()));
        let request = request.set_policy_names(of.and_then(|(_, name)| Some(vec![name?.to_owned()])));
        let mut pages = request.into_paginator().items().send();
        let mut found = BTreeMap::new();
        while let Some(policy) = pages.next().await {
            let policy = policy.map_err(failed(POLICIES))?;
            found.insert(policy_key(&policy.resource_id, &policy.policy_name), plain_policy(policy));
        }
        Ok(found)
    }
}

#[async_trait]
impl Autoscaling for AutoscalingClient {
    async fn target(&self, resource: &str, freshness: Freshness) -> Result<Option<ScalableTarget>> {
        let one = async || Ok(self.targets(Some(resource)).await?.remove(resource));
        self.targets.get(resource, freshness, one, async || self.targets(None).await).await
    }

    async fn register(&self, resource: &str, min: i32, max: i32) -> Result<()> {
        let request = self.client.register_scalable_target().service_namespace(ServiceNamespace::Ecs);
        let request = request.resource_id(resource).scalable_dimension(ScalableDimension::EcsServiceDesiredCount);
        let request = request.min_capacity(min).max_capacity(max);
        request.send().await.map_err(failed("application-autoscaling:RegisterScalableTarget"))?;
        Ok(())
    }

    async fn deregister(&self, resource: &str) -> Result<()> {
        let request = self.client.deregister_scalable_target().service_namespace(ServiceNamespace::Ecs);
        let request = request.resource_id(resource).scalable_dimension(ScalableDimension::EcsServiceDesiredCount);
        request.send().await.map_err(failed("application-autoscaling:DeregisterScalableTarget"))?;
        Ok(())
    }

    async fn policy(&self, resource: &str, name: &str, freshness: Freshness) -> Result<Option<ScalingPolicy>> {
        let key = policy_key(resource, name);
        let one = async || Ok(self.policies(Some((resource, Some(name)))).await?.remove(&key));
        self.policies.get(&key, freshness, one, async || self.policies(None).await).await
    }

    async fn policies_of(&self, resource: &str) -> Result<Vec<ScalingPolicy>> {
        Ok(self.policies(Some((resource, None))).await?.into_values().collect())
    }

    async fn put_policy(&self, resource: &str, name: &str, cpu: f64) -> Result<()> {
        let call = "application-autoscaling:PutScalingPolicy";
        let metric = MetricType::EcsServiceAverageCpuUtilization;
        let metric = PredefinedMetricSpecification::builder().predefined_metric_type(metric).build();
        let tracking = metric.and_then(|metric| {
            let tracking = TargetTrackingScalingPolicyConfiguration::builder().target_value(cpu);
            tracking.predefined_metric_specification(metric).build()
        });
        let tracking = tracking.map_err(|error| CallError {
            call: call.to_owned(),
            code: None,
            message: error.to_string(),
            request_id: None,
            class: ErrorClass::Invalid,
        })?;
        let request = self.client.put_scaling_policy().service_namespace(ServiceNamespace::Ecs);
        let request = request.resource_id(resource).scalable_dimension(ScalableDimension::EcsServiceDesiredCount);
        let request = request.policy_name(name).policy_type(PolicyType::TargetTrackingScaling);
        let request = request.target_tracking_scaling_policy_configuration(tracking);
        request.send().await.map_err(failed(call))?;
        Ok(())
    }

    async fn delete_policy(&self, resource: &str, name: &str) -> Result<()> {
        let request = self.client.delete_scaling_policy().service_namespace(ServiceNamespace::Ecs);
        let request = request.resource_id(resource).scalable_dimension(ScalableDimension::EcsServiceDesiredCount);
        let request = request.policy_name(name);
        request.send().await.map_err(failed("application-autoscaling:DeleteScalingPolicy"))?;
        Ok(())
    }

    async fn scheduled(&self, resource: &str, name: &str, freshness: Freshness) -> Result<Option<Scheduled>> {
        let key = policy_key(resource, name);
        let one = async || Ok(self.all_scheduled(Some((resource, name))).await?.remove(&key));
        self.scheduled.get(&key, freshness, one, async || self.all_scheduled(None).await).await
    }

    async fn put_scheduled(&self, resource: &str, action: &Scheduled) -> Result<()> {
        let limits = ScalableTargetAction::builder().set_min_capacity(action.min).set_max_capacity(action.max).build();
        let request = self.client.put_scheduled_action().service_namespace(ServiceNamespace::Ecs);
        let request = request.resource_id(resource).scalable_dimension(ScalableDimension::EcsServiceDesiredCount);
        let request = request.scheduled_action_name(&action.name).schedule(&action.schedule);
        let request = request.scalable_target_action(limits);
        request.send().await.map_err(failed("application-autoscaling:PutScheduledAction"))?;
        Ok(())
    }

    async fn delete_scheduled(&self, resource: &str, name: &str) -> Result<()> {
        let request = self.client.delete_scheduled_action().service_namespace(ServiceNamespace::Ecs);
        let request = request.resource_id(resource).scalable_dimension(ScalableDimension::EcsServiceDesiredCount);
        let request = request.scheduled_action_name(name);
        request.send().await.map_err(failed("application-autoscaling:DeleteScheduledAction"))?;
        Ok(())
    }
}

fn policy_key(resource: &str, name: &str) -> String {
    format!("{resource} {name}")
}

fn plain_target(target: SdkTarget) -> ScalableTarget {
    ScalableTarget { resource: target.resource_id, min: target.min_capacity, max: target.max_capacity }
}

fn plain_policy(policy: SdkPolicy) -> ScalingPolicy {
    let tracking = policy.target_tracking_scaling_policy_configuration.filter(|tracking| {
        let metric = tracking.predefined_metric_specification.as_ref();
        metric.is_some_and(|metric| metric.predefined_metric_type == MetricType::EcsServiceAverageCpuUtilization)
    });
    let plain = tracking.as_ref().is_some_and(|tracking| {
        let cooldown = tracking.scale_in_cooldown.or(tracking.scale_out_cooldown);
        cooldown.is_none() && tracking.disable_scale_in != Some(true)
    });
    ScalingPolicy {
        arn: policy.policy_arn,
        name: policy.policy_name,
        cpu: tracking.map(|tracking| tracking.target_value),
        plain,
    }
}
