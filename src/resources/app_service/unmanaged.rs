//! ECS services that drop did not make: what a service can take over, and what it leaves to others when it does.
//!
//! The service, its scaling and the revision that it runs become ours. What leads to it and what it may do — load balancer,
//! target group, security group, roles, cluster, log group — may serve others too, which cannot be told from here, or has
//! settings that no attribute holds: it is held as `shared:`.

use std::collections::{BTreeMap, BTreeSet};

use tf_plugin::{Attr, Diagnostics, Model, Path};

use super::rules;
use super::schema::{AppService, Health};
use crate::base::{Freshness, RESOURCE_TAG};
use crate::cloud::aws::Session;
use crate::cloud::aws::autoscaling::{ScalableTarget, ScalingPolicy};
use crate::cloud::aws::ecs::{Deployment, Service, TaskDefinition, names};
use crate::cloud::aws::elb::{Listener, LoadBalancer, TargetGroup};
use crate::cloud::aws::iam::Role;
use crate::components::ecs::task_definition::{LOG_GROUP, LOG_REGION, LOG_STREAMS, REDEPLOY_TRIGGER};
use crate::resources::lifecycle::{Site, present};
use crate::values::rules as common;

/// What all that cannot be taken over can do instead.
const BESIDE: &str = "or leave it as it is, make a drop_app_service beside it and lead the visitors there.";

/// The component that tells whether a service was taken over: one of its own making has a group of its own.
const MARKER_COMPONENT: &str = "task_security_group";

/// Whether the service was taken over.
pub fn is_taken_over(site: &Site) -> bool {
    site.is_shared(MARKER_COMPONENT)
}

/// Whether the state is of a service that was taken over.
pub fn was_taken_over(prior: &AppService) -> bool {
    let group = prior.common.components.known().and_then(|all| all.get(MARKER_COMPONENT));
    group.is_some_and(|id| Site::is_shared_id(id))
}

/// What is somebody else's cannot be set from here, and is not silently let be.
pub fn review(wanted: &AppService, diagnostics: &mut Diagnostics) {
    let http = present(&wanted.http);
    let mut refuse = |path: Path, whose: &str, there: &str| {
        diagnostics.error_at(
            path,
            format!("It was taken over with {whose} of somebody else's"),
            format!(
                "`components` names it `shared:`: it is not changed from here. Set this {there}, and leave it out here."
            ),
        );
    };
    if !http.certificate_arn.is_null() {
        refuse(Path::from("http").attr("certificate_arn"), "a load balancer", "at its listener");
    }
    if !http.access_logs.is_null() {
        refuse(Path::from("http").attr("access_logs"), "a load balancer", "at the load balancer");
    }
    let (health, mut usual) = (present(&http.health), Health::default());
    usual.apply_defaults();
    let settings = [
        ("path", health.path == usual.path),
        ("interval", health.interval == usual.interval),
        ("timeout", health.timeout == usual.timeout),
        ("retries", health.retries == usual.retries),
    ];
    for (name, _) in settings.into_iter().filter(|(_, same)| !same) {
        refuse(Path::from("http").attr("health").attr(name), "a target group", "at the target group");
    }
    if !wanted.logs.is_null() {
        refuse(Path::from("logs"), "a log group", "at the log group");
    }
}

/// A service that may come under management, with the revision that it runs.
#[derive(Debug)]
pub struct Candidate<'a> {
    /// The service.
    pub service: &'a Service,
    /// What it runs; none if that is gone.
    pub revision: Option<&'a TaskDefinition>,
    /// Its region.
    pub region: &'a str,
}

impl Candidate<'_> {
    /// Why it cannot be taken over under this name, and what to do about it.
    pub fn unfit(&self, name: &str) -> Option<String> {
        let (cluster, service) = self.service.names();
        if let Some(owner) = self.service.tags.get(RESOURCE_TAG) {
            return Some(format!("It belongs to `{owner}`."));
        }
        if self.service.status != "ACTIVE" {
            return Some(format!("ECS says that it is {}.", self.service.status));
        }
        let problem = common::name(name).err();
        let problem = problem.or(name.starts_with("internal-").then(|| "must not begin with internal-".to_owned()));
        if let Some(problem) = problem {
            return Some(format!(
                "Its name would be `name`, which {problem}: give it another, as the last part of the id \
                 `<region>/{cluster}/{service}/<name>`."
            ));
        }
        if !self.service.unsupported.is_empty() {
            return Some(format!(
                "It has what a drop_app_service has not ({}): change that first, {BESIDE}",
                self.service.unsupported.join(", ")
            ));
        }
        let shape = &self.service.shape;
        let groups = shape.security_groups.as_ref().map_or(0, BTreeSet::len);
        if groups != 1 {
            return Some(format!(
                "Its tasks have {groups} security groups: give them one that has all the rules, {BESIDE}"
            ));
        }
        if shape.breaker != Some(true) {
            return Some(format!(
                "Its failed deployments are not rolled back, and those of a drop_app_service are. Have them rolled back \
                 first, which deploys nothing: `aws ecs update-service --region {} --cluster {cluster} --service {service} \
                 --deployment-configuration 'deploymentCircuitBreaker={{enable=true,rollback=true}}'`.",
                self.region
            ));
        }
        let Some(target) = &shape.target else {
            return Some(format!("No target group knows its tasks: put it behind a load balancer first, {BESIDE}"));
        };
        let Some(revision) = self.revision else { return Some("Its task definition is gone: deploy it first.".into()) };
        let task = &revision.shape;
        if (&target.container, Some(target.port)) != (&task.container, task.port) {
            return Some(format!(
                "Its target group is led to another port than that of the container: change that, {BESIDE}"
            ));
        }
        self.unfit_to_be_revised(revision)
    }

    /// The next deployment writes a revision whole: what no attribute holds would be lost then.
    fn unfit_to_be_revised(&self, revision: &TaskDefinition) -> Option<String> {
        let task = &revision.shape;
        let mut lost: Vec<&str> = revision.unsupported.clone();
        if task.labels.keys().any(|label| label != REDEPLOY_TRIGGER) {
            lost.push("dockerLabels");
        }
        if !task.secrets.is_empty() {
            lost.push("secrets");
        }
        if !lost.is_empty() {
            return Some(format!(
                "Its task definition has what a drop_app_service cannot say yet, and what its next deployment would lose \
                 ({}): deploy it without that first, {BESIDE}",
                lost.join(", ")
            ));
        }
        let said = |option: &str| task.logs.get(option).map(String::as_str);
        let env = task.env.iter().map(|(name, value)| (name.clone(), Attr::Known(value.clone()))).collect();
        let number = |text: &str| text.parse().unwrap_or_default();
        let wrong = [
            ("image", rules::image(&task.image).err()),
            ("environment", rules::env(&env).err()),
            ("size", rules::fargate_size(number(&task.cpu), number(&task.memory)).map(|(_, advice)| advice)),
            (LOG_REGION, (said(LOG_REGION) != Some(self.region)).then(|| "is not its own region".to_owned())),
            (LOG_GROUP, said(LOG_GROUP).is_none().then(|| "is missing".to_owned())),
            (LOG_STREAMS, said(LOG_STREAMS).is_none().then(|| "is missing".to_owned())),
            ("executionRoleArn", task.execution_role.is_empty().then(|| "is missing".to_owned())),
        ];
        let (what, problem) = wrong.into_iter().find_map(|(what, problem)| Some((what, problem?)))?;
        let problem = problem.trim_end_matches('.');
        Some(format!("Its task definition cannot be said here: {what}: {problem}. Deploy another one first, {BESIDE}"))
    }
}

/// What stands around a service.
#[derive(Debug, Default)]
pub struct Dependencies {
    /// The VPC of its tasks' security group, and the default one of the region.
    pub vpcs: [Option<String>; 2],
    /// Whether its log group is there.
    pub log_group: bool,
    /// The role that starts its tasks.
    pub execution_role: Option<Role>,
    /// The role that its tasks are.
    pub task_role: Option<Role>,
    /// The group that knows its tasks.
    pub target_group: Option<TargetGroup>,
    /// The load balancer that sends to that.
    pub load_balancer: Option<LoadBalancer>,
    /// What listens there at 80 and at 443.
    pub listeners: [Option<Listener>; 2],
    /// How many tasks it may have.
    pub limits: Option<ScalableTarget>,
    /// What chooses among them.
    pub policies: Vec<ScalingPolicy>,
    /// Its last deployment.
    pub deployment: Option<Deployment>,
    /// The names of other services that run the same revision, or that the same target group knows.
    pub sharing: Vec<String>,
}

impl Dependencies {
    /// Why the service cannot be taken over, and what to do about it.
    pub fn unfit(&self) -> Option<String> {
        if !self.sharing.is_empty() {
            let others = self.sharing.join(", ");
            return Some(format!(
                "{others} runs the same task definition, or has the same target group: give each its own first, {BESIDE}"
            ));
        }
        let [own, default] = &self.vpcs;
        if own.is_none() || own != default {
            return Some(format!(
                "Its tasks are not in the region's default VPC, and those of a drop_app_service are: move \
                 them there, {BESIDE}"
            ));
        }
        if !self.log_group {
            return Some(
                "Its log group does not exist, so none of its tasks has ever started: deploy it first.".into(),
            );
        }
        if self.execution_role.is_none() {
            return Some("The role that starts its tasks is gone: deploy it with another one first.".to_owned());
        }
        let Some(balancer) = &self.load_balancer else {
            return Some(format!(
                "No application load balancer sends to its target group: put it behind one, {BESIDE}"
            ));
        };
        if balancer.internal {
            return Some(format!(
                "Its load balancer is internal, and that of a drop_app_service faces the internet: put it \
                 behind another one, {BESIDE}"
            ));
        }
        if self.listeners_of().next().is_none() {
            return Some(format!(
                "What comes to port 443 or 80 of its load balancer is not sent to it by default, but to \
                 others or by a rule: give it a load balancer of its own, {BESIDE}"
            ));
        }
        if let Some(limits) = self.limits.as_ref().filter(|limits| limits.min < 1) {
            return Some(format!(
                "It may have {} tasks, and a drop_app_service has one at least: raise that.",
                limits.min
            ));
        }
        let whole = |policy: &&ScalingPolicy| policy.cpu.is_some_and(|percent| percent.fract() == 0.0) && policy.plain;
        let others: Vec<&str> =
            self.policies.iter().filter(|policy| !whole(policy)).map(|policy| policy.name.as_str()).collect();
        if !others.is_empty() || self.policies.len() > 1 {
            return Some(format!(
                "It is scaled by {} policies, and a drop_app_service by one: towards a whole percentage of CPU, without \
                 cooldowns of its own{}. Remove the others, {BESIDE}",
                self.policies.len(),
                if others.is_empty() { String::new() } else { format!(", which {} is not", others.join(", ")) }
            ));
        }
        let ended =
            |deployment: &&Deployment| !["SUCCESSFUL", "ROLLBACK_SUCCESSFUL"].contains(&deployment.status.as_str());
        let deployment = self.deployment.as_ref().filter(ended)?;
        Some(format!("Its last deployment is {}: let it come to a good end, or deploy again.", deployment.status))
    }

    /// The ids of its components. Whatever bears the tag of `owner` is its own, all else that of others.
    pub fn components(
        &self,
        service: &Service,
        revision: Option<&TaskDefinition>,
        owner: &str,
    ) -> BTreeMap<String, String> {
        let (cluster, name) = service.names();
        let mut all = BTreeMap::from([("ecs_service", name.to_owned()), ("cluster", Site::shared_id(cluster))]);
        let shape = &service.shape;
        if let Some(group) = shape.security_groups.iter().flatten().next() {
            all.insert(MARKER_COMPONENT, Site::shared_id(group));
        }
        if let Some(revision) = revision {
            all.insert("task_definition", revision.arn.clone());
            if let Some(group) = revision.shape.logs.get(LOG_GROUP) {
                all.insert("log_group", Site::shared_id(group));
            }
        }
        for (component, role) in [("execution_role", &self.execution_role), ("task_role", &self.task_role)] {
            let Some(role) = role else { continue };
            let own = role.tags.get(RESOURCE_TAG).is_some_and(|tag| tag == owner);
            all.insert(component, if own { role.name.clone() } else { Site::shared_id(&role.name) });
        }
        if let Some(target) = &shape.target {
            all.insert("target_group", Site::shared_id(&target.group));
        }
        if let Some(balancer) = &self.load_balancer {
            all.insert("load_balancer", Site::shared_id(&balancer.arn));
        }
        for listener in self.listeners_of() {
            let component = if listener.port == 443 { "https_listener" } else { "http_listener" };
            all.insert(component, Site::shared_id(&listener.arn));
        }
        if let Some(limits) = &self.limits {
            all.insert("scalable_target", limits.resource.clone());
        }
        if let [policy] = &self.policies[..] {
            all.insert("cpu_policy", policy.name.clone());
        }
        all.into_iter().map(|(component, id)| (component.to_owned(), id)).collect()
    }

    /// The listeners that send to it whatever nothing else is said of.
    fn listeners_of(&self) -> impl Iterator<Item = &Listener> {
        let group = self.target_group.as_ref().map(|group| &group.arn);
        self.listeners
            .iter()
            .flatten()
            .filter(move |listener| group.is_some() && listener.target_group.as_ref() == group)
    }
}

/// The services of drop's that have no log group of their own, for it is somebody else's.
pub async fn without_anchor(
    session: &Session,
    anchors: &[(String, BTreeMap<String, String>)],
) -> crate::base::Result<Vec<(String, BTreeMap<String, String>)>> {
    let anchored: BTreeSet<&String> = anchors.iter().filter_map(|(_, tags)| tags.get(RESOURCE_TAG)).collect();
    let services = session.ecs.owned_services(Freshness::Now).await?.into_iter();
    let alone = services.filter(|(_, tags)| tags.get(RESOURCE_TAG).is_some_and(|owner| !anchored.contains(owner)));
    Ok(alone.map(|(arn, tags)| (names(&arn).1.to_owned(), tags)).collect())
}
