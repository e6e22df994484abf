//! What was asked for with the last command that was run for a service. It stands in a tag of the service, which a refresh
//! and an import read anyway; the tag is written when the command has ended well, so that one that failed is run again. A
//! task that an interrupted apply began is found by the word that it was started with, and watched to its end.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use crate::base::{Arn, CallError, ErrorClass, Freshness, Words, hex};
use crate::cloud::aws::ecs::{Ecs, Service, Task};
use crate::cloud::aws::logs::Logs;
use crate::components::ecs::one_off_task;
use crate::components::ecs::task_definition::CONTAINER;
use crate::components::ecs::task_log;
use crate::components::shared::output;
use crate::components::shared::unknown_call;
use crate::engine::model::kind::{Field, Kind};
use crate::engine::model::spec::Resolved;
use crate::engine::run::component::{Address, Answer, Change, Component, Phase, Removal, Seen};

const RUN: &str = "ecs:RunTask";
const TAG: &str = "ecs:TagResource";

/// The tag of a service that tells what was run last, and of a task what it was run for.
const RUN_TAG: &str = "drop:run";

/// `service` is what must be as wished before. `ran` is what the latest task was run for, unless it failed before anybody
/// of this process looked; `on` is what the service remembers. Nothing is taken away with it: what was run stays so.
pub static KIND: Kind = Kind {
    name: "task run",
    named: false,
    create: Some(RUN),
    fields: &[Field::parameter("command"), Field::in_place("ran", RUN), Field::in_place("on", TAG).after()],
    reads: &["ecs:DescribeServices", "ecs:DescribeTasks", "ecs:ListTasks", "logs:GetLogEvents"],
    also: &["ecs:DescribeTaskDefinition", "iam:PassRole"],
    ..Kind::BASE
};

/// The commands that are run for services.
#[derive(Debug)]
pub struct TaskRun {
    ecs: Arc<dyn Ecs>,
    logs: Arc<dyn Logs>,
    /// The task that this process has begun, or found running: how it ends is told.
    watched: Mutex<Option<String>>,
}

impl TaskRun {
    /// Through these clients.
    pub fn new(ecs: Arc<dyn Ecs>, logs: Arc<dyn Logs>) -> Self {
        Self { ecs, logs, watched: Mutex::default() }
    }

    fn watched(&self) -> Option<String> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn watch(&self, arn: &str) {
        *self.watched.lock().unwrap_or_else(PoisonError::into_inner) = Some(arn.to_owned());
    }

    /// The task that is watched, or the latest one.
    async fn task(&self, at: &Address, service: &Service) -> Result<Option<Task>, CallError> {
        if let Some(arn) = self.watched() {
            return self.ecs.task(place(at)?.0, &arn).await;
        }
        let found = self.latest(at, service).await?;
        if let Some(task) = found.as_ref().filter(|task| !one_off_task::ended(task)) {
            self.watch(&task.arn);
        }
        Ok(found)
    }

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

    /// Runs the command. Where the answer is lost it may run all the same, and is then not the task that was the latest
    /// `before`.
    async fn begin(
        &self,
        at: &Address,
        service: &Service,
        spec: &Resolved,
        before: Option<&str>,
    ) -> Result<(), CallError> {
        let (cluster, on) = (place(at)?.0, spec.text("ran"));
        let command = spec.texts("command");
        let mut new = one_off_task::new(cluster, &service.shape, container(service), command, &service.tags);
        new.tags.insert(RUN_TAG.to_owned(), on.to_owned());
        new.started_by = Some(word(&at.owner));
        match self.ecs.run_task(&new).await {
            Ok(arn) => self.watch(&arn),
            Err(error) if error.class == ErrorClass::Unavailable => {
                let found = self.latest(at, service).await?;
                let ours = |task: &Task| Some(task.arn.as_str()) != before && run_for(task) == Some(on);
                let Some(task) = found.filter(ours) else { return Err(error) };
                self.watch(&task.arn);
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

#[async_trait]
impl Component for TaskRun {
    /// Tasks are looked at only when it must be known how they stand now. One that nobody watches and nothing remembers is
    /// no more than what a create may find.
    async fn read(&self, at: &Address, freshness: Freshness) -> Result<Option<Seen>, CallError> {
        let (cluster, name) = place(at)?;
        let Some(service) = self.ecs.service(cluster, name, freshness).await? else { return Ok(None) };
        let task = match freshness {
            Freshness::Snapshot | Freshness::Shown => None,
            Freshness::Since(_) | Freshness::Now => self.task(at, &service).await?,
        };
        let watched = self.watched();
        let told = watched.is_some() || service.tags.contains_key(RUN_TAG);
        Ok(told.then(|| seen(service, task.as_ref(), watched.as_deref())))
    }

    async fn create(&self, at: &Address, spec: &Resolved, _: &BTreeMap<String, String>) -> Result<Answer, CallError> {
        let service = self.service(at).await?;
        let latest = self.latest(at, &service).await?;
        let failed = |task: &Task| one_off_task::ended(task) && !one_off_task::succeeded(task, container(&service));
        match latest {
            // An interrupted apply began it, and did not live to have it remembered.
            Some(task) if run_for(&task) == Some(spec.text("ran")) && !failed(&task) => {
                self.watch(&task.arn);
            }
            latest => self.begin(at, &service, spec, latest.as_ref().map(|task| task.arn.as_str())).await?,
        }
        Ok(Answer::Begun)
    }

    async fn update(&self, at: &Address, Change { call, seen, spec, .. }: Change<'_>) -> Result<Answer, CallError> {
        match call {
            RUN => {
                let before = seen.outputs.get("task").and_then(|task| task["arn"].as_str());
                Ok(self.begin(at, &self.service(at).await?, spec, before).await?.into())
            }
            TAG => {
                let record = BTreeMap::from([(RUN_TAG.to_owned(), spec.text("on").to_owned())]);
                Ok(self.ecs.add_tags(output(seen, "arn"), &record).await?.into())
            }
            other => Err(unknown_call(other)),
        }
    }

    /// What is remembered goes with the service.
    async fn delete(&self, _: &Address, _: &Seen, _: &Removal) -> Result<Answer, CallError> {
        Ok(Answer::Done)
    }

    /// A task that failed before this process began or watched it is no answer to what is asked now.
    fn settled(&self, seen: &Seen, spec: &Resolved, _: &[String]) -> Phase {
        let watched = self.watched();
        let Some(task) = seen.outputs.get("task") else {
            let waits = || Phase::Working("its task is not visible yet".to_owned());
            return watched.map_or(Phase::Ready, |_| waits());
        };
        let text = |name: &str| task[name].as_str().unwrap_or_default();
        let asked = watched.as_deref() == Some(text("arn")) && text("on") == spec.text("ran");
        match (task["ended"] == json!(true), task["succeeded"] == json!(true)) {
            (false, _) => Phase::Working(format!("task {}", text("status"))),
            (true, false) if asked => Phase::Broken(one_off_task::failure(text("arn"), text("reason"))),
            _ => Phase::Ready,
        }
    }

    async fn explain(&self, _: &Address, seen: &Seen) -> Option<Words> {
        let task = seen.outputs.get("task")?;
        let (arn, definition) = (task["arn"].as_str()?, task["definition"].as_str()?);
        task_log::end(&*self.ecs, &*self.logs, definition, one_off_task::id(arn)).await
    }
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
    task.tags.get(RUN_TAG).map(String::as_str)
}

fn seen(service: Service, task: Option<&Task>, watched: Option<&str>) -> Seen {
    let record = service.tags.get(RUN_TAG);
    let mut fields: BTreeMap<&'static str, Json> = record.map(|on| ("on", json!(on))).into_iter().collect();
    let mut outputs = BTreeMap::from([("arn", json!(service.arn))]);
    if let Some(task) = task {
        let told = json!({
            "arn": task.arn,
            "on": run_for(task),
            "status": task.status,
            "ended": one_off_task::ended(task),
            "succeeded": one_off_task::succeeded(task, container(&service)),
            "reason": task.reason,
            "definition": task.task_definition,
        });
        outputs.insert("task", told);
        let counts = one_off_task::succeeded(task, container(&service)) || watched == Some(task.arn.as_str());
        let ran = if counts { run_for(task) } else { record.map(String::as_str) };
        fields.extend(ran.map(|on| ("ran", json!(on))));
    }
    let id = one_off_task::id(&service.arn).to_owned();
    Seen { id, phase: Phase::Ready, fields, outputs, tags: service.tags }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::aws::Session;
    use crate::cloud::aws::ecs::ServiceShape;

    fn component() -> TaskRun {
        let session = Session::unreachable("123456789012", "eu-north-1");
        TaskRun::new(session.ecs.clone(), session.logs.clone())
    }

    /// A service that remembers `record`, and the task "a/1" that was run for `on`; without an exit code it still runs.
    fn found(record: Option<&str>, on: &str, exit: Option<i32>, watched: bool) -> Seen {
        let tag = |on: &str| (RUN_TAG.to_owned(), on.to_owned());
        let service = Service {
            arn: "a/web".to_owned(),
            status: "ACTIVE".to_owned(),
            shape: ServiceShape::default(),
            created: None,
            beyond: vec![],
            tags: record.map(tag).into_iter().collect(),
        };
        let task = Task {
            arn: "a/1".to_owned(),
            status: if exit.is_some() { "STOPPED" } else { "RUNNING" }.to_owned(),
            stop_code: exit.map(|_| "EssentialContainerExited".to_owned()),
            exit_codes: exit.map(|code| (CONTAINER.to_owned(), code)).into_iter().collect(),
            reason: "app exited with 3".to_owned(),
            tags: [tag(on)].into(),
            ..Task::default()
        };
        seen(service, Some(&task), watched.then_some("a/1"))
    }

    fn wish(on: &str) -> Resolved {
        Resolved(BTreeMap::from([("ran".to_owned(), json!(on)), ("on".to_owned(), json!(on))]))
    }

    #[test]
    fn a_task_under_way_is_waited_for_whatever_it_is_for() {
        for on in ["v1", "v2"] {
            let running = found(None, on, None, true);
            assert!(matches!(component().settled(&running, &wish("v1"), &[]), Phase::Working(_)));
        }
    }

    #[test]
    fn one_that_was_begun_is_waited_for_before_it_is_visible() {
        let begun = component();
        begun.watch("a/1");
        let unseen = Seen { outputs: BTreeMap::new(), ..found(Some("v1"), "v2", None, false) };
        assert!(matches!(begun.settled(&unseen, &wish("v2"), &[]), Phase::Working(_)));
        assert_eq!(component().settled(&unseen, &wish("v2"), &[]), Phase::Ready);
    }

    #[test]
    fn a_failure_is_told_by_whoever_watched_it_and_nobody_else() {
        let watching = component();
        watching.watch("a/1");
        let failed = found(Some("v1"), "v2", Some(3), true);
        let Phase::Broken(reason) = watching.settled(&failed, &wish("v2"), &[]) else { panic!("not broken") };
        assert_eq!(reason.to_string(), "the command failed in task 1: app exited with 3");
        assert_eq!(watching.settled(&failed, &wish("v3"), &[]), Phase::Ready, "that was asked for earlier");

        let failed = found(Some("v1"), "v2", Some(3), false);
        assert_eq!(component().settled(&failed, &wish("v2"), &[]), Phase::Ready);
        assert_eq!(failed.fields["ran"], json!("v1"), "it is run again");
    }

    #[test]
    fn what_ended_well_unwatched_is_only_to_be_remembered() {
        let ended = found(Some("v1"), "v2", Some(0), false);
        assert_eq!(component().settled(&ended, &wish("v2"), &[]), Phase::Ready);
        assert_eq!((&ended.fields["ran"], &ended.fields["on"]), (&json!("v2"), &json!("v1")));
    }

    #[test]
    fn ecs_takes_the_word() {
        let word = word(&format!("drop_app_service/{}/{}", "e".repeat(50), "n".repeat(50)));
        assert!(word.len() <= 36 && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'));
    }
}
