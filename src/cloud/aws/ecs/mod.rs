//! ECS: clusters, task definitions, services and their deployments.

mod client;
mod convert;
mod unsupported;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use async_trait::async_trait;

pub(super) use client::EcsClient;

use crate::base::{Arn, Freshness, Result};

/// A cluster.
#[derive(Debug, Clone)]
pub struct Cluster {
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// `ACTIVE`, `PROVISIONING`, `FAILED` …
    pub status: String,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// What a task of one container runs. Two that are equal need no new revision.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskShape {
    /// CPU units.
    pub cpu: String,
    /// Memory in MiB.
    pub memory: String,
    /// ARN of the role that starts the task.
    pub execution_role: String,
    /// ARN of the role that the task is.
    pub task_role: String,
    /// The container's name.
    pub container: String,
    /// Its image.
    pub image: String,
    /// The port it listens on.
    pub port: Option<i32>,
    /// Its environment.
    pub env: BTreeMap<String, String>,
    /// What of its environment comes from secrets, as `valueFrom`.
    pub secrets: BTreeMap<String, String>,
    /// Options of the awslogs driver.
    pub logs: BTreeMap<String, String>,
    /// Docker labels of the container.
    pub labels: BTreeMap<String, String>,
}

/// A revision of a task definition. It never changes.
#[derive(Debug, Clone)]
pub struct TaskDefinition {
    /// Its ARN, revision included.
    pub arn: String,
    /// Whether new tasks may use it.
    pub active: bool,
    /// What it runs.
    pub shape: TaskShape,
    /// What it has that no shape holds, as ECS calls it: a revision that is made of its shape would be without it.
    pub unsupported: Vec<&'static str>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// What of a service can be set. In a change, what is `None` stays as it is.
#[derive(Debug, Clone, Default)]
pub struct ServiceShape {
    /// ARN of its task definition.
    pub task_definition: Option<String>,
    /// Where its tasks may run.
    pub subnets: Option<BTreeSet<String>>,
    /// The groups of its tasks.
    pub security_groups: Option<BTreeSet<String>>,
    /// The target group that its tasks join, with container and port.
    pub target: Option<Target>,
    /// How long a new task may fail its health checks, in seconds.
    pub grace_period: Option<i32>,
    /// Whether a deployment that fails is rolled back.
    pub breaker: Option<bool>,
    /// How many tasks there are to be.
    pub count: Option<i32>,
}

/// Where a service's tasks are registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// ARN of the target group.
    pub group: String,
    /// The container.
    pub container: String,
    /// Its port.
    pub port: i32,
}

/// A new service.
#[derive(Debug, Clone)]
pub struct NewService {
    /// Its cluster.
    pub cluster: String,
    /// Its name.
    pub name: String,
    /// What can be changed later.
    pub shape: ServiceShape,
    /// How many tasks to begin with.
    pub count: i32,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// A service.
#[derive(Debug, Clone)]
pub struct Service {
    /// Its ARN.
    pub arn: String,
    /// `ACTIVE`, `DRAINING` or `INACTIVE`.
    pub status: String,
    /// How it is set.
    pub shape: ServiceShape,
    /// How many of its tasks run.
    pub running: i32,
    /// When it was made, in milliseconds since the epoch.
    pub created: Option<i64>,
    /// What it has that no service of Fargate's plainest sort has, as ECS calls it.
    pub unsupported: Vec<&'static str>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

impl Service {
    /// The names of its cluster and its own, as its ARN holds them.
    pub fn names(&self) -> (&str, &str) {
        names(&self.arn)
    }
}

/// The names of cluster and service in an ARN, `…:service/<cluster>/<service>`.
pub fn names(arn: &str) -> (&str, &str) {
    let path = Arn::of(arn).resource.strip_prefix("service/").unwrap_or_default();
    path.split_once('/').unwrap_or(("", path))
}

/// A deployment of a service: the way from one revision of it to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment {
    /// Its ARN.
    pub arn: String,
    /// `PENDING`, `IN_PROGRESS`, `SUCCESSFUL`, `ROLLBACK_SUCCESSFUL` …
    pub status: String,
    /// Why it has this status.
    pub reason: Option<String>,
    /// ARN of the task definition that it was to bring.
    pub task_definition: Option<String>,
    /// ARN of the task definition that it went back to.
    pub rolled_back_to: Option<String>,
    /// The circuit breaker has stopped it, and there is nothing that it could go back to: it stays as it is.
    pub stalled: bool,
}

/// A task that was stopped.
#[derive(Debug, Clone)]
pub struct StoppedTask {
    /// Its id, the last part of its ARN.
    pub id: String,
    /// ARN of its task definition.
    pub task_definition: String,
    /// Why, with what its containers say.
    pub reason: String,
}

/// A task that is run once, outside any service.
#[derive(Debug, Clone)]
pub struct NewTask {
    /// Its cluster.
    pub cluster: String,
    /// What it is: task definition, subnets and security groups, as a service has them.
    pub shape: ServiceShape,
    /// The container whose command is another.
    pub container: String,
    /// That command.
    pub command: Vec<String>,
    /// A word that running tasks can be listed by.
    pub started_by: Option<String>,
    /// What tells a request that is sent once more from another one: 64 characters at most.
    pub token: Option<String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// A task, as far as it has come.
#[derive(Debug, Clone, Default)]
pub struct Task {
    /// Its ARN.
    pub arn: String,
    /// ARN of its task definition.
    pub task_definition: String,
    /// The word that it was started with.
    pub started_by: Option<String>,
    /// When it was asked for, in milliseconds since the epoch.
    pub created: Option<i64>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// `PROVISIONING`, `PENDING`, `RUNNING` … `STOPPED`.
    pub status: String,
    /// What its containers exited with, by their names; those that run, or never ran, are missing.
    pub exit_codes: BTreeMap<String, i32>,
    /// What stopped it: `EssentialContainerExited`, `UserInitiated` …
    pub stop_code: Option<String>,
    /// Why it stopped, with what its containers say.
    pub reason: String,
}

/// The calls that the components make.
#[async_trait]
pub trait Ecs: Debug + Send + Sync {
    /// A cluster that can be used, by name.
    async fn cluster(&self, name: &str, freshness: Freshness) -> Result<Option<Cluster>>;
    /// Makes a cluster; one of that name is left as it is.
    async fn create_cluster(&self, name: &str, tags: &BTreeMap<String, String>) -> Result<()>;
    /// Removes a cluster that runs nothing.
    async fn delete_cluster(&self, name: &str) -> Result<()>;

    /// One revision, by ARN.
    async fn task_definition(&self, arn: &str) -> Result<Option<TaskDefinition>>;
    /// The ARNs of a family's revisions, the newest first: those in use, or those taken out of use and not removed yet.
    async fn revisions(&self, family: &str, active: bool) -> Result<Vec<String>>;
    /// Makes a new revision, and tells its ARN.
    async fn register(&self, family: &str, shape: &TaskShape, tags: &BTreeMap<String, String>) -> Result<String>;
    /// Takes a revision out of use. Only then can it be removed.
    async fn retire_revision(&self, arn: &str) -> Result<()>;
    /// Removes a revision that is out of use.
    async fn delete_revision(&self, arn: &str) -> Result<()>;

    /// A service, by name; what is gone and only remembered counts as gone.
    async fn service(&self, cluster: &str, name: &str, freshness: Freshness) -> Result<Option<Service>>;
    /// All services of the region.
    async fn every_service(&self) -> Result<Vec<Service>>;
    /// The services of the region that carry a `drop:resource` tag: their ARNs, and their tags.
    async fn owned_services(&self, freshness: Freshness) -> Result<BTreeMap<String, BTreeMap<String, String>>>;
    /// Makes a service.
    async fn create_service(&self, new: &NewService) -> Result<()>;
    /// Changes a service. `force` deploys it anew even if nothing differs.
    async fn update_service(&self, cluster: &str, name: &str, shape: &ServiceShape, force: bool) -> Result<()>;
    /// Removes a service, its tasks with it.
    async fn delete_service(&self, cluster: &str, name: &str) -> Result<()>;
    /// The latest deployment of a service.
    async fn deployment(&self, cluster: &str, service: &str) -> Result<Option<Deployment>>;
    /// The deployments of a service that ECS remembers, the newest first.
    async fn deployments(&self, cluster: &str, service: &str) -> Result<Vec<Deployment>>;
    /// The tasks of a service that were stopped a moment ago.
    async fn stopped_tasks(&self, cluster: &str, service: &str) -> Result<Vec<StoppedTask>>;

    /// Runs a task once, and tells its ARN.
    async fn run_task(&self, new: &NewTask) -> Result<String>;
    /// The tasks that were started with a word, the newest first: those that run, and those of a family that have stopped
    /// a while ago, an hour at least.
    async fn started_by(&self, cluster: &str, word: &str, family: &str) -> Result<Vec<Task>>;
    /// A task, by ARN.
    async fn task(&self, cluster: &str, arn: &str) -> Result<Option<Task>>;
    /// Has a task stopped.
    async fn stop_task(&self, cluster: &str, arn: &str, reason: &str) -> Result<()>;

    /// Adds or changes tags.
    async fn add_tags(&self, arn: &str, tags: &BTreeMap<String, String>) -> Result<()>;
    /// Takes tags away.
    async fn remove_tags(&self, arn: &str, keys: &[String]) -> Result<()>;
}
