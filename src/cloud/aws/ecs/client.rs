//! ECS over the official SDK.

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_ecs::Client;
use aws_sdk_ecs::types::{
    AssignPublicIp, AwsVpcConfiguration, ClusterField, Compatibility, ContainerDefinition, DeploymentCircuitBreaker,
    DeploymentConfiguration, DesiredStatus, KeyValuePair, LaunchType, LoadBalancer, LogConfiguration, LogDriver,
    NetworkConfiguration, NetworkMode, PortMapping, PropagateTags, Secret, ServiceDeploymentBrief, ServiceField,
    SortOrder, TaskDefinitionField, TaskDefinitionStatus, TransportProtocol,
};
use tokio::sync::Mutex;

use super::convert::{plain_cluster, plain_deployment, plain_revision, plain_service, plain_task, sdk_tags};
use super::{
    Cluster, Deployment, Ecs, NewService, Service, ServiceShape, StoppedTask, Target, TaskDefinition, TaskShape,
};
use crate::cloud::aws::error::failed;
use crate::cloud::aws::snapshot::{Era, Snapshot};
use crate::cloud::{Error, Freshness, Result};

/// The most services that one DescribeServices takes, and clusters that one DescribeClusters takes.
const SERVICES: usize = 10;
const CLUSTERS: usize = 100;
/// The most deployments in one page.
const DEPLOYMENTS: i32 = 100;

/// ECS over the official SDK.
#[derive(Debug)]
pub struct EcsClient {
    client: Client,
    clusters: Snapshot<Cluster>,
    /// A snapshot for every cluster.
    services: Mutex<BTreeMap<String, std::sync::Arc<Snapshot<Service>>>>,
    /// The task definitions of service revisions, which never change.
    revisions: Mutex<BTreeMap<String, String>>,
    era: Era,
}

impl EcsClient {
    pub(in crate::cloud::aws) fn new(config: &SdkConfig, endpoint: Option<String>, era: &Era) -> Self {
        Self {
            client: client!(aws_sdk_ecs, config, endpoint),
            clusters: Snapshot::new(era.clone()),
            services: Mutex::default(),
            revisions: Mutex::default(),
            era: era.clone(),
        }
    }

    async fn clusters(&self, names: Vec<String>) -> Result<Vec<Cluster>> {
        let request = self.client.describe_clusters().set_clusters(Some(names)).include(ClusterField::Tags);
        let answer = request.send().await.map_err(failed("ecs:DescribeClusters"))?;
        let found = answer.clusters.unwrap_or_default().into_iter().map(plain_cluster);
        Ok(found.filter(|cluster| cluster.status != "INACTIVE" && cluster.status != "DEPROVISIONING").collect())
    }

    async fn all_clusters(&self) -> Result<BTreeMap<String, Cluster>> {
        let mut pages = self.client.list_clusters().into_paginator().items().send();
        let mut arns = vec![];
        while let Some(arn) = pages.next().await {
            arns.push(arn.map_err(failed("ecs:ListClusters"))?);
        }
        let mut found = BTreeMap::new();
        for chunk in arns.chunks(CLUSTERS) {
            found.extend(
                self.clusters(chunk.to_vec()).await?.into_iter().map(|cluster| (cluster.name.clone(), cluster)),
            );
        }
        Ok(found)
    }

    async fn services(&self, cluster: &str, names: Vec<String>) -> Result<Vec<Service>> {
        let request = self.client.describe_services().cluster(cluster).set_services(Some(names));
        let answer = request.include(ServiceField::Tags).send().await.map_err(failed("ecs:DescribeServices"))?;
        Ok(answer.services.unwrap_or_default().into_iter().map(plain_service).collect())
    }

    async fn all_services(&self, cluster: &str) -> Result<BTreeMap<String, Service>> {
        let request = self.client.list_services().cluster(cluster).max_results(100);
        let mut pages = request.into_paginator().items().send();
        let mut arns = vec![];
        while let Some(arn) = pages.next().await {
            arns.push(arn.map_err(failed("ecs:ListServices"))?);
        }
        let chunks = arns.chunks(SERVICES).map(|chunk| self.services(cluster, chunk.to_vec()));
        let found = futures::future::try_join_all(chunks).await?.into_iter().flatten();
        let named = |service: Service| (service.arn.rsplit('/').next().unwrap_or_default().to_owned(), service);
        Ok(found.filter(|service| service.status != "INACTIVE").map(named).collect())
    }

    /// The newest of a service's deployments. In which order they are listed is not documented.
    async fn latest_deployment(&self, cluster: &str, service: &str) -> Result<Option<ServiceDeploymentBrief>> {
        let mut latest: Option<ServiceDeploymentBrief> = None;
        let mut next = None;
        loop {
            let request = self.client.list_service_deployments().cluster(cluster).service(service);
            let request = request.max_results(DEPLOYMENTS).set_next_token(next);
            let answer = request.send().await.map_err(failed("ecs:ListServiceDeployments"))?;
            let page = answer.service_deployments.unwrap_or_default();
            latest = latest.into_iter().chain(page).max_by_key(|brief| brief.created_at);
            next = answer.next_token;
            if next.is_none() {
                return Ok(latest);
            }
        }
    }

    /// The task definition of a service revision.
    async fn revised(&self, revision: Option<&str>) -> Result<Option<String>> {
        let Some(revision) = revision else { return Ok(None) };
        if let Some(known) = self.revisions.lock().await.get(revision) {
            return Ok(Some(known.clone()));
        }
        let request = self.client.describe_service_revisions().service_revision_arns(revision);
        let answer = request.send().await.map_err(failed("ecs:DescribeServiceRevisions"))?;
        let found = answer.service_revisions().iter().find_map(|revision| revision.task_definition.clone());
        if let Some(arn) = &found {
            self.revisions.lock().await.insert(revision.to_owned(), arn.clone());
        }
        Ok(found)
    }
}

#[async_trait]
impl Ecs for EcsClient {
    async fn cluster(&self, name: &str, freshness: Freshness) -> Result<Option<Cluster>> {
        let one = async || Ok(self.clusters(vec![name.to_owned()]).await?.into_iter().next());
        let all = async || self.all_clusters().await;
        self.clusters.get(name, freshness, one, all).await
    }

    async fn create_cluster(&self, name: &str, tags: &BTreeMap<String, String>) -> Result<()> {
        let request = self.client.create_cluster().cluster_name(name).set_tags(Some(sdk_tags(tags)));
        request.send().await.map_err(failed("ecs:CreateCluster"))?;
        Ok(())
    }

    async fn delete_cluster(&self, name: &str) -> Result<()> {
        self.client.delete_cluster().cluster(name).send().await.map_err(failed("ecs:DeleteCluster"))?;
        Ok(())
    }

    async fn task_definition(&self, arn: &str) -> Result<Option<TaskDefinition>> {
        let request = self.client.describe_task_definition().task_definition(arn).include(TaskDefinitionField::Tags);
        let found = Error::found(request.send().await.map_err(failed("ecs:DescribeTaskDefinition")))?;
        Ok(found.and_then(|answer| Some(plain_revision(answer.task_definition.clone()?, answer.tags()))))
    }

    async fn revisions(&self, family: &str, active: bool) -> Result<Vec<String>> {
        let status = if active { TaskDefinitionStatus::Active } else { TaskDefinitionStatus::Inactive };
        let request = self.client.list_task_definitions().family_prefix(family).status(status);
        let mut pages = request.sort(SortOrder::Desc).into_paginator().items().send();
        let mut found = vec![];
        while let Some(arn) = pages.next().await {
            let arn = arn.map_err(failed("ecs:ListTaskDefinitions"))?;
            // The prefix also meets families whose names go on.
            let named = arn.rsplit('/').next().and_then(|last| last.rsplit_once(':'));
            if named.is_some_and(|(of, _)| of == family) {
                found.push(arn);
            }
        }
        Ok(found)
    }

    async fn register(&self, family: &str, shape: &TaskShape, tags: &BTreeMap<String, String>) -> Result<String> {
        let call = "ecs:RegisterTaskDefinition";
        let pair = |(name, value): (&String, &String)| KeyValuePair::builder().name(name).value(value).build();
        let invalid = |problem: aws_sdk_ecs::error::BuildError| Error::incomplete(call, &problem.to_string());
        let secret = |(name, from): (&String, &String)| Secret::builder().name(name).value_from(from).build();
        let secrets: Vec<Secret> =
            shape.secrets.iter().map(secret).collect::<std::result::Result<_, _>>().map_err(invalid)?;
        let logs = LogConfiguration::builder()
            .log_driver(LogDriver::Awslogs)
            .set_options(Some(shape.logs.clone().into_iter().collect()))
            .build()
            .map_err(invalid)?;
        let port = |port| PortMapping::builder().container_port(port).protocol(TransportProtocol::Tcp).build();
        let container = ContainerDefinition::builder()
            .name(&shape.container)
            .image(&shape.image)
            .essential(true)
            .set_port_mappings(shape.port.map(|number| vec![port(number)]))
            .set_environment(Some(shape.env.iter().map(pair).collect()))
            .set_secrets(Some(secrets))
            .log_configuration(logs)
            .build();
        let request = self
            .client
            .register_task_definition()
            .family(family)
            .requires_compatibilities(Compatibility::Fargate)
            .network_mode(NetworkMode::Awsvpc)
            .cpu(&shape.cpu)
            .memory(&shape.memory)
            .execution_role_arn(&shape.execution_role)
            .task_role_arn(&shape.task_role)
            .container_definitions(container)
            .set_tags(Some(sdk_tags(tags)));
        let answer = request.send().await.map_err(failed(call))?;
        let arn = answer.task_definition.and_then(|revision| revision.task_definition_arn);
        arn.ok_or_else(|| Error::incomplete(call, "taskDefinitionArn"))
    }

    async fn retire_revision(&self, arn: &str) -> Result<()> {
        let request = self.client.deregister_task_definition().task_definition(arn);
        request.send().await.map_err(failed("ecs:DeregisterTaskDefinition"))?;
        Ok(())
    }

    async fn delete_revision(&self, arn: &str) -> Result<()> {
        let request = self.client.delete_task_definitions().task_definitions(arn);
        request.send().await.map_err(failed("ecs:DeleteTaskDefinitions"))?;
        Ok(())
    }

    async fn service(&self, cluster: &str, name: &str, freshness: Freshness) -> Result<Option<Service>> {
        let snapshot = {
            let mut all = self.services.lock().await;
            let fresh = || std::sync::Arc::new(Snapshot::new(self.era.clone()));
            std::sync::Arc::clone(all.entry(cluster.to_owned()).or_insert_with(fresh))
        };
        let one = async || {
            let found = Error::found(self.services(cluster, vec![name.to_owned()]).await)?;
            Ok(found.unwrap_or_default().into_iter().find(|service| service.status != "INACTIVE"))
        };
        let all = async || Ok(Error::found(self.all_services(cluster).await)?.unwrap_or_default());
        snapshot.get(name, freshness, one, all).await
    }

    async fn create_service(&self, new: &NewService) -> Result<()> {
        let request = self
            .client
            .create_service()
            .cluster(&new.cluster)
            .service_name(&new.name)
            .launch_type(LaunchType::Fargate)
            .desired_count(new.count)
            .set_task_definition(new.shape.task_definition.clone())
            .set_network_configuration(network(&new.shape)?)
            .set_load_balancers(new.shape.target.as_ref().map(balancers))
            .set_health_check_grace_period_seconds(new.shape.grace)
            .set_deployment_configuration(new.shape.breaker.map(breaker))
            .propagate_tags(PropagateTags::Service)
            .set_tags(Some(sdk_tags(&new.tags)));
        request.send().await.map_err(failed("ecs:CreateService"))?;
        Ok(())
    }

    async fn update_service(&self, cluster: &str, name: &str, shape: &ServiceShape, force: bool) -> Result<()> {
        let request = self
            .client
            .update_service()
            .cluster(cluster)
            .service(name)
            .force_new_deployment(force)
            .set_task_definition(shape.task_definition.clone())
            .set_network_configuration(network(shape)?)
            .set_load_balancers(shape.target.as_ref().map(balancers))
            .set_health_check_grace_period_seconds(shape.grace)
            .set_deployment_configuration(shape.breaker.map(breaker));
        request.send().await.map_err(failed("ecs:UpdateService"))?;
        Ok(())
    }

    async fn delete_service(&self, cluster: &str, name: &str) -> Result<()> {
        let request = self.client.delete_service().cluster(cluster).service(name).force(true);
        request.send().await.map_err(failed("ecs:DeleteService"))?;
        Ok(())
    }

    async fn deployment(&self, cluster: &str, service: &str) -> Result<Option<Deployment>> {
        // A service that has gone since it was looked at has none.
        let latest = Error::found(self.latest_deployment(cluster, service).await)?.flatten();
        let Some(arn) = latest.and_then(|brief| brief.service_deployment_arn) else { return Ok(None) };
        let request = self.client.describe_service_deployments().service_deployment_arns(arn);
        let answer = request.send().await.map_err(failed("ecs:DescribeServiceDeployments"))?;
        let Some(found) = answer.service_deployments.unwrap_or_default().into_iter().next() else { return Ok(None) };
        let target = found.target_service_revision.as_ref().and_then(|revision| revision.arn.clone());
        let back = found.rollback.as_ref().and_then(|rollback| rollback.service_revision_arn.clone());
        let (target, back) = futures::try_join!(self.revised(target.as_deref()), self.revised(back.as_deref()))?;
        Ok(plain_deployment(found, target, back))
    }

    async fn stopped_tasks(&self, cluster: &str, service: &str) -> Result<Vec<StoppedTask>> {
        let request = self.client.list_tasks().cluster(cluster).service_name(service);
        let answer = request.desired_status(DesiredStatus::Stopped).send().await.map_err(failed("ecs:ListTasks"))?;
        if answer.task_arns().is_empty() {
            return Ok(vec![]);
        }
        let request = self.client.describe_tasks().cluster(cluster).set_tasks(answer.task_arns.clone());
        let answer = request.send().await.map_err(failed("ecs:DescribeTasks"))?;
        let mut tasks = answer.tasks.unwrap_or_default();
        tasks.sort_by_key(|task| std::cmp::Reverse(task.stopped_at.or(task.created_at)));
        Ok(tasks.into_iter().map(plain_task).collect())
    }

    async fn add_tags(&self, arn: &str, tags: &BTreeMap<String, String>) -> Result<()> {
        let request = self.client.tag_resource().resource_arn(arn).set_tags(Some(sdk_tags(tags)));
        request.send().await.map_err(failed("ecs:TagResource"))?;
        Ok(())
    }

    async fn remove_tags(&self, arn: &str, keys: &[String]) -> Result<()> {
        let request = self.client.untag_resource().resource_arn(arn).set_tag_keys(Some(keys.to_vec()));
        request.send().await.map_err(failed("ecs:UntagResource"))?;
        Ok(())
    }
}

/// Tasks get a public address: the default VPC has no other way out to a registry.
fn network(shape: &ServiceShape) -> Result<Option<NetworkConfiguration>> {
    let (Some(subnets), Some(groups)) = (&shape.subnets, &shape.security_groups) else { return Ok(None) };
    let network = AwsVpcConfiguration::builder()
        .set_subnets(Some(subnets.iter().cloned().collect()))
        .set_security_groups(Some(groups.iter().cloned().collect()))
        .assign_public_ip(AssignPublicIp::Enabled)
        .build()
        .map_err(|problem| Error::incomplete("ecs:UpdateService", &problem.to_string()))?;
    Ok(Some(NetworkConfiguration::builder().awsvpc_configuration(network).build()))
}

fn balancers(target: &Target) -> Vec<LoadBalancer> {
    let balancer = LoadBalancer::builder().target_group_arn(&target.group).container_name(&target.container);
    vec![balancer.container_port(target.port).build()]
}

fn breaker(on: bool) -> DeploymentConfiguration {
    let breaker = DeploymentCircuitBreaker::builder().enable(on).rollback(on).build();
    DeploymentConfiguration::builder().deployment_circuit_breaker(breaker).build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_sends_a_network_only_whole() {
        let shape = ServiceShape { subnets: Some(["subnet-1".to_owned()].into()), ..ServiceShape::default() };
        assert!(network(&shape).unwrap().is_none());
        let shape = ServiceShape { security_groups: Some(["sg-1".to_owned()].into()), ..shape };
        assert!(network(&shape).unwrap().is_some());
    }
}
