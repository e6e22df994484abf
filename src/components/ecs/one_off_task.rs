//! A task that is run once beside those of a service: what it is made of, and how its end is judged. An action and a
//! resource do it alike.

use std::collections::BTreeMap;

use crate::base::{Arn, RESOURCE_TAG, Words};
use crate::cloud::aws::ecs::{NewTask, ServiceShape, Task};

/// The command in a task of its own, as the service runs its tasks: image, environment, roles, network and `tags` are the
/// same.
pub fn new(
    cluster: &str,
    service: &ServiceShape,
    container: &str,
    command: Vec<String>,
    tags: &BTreeMap<String, String>,
) -> NewTask {
    let carried = |key: &str| key == RESOURCE_TAG || !["aws:", "drop:"].iter().any(|own| key.starts_with(own));
    let tags = tags.iter().filter(|(key, _)| carried(key)).map(|(key, value)| (key.clone(), value.clone())).collect();
    NewTask {
        cluster: cluster.to_owned(),
        shape: ServiceShape {
            task_definition: service.task_definition.clone(),
            subnets: service.subnets.clone(),
            security_groups: service.security_groups.clone(),
            ..ServiceShape::default()
        },
        container: container.to_owned(),
        command,
        started_by: None,
        token: None,
        tags,
    }
}

/// The id in a task's ARN.
pub fn id(arn: &str) -> &str {
    Arn::of(arn).last()
}

/// Whether the task has ended.
pub fn ended(task: &Task) -> bool {
    task.status == "STOPPED"
}

/// Whether the container of the command ended the task, and well: what is stopped from outside may exit with 0 too.
pub fn succeeded(task: &Task, container: &str) -> bool {
    task.stop_code.as_deref() == Some("EssentialContainerExited") && task.exit_codes.get(container) == Some(&0)
}

/// A command that did not do what it was to, in words.
pub fn failure(arn: &str, why: &str) -> Words {
    Words::from(format!("the command failed in task {}: ", id(arn))).then(Words::quoted(why))
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
    fn the_tags_of_the_service_are_carried_but_for_what_it_remembers() {
        let tags =
            ["cost-centre", "aws:x", "drop:post_deploy", RESOURCE_TAG].map(|key| (key.to_owned(), "v".to_owned()));
        let new = new("c", &ServiceShape::default(), "app", vec![], &tags.into());
        assert_eq!(new.tags.keys().collect::<Vec<_>>(), ["cost-centre", RESOURCE_TAG]);
    }

    #[test]
    fn only_our_container_says_how_the_command_ended() {
        let by_itself = "EssentialContainerExited";
        assert!(succeeded(&task(by_itself, &[("aws-guardduty-agent", 137), ("app", 0)]), "app"));
        assert!(!succeeded(&task(by_itself, &[("aws-guardduty-agent", 0), ("app", 3)]), "app"));
        assert!(!succeeded(&task(by_itself, &[("aws-guardduty-agent", 0)]), "app"));
        assert!(!succeeded(&task("UserInitiated", &[("app", 0)]), "app"));
    }
}
