//! The action `drop_run_task`.

use std::time::Duration;

use tf_plugin::{Attr, Model, async_trait};

use super::failure::Failure;
use super::run::Work;
use super::service::{Service, short};
use crate::cloud::Freshness;
use crate::cloud::aws::Session;
use crate::cloud::aws::ecs::{NewTask, ServiceShape, Task};
use crate::components::task_definition::CONTAINER;
use crate::components::task_log;
use crate::engine::component::RESOURCE_TAG;
use crate::engine::error::EngineError;
use crate::engine::run::Cx;
use crate::engine::wait::{self, Poll};

/// Runs a command once, in a task of its own, with the image, the environment, the roles and the network of a service: a
/// migration, say.
///
/// It waits for the end of the task. An exit code other than 0 fails the action, with the last lines of the task's log; so
/// does a task that never starts. One that takes longer than `timeout`, or that is interrupted, is stopped (`SIGTERM`, and 30
/// seconds later `SIGKILL`): the command must be able to be run again.
///
/// Terraform from 1.14. OpenTofu has no actions, and no attribute of a resource does this yet: there, run it with
/// `aws ecs run-task` from the pipeline, before the apply. A command that comes before every deployment will be an attribute
/// of `drop_app_service`.
///
/// Permissions: `ecs:DescribeServiceDeployments`, `ecs:DescribeServiceRevisions`, `ecs:DescribeServices`,
/// `ecs:DescribeTaskDefinition`, `ecs:DescribeTasks`, `ecs:ListServiceDeployments`, `ecs:RunTask`, `ecs:StopTask`,
/// `ecs:TagResource`, `iam:PassRole`, `logs:GetLogEvents`.
#[derive(Debug, Clone, Default, Model)]
pub struct Config {
    /// Name of the service: `name` of its `drop_app_service`.
    #[attr(required, validate = crate::resources::rules::name)]
    pub name: Attr<String>,
    /// Region. Default: the provider's.
    #[attr(optional, validate = crate::resources::region::valid)]
    pub region: Attr<String>,
    /// The command, in place of the image's own: `["./manage.py", "migrate"]`. Anybody who may describe tasks can read it.
    #[attr(required, validate = command)]
    pub command: Attr<Vec<String>>,
    /// How long it may take, as a duration such as `"45m"`. Default: `"30m"`.
    #[attr(optional, validate = crate::resources::rules::time)]
    pub timeout: Attr<String>,
}

fn command(words: &[String]) -> Result<(), String> {
    if words.iter().any(|word| !word.trim().is_empty()) { Ok(()) } else { Err("must name a command".to_owned()) }
}

/// `drop_run_task`.
pub struct RunTask;

#[async_trait]
impl Work for RunTask {
    type Config = Config;
    type Place = Session;
    const TYPE: &'static str = "drop_run_task";
    const TIME: Duration = Duration::from_secs(1800);
    const NEXT: &'static str = "The service itself was not touched. Run the action again to run the command again.";

    async fn look(session: &Session, config: &Config) -> Result<(), Failure> {
        Service::find(session, config.name.known().map_or("", String::as_str)).await.map(|_| ())
    }

    async fn work(session: &Session, config: &Config, cx: &Cx) -> Result<String, Failure> {
        let service = Service::find(session, config.name.known().map_or("", String::as_str)).await?;
        let found = session.ecs.service(&service.cluster, &service.name, Freshness::Now).await?;
        let definition = service.task_definition();
        let shape = ServiceShape {
            task_definition: Some(definition.to_owned()),
            ..found.map(|found| found.shape).unwrap_or_default()
        };
        let new = NewTask {
            cluster: service.cluster.clone(),
            shape,
            container: CONTAINER.to_owned(),
            command: config.command.known().cloned().unwrap_or_default(),
            tags: [(RESOURCE_TAG.to_owned(), service.owner.clone())].into(),
        };
        let arn = session.ecs.run_task(&new).await?;
        let id = arn.rsplit('/').next().unwrap_or(&arn);
        cx.listener.tell(format!("Running task {id} of {} in {}", short(definition), service.cluster));
        let ended = match stopped(session, &service.cluster, &arn, cx).await {
            Ok(task) => task,
            Err(error) => {
                let why = "drop_run_task was interrupted, or ran out of time";
                let stopping = session.ecs.stop_task(&service.cluster, &arn, why).await;
                let now = match stopping {
                    Ok(()) => "it is being stopped".to_owned(),
                    Err(refused) => format!("stopping it failed, look after it by hand: {refused}"),
                };
                return Err(failed(id, format!("{error}; {now}")).into());
            }
        };
        if ended.exit_code == Some(0) {
            return Ok(format!("Task {id} exited with 0"));
        }
        let log = task_log::end(&*session.ecs, &*session.logs, definition, id).await;
        let log = log.map(|log| format!(".\n\n{log}")).unwrap_or_default();
        Err(failed(id, format!("{}{log}", ended.reason)).into())
    }
}

/// The task, once it has stopped. ECS may not show it right away.
async fn stopped(session: &Session, cluster: &str, arn: &str, cx: &Cx) -> Result<Task, EngineError> {
    wait::until(cx, "task", "stopped", || async {
        let found = session.ecs.task(cluster, arn).await;
        let found = found.map_err(|error| EngineError::step("watch", "task", &[], error.into()))?;
        Ok(match found {
            Some(task) if task.status == "STOPPED" => Poll::Done(task),
            Some(task) => Poll::NotYet(task.status),
            None => Poll::NotYet("not visible yet".to_owned()),
        })
    })
    .await
}

fn failed(id: &str, why: String) -> EngineError {
    EngineError::refused(format!("the command failed in task {id}: {why}"), "")
}
