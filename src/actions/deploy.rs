//! The action `drop_deploy`.

use std::time::Duration;

use tf_plugin::{Attr, Model, async_trait};

use super::failure::Failure;
use super::run::ActionImpl;
use super::service::{OfService, Service, short};
use crate::cloud::aws::Session;
use crate::engine::run::context::OpContext;

/// Deploys a service anew, with the task definition that it has: new tasks take the place of those that run.
///
/// It is judged as a change of the resource is: a deployment that was rolled back fails the action, with the reason of the
/// stopped task and the last lines of its log. What somebody else is deploying is waited for first. Use it after an image
/// was pushed again under its tag, or to have tasks read a secret again.
///
/// Terraform from 1.14. OpenTofu has no actions: there, change `redeploy_trigger` of the `drop_app_service`, which does the same.
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
    /// How long it may take, as a duration such as `"45m"`. Default: `"60m"`.
    #[attr(optional, validate = crate::values::rules::time)]
    pub timeout: Attr<String>,
}

/// `drop_deploy`.
pub struct Deploy;

#[async_trait]
impl ActionImpl for Deploy {
    type Config = Config;
    type Target = Service;
    const TYPE: &'static str = "drop_deploy";
    const DEFAULT_TIMEOUT: Duration = Duration::from_secs(3600);
    const AFTER_FAILURE: &'static str = "A deployment that has begun goes on by itself, and what served before serves until it is \
                                done; the data source `drop_deployments` tells how it ends. Run the action again to \
                                deploy again.";

    async fn work(_: &Session, service: Service, _: &Config, cx: &OpContext) -> Result<String, Failure> {
        let service = service.wait_idle(cx).await?;
        let live = service.task_definition();
        service.deploy(cx, live).await?;
        Ok(format!("{} runs new tasks of {}", service.name, short(live)))
    }
}
