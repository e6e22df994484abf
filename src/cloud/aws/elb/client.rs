//! Elastic Load Balancing over the official SDK.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use aws_sdk_elasticloadbalancingv2::Client;
use aws_sdk_elasticloadbalancingv2::types::{
    LoadBalancerAttribute, LoadBalancerSchemeEnum, LoadBalancerTypeEnum, Matcher, ProtocolEnum, TargetGroupAttribute,
    TargetTypeEnum,
};

use super::convert::{
    LISTENERS, LOAD_BALANCERS, TARGET_GROUPS, listener, load_balancer, plain_tags, reception, sdk_tags, target_group,
};
use super::{Elb, HealthCheck, Listener, LoadBalancer, NewLoadBalancer, NewTargetGroup, Reception, TargetGroup};
use crate::base::{CallError, Freshness, RESOURCE_TAG, Result};
use crate::cloud::aws::connection::Connection;
use crate::cloud::aws::error::failed;
use crate::cloud::aws::snapshot::Snapshot;
use crate::cloud::aws::tagging::{TaggingClient, TagsByArn};

/// The attribute that holds how long a target that was taken out gets to finish.
const DELAY: &str = "deregistration_delay.timeout_seconds";

/// The most ARNs that one describe is given.
const ARNS_A_CALL: usize = 20;

/// Elastic Load Balancing over the official SDK.
#[derive(Debug)]
pub struct ElbClient {
    client: Client,
    tagging: TaggingClient,
    load_balancers: Snapshot<LoadBalancer>,
    target_groups: Snapshot<TargetGroup>,
    listeners: Snapshot<Listener>,
}

impl ElbClient {
    pub(in crate::cloud::aws) fn new(at: &Connection) -> Self {
        Self {
            client: client!(aws_sdk_elasticloadbalancingv2, &at.config, &at.endpoint),
            tagging: TaggingClient::new(at),
            load_balancers: Snapshot::new(at.window.clone()),
            target_groups: Snapshot::new(at.window.clone()),
            listeners: Snapshot::new(at.window.clone()),
        }
    }

    async fn load_balancers(&self, name: Option<&str>) -> Result<Vec<LoadBalancer>> {
        let names = name.map(|name| vec![name.to_owned()]);
        let request = self.client.describe_load_balancers().set_names(names);
        let mut pages = request.into_paginator().items().send();
        let mut found = vec![];
        while let Some(balancer) = pages.next().await {
            let balancer = balancer.map_err(failed(LOAD_BALANCERS))?;
            // Network and gateway load balancers have other fields, and are not ours.
            if balancer.r#type == Some(LoadBalancerTypeEnum::Application) {
                found.push(load_balancer(&balancer)?);
            }
        }
        Ok(found)
    }

    async fn target_groups(&self, name: Option<&str>) -> Result<Vec<TargetGroup>> {
        let names = name.map(|name| vec![name.to_owned()]);
        let request = self.client.describe_target_groups().set_names(names);
        let mut pages = request.into_paginator().items().send();
        let mut found = vec![];
        while let Some(group) = pages.next().await {
            found.push(target_group(&group.map_err(failed(TARGET_GROUPS))?)?);
        }
        Ok(found)
    }

    async fn listeners_of(&self, load_balancer: &str) -> Result<Vec<Listener>> {
        let request = self.client.describe_listeners().load_balancer_arn(load_balancer);
        let mut pages = request.into_paginator().items().send();
        let mut found = vec![];
        while let Some(one) = pages.next().await {
            found.push(listener(&one.map_err(failed(LISTENERS))?)?);
        }
        Ok(found)
    }

    /// The tags of one object; `None` if it is gone by now.
    async fn tags(&self, arn: &str) -> Result<Option<BTreeMap<String, String>>> {
        let asked = self.client.describe_tags().resource_arns(arn).send().await;
        let answer = CallError::found(asked.map_err(failed("elasticloadbalancing:DescribeTags")))?;
        let one = |answer: &[_]| {
            answer.first().map(|one: &aws_sdk_elasticloadbalancingv2::types::TagDescription| plain_tags(one.tags()))
        };
        Ok(answer.and_then(|answer| one(answer.tag_descriptions())))
    }

    async fn index(&self, kind: &str) -> Result<TagsByArn> {
        self.tagging.tagged(RESOURCE_TAG, &[kind]).await
    }
}

#[async_trait]
impl Elb for ElbClient {
    async fn load_balancer(&self, name: &str, freshness: Freshness) -> Result<Option<LoadBalancer>> {
        let one = async || {
            let found = CallError::found(self.load_balancers(Some(name)).await)?.and_then(|all| all.into_iter().next());
            let Some(balancer) = found else { return Ok(None) };
            Ok(self.tags(&balancer.arn).await?.map(|tags| LoadBalancer { tags, ..balancer }))
        };
        let all = async || {
            let mut tags = self.index("elasticloadbalancing:loadbalancer").await?;
            let ours = self.load_balancers(None).await?.into_iter().filter_map(|balancer| {
                let tags = tags.remove(&balancer.arn)?;
                Some((balancer.name.clone(), LoadBalancer { tags, ..balancer }))
            });
            Ok(ours.collect())
        };
        self.load_balancers.get(name, freshness, one, all).await
    }

    async fn create_load_balancer(&self, new: &NewLoadBalancer) -> Result<()> {
        let request = self.client.create_load_balancer().name(&new.name).set_subnets(Some(new.subnets.clone()));
        let request = request.security_groups(&new.security_group).set_tags(Some(sdk_tags(&new.tags)));
        let request = request.r#type(LoadBalancerTypeEnum::Application).scheme(LoadBalancerSchemeEnum::InternetFacing);
        request.send().await.map_err(failed("elasticloadbalancing:CreateLoadBalancer"))?;
        Ok(())
    }

    async fn set_security_groups(&self, arn: &str, groups: &BTreeSet<String>) -> Result<()> {
        let request = self.client.set_security_groups().load_balancer_arn(arn);
        let request = request.set_security_groups(Some(groups.iter().cloned().collect()));
        request.send().await.map_err(failed("elasticloadbalancing:SetSecurityGroups"))?;
        Ok(())
    }

    async fn load_balancer_attributes(&self, arn: &str) -> Result<Option<BTreeMap<String, String>>> {
        let asked = self.client.describe_load_balancer_attributes().load_balancer_arn(arn).send().await;
        let answer = CallError::found(asked.map_err(failed("elasticloadbalancing:DescribeLoadBalancerAttributes")))?;
        let pairs = |found: Vec<LoadBalancerAttribute>| {
            found.into_iter().filter_map(|one| Some((one.key?, one.value.unwrap_or_default()))).collect()
        };
        Ok(answer.map(|answer| pairs(answer.attributes.unwrap_or_default())))
    }

    async fn set_load_balancer_attributes(&self, arn: &str, attributes: &BTreeMap<&str, String>) -> Result<()> {
        let one = |(key, value): (&&str, &String)| LoadBalancerAttribute::builder().key(*key).value(value).build();
        let request = self.client.modify_load_balancer_attributes().load_balancer_arn(arn);
        let request = request.set_attributes(Some(attributes.iter().map(one).collect()));
        request.send().await.map_err(failed("elasticloadbalancing:ModifyLoadBalancerAttributes"))?;
        Ok(())
    }

    async fn delete_load_balancer(&self, arn: &str) -> Result<()> {
        let request = self.client.delete_load_balancer().load_balancer_arn(arn);
        request.send().await.map_err(failed("elasticloadbalancing:DeleteLoadBalancer"))?;
        Ok(())
    }

    async fn target_group(&self, name: &str, freshness: Freshness) -> Result<Option<TargetGroup>> {
        let one = async || {
            let found = CallError::found(self.target_groups(Some(name)).await)?.and_then(|all| all.into_iter().next());
            let Some(group) = found else { return Ok(None) };
            Ok(self.tags(&group.arn).await?.map(|tags| TargetGroup { tags, ..group }))
        };
        let all = async || {
            let mut tags = self.index("elasticloadbalancing:targetgroup").await?;
            let ours = self.target_groups(None).await?.into_iter().filter_map(|group| {
                let tags = tags.remove(&group.arn)?;
                Some((group.name.clone(), TargetGroup { tags, ..group }))
            });
            Ok(ours.collect())
        };
        self.target_groups.get(name, freshness, one, all).await
    }

    async fn create_target_group(&self, new: &NewTargetGroup) -> Result<()> {
        let check = &new.check;
        let request = self.client.create_target_group().name(&new.name).vpc_id(&new.vpc).port(new.port);
        let request = request.protocol(ProtocolEnum::Http).target_type(TargetTypeEnum::Ip);
        let request = request.set_tags(Some(sdk_tags(&new.tags))).set_health_check_path(check.path.clone());
        let request = request.set_health_check_interval_seconds(check.interval);
        let request = request.set_health_check_timeout_seconds(check.timeout);
        let request = request.set_healthy_threshold_count(check.healthy);
        let request = request.set_unhealthy_threshold_count(check.unhealthy);
        let request = request.set_matcher(matcher(check));
        request.send().await.map_err(failed("elasticloadbalancing:CreateTargetGroup"))?;
        Ok(())
    }

    async fn modify_target_group(&self, arn: &str, check: &HealthCheck) -> Result<()> {
        let request = self.client.modify_target_group().target_group_arn(arn);
        let request = request.set_health_check_path(check.path.clone());
        let request = request.set_health_check_interval_seconds(check.interval);
        let request = request.set_health_check_timeout_seconds(check.timeout);
        let request = request.set_healthy_threshold_count(check.healthy);
        let request = request.set_unhealthy_threshold_count(check.unhealthy);
        let request = request.set_matcher(matcher(check));
        request.send().await.map_err(failed("elasticloadbalancing:ModifyTargetGroup"))?;
        Ok(())
    }

    async fn deregistration_delay(&self, arn: &str) -> Result<Option<i64>> {
        let asked = self.client.describe_target_group_attributes().target_group_arn(arn).send().await;
        let answer = CallError::found(asked.map_err(failed("elasticloadbalancing:DescribeTargetGroupAttributes")))?;
        let attributes = answer.and_then(|answer| answer.attributes).unwrap_or_default();
        let delay = attributes.into_iter().find(|attribute| attribute.key.as_deref() == Some(DELAY));
        Ok(delay.and_then(|delay| delay.value?.parse().ok()))
    }

    async fn set_deregistration_delay(&self, arn: &str, seconds: i64) -> Result<()> {
        let delay = TargetGroupAttribute::builder().key(DELAY).value(seconds.to_string()).build();
        let request = self.client.modify_target_group_attributes().target_group_arn(arn).attributes(delay);
        request.send().await.map_err(failed("elasticloadbalancing:ModifyTargetGroupAttributes"))?;
        Ok(())
    }

    async fn delete_target_group(&self, arn: &str) -> Result<()> {
        let request = self.client.delete_target_group().target_group_arn(arn);
        request.send().await.map_err(failed("elasticloadbalancing:DeleteTargetGroup"))?;
        Ok(())
    }

    async fn listener(&self, load_balancer: &str, port: u16, freshness: Freshness) -> Result<Option<Listener>> {
        let one = async || {
            let found = CallError::found(self.listeners_of(load_balancer).await)?.unwrap_or_default();
            let Some(one) = found.into_iter().find(|one| one.port == port) else { return Ok(None) };
            Ok(self.tags(&one.arn).await?.map(|tags| Listener { tags, ..one }))
        };
        let all = async || {
            let mut tags = self.index("elasticloadbalancing:listener").await?;
            let arns: Vec<String> = tags.keys().cloned().collect();
            let mut ours = BTreeMap::new();
            for chunk in arns.chunks(ARNS_A_CALL) {
                let request = self.client.describe_listeners().set_listener_arns(Some(chunk.to_vec()));
                let asked = request.send().await.map_err(failed(LISTENERS));
                // The index may still name one that is gone, and then none of its company is told of: they are asked for
                // one by one.
                let Some(answer) = CallError::found(asked)? else { continue };
                for found in answer.listeners() {
                    let found = listener(found)?;
                    let tags = tags.remove(&found.arn).unwrap_or_default();
                    ours.insert(key(&found.load_balancer, found.port), Listener { tags, ..found });
                }
            }
            Ok(ours)
        };
        self.listeners.get(&key(load_balancer, port), freshness, one, all).await
    }

    async fn create_listener(
        &self,
        load_balancer: &str,
        port: u16,
        wanted: &Reception,
        tags: &BTreeMap<String, String>,
    ) -> Result<()> {
        let (protocol, policy, certificates, action) = reception(wanted);
        let request = self.client.create_listener().load_balancer_arn(load_balancer).port(port.into());
        let request = request.protocol(protocol).set_ssl_policy(policy).set_certificates(certificates);
        let request = request.default_actions(action).set_tags(Some(sdk_tags(tags)));
        request.send().await.map_err(failed("elasticloadbalancing:CreateListener"))?;
        Ok(())
    }

    async fn modify_listener(&self, arn: &str, wanted: &Reception) -> Result<()> {
        let (protocol, policy, certificates, action) = reception(wanted);
        let request = self.client.modify_listener().listener_arn(arn).protocol(protocol);
        let request = request.set_ssl_policy(policy).set_certificates(certificates).default_actions(action);
        request.send().await.map_err(failed("elasticloadbalancing:ModifyListener"))?;
        Ok(())
    }

    async fn delete_listener(&self, arn: &str) -> Result<()> {
        let request = self.client.delete_listener().listener_arn(arn);
        request.send().await.map_err(failed("elasticloadbalancing:DeleteListener"))?;
        Ok(())
    }

    async fn add_tags(&self, arn: &str, tags: &BTreeMap<String, String>) -> Result<()> {
        let request = self.client.add_tags().resource_arns(arn).set_tags(Some(sdk_tags(tags)));
        request.send().await.map_err(failed("elasticloadbalancing:AddTags"))?;
        Ok(())
    }

    async fn remove_tags(&self, arn: &str, keys: &[String]) -> Result<()> {
        let request = self.client.remove_tags().resource_arns(arn).set_tag_keys(Some(keys.to_vec()));
        request.send().await.map_err(failed("elasticloadbalancing:RemoveTags"))?;
        Ok(())
    }
}

fn key(load_balancer: &str, port: u16) -> String {
    format!("{load_balancer} {port}")
}

fn matcher(check: &HealthCheck) -> Option<Matcher> {
    check.matcher.as_ref().map(|codes| Matcher::builder().http_code(codes).build())
}
