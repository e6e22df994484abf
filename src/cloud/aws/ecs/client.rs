//! ECS over the official SDK.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use aws_sdk_ecs::Client;
use aws_sdk_ecs::operation::list_tasks::builders::ListTasksFluentBuilder;
use aws_sdk_ecs::types::{
    AssignPublicIp, AwsVpcConfiguration, ClusterField, Compatibility, ContainerDefinition, ContainerOverride,
    DeploymentCircuitBreaker, DeploymentConfiguration, DesiredStatus, KeyValuePair, LaunchType, LoadBalancer,
    LogConfiguration, LogDriver, NetworkConfiguration, NetworkMode, PortMapping, PropagateTags, Secret,
    ServiceDeployment, ServiceDeploymentBrief, ServiceDeploymentStatus, ServiceField, ServiceRevision, SortOrder,
    TaskDefinitionField, TaskDefinitionStatus, TaskField, TaskOverride, TransportProtocol,
};
use aws_types::request_id::RequestId;
use tokio::sync::Mutex;

use super::convert::{
    not_done, plain_cluster, plain_deployment, plain_progress, plain_revision, plain_service, plain_task, sdk_tags,
};
use super::{
    Cluster, Deployment, Ecs, NewService, NewTask, Service, ServiceShape, StoppedTask, Target, Task, TaskDefinition,
    TaskShape,
};
use crate::base::{Arn, CallError, Freshness, RESOURCE_TAG, Result};
use crate::cloud::aws::connection::Connection;
use crate::cloud::aws::error::failed;
use crate::cloud::aws::snapshot::{Memo, Snapshot, SnapshotWindow};
use crate::cloud::aws::tagging::{TaggingClient, TagsByArn};

/// The most services that one DescribeServices takes, and clusters that one DescribeClusters takes.
const SERVICES: usize = 10;
const CLUSTERS: usize = 100;
/// The most deployments in one page.
const DEPLOYMENTS: i32 = 100;
/// The most deployments, and service revisions, that are described at once.
const DESCRIBED: usize = 20;
/// The most tasks in one page, and that are described at once.
const TASKS: usize = 100;

/// ECS over the official SDK.
#[derive(Debug)]
pub struct EcsClient {
    client: Client,
    tagging: TaggingClient,
    clusters: Snapshot<Cluster>,
    /// A snapshot for every cluster.
    services: Mutex<BTreeMap<String, std::sync::Arc<Snapshot<Service>>>>,
    /// The task definitions of service revisions, which never change.
    revisions: Mutex<BTreeMap<String, String>>,
    owned: Memo<TagsByArn>,
    window: SnapshotWindow,
}

impl EcsClient {
    pub(in crate::cloud::aws) fn new(at: &Connection) -> Self {
        Self {
            client: client!(aws_sdk_ecs, &at.config, &at.endpoint),
            tagging: TaggingClient::new(at),
            clusters: Snapshot::new(at.window.clone()),
            services: Mutex::default(),
            revisions: Mutex::default(),
            owned: Memo::new(at.window.clone()),
            window: at.window.clone(),
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
        let named = |service: Service| (Arn::of(&service.arn).last().to_owned(), service);
        Ok(found.filter(|service| service.status != "INACTIVE").map(named).collect())
    }

    /// A service's deployments, the newest first. In which order they are listed is not documented.
    async fn listed(&self, cluster: &str, service: &str) -> Result<Listed> {
        let mut found = vec![];
        let mut next = None;
        loop {
            let request = self.client.list_service_deployments().cluster(cluster).service(service);
            let request = request.max_results(DEPLOYMENTS).set_next_token(next);
            let answer = request.send().await.map_err(failed("ecs:ListServiceDeployments"))?;
            found.extend(answer.service_deployments.unwrap_or_default());
            next = answer.next_token;
            if next.is_none() {
                return Ok(Listed::of(found));
            }
        }
    }

    async fn tasks(&self, cluster: &str, arns: Vec<String>) -> Result<Vec<Task>> {
        let request = self.client.describe_tasks().cluster(cluster).set_tasks(Some(arns)).include(TaskField::Tags);
        let answer = request.send().await.map_err(failed("ecs:DescribeTasks"))?;
        Ok(answer.tasks.unwrap_or_default().into_iter().map(plain_progress).collect())
    }

    /// The ARNs of the tasks that a list tells.
    async fn listed_tasks(&self, list: ListTasksFluentBuilder) -> Result<Vec<String>> {
        let mut pages = list.into_paginator().items().send();
        let mut arns = vec![];
        while let Some(arn) = pages.next().await {
            arns.push(arn.map_err(failed("ecs:ListTasks"))?);
        }
        Ok(arns)
    }

    /// The deployments of these ARNs, in their order. `up`: the service has come up before.
    async fn described(&self, arns: &[String], up: bool) -> Result<Vec<Deployment>> {
        let mut found = BTreeMap::new();
        for chunk in arns.chunks(DESCRIBED) {
            let request = self.client.describe_service_deployments().set_service_deployment_arns(Some(chunk.to_vec()));
            let answer = request.send().await.map_err(failed("ecs:DescribeServiceDeployments"))?;
            let deployments = answer.service_deployments.unwrap_or_default();
            let revisions = deployments.iter().flat_map(|deployment| [target_of(deployment), back_of(deployment)]);
            let revised = self.revised(revisions.flatten().map(str::to_owned).collect()).await?;
            for deployment in deployments {
                let definition = |revision: Option<&str>| revised.get(revision?).cloned();
                let (target, back) = (definition(target_of(&deployment)), definition(back_of(&deployment)));
                let plain = plain_deployment(deployment, target, back, up);
                found.extend(plain.map(|deployment| (deployment.arn.clone(), deployment)));
            }
        }
        Ok(arns.iter().filter_map(|arn| found.remove(arn)).collect())
    }

    /// The task definitions of service revisions.
    async fn revised(&self, wanted: BTreeSet<String>) -> Result<BTreeMap<String, String>> {
        let unknown: Vec<String> = {
            let known = self.revisions.lock().await;
            wanted.iter().filter(|revision| !known.contains_key(*revision)).cloned().collect()
        };
        for chunk in unknown.chunks(DESCRIBED) {
            let request = self.client.describe_service_revisions().set_service_revision_arns(Some(chunk.to_vec()));
            let answer = request.send().await.map_err(failed("ecs:DescribeServiceRevisions"))?;
            let pair = |revision: ServiceRevision| Some((revision.service_revision_arn?, revision.task_definition?));
            let found = answer.service_revisions.unwrap_or_default().into_iter().filter_map(pair);
            self.revisions.lock().await.extend(found);
        }
        let known = self.revisions.lock().await;
        Ok(wanted.into_iter().filter_map(|revision| Some((revision.clone(), known.get(&revision)?.clone()))).collect())
    }
}

/// A service's deployments, as a list tells them.
#[derive(Debug, Default, PartialEq, Eq)]
struct Listed {
    /// Their ARNs, the newest first.
    arns: Vec<String>,
    /// One of them has succeeded.
    up: bool,
}

impl Listed {
    fn of(mut deployments: Vec<ServiceDeploymentBrief>) -> Self {
        let up = deployments.iter().any(|brief| brief.status == Some(ServiceDeploymentStatus::Successful));
        deployments.sort_by_key(|brief| std::cmp::Reverse(brief.created_at));
        Self { arns: deployments.into_iter().filter_map(|brief| brief.service_deployment_arn).collect(), up }
    }
}

/// The service revision that a deployment was to bring.
fn target_of(deployment: &ServiceDeployment) -> Option<&str> {
    deployment.target_service_revision.as_ref()?.arn.as_deref()
}

/// The service revision that a deployment went back to.
fn back_of(deployment: &ServiceDeployment) -> Option<&str> {
    deployment.rollback.as_ref()?.service_revision_arn.as_deref()
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
        let found = CallError::found(request.send().await.map_err(failed("ecs:DescribeTaskDefinition")))?;
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
            let named = Arn::of(&arn).last().rsplit_once(':');
            if named.is_some_and(|(of, _)| of == family) {
                found.push(arn);
            }
        }
        Ok(found)
    }

    async fn register(&self, family: &str, shape: &TaskShape, tags: &BTreeMap<String, String>) -> Result<String> {
        let call = "ecs:RegisterTaskDefinition";
        let pair = |(name, value): (&String, &String)| KeyValuePair::builder().name(name).value(value).build();
        let invalid = |problem: aws_sdk_ecs::error::BuildError| CallError::incomplete(call, &problem.to_string());
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
            .set_docker_labels((!shape.labels.is_empty()).then(|| shape.labels.clone().into_iter().collect()))
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
            .set_task_role_arn(Some(shape.task_role.clone()).filter(|role| !role.is_empty()))
            .container_definitions(container)
            .set_tags(Some(sdk_tags(tags)));
        let answer = request.send().await.map_err(failed(call))?;
        let arn = answer.task_definition.and_then(|revision| revision.task_definition_arn);
        arn.ok_or_else(|| CallError::incomplete(call, "taskDefinitionArn"))
    }

    async fn retire_revision(&self, arn: &str) -> Result<()> {
        let request = self.client.deregister_task_definition().task_definition(arn);
        request.send().await.map_err(failed("ecs:DeregisterTaskDefinition"))?;
        Ok(())
    }

    async fn delete_revision(&self, arn: &str) -> Result<()> {
        let request = self.client.delete_task_definitions().task_definitions(arn);
        let call = "ecs:DeleteTaskDefinitions";
        let answer = request.send().await.map_err(failed(call))?;
        // It succeeds even where it did not delete.
        not_done(call, answer.failures(), answer.request_id()).map_or(Ok(()), Err)
    }

    async fn service(&self, cluster: &str, name: &str, freshness: Freshness) -> Result<Option<Service>> {
        let snapshot = {
            let mut all = self.services.lock().await;
            let fresh = || std::sync::Arc::new(Snapshot::new(self.window.clone()));
            std::sync::Arc::clone(all.entry(cluster.to_owned()).or_insert_with(fresh))
        };
        let one = async || {
            let found = CallError::found(self.services(cluster, vec![name.to_owned()]).await)?;
            Ok(found.unwrap_or_default().into_iter().find(|service| service.status != "INACTIVE"))
        };
        let all = async || Ok(CallError::found(self.all_services(cluster).await)?.unwrap_or_default());
        snapshot.get(name, freshness, one, all).await
    }

    async fn every_service(&self) -> Result<Vec<Service>> {
        let clusters = self.all_clusters().await?;
        let each = clusters.keys().map(async |cluster| CallError::found(self.all_services(cluster).await));
        let found = futures::future::try_join_all(each).await?;
        Ok(found.into_iter().flatten().flat_map(BTreeMap::into_values).collect())
    }

    async fn owned_services(&self, freshness: Freshness) -> Result<BTreeMap<String, BTreeMap<String, String>>> {
        let ask = async || self.tagging.tagged(RESOURCE_TAG, &["ecs:service"]).await;
        self.owned.get("", freshness, ask).await
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
            .set_health_check_grace_period_seconds(new.shape.grace_period)
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
            .set_desired_count(shape.count)
            .set_task_definition(shape.task_definition.clone())
            .set_network_configuration(network(shape)?)
            .set_load_balancers(shape.target.as_ref().map(balancers))
            .set_health_check_grace_period_seconds(shape.grace_period)
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
        let listed = CallError::found(self.listed(cluster, service).await)?.unwrap_or_default();
        let latest = listed.arns.get(..1).unwrap_or_default();
        Ok(self.described(latest, listed.up).await?.pop())
    }

    async fn deployments(&self, cluster: &str, service: &str) -> Result<Vec<Deployment>> {
        let listed = self.listed(cluster, service).await?;
        self.described(&listed.arns, listed.up).await
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

    /// The SDK adds a client token: an answer that was lost does not run it twice.
    async fn run_task(&self, new: &NewTask) -> Result<String> {
        let call = "ecs:RunTask";
        let command = ContainerOverride::builder().name(&new.container).set_command(Some(new.command.clone()));
        let overrides = TaskOverride::builder().container_overrides(command.build()).build();
        let request = self.client.run_task().cluster(&new.cluster).count(1).launch_type(LaunchType::Fargate);
        let request = request.set_task_definition(new.shape.task_definition.clone()).overrides(overrides);
        let request = request.set_network_configuration(network(&new.shape)?).set_tags(Some(sdk_tags(&new.tags)));
        let request = request.set_client_token(new.token.clone());
        let answer = request.set_started_by(new.started_by.clone()).send().await.map_err(failed(call))?;
        if let Some(arn) = answer.tasks().first().and_then(|task| task.task_arn()) {
            return Ok(arn.to_owned());
        }
        let why = not_done(call, answer.failures(), answer.request_id());
        Err(why.unwrap_or_else(|| CallError::incomplete(call, "taskArn")))
    }

    /// ECS lists by that word only tasks that run, and takes no other filter beside it:
    /// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTasks.html>.
    async fn started_by(&self, cluster: &str, word: &str, family: &str) -> Result<Vec<Task>> {
        let list = || self.client.list_tasks().cluster(cluster);
        let running = self.listed_tasks(list().started_by(word));
        let stopped = self.listed_tasks(list().family(family).desired_status(DesiredStatus::Stopped));
        let (running, stopped) = futures::future::try_join(running, stopped).await?;
        let all: Vec<String> = running.into_iter().chain(stopped).collect();
        let mut found = vec![];
        for chunk in all.chunks(TASKS) {
            found.extend(self.tasks(cluster, chunk.to_vec()).await?);
        }
        found.retain(|task| task.started_by.as_deref() == Some(word));
        found.sort_by_key(|task| std::cmp::Reverse(task.created));
        Ok(found)
    }

    async fn task(&self, cluster: &str, arn: &str) -> Result<Option<Task>> {
        Ok(self.tasks(cluster, vec![arn.to_owned()]).await?.pop())
    }

    async fn stop_task(&self, cluster: &str, arn: &str, reason: &str) -> Result<()> {
        let request = self.client.stop_task().cluster(cluster).task(arn).reason(reason);
        request.send().await.map_err(failed("ecs:StopTask"))?;
        Ok(())
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
        .map_err(|problem| CallError::incomplete("ecs:UpdateService", &problem.to_string()))?;
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

    #[test]
    fn deployments_come_newest_first_however_they_are_listed() {
        let brief = |arn: &str, at: i64, status: ServiceDeploymentStatus| {
            let made = aws_sdk_ecs::primitives::DateTime::from_secs(at);
            ServiceDeploymentBrief::builder().service_deployment_arn(arn).created_at(made).status(status).build()
        };
        let (ended, failed) = (ServiceDeploymentStatus::Successful, ServiceDeploymentStatus::RollbackFailed);
        let listed =
            Listed::of(vec![brief("b", 2, ended), brief("a", 1, failed.clone()), brief("c", 3, failed.clone())]);
        assert_eq!(listed, Listed { arns: ["c", "b", "a"].map(str::to_owned).into(), up: true });
        assert!(!Listed::of(vec![brief("a", 1, failed)]).up);
    }
}
