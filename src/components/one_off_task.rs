//! A task that is run once beside those of a service: what it is made of, and how its end is judged. An action and a
//! resource do it alike.

use std::collections::BTreeMap;

use super::task_definition::CONTAINER;
use crate::cloud::aws::ecs::{NewTask, ServiceShape, Task};

/// The command in a task of its own, as the service runs its tasks: image, environment, roles and network are the same.
pub fn new(cluster: &str, service: &ServiceShape, command: Vec<String>, tags: BTreeMap<String, String>) -> NewTask {
    NewTask {
        cluster: cluster.to_owned(),
        shape: ServiceShape {
            task_definition: service.task_definition.clone(),
            subnets: service.subnets.clone(),
            security_groups: service.security_groups.clone(),
            ..ServiceShape::default()
        },
        container: CONTAINER.to_owned(),
        command,
        started_by: None,
        tags,
    }
}

/// The id in a task's ARN.
pub fn id(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

/// Whether the task has ended.
pub fn ended(task: &Task) -> bool {
    task.status == "STOPPED"
}

/// Whether our container ended the task, and well: what is stopped from outside may exit with 0 too.
pub fn succeeded(task: &Task) -> bool {
    task.stop_code.as_deref() == Some("EssentialContainerExited") && task.exit_codes.get(CONTAINER) == Some(&0)
}

/// A command that did not do what it was to, in words.
pub fn failure(arn: &str, why: &str) -> String {
    format!("the command failed in task {}: {why}", id(arn))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(stop_code: &str, exits: &[(&str, i32)]) -> Task {
        Task {
            exit_codes: exits.iter().map(|(name, code)| ((*name).to_owned(), *code)).collect(),
            stop_code: Some(stop_code.to_owned()),
            ..Task::default()
        }
    }

    #[test]
    fn only_our_container_says_how_the_command_ended() {
        let by_itself = "EssentialContainerExited";
        assert!(succeeded(&task(by_itself, &[("aws-guardduty-agent", 137), (CONTAINER, 0)])));
        assert!(!succeeded(&task(by_itself, &[("aws-guardduty-agent", 0), (CONTAINER, 3)])));
        assert!(!succeeded(&task(by_itself, &[("aws-guardduty-agent", 0)])));
        assert!(!succeeded(&task("UserInitiated", &[(CONTAINER, 0)])));
    }
}
