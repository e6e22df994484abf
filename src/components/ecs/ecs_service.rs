//! ECS service: keeps tasks running, and brings new revisions of them. A change counts as done when its service
//! deployment has succeeded; one that was rolled back is a failure, whatever runs afterwards.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::base::{Arn, CallError, ErrorClass, Freshness, Words};
use crate::cloud::aws::ecs::{Deployment, Ecs, NewService, Service, ServiceShape, Target};
use crate::cloud::aws::logs::Logs;
use crate::components::ecs::task_definition::CONTAINER;
use crate::components::ecs::task_log;
use crate::components::shared::output;
use crate::engine::model::fields::{Fields, OneOrMore, Tags};
use crate::engine::model::kind::{Compare, Kind, NameRule, TagRule};
use crate::engine::model::manual::Manual;
use crate::engine::model::procedure::Operation;
use crate::engine::model::spec::Resolved;
use crate::engine::run::component::{Address, Answer, Change, Component, DeleteOptions, Phase, Seen};

/// The call that begins a deployment.
pub const UPDATE: &str = "ecs:UpdateService";
/// The tag of a service that tells what was run last, and of a task what it was run for.
pub const POST_DEPLOY_TAG: &str = "drop:post_deploy";
const TAG: &str = "ecs:TagResource";
const UNTAG_CALL: &str = "ecs:UntagResource";

/// Our word for a first deployment that its circuit breaker has stopped: ECS leaves it `IN_PROGRESS`.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html>
const STALLED: &str = "STALLED";

/// Between its limits the number of tasks belongs to autoscaling.
pub static KIND: Kind = Kind {
    name: "ECS service",
    names: Some(NameRule::WORD),
    create: Some("ecs:CreateService"),
    delete: Some("ecs:DeleteService"),
    fields: EcsServiceFields::FIELDS,
    tags: TagRule { kept: &[POST_DEPLOY_TAG], ..TagRule::USUAL },
    arns: &["ecs:{region}:{account}:service/{outer}/{name}"],
    read_permissions: &[
        "ecs:DescribeServiceDeployments",
        "ecs:DescribeServiceRevisions",
        "ecs:DescribeServices",
        "ecs:DescribeTasks",
        "ecs:ListServiceDeployments",
        "ecs:ListServices",
        "ecs:ListTasks",
        "logs:GetLogEvents",
    ],
    extra_permissions: &["ecs:TagResource"],
    manual,
    ..Kind::BASE
};

/// The fields whose change begins a deployment:
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html>.
const DEPLOYING: [&str; 5] = ["task_definition", "security_group", "target_group", "port", "deployed"];

const SUCCESSFUL: &str = "SUCCESSFUL";

/// How a deployment ends that did not bring what it was to.
const FAILED: [&str; 4] = ["STOPPED", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED", STALLED];

/// The status of the latest deployment while it goes on, whatever it brings: also on its way back.
pub fn under_way(seen: &Seen) -> Option<&str> {
    let status = seen.outputs.get("deployment")?["status"].as_str()?;
    (status != SUCCESSFUL && !FAILED.contains(&status)).then_some(status)
}

fn manual(at: &Manual<'_>) -> Vec<String> {
    let (region, cluster) = (at.place, at.within.last().map_or("", String::as_str));
    vec![
        format!("aws ecs delete-service --region {region} --cluster {cluster} --service {} --force", at.name),
        format!("aws ecs wait services-inactive --region {region} --cluster {cluster} --services {}", at.name),
    ]
}

/// The fields of a service.
#[derive(Debug, Default, Fields)]
pub struct EcsServiceFields {
    /// Tasks that are asked for. A new service starts with the least.
    #[field(in_place(UPDATE).compared(Compare::Between))]
    count: Option<Count>,
    /// Ids of the subnets of its tasks.
    #[field(once())]
    subnets: BTreeSet<String>,
    /// Container that requests are sent to.
    #[field(once())]
    container: Option<String>,
    /// ARN of the task definition.
    #[field(in_place(UPDATE))]
    task_definition: Option<String>,
    /// Id of the security group of its tasks; more than one is none of our doing.
    #[field(in_place(UPDATE))]
    security_group: Option<OneOrMore>,
    /// ARN of the target group.
    #[field(in_place(UPDATE))]
    target_group: Option<String>,
    /// Port that requests are sent to.
    #[field(in_place(UPDATE))]
    port: Option<i32>,
    /// Seconds in which a new task may fail its health checks.
    #[field(in_place(UPDATE))]
    grace_period: Option<i32>,
    /// Whether a deployment that fails is rolled back.
    #[field(in_place(UPDATE))]
    breaker: Option<bool>,
    /// Whether the last deployment came to its end: a service that never came up is deployed once more.
    #[field(in_place(UPDATE).not_always_read())]
    deployed: Option<bool>,
    /// Tags.
    #[field(tags(TAG, UNTAG_CALL))]
    tags: Tags,
}

/// How many tasks are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Count {
    /// As many as there are to be: what is seen.
    Tasks(i32),
    /// The least and the most: what is desired.
    Limits([i32; 2]),
}

impl Count {
    /// The number within the limits that is nearest to another.
    fn nearest(self, tasks: i32) -> i32 {
        match self {
            Self::Tasks(own) => own,
            Self::Limits([least, most]) => tasks.min(most).max(least),
        }
    }
}

/// The services of a cluster.
#[derive(Debug)]
pub struct EcsService {
    /// Where they are.
    pub ecs: Arc<dyn Ecs>,
    /// Where their tasks log.
    pub logs: Arc<dyn Logs>,
}

#[async_trait]
impl Component for EcsService {
    /// Deployments are looked at only when it must be known how they stand.
    async fn read(&self, at: &Address, freshness: Freshness) -> Result<Option<Seen>, CallError> {
        let cluster = cluster(at)?;
        let Some(service) = self.ecs.service(cluster, &at.name, freshness).await? else { return Ok(None) };
        let deployment = match freshness {
            Freshness::Snapshot => None,
            Freshness::Shown | Freshness::Since(_) | Freshness::Now => {
                Some(self.ecs.deployment(cluster, &at.name).await?)
            }
        };
        Ok(Some(seen(service, deployment)))
    }

    async fn create(
        &self,
        at: &Address,
        spec: &Resolved,
        tags: &BTreeMap<String, String>,
    ) -> Result<Answer, CallError> {
        let desired = EcsServiceFields::decode(spec)?;
        let new = NewService {
            cluster: cluster(at)?.to_owned(),
            name: at.name.clone(),
            shape: shape(&desired, &desired),
            count: desired.count.map_or(1, |count| count.nearest(0)),
            tags: tags.clone(),
        };
        self.ecs.create_service(&new).await?;
        Ok(Answer::Operation(ours(&Json::Null, desired.task_definition.as_deref())))
    }

    async fn update(&self, at: &Address, change: Change<'_>) -> Result<Answer, CallError> {
        let Change { seen, spec, fields, .. } = change;
        let again = change.sets(EcsServiceFields::DEPLOYED);
        // What is as desired already begins no deployment unless it is asked for, and none may be waited for.
        let moves = |field: &String| {
            DEPLOYING.contains(&field.as_str()) && spec.0.get(field) != seen.fields.get(field.as_str())
        };
        let deploys = again || fields.iter().any(moves);
        let whole: EcsServiceFields = change.whole()?;
        let count = count_to_set(&change, deploys)?;
        let shape = ServiceShape { count, ..shape(&change.only()?, &whole) };
        self.ecs.update_service(cluster(at)?, &at.name, &shape, again).await?;
        if !deploys {
            return Ok(Answer::Begun);
        }
        let before = seen.outputs.get("deployment").map_or(&Json::Null, |deployment| &deployment["id"]);
        Ok(Answer::Operation(ours(before, whole.task_definition.as_deref())))
    }

    async fn delete(&self, at: &Address, _: &Seen, _: &DeleteOptions) -> Result<Answer, CallError> {
        Ok(self.ecs.delete_service(cluster(at)?, &at.name).await?.into())
    }

    async fn add_tags(&self, seen: &Seen, tags: &BTreeMap<String, String>) -> Result<(), CallError> {
        self.ecs.add_tags(output(seen, "arn"), tags).await
    }

    async fn remove_tags(&self, seen: &Seen, keys: &[String]) -> Result<(), CallError> {
        self.ecs.remove_tags(output(seen, "arn"), keys).await
    }

    async fn progress(&self, at: &Address, operation: &Operation) -> Result<Phase, CallError> {
        let deployment = self.ecs.deployment(cluster(at)?, &at.name).await?;
        Ok(judged(&deployment.map_or(Json::Null, told), &operation.0))
    }

    /// A deployment that an interrupted apply, or somebody else, began for what is desired is waited for. One that failed before
    /// says nothing about what is asked now, and one that is about to be replaced is not waited for.
    fn settled(&self, seen: &Seen, spec: &Resolved, fields: &[String]) -> Phase {
        if fields.iter().any(|field| field == EcsServiceFields::COUNT.text())
            && let (Some(tasks), Some(running)) = (asked_for(seen), seen.outputs.get("running").and_then(Json::as_i64))
            && running < tasks.into()
        {
            return Phase::Pending(format!("{running} of {tasks} tasks run"));
        }
        let Some(status) = under_way(seen) else { return seen.phase.clone() };
        let live = seen.fields.get("task_definition").and_then(Json::as_str);
        let wanted = spec.0.get("task_definition").and_then(Json::as_str).or(live);
        let brings = seen.outputs.get("deployment").and_then(|deployment| deployment["task_definition"].as_str());
        if wanted.is_some() && brings == wanted {
            Phase::Pending(format!("deployment {status}"))
        } else {
            seen.phase.clone()
        }
    }

    async fn diagnose(&self, at: &Address, seen: &Seen) -> Option<Words> {
        let wanted = seen.outputs.get("deployment")?["task_definition"].as_str()?.to_owned();
        let stopped = self.ecs.stopped_tasks(cluster(at).ok()?, &at.name).await.ok()?;
        let task = stopped.iter().find(|task| task.task_definition == wanted)?;
        let told = Words::from("Its last stopped task: ").then(Words::quoted(&task.reason));
        Some(match task_log::end(&*self.ecs, &*self.logs, &wanted, &task.id).await {
            Some(log) => told.then("\n\n").then(log),
            None => told,
        })
    }
}

/// How many tasks a service is set to.
fn asked_for(seen: &Seen) -> Option<i32> {
    let count = seen.fields.get(EcsServiceFields::COUNT.text())?.as_i64()?;
    i32::try_from(count).ok()
}

/// The number of tasks that an update sets. A deployment of no tasks would succeed without having started one.
fn count_to_set(change: &Change<'_>, deploys: bool) -> Result<Option<i32>, CallError> {
    let limits = change.desired::<EcsServiceFields>()?.count;
    match (asked_for(change.seen), limits) {
        (Some(tasks), Some(limits)) if change.sets(EcsServiceFields::COUNT) || (deploys && tasks == 0) => {
            Ok(Some(limits.nearest(tasks)))
        }
        (Some(0), None) if deploys => Err(CallError::own(
            UPDATE,
            ErrorClass::Invalid,
            "the service is set to 0 tasks, so the deployment would start none. Nothing was changed: set a number of tasks, or \
             apply the configuration of the service, which does",
        )),
        _ => Ok(None),
    }
}

fn cluster(at: &Address) -> Result<&str, CallError> {
    let missing = || CallError::own("ecs:DescribeServices", ErrorClass::Invalid, "a service lives in a cluster");
    at.within.last().map(String::as_str).ok_or_else(missing)
}

/// A deployment that a call has begun: which one was the latest before it, and what it brings.
fn ours(before: &Json, task_definition: Option<&str>) -> Operation {
    Operation(json!({ "before": before, "task_definition": task_definition }))
}

/// How far the deployment is that a call has begun.
fn judged(deployment: &Json, ours: &Json) -> Phase {
    let Some(status) = deployment["status"].as_str().filter(|_| deployment["id"] != ours["before"]) else {
        return Phase::Pending("its deployment has not begun".to_owned());
    };
    let is_ours = deployment["task_definition"] == ours["task_definition"];
    let failed = FAILED.contains(&status);
    match (is_ours, failed || status == SUCCESSFUL) {
        (true, true) if failed => Phase::Failed(failure(deployment)),
        (false, true) => Phase::Failed("another deployment took the place of this one".into()),
        (true, true) => Phase::Ready,
        (_, false) => Phase::Pending(format!("deployment {status}")),
    }
}

fn failure(deployment: &Json) -> Words {
    let text = |name: &str| deployment[name].as_str().unwrap_or_default().to_owned();
    let reason = match text("reason") {
        reason if reason.is_empty() => Words::from("ECS tells no reason"),
        reason => Words::quoted(reason.trim_end_matches('.')),
    };
    let after = match (text("status").as_str(), deployment["rolled_back_to"].as_str()) {
        ("ROLLBACK_SUCCESSFUL", Some(back)) => {
            format!("It was rolled back, and {} serves", Arn::of(back).last())
        }
        ("ROLLBACK_FAILED", Some(_)) => "Rolling it back failed too: look at the service by hand".to_owned(),
        _ => "There was nothing to roll back to".to_owned(),
    };
    Words::from("the deployment failed: ").then(reason).then(format!(". {after}"))
}

/// What a create or an update sends: `set` alone, but a target and a network whole. The name of the container belongs to the
/// task definition; what was taken over has its own.
fn shape(set: &EcsServiceFields, whole: &EcsServiceFields) -> ServiceShape {
    let target = || {
        let container = whole.container.clone().unwrap_or_else(|| CONTAINER.to_owned());
        Some(Target { group: whole.target_group.clone()?, container, port: whole.port? })
    };
    let groups = set.security_group.clone().and_then(OneOrMore::one);
    ServiceShape {
        task_definition: set.task_definition.clone(),
        subnets: groups.as_ref().map(|_| whole.subnets.clone()),
        security_groups: groups.map(|group| [group].into()),
        target: if set.target_group.is_some() || set.port.is_some() { target() } else { None },
        grace_period: set.grace_period,
        breaker: set.breaker,
        count: None,
    }
}

/// `deployment` is `None` where it was not looked at.
fn seen(service: Service, deployment: Option<Option<Deployment>>) -> Seen {
    let Service { shape, tags, .. } = service;
    let stopped = |found: &Deployment| found.stalled || matches!(found.status.as_str(), "STOPPED" | "ROLLBACK_FAILED");
    let fields = EcsServiceFields {
        count: shape.count.map(Count::Tasks),
        subnets: shape.subnets.unwrap_or_default(),
        task_definition: shape.task_definition,
        security_group: Some(shape.security_groups.unwrap_or_default().into()),
        target_group: shape.target.as_ref().map(|target| target.group.clone()),
        port: shape.target.as_ref().map(|target| target.port),
        container: shape.target.map(|target| target.container),
        grace_period: shape.grace_period,
        breaker: shape.breaker,
        deployed: deployment.as_ref().map(|looked| !looked.as_ref().is_some_and(stopped)),
        tags: tags.clone(),
    };
    let phase = match service.status.as_str() {
        "ACTIVE" => Phase::Ready,
        "DRAINING" => Phase::Deleting("DRAINING".to_owned()),
        other => Phase::Pending(other.to_owned()),
    };
    let seen = Seen::of(Arn::of(&service.arn).last().to_owned(), &fields, tags);
    let seen = seen.in_phase(phase).telling("arn", service.arn).telling("running", service.running);
    match deployment {
        Some(looked) => seen.telling("deployment", looked.map(told)),
        None => seen,
    }
}

/// A deployment as others read it.
fn told(found: Deployment) -> Json {
    json!({
        "id": found.arn,
        "status": if found.stalled { STALLED } else { &found.status },
        "reason": found.reason,
        "task_definition": found.task_definition,
        "rolled_back_to": found.rolled_back_to,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::aws::Session;

    const NEW: &str = "arn:task-definition/web:2";
    const OLD: &str = "arn:task-definition/web:1";

    fn component() -> EcsService {
        let session = Session::unreachable("123456789012", "eu-north-1");
        EcsService { ecs: session.ecs.clone(), logs: session.logs.clone() }
    }

    /// How far a deployment is for a call that brings `NEW`, begun behind this one.
    fn for_ours(before: &str, service: &Seen) -> Phase {
        judged(&service.outputs["deployment"], &ours(&json!(before), Some(NEW)).0)
    }

    /// A service that runs `runs`, with a deployment of `brings`.
    fn service(runs: &str, id: &str, status: &str, brings: &str) -> Seen {
        let shape = ServiceShape { task_definition: Some(runs.to_owned()), count: Some(1), ..ServiceShape::default() };
        let service = Service {
            arn: "a/b".to_owned(),
            status: "ACTIVE".to_owned(),
            shape,
            running: 1,
            created: None,
            unsupported: vec![],
            tags: BTreeMap::new(),
        };
        let deployment = Deployment {
            arn: id.to_owned(),
            status: if status == STALLED { "IN_PROGRESS" } else { status }.to_owned(),
            reason: Some("the circuit breaker threshold was exceeded.".to_owned()),
            task_definition: Some(brings.to_owned()),
            rolled_back_to: (status == "ROLLBACK_SUCCESSFUL").then(|| OLD.to_owned()),
            stalled: status == STALLED,
        };
        seen(service, Some(Some(deployment)))
    }

    fn desired() -> Resolved {
        Resolved::from(BTreeMap::from([("task_definition".to_owned(), json!(NEW))]))
    }

    #[test]
    fn a_deployment_of_ours_that_was_rolled_back_is_a_failure() {
        let rolled_back = service(OLD, "d2", "ROLLBACK_SUCCESSFUL", NEW);
        let Phase::Failed(reason) = for_ours("d1", &rolled_back) else { panic!("not broken") };
        let reason = reason.to_string();
        assert!(reason.contains("circuit breaker") && reason.contains("web:1 serves"), "{reason}");
    }

    #[test]
    fn the_deployment_before_ours_says_nothing_about_ours() {
        for status in ["SUCCESSFUL", "ROLLBACK_SUCCESSFUL", "STOPPED"] {
            assert!(matches!(for_ours("d1", &service(NEW, "d1", status, NEW)), Phase::Pending(_)), "{status}");
        }
        assert_eq!(for_ours("d1", &service(NEW, "d2", "SUCCESSFUL", NEW)), Phase::Ready);
        assert!(matches!(for_ours("d1", &service(NEW, "d2", "IN_PROGRESS", NEW)), Phase::Pending(_)));
        assert!(matches!(judged(&Json::Null, &ours(&Json::Null, Some(NEW)).0), Phase::Pending(_)));
    }

    #[test]
    fn a_deployment_that_took_the_place_of_ours_is_a_failure() {
        assert!(matches!(for_ours("d1", &service(OLD, "d3", "SUCCESSFUL", OLD)), Phase::Failed(_)));
        assert!(matches!(for_ours("d1", &service(OLD, "d3", "IN_PROGRESS", OLD)), Phase::Pending(_)));
    }

    #[test]
    fn what_failed_before_anything_was_begun_can_be_deployed_again() {
        for status in ["ROLLBACK_FAILED", STALLED] {
            let failed = service(NEW, "d1", status, NEW);
            assert_eq!(component().settled(&failed, &desired(), &[]), Phase::Ready);
            assert_eq!(failed.fields["deployed"], json!(false));
        }
        assert!(matches!(for_ours("", &service(NEW, "d1", STALLED, NEW)), Phase::Failed(_)));
    }

    #[test]
    fn what_an_interrupted_apply_began_is_waited_for() {
        let running = service(NEW, "d1", "IN_PROGRESS", NEW);
        assert!(matches!(component().settled(&running, &desired(), &[]), Phase::Pending(_)));
    }

    #[test]
    fn a_number_of_tasks_is_set_to_the_nearest_limit_and_a_release_starts_one() {
        let set = |tasks: i32, field: &str, count: Option<[i32; 2]>| {
            let mut seen = service(OLD, "d1", "SUCCESSFUL", OLD);
            seen.fields.insert("count", json!(tasks));
            let mut spec = desired();
            spec.0.extend(count.map(|limits| ("count".to_owned(), json!(limits))));
            let fields = [field.to_owned()];
            let (turn, interim) = (crate::engine::model::procedure::Turn::Main, false);
            let change = Change { call: UPDATE, turn, interim, seen: &seen, spec: &spec, fields: &fields };
            count_to_set(&change, field == "task_definition")
        };
        let limits = Some([2, 4]);
        assert_eq!(set(0, "count", limits).unwrap(), Some(2));
        assert_eq!(set(9, "count", limits).unwrap(), Some(4));
        assert_eq!(set(0, "task_definition", limits).unwrap(), Some(2));
        assert_eq!(set(3, "task_definition", limits).unwrap(), None);
        assert_eq!(set(9, "task_definition", limits).unwrap(), None);
        assert_eq!(set(0, "breaker", limits).unwrap(), None);
        assert_eq!(set(1, "task_definition", None).unwrap(), None);
        assert!(set(0, "task_definition", None).unwrap_err().message.contains("set to 0 tasks"));
    }

    #[test]
    fn tasks_that_were_asked_for_are_waited_for() {
        let waits = |running: i32, fields: &[&str]| {
            let mut seen = service(NEW, "d1", "SUCCESSFUL", NEW);
            seen.fields.insert("count", json!(2));
            seen.outputs.insert("running", json!(running));
            let fields: Vec<String> = fields.iter().map(|field| (*field).to_owned()).collect();
            component().settled(&seen, &desired(), &fields)
        };
        assert_eq!(waits(1, &["count"]), Phase::Pending("1 of 2 tasks run".to_owned()));
        assert_eq!((waits(2, &["count"]), waits(1, &[])), (Phase::Ready, Phase::Ready));
    }

    #[test]
    fn a_deployment_is_under_way_until_it_has_ended_also_on_its_way_back() {
        for (status, going) in [
            ("PENDING", true),
            ("IN_PROGRESS", true),
            ("ROLLBACK_REQUESTED", true),
            ("ROLLBACK_IN_PROGRESS", true),
            ("SUCCESSFUL", false),
            ("ROLLBACK_SUCCESSFUL", false),
            (STALLED, false),
        ] {
            assert_eq!(under_way(&service(OLD, "d1", status, NEW)).is_some(), going, "{status}");
        }
    }
}
