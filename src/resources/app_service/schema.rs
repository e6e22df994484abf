//! What the user writes.

use std::collections::BTreeMap;

use tf_plugin::{Attr, Model, Object};

use crate::resources::common::{Common, Tagged};
use crate::resources::reference::Ref;
use crate::values::rules::Verdict;

/// A web service on Amazon ECS with Fargate, behind a load balancer of its own, in the region's default VPC.
///
/// It becomes a log group, two roles, two security groups, a load balancer with an HTTPS listener (port 80 redirects),
/// a target group, a cluster, a task definition, a service whose failed deployments are rolled back, and a scaling
/// policy. A deployment that was rolled back fails the apply, with the reason and the last lines of the log.
#[derive(Debug, Clone, Default, Model)]
pub struct AppService {
    /// Name of the service, unique among the services of the account and region. Its objects are
    /// called by it, unless `names` says otherwise. Lower-case letters, digits and single hyphens, 50 at most. Changing it replaces
    /// the service.
    #[attr(required, requires_replace, validate = crate::values::rules::name)]
    pub name: Attr<String>,
    /// Region, such as `"eu-north-1"`. Default: the provider's when the service is created; it then stays where it is.
    /// Changing it replaces the service.
    #[attr(optional, computed, requires_replace, validate = crate::values::region::valid)]
    pub region: Attr<String>,
    /// What runs it. `ecs` is Amazon ECS with Fargate. Changing it replaces the service; but what a `moved` block brings
    /// from `aws_apprunner_service` stands here as `app_runner` until the next apply builds it on ECS, in place and beside
    /// the one on App Runner, which is left as it is.
    #[attr(default = "ecs", requires_replace, one_of("ecs"))]
    pub platform: Attr<String>,
    /// Environment variables, in clear: they can be read in ECS and in the state. A name has neither `=` nor NUL, a value no
    /// NUL; together they take 62 KiB at most as JSON. Default: none. Changing them deploys.
    #[attr(optional, validate = super::rules::env)]
    pub env: Attr<BTreeMap<String, Attr<String>>>,
    /// A database that the service may reach: `drop_database.main.ref`. Opens the path to its security group, grants
    /// its secret, and sets `DATABASE_HOST`, `DATABASE_PORT` and `DATABASE_NAME`, and from the secret
    /// `DATABASE_USERNAME` and `DATABASE_PASSWORD`, which no state holds. Default: none. Changing it deploys.
    #[attr(optional)]
    pub database: Attr<Ref>,
    /// Any text of up to 200 characters, such as a date or the id of a build. Default: none. Changing it deploys the
    /// service anew with the same image: new tasks take the place of those that run, and read their secrets again. It
    /// stands in the task definition, as the Docker label `drop.redeploy_trigger`. The action `drop_deploy` does the same
    /// without a change here.
    #[attr(optional, validate = super::rules::redeploy_trigger)]
    pub redeploy_trigger: Attr<String>,
    /// What it runs. Changing it deploys.
    #[block(required)]
    pub image: Attr<Image>,
    /// How large a task is. Fargate sells certain pairs only; `provider::drop::fargate_size` finds one. Changing it
    /// deploys.
    #[block]
    pub size: Attr<Size>,
    /// How it is reached: by HTTPS at its load balancer.
    #[block(required)]
    pub http: Attr<Http>,
    /// How many tasks run. Between `min` and `max` the number belongs to the scaling policy; one outside of them, such as 0
    /// that was set by hand, is set to the nearer limit. Changing it is in place. A service that was taken over without limits keeps its number of tasks until they are set.
    #[block]
    pub scaling: Attr<Scaling>,
    /// What becomes of the lines that it writes to standard output and standard error. Refused for a service that was taken
    /// over: its log group is not its own.
    #[block]
    pub logs: Attr<Logs>,
    /// Runs a command once, in a task of its own, when the service is up and its deployment in the same apply is good:
    /// a migration, a clean-up. Until it has ended, the new image must bear things as they were; nothing runs before the
    /// new image gets requests. The apply waits for the end of the command and fails unless it exits with 0, with the last
    /// lines of its log; the next apply runs it again. One that is interrupted goes on, and the next apply watches it: ECS
    /// remembers a task for about an hour after its end. Default: none. Adding it runs the command, removing it runs and
    /// forgets nothing. The action `drop_run_task` does the same without a change here.
    #[block]
    pub post_deploy: Attr<PostDeploy>,

    /// ARN of the ECS service. It stays the same through all updates.
    #[attr(computed)]
    pub id: Attr<String>,
    /// Where it answers: `https://` and the host name; `http://` if it was taken over so.
    #[attr(computed)]
    pub url: Attr<String>,
    /// Host name of its load balancer.
    #[attr(computed)]
    pub hostname: Attr<String>,
    /// The last deployment that an apply of this resource made; null before the first.
    #[attr(computed)]
    pub deployment: Attr<Deployment>,
    /// The service as other resources take it: `origin = drop_app_service.web.ref`.
    #[attr(computed)]
    pub r#ref: Attr<Ref>,
    /// What every resource in AWS has.
    #[flatten]
    pub tagged: Tagged,
    /// What every resource has.
    #[flatten]
    pub common: Common,
}

/// What it runs.
#[derive(Debug, Clone, Default, Model)]
pub struct Image {
    /// The image with its tag or digest, such as `123456789012.dkr.ecr.eu-north-1.amazonaws.com/web:1.4.2`. Changing it
    /// deploys. A tag that is pushed again under the same name is no change. The image, the environment and the size are
    /// read from the revision that the service uses: with `lifecycle { ignore_changes = [image, env] }` those that others
    /// deploy, such as CI, stay.
    #[attr(required, validate = super::rules::image)]
    pub uri: Attr<String>,
}

/// How large a task is. Fargate sells certain pairs only.
#[derive(Debug, Clone, Default, Model)]
pub struct Size {
    /// CPU of a task in units of ECS; 1024 are one vCPU. Fargate sells 256, 512, 1024, 2048, 4096, 8192 and 16384.
    /// Changing it deploys.
    #[attr(default = 256)]
    pub cpu: Attr<i64>,
    /// Memory of a task in MiB. Fargate sells certain sizes for each number of CPU units; a plan that asks for another
    /// names the nearest. Changing it deploys.
    #[attr(default = 512)]
    pub memory: Attr<i64>,
}

/// How it is reached.
#[derive(Debug, Clone, Default, Model)]
pub struct Http {
    /// The TCP port that the container listens on, 1 to 65535. Changing it deploys.
    #[attr(required, validate = super::rules::port)]
    pub port: Attr<i64>,
    /// ARN of a certificate in ACM, of the same region, for the HTTPS listener. Default: a self-signed one that is made
    /// here and renewed before it ends; its key is nowhere but in ACM. Changing it is in place. Refused for a service that
    /// was taken over: its listener is not its own.
    #[attr(optional, validate = super::rules::certificate)]
    pub certificate_arn: Attr<String>,
    /// Name of an S3 bucket for the load balancer's access logs, whose policy lets Elastic Load Balancing write to it.
    /// Default: no access logs. Changed in place. Refused for a service that was taken over: its load balancer is not its
    /// own.
    #[attr(optional, validate = super::rules::bucket)]
    pub access_logs: Attr<String>,
    /// How the load balancer tells whether a task is well. Changing it is in place. Of a service that was taken over only
    /// `grace_period` can be set: its target group is not its own.
    #[block]
    pub health: Attr<Health>,
}

/// How it is told whether a task is well.
#[derive(Debug, Clone, Default, Model)]
pub struct Health {
    /// The path that answers 200 to 299 when all is well. Changed in place.
    #[attr(default = "/", validate = super::rules::path)]
    pub path: Attr<String>,
    /// How often each task is asked, as a duration from `"5s"` to `"300s"`. Changed in place.
    #[attr(default = "30s", validate = super::rules::health_interval)]
    pub interval: Attr<String>,
    /// How long an answer may take, as a duration from `"2s"` to `"120s"`, less than the interval. Changed in place.
    #[attr(default = "5s", validate = super::rules::health_timeout)]
    pub timeout: Attr<String>,
    /// How many failures in a row make a task unhealthy, 2 to 10. Changed in place.
    #[attr(default = 3, validate = super::rules::retries)]
    pub retries: Attr<i64>,
    /// How many successes in a row make a task healthy, 2 to 10. Changed in place.
    #[attr(default = 2, validate = super::rules::retries)]
    pub healthy_threshold: Attr<i64>,
    /// How long a new task may fail without being counted, as a duration such as `"60s"`; `"0s"` for not at all. Changed in
    /// place.
    #[attr(default = "60s", validate = super::rules::grace_period)]
    pub grace_period: Attr<String>,
}

/// How many tasks run.
#[derive(Debug, Clone, Default, Model)]
pub struct Scaling {
    /// The least number of tasks, 1 to 5000. Changed in place.
    #[attr(default = 1, validate = super::rules::count)]
    pub min: Attr<i64>,
    /// The most tasks, 1 to 5000. Default: as many as `min`. Changed in place.
    #[attr(optional, validate = super::rules::count)]
    pub max: Attr<i64>,
    /// Scales between `min` and `max` by the use of CPU. Without it, `min` tasks run. Changing it is in place.
    #[block]
    pub cpu: Attr<Cpu>,
    /// Numbers of tasks that change at set times. With one, `min` and `max` count when the service is created, and belong to the
    /// schedules then. Changing them is in place.
    #[block]
    pub schedule: Attr<Vec<Schedule>>,
}

/// Number of tasks from a set time on, until another schedule changes it.
#[derive(Debug, Clone, Default, Model)]
pub struct Schedule {
    /// Name of the schedule, unique within the service: 1 to 40 lower-case letters, digits and single hyphens. Changing it replaces
    /// the schedule.
    #[attr(required, key, validate = schedule_name)]
    pub name: Attr<String>,
    /// Time in the notation of Application Auto Scaling, UTC: `"cron(0 7 ? * MON-FRI *)"`, `"rate(1 hour)"` or
    /// `"at(2026-12-24T18:00:00)"`. Changed in place.
    #[attr(required, validate = schedule_time)]
    pub cron: Attr<String>,
    /// Least number of tasks from then on, 1 to 5000. Default: unchanged. Changed in place.
    #[attr(optional, validate = super::rules::count)]
    pub min: Attr<i64>,
    /// Most tasks from then on, 1 to 5000. Default: unchanged. Changed in place.
    #[attr(optional, validate = super::rules::count)]
    pub max: Attr<i64>,
}

/// What an object is called by, behind the name of its service.
fn schedule_name(text: &str) -> Verdict {
    let letters = text.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-');
    let hyphens = text.starts_with('-') || text.ends_with('-') || text.contains("--");
    if letters && !hyphens && (1..=40).contains(&text.len()) {
        return Ok(());
    }
    Err("must have 1 to 40 lower-case letters, digits and single hyphens".to_owned())
}

/// <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScheduledAction.html>
fn schedule_time(text: &str) -> Verdict {
    let inner = |word: &str| text.strip_prefix(word)?.strip_prefix('(')?.strip_suffix(')');
    let is_time = match (inner("cron"), inner("rate"), inner("at")) {
        (Some(fields), ..) => fields.split_whitespace().count() == 6,
        (_, Some(every), _) => {
            every.split_once(' ').is_some_and(|(count, _)| count.parse::<u32>().is_ok_and(|n| n > 0))
        }
        (.., Some(moment)) => moment.len() == "2026-12-24T18:00:00".len() && moment.as_bytes()[10] == b'T',
        _ => false,
    };
    if is_time {
        Ok(())
    } else {
        Err("must be cron(…) with six fields, rate(<n> <unit>) or at(yyyy-mm-ddThh:mm:ss)".to_owned())
    }
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

/// A command that is run once.
#[derive(Debug, Clone, Default, Model)]
pub struct PostDeploy {
    /// The command, in place of the image's own: `["./manage.py", "migrate"]`. It runs with the image, the environment,
    /// the roles and the network of the service. Anybody who may describe tasks can read it. Changing it runs nothing:
    /// it is what the next change of `trigger` runs.
    #[attr(required, validate = crate::values::rules::command)]
    pub command: Attr<Vec<String>>,
    /// What it is run for: a text such as a version or a date, of up to 256 letters, digits, spaces and `_ . : / = + - @`.
    /// Changing it runs the command, also to a value from before; the last one for which it exited with 0 runs nothing. That
    /// one stands in the tag `drop:post_deploy` of the ECS service.
    #[attr(required, validate = super::rules::tag_value)]
    pub trigger: Attr<String>,
}

/// A deployment of the service.
#[derive(Debug, Clone, Default, Object)]
pub struct Deployment {
    /// Its ARN.
    pub id: Attr<String>,
    /// How it ended, in the words of ECS: `SUCCESSFUL`, `ROLLBACK_SUCCESSFUL`, `STOPPED` and others.
    pub status: Attr<String>,
    /// The task definition that serves since it was rolled back; null if it was not.
    pub rolled_back_to: Attr<String>,
    /// Why it ended so, in the words of ECS.
    pub reason: Attr<String>,
}
