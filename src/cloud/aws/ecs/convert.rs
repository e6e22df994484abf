//! The SDK's types as plain data.

use std::collections::BTreeMap;

use aws_sdk_ecs::primitives::DateTime;
use aws_sdk_ecs::types;

use super::{
    Cluster, Deployment, Service, ServiceShape, StoppedTask, Target, Task, TaskDefinition, TaskShape, unsupported,
};
use crate::base::{Arn, CallError, ErrorClass};

pub fn sdk_tags(tags: &BTreeMap<String, String>) -> Vec<types::Tag> {
    tags.iter().map(|(key, value)| types::Tag::builder().key(key).value(value).build()).collect()
}

/// A moment in milliseconds since the epoch.
fn millis(at: Option<&DateTime>) -> Option<i64> {
    at.and_then(|at| at.to_millis().ok())
}

fn plain_tags(tags: &[types::Tag]) -> BTreeMap<String, String> {
    let pair = |tag: &types::Tag| Some((tag.key.clone()?, tag.value.clone().unwrap_or_default()));
    tags.iter().filter_map(pair).collect()
}

pub fn plain_cluster(cluster: types::Cluster) -> Cluster {
    Cluster {
        tags: plain_tags(cluster.tags()),
        arn: cluster.cluster_arn.unwrap_or_default(),
        name: cluster.cluster_name.unwrap_or_default(),
        status: cluster.status.unwrap_or_default(),
    }
}

pub fn plain_revision(revision: types::TaskDefinition, tags: &[types::Tag]) -> TaskDefinition {
    let unsupported = unsupported::of_revision(&revision);
    let container = revision.container_definitions().first().cloned();
    let mut shape = TaskShape {
        cpu: revision.cpu.unwrap_or_default(),
        memory: revision.memory.unwrap_or_default(),
        execution_role: revision.execution_role_arn.unwrap_or_default(),
        task_role: revision.task_role_arn.unwrap_or_default(),
        ..TaskShape::default()
    };
    if let Some(container) = container {
        shape.port = container.port_mappings().first().and_then(|mapping| mapping.container_port);
        let pair = |pair: &types::KeyValuePair| Some((pair.name.clone()?, pair.value.clone().unwrap_or_default()));
        shape.env = container.environment().iter().filter_map(pair).collect();
        let secret = |secret: &types::Secret| (secret.name.clone(), secret.value_from.clone());
        shape.secrets = container.secrets().iter().map(secret).collect();
        let options = container.log_configuration().and_then(|logs| logs.options().cloned());
        shape.logs = options.unwrap_or_default().into_iter().collect();
        shape.labels = container.docker_labels.unwrap_or_default().into_iter().collect();
        shape.container = container.name.unwrap_or_default();
        shape.image = container.image.unwrap_or_default();
    }
    TaskDefinition {
        arn: revision.task_definition_arn.unwrap_or_default(),
        active: revision.status == Some(types::TaskDefinitionStatus::Active),
        shape,
        unsupported,
        tags: plain_tags(tags),
    }
}

pub fn plain_service(service: types::Service) -> Service {
    let network = service.network_configuration.as_ref().and_then(|network| network.awsvpc_configuration.as_ref());
    let target = service.load_balancers().first().and_then(|balancer| {
        Some(Target {
            group: balancer.target_group_arn.clone()?,
            container: balancer.container_name.clone().unwrap_or_default(),
            port: balancer.container_port.unwrap_or_default(),
        })
    });
    let breaker = service.deployment_configuration.as_ref().and_then(|how| how.deployment_circuit_breaker.as_ref());
    Service {
        unsupported: unsupported::of_service(&service),
        shape: ServiceShape {
            subnets: network.map(|network| network.subnets().iter().cloned().collect()),
            security_groups: network.map(|network| network.security_groups().iter().cloned().collect()),
            // Not told, it is ECS's own: none.
            grace_period: service.health_check_grace_period_seconds.or(target.as_ref().map(|_| 0)),
            target,
            breaker: Some(breaker.is_some_and(|breaker| breaker.enable && breaker.rollback)),
            task_definition: service.task_definition.clone(),
            count: Some(service.desired_count),
        },
        running: service.running_count,
        created: millis(service.created_at.as_ref()),
        tags: plain_tags(service.tags()),
        arn: service.service_arn.unwrap_or_default(),
        status: service.status.unwrap_or_default(),
    }
}

/// `up`: the service has come up before, so that there is something to go back to. ECS forgets deployments after 90 days,
/// but not that the revisions a deployment began from run.
pub fn plain_deployment(
    found: types::ServiceDeployment,
    task_definition: Option<String>,
    rolled_back_to: Option<String>,
    up: bool,
) -> Option<Deployment> {
    let why = found.rollback.as_ref().and_then(|rollback| rollback.reason.clone());
    let breaker = found.deployment_circuit_breaker.as_ref().and_then(|breaker| breaker.status.as_ref());
    let triggered = breaker == Some(&types::ServiceDeploymentRollbackMonitorsStatus::Triggered);
    let nothing_runs = found.source_service_revisions().iter().all(|source| source.running_task_count == 0);
    let working = found.status == Some(types::ServiceDeploymentStatus::InProgress);
    Some(Deployment {
        arn: found.service_deployment_arn?,
        status: found.status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
        reason: found.status_reason.or(why),
        task_definition,
        rolled_back_to,
        stalled: triggered && working && nothing_runs && !up,
    })
}

/// A task that was stopped.
pub fn plain_task(task: types::Task) -> StoppedTask {
    StoppedTask {
        reason: reason(&task),
        id: task.task_arn.as_deref().map(|arn| Arn::of(arn).last()).unwrap_or_default().to_owned(),
        task_definition: task.task_definition_arn.unwrap_or_default(),
    }
}

/// A task, with what AWS may have put beside our container.
pub fn plain_progress(task: types::Task) -> Task {
    let exit = |container: &types::Container| Some((container.name.clone()?, container.exit_code?));
    Task {
        exit_codes: task.containers().iter().filter_map(exit).collect(),
        stop_code: task.stop_code.as_ref().map(|code| code.as_str().to_owned()),
        reason: reason(&task),
        created: millis(task.created_at.as_ref()),
        tags: plain_tags(task.tags()),
        arn: task.task_arn.unwrap_or_default(),
        task_definition: task.task_definition_arn.unwrap_or_default(),
        started_by: task.started_by,
        status: task.last_status.unwrap_or_default(),
    }
}

/// What a call that succeeded says that it did not do:
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/api_failures_messages.html>.
pub fn not_done(call: &str, failures: &[types::Failure], request_id: Option<&str>) -> Option<CallError> {
    let failure = failures.first()?;
    let reason = failure.reason().unwrap_or_default();
    let scarce = reason.starts_with("RESOURCE:");
    let class =
        if scarce || reason.to_ascii_lowercase().contains("capacity") { ErrorClass::Busy } else { ErrorClass::Invalid };
    let words = match reason {
        _ if scarce => "ECS has too little of it left",
        "MISSING" => "it is not there",
        "INACTIVE" => "it is no longer active",
        _ => "ECS did not do it",
    };
    let details = failure.detail().map(|detail| format!(": {detail}")).unwrap_or_default();
    Some(CallError {
        call: call.to_owned(),
        code: failure.reason.clone(),
        message: format!("{words}{details}"),
        request_id: request_id.map(str::to_owned),
        class,
    })
}

/// Why a task stopped: ECS's own words, and those of each container.
fn reason(task: &types::Task) -> String {
    let said = |container: &types::Container| {
        let name = container.name().unwrap_or("container");
        match (container.exit_code, container.reason()) {
            (Some(code), Some(reason)) => Some(format!("{name} exited with {code}: {reason}")),
            (Some(code), None) => Some(format!("{name} exited with {code}")),
            (None, Some(reason)) => Some(format!("{name}: {reason}")),
            (None, None) => None,
        }
    };
    let words = task.stopped_reason.clone().into_iter().chain(task.containers().iter().filter_map(said));
    words.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_done_says_why_and_whether_to_try_again() {
        let of = |reason: &str, detail: Option<&str>| {
            let failure = types::Failure::builder().reason(reason).set_detail(detail.map(str::to_owned)).build();
            not_done("ecs:RunTask", &[failure], Some("r-1")).unwrap()
        };
        let scarce = of("RESOURCE:ENI", Some("no address left"));
        assert_eq!((scarce.class, scarce.code.as_deref()), (ErrorClass::Busy, Some("RESOURCE:ENI")));
        assert_eq!(scarce.message, "ECS has too little of it left: no address left");
        assert_eq!(scarce.request_id.as_deref(), Some("r-1"));
        assert_eq!(of("Capacity is unavailable at this time.", None).class, ErrorClass::Busy);
        assert_eq!(of("MISSING", None).class, ErrorClass::Invalid);
        assert!(not_done("ecs:RunTask", &[], None).is_none());
    }

    #[test]
    fn every_container_keeps_its_own_exit_code() {
        let container = |name: &str, code| types::Container::builder().name(name).exit_code(code).build();
        let task =
            types::Task::builder().containers(container("aws-guardduty-agent", 137)).containers(container("app", 0));
        let task = plain_progress(task.stop_code(types::TaskStopCode::EssentialContainerExited).build());
        assert_eq!((task.exit_codes["app"], task.exit_codes["aws-guardduty-agent"]), (0, 137));
        assert_eq!(task.stop_code.as_deref(), Some("EssentialContainerExited"));
    }
}
