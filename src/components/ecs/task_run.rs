//! What was asked for with the last command that was run for a service. It stands in a tag of the service, which a refresh
//! and an import read anyway; the tag is written when the command has ended well, so that one that failed is run again. A
//! task that an interrupted apply began is found by the word that it was started with, and watched to its end.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use crate::base::{Arn, CallError, ErrorClass, Freshness, Words, hex};
use crate::cloud::aws::ecs::{Ecs, Service, Task};
use crate::cloud::aws::logs::Logs;
use crate::components::ecs::ecs_service::POST_DEPLOY_TAG;
use crate::components::ecs::one_off_task;
use crate::components::ecs::task_definition::CONTAINER;
use crate::components::ecs::task_log;
use crate::components::shared::output;
use crate::components::shared::unknown_call;
use crate::engine::model::fields::Fields;
use crate::engine::model::kind::Kind;
use crate::engine::model::procedure::{Operation, Procedure, Stage, Turn};
use crate::engine::model::spec::Resolved;
use crate::engine::run::component::{Address, Answer, Change, Component, DeleteOptions, Phase, Seen};

const RUN: &str = "ecs:RunTask";
const TAG: &str = "ecs:TagResource";

/// `trigger` is what the service remembers. Nothing is taken away with it: what was run stays so.
pub static KIND: Kind = Kind {
    name: "task run",
    named: false,
    create: Some(RUN),
    fields: TaskRunFields::FIELDS,
    arns: &["ecs:{region}:{account}:task/{outer}/*"],
    read_permissions: &["ecs:DescribeServices", "ecs:DescribeTasks", "ecs:ListTasks", "logs:GetLogEvents"],
    extra_permissions: &["ecs:DescribeTaskDefinition", "iam:PassRole"],
    ..Kind::BASE
};

/// The command, which a create has run already, and the record of it.
static PROCEDURE: Procedure =
    Procedure(&[Stage::new(RUN).when(|was, _| was.is_some()), Stage::new(TAG).at(Turn::After)]);

/// The fields of a task run.
#[derive(Debug, Default, Fields)]
pub struct TaskRunFields {
    /// Words of the command.
    #[field(parameter())]
    command: Vec<String>,
    /// What the last command was run for.
    #[field(in_place(RUN).by(&PROCEDURE).post_create())]
    trigger: Option<String>,
}

/// The commands that are run for services.
#[derive(Debug)]
pub struct TaskRun {
    /// Where the tasks run.
    pub ecs: Arc<dyn Ecs>,
    /// Where they log.
    pub logs: Arc<dyn Logs>,
}

impl TaskRun {
    /// The latest task that was run for this service, and not for an earlier one of its name.
    async fn latest(&self, at: &Address, service: &Service) -> Result<Option<Task>, CallError> {
        let definition = Arn::of(service.shape.task_definition.as_deref().unwrap_or_default()).last();
        let family = definition.split(':').next().unwrap_or_default();
        let found = self.ecs.started_by(place(at)?.0, &word(&at.owner), family).await?;
        Ok(found.into_iter().find(|task| task.created >= service.created))
    }

    async fn service(&self, at: &Address) -> Result<Service, CallError> {
        let (cluster, name) = place(at)?;
        let gone = || CallError::own(RUN, ErrorClass::NotFound, "there is no such service");
        self.ecs.service(cluster, name, Freshness::Now).await?.ok_or_else(gone)
    }

    /// Runs the command, or goes on with the task that an interrupted apply began for the same: one that was `seen` running counts,
    /// however it has ended since. Where the answer is lost it may run all the same, and is then not the task that was the latest
    /// before.
    async fn run(&self, at: &Address, desired: TaskRunFields, seen: Option<&Seen>) -> Result<Answer, CallError> {
        let trigger = desired.trigger.unwrap_or_default();
        let seen = seen.and_then(|seen| seen.outputs.get("task"));
        let running = seen.filter(|task| task["ended"] == json!(false) && task["trigger"] == json!(trigger));
        if let Some(arn) = running.and_then(|task| task["arn"].as_str()) {
            return Ok(operation(arn));
        }
        let service = self.service(at).await?;
        let before = self.latest(at, &service).await?;
        let failed = |task: &Task| one_off_task::ended(task) && !one_off_task::succeeded(task, container(&service));
        let remembered = service.tags.get(POST_DEPLOY_TAG) == Some(&trigger);
        match &before {
            Some(task) if run_for(task) == Some(&trigger) && !failed(task) && !remembered => {
                return Ok(operation(&task.arn));
            }
            // Whatever it is for, two commands are not run at once.
            Some(task) if !one_off_task::ended(task) => {
                return Err(CallError::own(RUN, ErrorClass::Underway, format!("task {}", task.status)));
            }
            _ => {}
        }
        let mut new =
            one_off_task::new(place(at)?.0, &service.shape, container(&service), desired.command, &service.tags);
        new.tags.insert(POST_DEPLOY_TAG.to_owned(), trigger.clone());
        new.started_by = Some(word(&at.owner));
        new.token = token(&at.token, &trigger, before.as_ref());
        match self.ecs.run_task(&new).await {
            Ok(arn) => Ok(operation(&arn)),
            Err(error) if error.class == ErrorClass::Unavailable => {
                let found = self.latest(at, &service).await?;
                let before = before.map(|task| task.arn);
                let is_ours = |task: &Task| Some(&task.arn) != before.as_ref() && run_for(task) == Some(&trigger);
                found.filter(is_ours).map(|task| operation(&task.arn)).ok_or(error)
            }
            Err(error) => Err(error),
        }
    }
}

/// A task that a call has begun.
fn operation(arn: &str) -> Answer {
    Answer::Operation(Operation(Json::from(arn)))
}

#[async_trait]
impl Component for TaskRun {
    /// Tasks are looked at only when it must be known how they stand now. One that failed, and that nothing remembers, is no more
    /// than what a create may find.
    async fn read(&self, at: &Address, freshness: Freshness) -> Result<Option<Seen>, CallError> {
        let (cluster, name) = place(at)?;
        let Some(service) = self.ecs.service(cluster, name, freshness).await? else { return Ok(None) };
        let task = match freshness {
            Freshness::Snapshot | Freshness::Shown => None,
            Freshness::Since(_) | Freshness::Now => self.latest(at, &service).await?,
        };
        Ok(seen(service, task.as_ref()))
    }

    async fn create(&self, at: &Address, spec: &Resolved, _: &BTreeMap<String, String>) -> Result<Answer, CallError> {
        self.run(at, TaskRunFields::decode(spec)?, None).await
    }

    async fn update(&self, at: &Address, change: Change<'_>) -> Result<Answer, CallError> {
        let desired: TaskRunFields = change.desired()?;
        match change.call {
            RUN => self.run(at, desired, Some(change.seen)).await,
            TAG => {
                let record = BTreeMap::from([(POST_DEPLOY_TAG.to_owned(), desired.trigger.unwrap_or_default())]);
                Ok(self.ecs.add_tags(output(change.seen, "arn"), &record).await?.into())
            }
            other => Err(unknown_call(other)),
        }
    }

    /// What is remembered goes with the service.
    async fn delete(&self, _: &Address, _: &Seen, _: &DeleteOptions) -> Result<Answer, CallError> {
        Ok(Answer::Done)
    }

    async fn progress(&self, at: &Address, operation: &Operation) -> Result<Phase, CallError> {
        let arn = operation.0.as_str().unwrap_or_default();
        let missing = || CallError::own(RUN, ErrorClass::NotFound, format!("there is no task {arn}"));
        let task = self.ecs.task(place(at)?.0, arn).await?.ok_or_else(missing)?;
        if !one_off_task::ended(&task) {
            return Ok(Phase::Pending(format!("task {}", task.status)));
        }
        let service = self.service(at).await?;
        if one_off_task::succeeded(&task, container(&service)) {
            return Ok(Phase::Ready);
        }
        Ok(Phase::Failed(one_off_task::failure(arn, &task.reason)))
    }

    async fn diagnose(&self, _: &Address, seen: &Seen) -> Option<Words> {
        let task = seen.outputs.get("task")?;
        let (arn, definition) = (task["arn"].as_str()?, task["definition"].as_str()?);
        task_log::end(&*self.ecs, &*self.logs, definition, one_off_task::id(arn)).await
    }
}

/// The token of a run: another one for each value, and for each try after one that failed.
fn token(life: &str, trigger: &str, before: Option<&Task>) -> Option<String> {
    let seed = format!("{life}/{trigger}/{}", before.map_or("", |task| &task.arn));
    (!life.is_empty()).then(|| hex(&Sha256::digest(seed.as_bytes())))
}

/// The container that the load balancer leads to.
fn container(service: &Service) -> &str {
    service.shape.target.as_ref().map_or(CONTAINER, |target| &target.container)
}

/// The cluster and the name of the service.
fn place(at: &Address) -> Result<(&str, &str), CallError> {
    match at.within.as_slice() {
        [.., cluster, service] => Ok((cluster, service)),
        _ => Err(CallError::own(RUN, ErrorClass::Invalid, "a command is run for a service")),
    }
}

/// The word that the tasks of an owner are started with: 36 characters at most.
fn word(owner: &str) -> String {
    format!("drop-{}", &hex(&Sha256::digest(owner.as_bytes()))[..24])
}

/// What a task was run for.
fn run_for(task: &Task) -> Option<&str> {
    task.tags.get(POST_DEPLOY_TAG).map(String::as_str)
}

/// `None` where nothing is remembered, and no task runs or has ended well.
fn seen(service: Service, task: Option<&Task>) -> Option<Seen> {
    let record = service.tags.get(POST_DEPLOY_TAG).cloned();
    let counts = |task: &Task| !one_off_task::ended(task) || one_off_task::succeeded(task, container(&service));
    if record.is_none() && !task.is_some_and(counts) {
        return None;
    }
    let fields = TaskRunFields { trigger: record, ..TaskRunFields::default() };
    let id = one_off_task::id(&service.arn).to_owned();
    let told = task.map(|task| {
        json!({
            "arn": task.arn,
            "trigger": run_for(task),
            "status": task.status,
            "ended": one_off_task::ended(task),
            "definition": task.task_definition,
        })
    });
    let seen = Seen::of(id, &fields, service.tags).telling("arn", service.arn);
    Some(match told {
        Some(told) => seen.telling("task", told),
        None => seen,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::aws::ecs::ServiceShape;

    /// A service that remembers `record`, and the task "a/1"; without an exit code it still runs.
    fn found(record: Option<&str>, exit: Option<i32>) -> Option<Seen> {
        let tag = |trigger: &str| (POST_DEPLOY_TAG.to_owned(), trigger.to_owned());
        let service = Service {
            arn: "a/web".to_owned(),
            status: "ACTIVE".to_owned(),
            shape: ServiceShape::default(),
            created: None,
            running: 1,
            unsupported: vec![],
            tags: record.map(tag).into_iter().collect(),
        };
        let task = Task {
            arn: "a/1".to_owned(),
            status: if exit.is_some() { "STOPPED" } else { "RUNNING" }.to_owned(),
            stop_code: exit.map(|_| "EssentialContainerExited".to_owned()),
            exit_codes: exit.map(|code| (CONTAINER.to_owned(), code)).into_iter().collect(),
            reason: "app exited with 3".to_owned(),
            ..Task::default()
        };
        seen(service, Some(&task))
    }

    #[test]
    fn what_failed_and_is_not_remembered_is_not_there() {
        assert!(found(None, Some(3)).is_none());
        for exit in [None, Some(0)] {
            assert_eq!(found(None, exit).unwrap().fields["trigger"], json!(null));
        }
        assert_eq!(found(Some("v1"), Some(3)).unwrap().fields["trigger"], json!("v1"));
    }

    #[test]
    fn a_run_has_a_token_of_its_own() {
        let failed = Task { arn: "a/1".to_owned(), ..Task::default() };
        let first = token("life", "v1", None).unwrap();
        assert_eq!((Some(&first), first.len()), (token("life", "v1", None).as_ref(), 64));
        assert_eq!(token("", "v1", None), None);
        for other in [token("other", "v1", None), token("life", "v2", None), token("life", "v1", Some(&failed))] {
            assert_ne!(Some(&first), other.as_ref());
        }
    }

    #[test]
    fn ecs_takes_the_word() {
        let word = word(&format!("drop_app_service/{}/{}", "e".repeat(50), "n".repeat(50)));
        assert!(word.len() <= 36 && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'));
    }
}
