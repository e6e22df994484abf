//! What the user writes.

use std::collections::BTreeMap;

use tf_plugin::{Attr, Model, Object};

use crate::resources::common::Common;
use crate::resources::reference::Ref;

/// A web service on Amazon ECS with Fargate, behind a load balancer of its own, in the region's default VPC.
///
/// It becomes a log group, two roles, two security groups, a load balancer with an HTTPS listener (port 80 redirects), a
/// target group, a cluster, a task definition, a service whose failed deployments are rolled back, and a scaling policy. A
/// deployment that was rolled back fails the apply, with the reason and the last lines of the log.
#[derive(Debug, Clone, Default, Model)]
pub struct AppService {
    /// Name of the service, unique among the services of the account and region. Objects are called `<name>-ecs-service`
    /// and so on. Lower-case letters, digits and hyphens. Changing it replaces the service.
    #[attr(required, replace, validate = crate::resources::rules::name)]
    pub name: Attr<String>,
    /// Region. Default: the provider's when the service is created; it then stays where it is. Changing it replaces the
    /// service.
    #[attr(optional, computed, replace, validate = crate::resources::region::valid)]
    pub region: Attr<String>,
    /// What runs it. `ecs` is Amazon ECS with Fargate. Changing it replaces the service.
    #[attr(default = "ecs", replace, one_of("ecs"))]
    pub backend: Attr<String>,
    /// Environment variables, in clear: they can be read in ECS and in the state. Changing them deploys.
    #[attr(optional, validate = super::rules::env)]
    pub env: Attr<BTreeMap<String, Attr<String>>>,
    /// A database that the service may reach: `drop_database.main.ref`. Opens the path to its security group, grants its
    /// secret, and sets `DATABASE_HOST`, `DATABASE_PORT` and `DATABASE_NAME`, and from the secret `DATABASE_USERNAME` and
    /// `DATABASE_PASSWORD`, which no state holds. Changing it deploys.
    #[attr(optional)]
    pub database: Attr<Ref>,
    /// Any text of up to 200 characters, such as a date or the id of a build. Changing it deploys the service anew with the
    /// same image: new tasks take the place of those that run, and read their secrets again. It stands in the task
    /// definition, as the Docker label `drop.redeploy`. The action `drop_deploy` does the same without a change here.
    #[attr(optional, validate = super::rules::redeploy)]
    pub redeploy: Attr<String>,
    /// Tags of all its objects. Tags that others add are left alone. Changing them is in place.
    #[attr(optional, validate = crate::resources::rules::tags)]
    pub tags: Attr<BTreeMap<String, Attr<String>>>,
    /// What it runs.
    #[block(required)]
    pub image: Attr<Image>,
    /// How large a task is.
    #[block]
    pub size: Attr<Size>,
    /// How it is reached.
    #[block(required)]
    pub http: Attr<Http>,
    /// How many tasks run.
    #[block]
    pub scaling: Attr<Scaling>,
    /// What it writes.
    #[block]
    pub logs: Attr<Logs>,

    /// ARN of the ECS service.
    #[attr(computed)]
    pub id: Attr<String>,
    /// Where it answers: `https://` and the host name.
    #[attr(computed)]
    pub url: Attr<String>,
    /// Host name of its load balancer.
    #[attr(computed)]
    pub hostname: Attr<String>,
    /// The last deployment of this resource.
    #[attr(computed)]
    pub deployment: Attr<Deployment>,
    /// The service as other resources take it: `origin = drop_app_service.web.ref`.
    #[attr(computed)]
    pub r#ref: Attr<Ref>,
    /// What every resource has.
    #[flatten]
    pub common: Common,
}

/// What it runs.
#[derive(Debug, Clone, Default, Model)]
pub struct Image {
    /// The image with its tag or digest, such as `123456789012.dkr.ecr.eu-north-1.amazonaws.com/web:1.4.2`. Changing it
    /// deploys. A tag that is pushed again under the same name is no change.
    #[attr(required, validate = super::rules::image)]
    pub uri: Attr<String>,
}

/// How large a task is. Fargate sells certain pairs only.
#[derive(Debug, Clone, Default, Model)]
pub struct Size {
    /// CPU units; 1024 are one vCPU. Changing it deploys.
    #[attr(default = 256)]
    pub cpu: Attr<i64>,
    /// Memory in MiB. Changing it deploys.
    #[attr(default = 512)]
    pub memory: Attr<i64>,
}

/// How it is reached.
#[derive(Debug, Clone, Default, Model)]
pub struct Http {
    /// The port that the container listens on. Changing it deploys.
    #[attr(required, validate = super::rules::port)]
    pub port: Attr<i64>,
    /// ARN of a certificate in ACM, of the same region, for the HTTPS listener. Default: a self-signed one that is made
    /// here and renewed before it ends; its key is nowhere but in ACM. Changing it is in place.
    #[attr(optional, validate = super::rules::certificate)]
    pub certificate_arn: Attr<String>,
    /// How it is told whether a task is well.
    #[block]
    pub health: Attr<Health>,
}

/// How it is told whether a task is well.
#[derive(Debug, Clone, Default, Model)]
pub struct Health {
    /// The path that answers 200 to 299 when all is well. Changed in place.
    #[attr(default = "/", validate = super::rules::path)]
    pub path: Attr<String>,
    /// How often it is asked, `"5s"` to `"300s"`. Changed in place.
    #[attr(default = "30s", validate = super::rules::health_interval)]
    pub interval: Attr<String>,
    /// How long an answer may take, `"2s"` to `"120s"`, less than the interval. Changed in place.
    #[attr(default = "5s", validate = super::rules::health_timeout)]
    pub timeout: Attr<String>,
    /// How many failures in a row make a task unhealthy, 2 to 10. Changed in place.
    #[attr(default = 3, validate = super::rules::retries)]
    pub retries: Attr<i64>,
    /// How long a new task may fail without being counted. Changed in place.
    #[attr(default = "60s", validate = crate::resources::rules::time)]
    pub grace: Attr<String>,
}

/// How many tasks run.
#[derive(Debug, Clone, Default, Model)]
pub struct Scaling {
    /// The least number of tasks. Changed in place.
    #[attr(default = 1, validate = super::rules::count)]
    pub min: Attr<i64>,
    /// The most tasks. Default: as many as `min`. Changed in place.
    #[attr(optional, validate = super::rules::count)]
    pub max: Attr<i64>,
    /// Scales between `min` and `max` by the use of CPU.
    #[block]
    pub cpu: Attr<Cpu>,
}

/// Scales by the use of CPU.
#[derive(Debug, Clone, Default, Model)]
pub struct Cpu {
    /// The average use of CPU to aim at, in percent, 1 to 100. Changed in place.
    #[attr(required, validate = super::rules::percent)]
    pub target: Attr<i64>,
}

/// What it writes.
#[derive(Debug, Clone, Default, Model)]
pub struct Logs {
    /// Days that log lines are kept: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192,
    /// 2557, 2922, 3288 or 3653. Changed in place; lines beyond are lost.
    #[attr(default = 30, validate = super::rules::retention_days)]
    pub retention_days: Attr<i64>,
}

/// A deployment of the service.
#[derive(Debug, Clone, Default, Object)]
pub struct Deployment {
    /// Its ARN.
    pub id: Attr<String>,
    /// How it ended: `SUCCESSFUL`, `ROLLBACK_SUCCESSFUL`, `STOPPED` …
    pub status: Attr<String>,
    /// The task definition that serves since it was rolled back; null if it was not.
    pub rolled_back_to: Attr<String>,
    /// Why it ended so, in the words of ECS.
    pub reason: Attr<String>,
}
