//! The action `drop_rollback`.

use std::time::Duration;

use tf_plugin::{Attr, Model, async_trait};

use super::failure::Failure;
use super::run::ActionImpl;
use super::service::{OfService, Service, short};
use crate::base::{Arn, RESOURCE_TAG};
use crate::cloud::aws::Session;
use crate::cloud::aws::ecs::Deployment;
use crate::engine::run::context::OpContext;
use crate::values::rules::Verdict;

/// Takes a service back to an earlier task definition: its image, its environment and its size, as they were.
///
/// It is the one that the last successful deployment brought before what is deployed now, or the one that you name; the
/// data source `drop_deployments` lists them. While a deployment is under way, that is the one that is gone back from: its
/// end is waited for, and if ECS itself has gone back to the same task definition by then, nothing more is deployed. It is
/// judged as a change of the resource is: if the rollback is itself rolled back, the action fails, with the reason of the
/// stopped task and the last lines of its log. Run twice without a name, it goes back and forth.
///
/// The configuration still asks for what was left: the next plan of the `drop_app_service` says so, and its apply deploys
/// that again. To stay, set `image.uri` (and whatever else was changed) back to what it was.
///
/// Terraform from 1.14. OpenTofu has no actions: there, set `image.uri` back and apply, which does the same.
///
/// Permissions: `ecs:DescribeServiceDeployments`, `ecs:DescribeServiceRevisions`, `ecs:DescribeServices`,
/// `ecs:DescribeTaskDefinition`, `ecs:DescribeTasks`, `ecs:ListServiceDeployments`, `ecs:ListTasks`, `ecs:UpdateService`,
/// `iam:PassRole`, `logs:GetLogEvents`; for a service
/// that was taken over also `tag:GetResources`.
#[derive(Debug, Clone, Default, Model)]
pub struct Config {
    /// The service.
    #[flatten]
    pub of: OfService,
    /// The task definition to go back to, as ARN or as `<family>:<revision>`. Default: that of the last successful deployment
    /// before the present one.
    #[attr(optional, validate = revision)]
    pub task_definition: Attr<String>,
    /// How long it may take, as a duration such as `"45m"`. Default: `"60m"`.
    #[attr(optional, validate = crate::values::rules::time)]
    pub timeout: Attr<String>,
}

/// A family alone stands for its newest revision at ECS, which may be the one to go back from.
fn revision(text: &str) -> Verdict {
    let is_of_ecs = |arn: &Arn<'_>| arn.service == "ecs" && arn.resource.starts_with("task-definition/");
    let name = match Arn::parse(text) {
        Some(arn) => arn.resource.strip_prefix("task-definition/").filter(|_| is_of_ecs(&arn)),
        None => Some(text),
    };
    // <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html>
    let is_family = |family: &str| {
        (1..=255).contains(&family.len()) && family.bytes().all(|c| c.is_ascii_alphanumeric() || b"-_".contains(&c))
    };
    let is_number = |number: &str| number.parse::<u32>().is_ok_and(|found| found > 0 && found.to_string() == number);
    match name.and_then(|name| name.split_once(':')) {
        Some((family, number)) if is_family(family) && is_number(number) => Ok(()),
        _ => Err(
            "must name a revision: an ARN \"arn:aws:ecs:<region>:<account>:task-definition/<family>:<revision>\", or \
                  \"<family>:<revision>\""
                .to_owned(),
        ),
    }
}

/// `drop_rollback`.
pub struct Rollback;

#[async_trait]
impl ActionImpl for Rollback {
    type Config = Config;
    type Target = Service;
    const TYPE: &'static str = "drop_rollback";
    const DEFAULT_TIMEOUT: Duration = Duration::from_secs(3600);
    const AFTER_FAILURE: &'static str = "A deployment that has begun goes on by itself, and what served before serves until it is \
                                done; the data source `drop_deployments` tells how it ends.";

    async fn precheck(session: &Session, service: &Service, config: &Config) -> Result<(), Failure> {
        target(session, service, config).await.map(|_| ())
    }

    async fn work(session: &Session, service: Service, config: &Config, cx: &OpContext) -> Result<String, Failure> {
        // What is gone back from is what is under way now, whatever becomes of it.
        let (back, left) = (target(session, &service, config).await?, short(service.brought()).to_owned());
        let waited = service.is_deploying();
        let service = service.wait_idle(cx).await?;
        if waited && service.is_deployed() && service.task_definition() == back {
            return Ok(format!(
                "{} runs {} again already: ECS went back from {left} by itself. Nothing was deployed",
                service.name,
                short(&back)
            ));
        }
        service.deploy(cx, &back).await?;
        Ok(format!(
            "{} runs {} again. The next plan of its resource deploys what the configuration asks for: set image.uri back to \
             stay",
            service.name,
            short(&back)
        ))
    }
}

/// ARN of the task definition to go back to.
async fn target(session: &Session, service: &Service, config: &Config) -> Result<String, Failure> {
    let named = config.task_definition.known().cloned();
    let wanted = match &named {
        Some(named) => named.clone(),
        None => {
            let deployments = session.ecs.deployments(&service.cluster, &service.name).await?;
            let earlier = before(&deployments, service.brought()).map(str::to_owned);
            earlier.ok_or_else(|| {
                Failure::refused(
                    "name",
                    format!(
                        "no successful deployment of another task definition than {} is known",
                        short(service.brought())
                    ),
                    "ECS remembers deployments for 90 days. Name an earlier `task_definition`, or set `image.uri` of the \
                     resource and apply.",
                )
            })?
        }
    };
    let found = session.ecs.task_definition(&wanted).await?;
    let ours = found.filter(|revision| revision.tags.get(RESOURCE_TAG) == Some(&service.owner) && revision.active);
    ours.map(|revision| revision.arn).ok_or_else(|| {
        Failure::refused(
            if named.is_some() { "task_definition" } else { "name" },
            format!("the task definition {} is not of this service, or can no longer be run", short(&wanted)),
            format!(
                "It must be active and carry the tag {RESOURCE_TAG} = {}; the data source `drop_deployments` lists those \
                 that were deployed.",
                service.owner
            ),
        )
    })
}

/// What the last successful deployment brought before what is deployed now.
fn before<'a>(deployments: &'a [Deployment], live: &str) -> Option<&'a str> {
    let good = deployments.iter().filter(|deployment| deployment.status == "SUCCESSFUL");
    good.filter_map(|deployment| deployment.task_definition.as_deref()).find(|definition| *definition != live)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deployment(brings: &str, status: &str) -> Deployment {
        Deployment {
            arn: String::new(),
            status: status.to_owned(),
            reason: None,
            task_definition: Some(brings.to_owned()),
            rolled_back_to: None,
            stalled: false,
        }
    }

    #[test]
    fn a_family_alone_is_no_revision() {
        let arn = "arn:aws:ecs:eu-north-1:123456789012:task-definition/web_task-1:12";
        assert!([arn, "web:1", "web-task-definition:4294967295"].iter().all(|text| revision(text).is_ok()));
        let family = &arn[..arn.len() - 3];
        for text in ["", "web", "web:", ":1", "web:0", "web:01", "web:+1", "web:latest", "web:1:2", family, "a b:1"] {
            assert!(revision(text).is_err(), "{text}");
        }
        assert!(revision("arn:aws:ecs:eu-north-1:123456789012:service/web/web:1").is_err());
    }

    #[test]
    fn the_last_good_one_before_the_present_is_gone_back_to() {
        let history = [("web:3", "SUCCESSFUL"), ("web:2", "ROLLBACK_SUCCESSFUL"), ("web:1", "SUCCESSFUL")];
        let history = history.map(|(brings, status)| deployment(brings, status));
        assert_eq!(before(&history, "web:3"), Some("web:1"));
        assert_eq!(before(&history[1..], "web:1"), None);
        let again =
            [deployment("web:3", "SUCCESSFUL"), deployment("web:3", "SUCCESSFUL"), deployment("web:1", "SUCCESSFUL")];
        assert_eq!(before(&again, "web:3"), Some("web:1"));
    }
}
