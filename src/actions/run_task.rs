//! The action `drop_run_task`.

use std::time::Duration;

use tf_plugin::{Attr, Model, async_trait};

use super::failure::Failure;
use super::run::ActionImpl;
use super::service::{OfService, Service, short};
use crate::base::{CallError, ErrorClass};
use crate::cloud::aws::Session;
use crate::cloud::aws::ecs::Task;
use crate::components::ecs::{one_off_task, task_log};
use crate::engine::run::context::OpContext;
use crate::engine::run::error::EngineError;
use crate::engine::run::wait::{self, Poll};

/// Runs a command once, in a task of its own, with the image, the environment, the roles and the network of a service: a
/// clean-up, a report, a step back of the database's schema.
///
/// The image is the one that the service runs; a deployment under way is waited for, since it may still be rolled back. Before an apply that is the old one, which does not have the migrations that
/// a new one brings: run those after the apply, and have the new image bear the old schema for that long.
///
/// It waits for the end of the task. An exit code other than 0 fails the action, with the last lines of the task's log; so
/// does a task that never starts, or that somebody else stops. One that takes longer than `timeout`, or that is
/// interrupted, is stopped (`SIGTERM`, and 30 seconds later `SIGKILL`): the command must be able to be run again.
///
/// Terraform from 1.14. OpenTofu has no actions: there, change `trigger` of the block `post_deploy` of the `drop_app_service`, which runs
/// its command in the same way, after the deployment of the same apply. One that is interrupted there goes on, and the
/// next apply watches it to its end. Neither runs a command with a new image before that image gets requests.
///
/// Permissions: `ecs:DescribeServiceDeployments`, `ecs:DescribeServiceRevisions`, `ecs:DescribeServices`,
/// `ecs:DescribeTaskDefinition`, `ecs:DescribeTasks`, `ecs:ListServiceDeployments`, `ecs:RunTask`, `ecs:StopTask`,
/// `ecs:TagResource`, `iam:PassRole`, `logs:GetLogEvents`.
#[derive(Debug, Clone, Default, Model)]
pub struct Config {
    /// The service.
    #[flatten]
    pub of: OfService,
    /// The command, in place of the image's own: `["./manage.py", "migrate"]`. Anybody who may describe tasks can read it.
    #[attr(required, validate = crate::values::rules::command)]
    pub command: Attr<Vec<String>>,
    /// How long it may take, as a duration such as `"45m"`. Default: `"30m"`.
    #[attr(optional, validate = crate::values::rules::time)]
    pub timeout: Attr<String>,
}

/// `drop_run_task`.
pub struct RunTask;

#[async_trait]
impl ActionImpl for RunTask {
    type Config = Config;
    type Target = Service;
    const TYPE: &'static str = "drop_run_task";
    const DEFAULT_TIMEOUT: Duration = Duration::from_secs(1800);
    const AFTER_FAILURE: &'static str =
        "The service itself was not touched. Run the action again to run the command again.";

    async fn work(session: &Session, service: Service, config: &Config, cx: &OpContext) -> Result<String, Failure> {
        let service = service.wait_idle(cx).await?;
        let definition = service.task_definition();
        let command = config.command.known().cloned().unwrap_or_default();
        let container = service.container();
        let new = one_off_task::new(&service.cluster, &service.shape(), container, command, service.tags());
        let arn = session.ecs.run_task(&new).await.map_err(|error| not_run(error, &service.cluster))?;
        let id = one_off_task::id(&arn);
        cx.sink.tell(format!("Running task {id} of {} in {}", short(definition), service.cluster));
        let ended = match stopped(session, &service.cluster, &arn, cx).await {
            Ok(task) => task,
            Err(error @ (EngineError::Deadline { .. } | EngineError::Interrupted { .. })) => {
                let why = "drop_run_task was interrupted, or ran out of time";
                let stopping = session.ecs.stop_task(&service.cluster, &arn, why).await;
                let now = match stopping {
                    Ok(()) => "it is being stopped".to_owned(),
                    Err(refused) => format!("stopping it failed, look after it by hand: {refused}"),
                };
                return Err(failed(&arn, &format!("{error}; {now}")));
            }
            Err(error) => return Err(unwatched(&arn, &error)),
        };
        if one_off_task::succeeded(&ended, container) {
            return Ok(format!("Task {id} exited with 0"));
        }
        let log = task_log::end(session.ecs.as_ref(), session.logs.as_ref(), definition, id).await;
        let log = log.map(|log| format!(".\n\n{log}")).unwrap_or_default();
        Err(failed(&arn, &format!("{}{log}", ended.reason)))
    }
}

/// The task, once it has stopped. ECS may not show it right away.
async fn stopped(session: &Session, cluster: &str, arn: &str, cx: &OpContext) -> Result<Task, EngineError> {
    wait::until(cx, "task", "stopped", || async {
        let found = match session.ecs.task(cluster, arn).await {
            Ok(found) => found,
            // It runs, whether it can be seen or not.
            Err(error) if error.class == ErrorClass::Unavailable => return Ok(Poll::NotYet(error.to_string())),
            Err(error) => return Err(EngineError::step("watch", "task", &[], error)),
        };
        Ok(match found {
            Some(task) if one_off_task::ended(&task) => Poll::Done(task),
            Some(task) => Poll::NotYet(task.status),
            None => Poll::NotYet("not visible yet".to_owned()),
        })
    })
    .await
}

fn failed(arn: &str, why: &str) -> Failure {
    Failure::started(EngineError::refused(one_off_task::failure(arn, why).to_string(), ""))
}

/// The task could not be looked at any more.
fn unwatched(arn: &str, error: &EngineError) -> Failure {
    let summary = format!("how the command ends cannot be told: {error}");
    let advice = format!("The task was left alone and may still run. Look at {arn} before you run the action again.");
    Failure::started(EngineError::refused(summary, advice))
}

/// The task was not run, or nobody knows: throttling turns a call away before it does anything.
fn not_run(error: CallError, cluster: &str) -> Failure {
    let turned_away = error.code.as_deref().is_some_and(|code| code.contains("Throttl"));
    if error.class != ErrorClass::Unavailable || turned_away {
        return error.into();
    }
    let summary = format!("the answer to RunTask was lost, and the task may be running: {error}");
    let advice = format!("Look at the tasks of the cluster {cluster} before you run the action again.");
    Failure::started(EngineError::refused(summary, advice))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_was_lost_is_looked_after_before_the_next() {
        let error = |code: Option<&str>, class| CallError {
            call: "ecs:RunTask".to_owned(),
            code: code.map(str::to_owned),
            message: "no answer".to_owned(),
            request_id: None,
            class,
        };
        let lost = not_run(error(None, ErrorClass::Unavailable), "web");
        assert!(lost.has_begun() && lost.to_string().contains("may be running"), "{lost}");
        assert!(lost.advice().is_some_and(|advice| advice.contains("web")));
        assert!(!not_run(error(Some("ThrottlingException"), ErrorClass::Unavailable), "c").has_begun());
        assert!(!not_run(error(Some("RESOURCE:ENI"), ErrorClass::Busy), "c").has_begun());
    }
}
