//! ECS task definition: what a task runs. A revision never changes; every change registers a new one. One that was taken
//! over stays in its family, and those after it keep the names of container and log streams.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;

use crate::base::{Arn, CallError, Freshness, RESOURCE_TAG};
use crate::cloud::aws::ecs::{Ecs, TaskDefinition as Revision, TaskShape};
use crate::components::shared::aws_each;
use crate::engine::model::fields::{Fields, Tags};
use crate::engine::model::kind::{Kind, NameRule};
use crate::engine::model::manual::Manual;
use crate::engine::model::spec::Resolved;
use crate::engine::run::component::{Address, Answer, Change, Component, DeleteOptions, Phase, Seen};

const REGISTER: &str = "ecs:RegisterTaskDefinition";
const TAG: &str = "ecs:TagResource";
const UNTAG_CALL: &str = "ecs:UntagResource";

/// The one container of a task, but for one that was taken over.
pub const CONTAINER: &str = "app";
/// What its log streams begin with.
const LOG_PREFIX: &str = "drop";
/// The Docker label of what a deployment was asked for with; the container itself never sees it.
pub const REDEPLOY_TRIGGER: &str = "drop.redeploy_trigger";
/// The options of the awslogs driver.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html>
pub const LOG_GROUP: &str = "awslogs-group";
/// See [`LOG_GROUP`].
pub const LOG_REGION: &str = "awslogs-region";
/// See [`LOG_GROUP`].
pub const LOG_STREAMS: &str = "awslogs-stream-prefix";

/// A change registers a whole revision.
pub static KIND: Kind = Kind {
    name: "ECS task definition",
    names: Some(NameRule::WORD),
    named: false,
    create: Some(REGISTER),
    delete: Some("ecs:DeregisterTaskDefinition"),
    versioned: true,
    fields: TaskDefinitionFields::FIELDS,
    arns: &["ecs:{region}:{account}:task-definition/{name}:*"],
    read_permissions: &["ecs:DescribeTaskDefinition", "ecs:ListTaskDefinitions"],
    extra_permissions: &["ecs:DeleteTaskDefinitions", "ecs:TagResource", "iam:PassRole"],
    manual,
    ..Kind::BASE
};

/// Revisions that are still active, and those that were deregistered and are still there.
fn manual(at: &Manual<'_>) -> Vec<String> {
    let found = format!("ecs list-task-definitions --family-prefix {}", at.name);
    let delete = "ecs delete-task-definitions --task-definitions";
    let deregister = "ecs deregister-task-definition --task-definition";
    vec![
        aws_each(at, &found, "taskDefinitionArns[]", &[deregister, delete]),
        aws_each(at, &format!("{found} --status INACTIVE"), "taskDefinitionArns[]", &[delete]),
    ]
}

/// The fields of a task definition.
#[derive(Debug, Default, Fields)]
pub struct TaskDefinitionFields {
    /// Image.
    #[field(in_place(REGISTER))]
    image: String,
    /// CPU units.
    #[field(in_place(REGISTER))]
    cpu: Option<i64>,
    /// Memory in MiB.
    #[field(in_place(REGISTER))]
    memory: Option<i64>,
    /// Port that the container listens on.
    #[field(in_place(REGISTER))]
    port: Option<i32>,
    /// Environment variables in plain text.
    #[field(in_place(REGISTER))]
    env: BTreeMap<String, String>,
    /// References that ECS follows when a task starts, by environment variable.
    #[field(in_place(REGISTER))]
    secrets: BTreeMap<String, String>,
    /// ARN of the role that starts the task.
    #[field(in_place(REGISTER))]
    execution_role: String,
    /// ARN of the role that the task has.
    #[field(in_place(REGISTER))]
    task_role: String,
    /// Log group.
    #[field(in_place(REGISTER))]
    log_group: Option<String>,
    /// Region of the log group.
    #[field(in_place(REGISTER))]
    region: Option<String>,
    /// What the last deployment was asked for with.
    #[field(in_place(REGISTER))]
    redeploy_trigger: Option<String>,
    /// Tags.
    #[field(tags(TAG, UNTAG_CALL))]
    tags: Tags,
}

/// The task definitions of a region, seen from one family.
#[derive(Debug)]
pub struct TaskDefinition {
    /// Where they are.
    pub ecs: Arc<dyn Ecs>,
}

impl TaskDefinition {
    /// Registers a revision, unless the newest one of ours is just that: an interrupted change is continued with it.
    async fn register(&self, at: &Address, desired: TaskDefinitionFields, tags: &Tags) -> Result<Answer, CallError> {
        // What was taken over keeps its names, whatever its family is called.
        let before = if at.recorded.is_some() { self.find(at).await? } else { None };
        let wanted = shape(desired, before.map(|before| before.shape));
        let newest = match self.ecs.revisions(family(at), true).await?.first() {
            Some(arn) => self.ecs.task_definition(arn).await?,
            None => None,
        };
        let ours = |newest: &Revision| is_ours(newest, at) && newest.tags == *tags;
        let same = newest.filter(|newest| newest.shape == wanted && ours(newest));
        let revision = match same {
            Some(newest) => newest,
            None => Revision {
                arn: self.ecs.register(family(at), &wanted, tags).await?,
                active: true,
                tags: tags.clone(),
                shape: wanted,
                unsupported: vec![],
            },
        };
        Ok(Answer::Seen(seen(revision)))
    }

    /// The revision that counts: the recorded one, or the newest of ours in the family.
    async fn find(&self, at: &Address) -> Result<Option<Revision>, CallError> {
        if let Some(arn) = &at.recorded {
            let found = self.ecs.task_definition(arn).await?;
            if let Some(revision) = found.filter(|revision| revision.active) {
                return Ok(Some(revision));
            }
        }
        for arn in self.ecs.revisions(family(at), true).await? {
            let found = self.ecs.task_definition(&arn).await?;
            if let Some(revision) = found.filter(|revision| is_ours(revision, at)) {
                return Ok(Some(revision));
            }
        }
        Ok(None)
    }

    /// All revisions of the family that carry our tag, the newest first.
    async fn ours(&self, at: &Address, active: bool) -> Result<Vec<Revision>, CallError> {
        let mut found = vec![];
        for arn in self.ecs.revisions(family(at), active).await? {
            let revision = self.ecs.task_definition(&arn).await?;
            found.extend(revision.filter(|revision| is_ours(revision, at)));
        }
        Ok(found)
    }
}

#[async_trait]
impl Component for TaskDefinition {
    /// A recorded revision is not read again by a refresh: it cannot have changed, and whether the service still runs it
    /// is the service's to tell. Only one that was taken over may still be without its tags.
    async fn read(&self, at: &Address, freshness: Freshness) -> Result<Option<Seen>, CallError> {
        if let (Freshness::Snapshot, Some(arn), true) = (freshness, &at.recorded, is_of_own_family(at)) {
            return Ok(Some(Seen {
                id: arn.clone(),
                phase: Phase::Ready,
                fields: BTreeMap::new(),
                outputs: BTreeMap::new(),
                tags: BTreeMap::from([(RESOURCE_TAG.to_owned(), at.owner.clone())]),
            }));
        }
        Ok(self.find(at).await?.map(seen))
    }

    async fn create(
        &self,
        at: &Address,
        spec: &Resolved,
        tags: &BTreeMap<String, String>,
    ) -> Result<Answer, CallError> {
        self.register(at, TaskDefinitionFields::decode(spec)?, tags).await
    }

    async fn update(&self, at: &Address, change: Change<'_>) -> Result<Answer, CallError> {
        let desired: TaskDefinitionFields = change.desired()?;
        let tags = desired.tags.clone();
        self.register(at, desired, &tags).await
    }

    /// All revisions of ours: the earlier ones were kept to go back to. One that was taken over may bear no tag yet.
    async fn delete(&self, at: &Address, seen: &Seen, _: &DeleteOptions) -> Result<Answer, CallError> {
        let mut all: BTreeSet<String> = self.ours(at, true).await?.into_iter().map(|revision| revision.arn).collect();
        all.insert(seen.id.clone());
        for arn in all {
            self.ecs.retire_revision(&arn).await?;
            self.ecs.delete_revision(&arn).await?;
        }
        Ok(Answer::Done)
    }

    /// Revisions that were taken out of use and not removed: their environment can still be read.
    async fn sweep(&self, at: &Address) -> Result<Answer, CallError> {
        for revision in self.ours(at, false).await? {
            self.ecs.delete_revision(&revision.arn).await?;
        }
        Ok(Answer::Done)
    }

    async fn add_tags(&self, seen: &Seen, tags: &BTreeMap<String, String>) -> Result<(), CallError> {
        self.ecs.add_tags(&seen.id, tags).await
    }

    async fn remove_tags(&self, seen: &Seen, keys: &[String]) -> Result<(), CallError> {
        self.ecs.remove_tags(&seen.id, keys).await
    }
}

/// The family that the recorded ARN holds, `…:task-definition/<family>:<revision>`, or else the computed one.
fn family(at: &Address) -> &str {
    let recorded = at.recorded.as_deref().and_then(|arn| Arn::of(arn).last().rsplit_once(':'));
    recorded.map_or(&at.name, |(family, _)| family)
}

fn is_of_own_family(at: &Address) -> bool {
    family(at) == at.name
}

fn is_ours(revision: &Revision, at: &Address) -> bool {
    revision.tags.get(RESOURCE_TAG) == Some(&at.owner)
}

/// `before` is the revision before it, where its names are not ours.
fn shape(desired: TaskDefinitionFields, before: Option<TaskShape>) -> TaskShape {
    let ours = || (CONTAINER.to_owned(), BTreeMap::from([(LOG_STREAMS.to_owned(), LOG_PREFIX.to_owned())]));
    let (container, mut logs) = before.map_or_else(ours, |before| (before.container, before.logs));
    logs.insert(LOG_GROUP.to_owned(), desired.log_group.unwrap_or_default());
    logs.insert(LOG_REGION.to_owned(), desired.region.unwrap_or_default());
    TaskShape {
        cpu: desired.cpu.unwrap_or_default().to_string(),
        memory: desired.memory.unwrap_or_default().to_string(),
        execution_role: desired.execution_role,
        task_role: desired.task_role,
        container,
        image: desired.image,
        port: desired.port,
        env: desired.env,
        secrets: desired.secrets,
        logs,
        labels: desired.redeploy_trigger.map(|text| (REDEPLOY_TRIGGER.to_owned(), text)).into_iter().collect(),
    }
}

fn seen(revision: Revision) -> Seen {
    let shape = revision.shape;
    let fields = TaskDefinitionFields {
        image: shape.image,
        cpu: shape.cpu.parse().ok(),
        memory: shape.memory.parse().ok(),
        port: shape.port,
        env: shape.env,
        secrets: shape.secrets,
        execution_role: shape.execution_role,
        task_role: shape.task_role,
        log_group: shape.logs.get(LOG_GROUP).cloned(),
        region: shape.logs.get(LOG_REGION).cloned(),
        redeploy_trigger: shape.labels.get(REDEPLOY_TRIGGER).cloned(),
        tags: revision.tags.clone(),
    };
    Seen::of(revision.arn, &fields, revision.tags).telling("container", shape.container)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_taken_over_keeps_its_names() {
        let at = |recorded: &str| Address {
            applied: BTreeMap::new(),
            name: "web-task-definition".to_owned(),
            recorded: Some(recorded.to_owned()),
            owner: String::new(),
            within: vec![],
            token: String::new(),
            fresh: Freshness::Now,
        };
        let theirs = at("arn:aws:ecs:eu-north-1:123456789012:task-definition/shop_web:7");
        assert_eq!((family(&theirs), is_of_own_family(&theirs)), ("shop_web", false));
        assert!(is_of_own_family(&at("arn:aws:ecs:eu-north-1:123456789012:task-definition/web-task-definition:7")));
        let text = |text: &str| text.to_owned();
        let logs = [(LOG_STREAMS, "web"), (LOG_GROUP, "/old"), ("mode", "non-blocking")];
        let logs = logs.map(|(name, value)| (text(name), text(value)));
        let before = TaskShape { container: text("nginx"), logs: logs.into(), ..TaskShape::default() };
        let desired = || TaskDefinitionFields { log_group: Some(text("/new")), ..Default::default() };
        let next = shape(desired(), Some(before));
        assert_eq!((next.container.as_str(), next.logs[LOG_STREAMS].as_str()), ("nginx", "web"));
        assert_eq!((next.logs[LOG_GROUP].as_str(), next.logs["mode"].as_str()), ("/new", "non-blocking"));
        assert_eq!(shape(desired(), None).container, CONTAINER);
    }
}
