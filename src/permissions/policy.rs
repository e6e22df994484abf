//! IAM policies, and the permissions of a Cloudflare token.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html>

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use crate::resources::lifecycle::Needs;

/// Actions that a condition holds to certain services: the action, the key of its request, and the services.
const HELD: [(&str, &str, &[&str]); 2] = [
    ("iam:PassRole", "iam:PassedToService", &["ecs-tasks.amazonaws.com"]),
    (
        "iam:CreateServiceLinkedRole",
        "iam:AWSServiceName",
        &[
            "ecs.amazonaws.com",
            "ecs.application-autoscaling.amazonaws.com",
            "elasticloadbalancing.amazonaws.com",
            "rds.amazonaws.com",
        ],
    ),
];

/// Actions that IAM checks against `*` alone, or for which the Service Authorization Reference of older policies does.
const ANY_RESOURCE: [&str; 5] = [
    "ecs:CreateCluster",
    "ecs:DeleteTaskDefinitions",
    "ecs:DeregisterTaskDefinition",
    "ecs:RegisterTaskDefinition",
    "iam:CreateServiceLinkedRole",
];

/// The policy for plan, apply and destroy; null if no action of AWS is needed. Actions that change something name the ARNs of
/// the objects, a statement for each service; reads, and objects whose ids AWS chooses, are allowed on `*`.
pub fn whole(needs: &Needs, arns: &BTreeSet<String>) -> Json {
    let mut any: BTreeSet<&str> = actions(&needs.reads).collect();
    let mut by_service: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut held = vec![];
    for action in actions(&needs.writes) {
        let service = service_of(action);
        if let Some((_, key, services)) = HELD.iter().find(|(name, ..)| *name == action) {
            held.push((action, *key, *services));
        } else if ANY_RESOURCE.contains(&action) || of_service(arns, service).next().is_none() {
            any.insert(action);
        } else {
            by_service.entry(service).or_default().insert(action);
        }
    }
    let mut statements = vec![];
    if !any.is_empty() {
        statements.push(json!({ "Effect": "Allow", "Action": any, "Resource": "*" }));
    }
    for (service, actions) in by_service {
        let resources: Vec<&String> = of_service(arns, service).collect();
        statements.push(json!({ "Effect": "Allow", "Action": actions, "Resource": resources }));
    }
    for (action, key, services) in held {
        let roles: Vec<&String> = of_service(arns, service_of(action)).collect();
        let resource = if roles.is_empty() || ANY_RESOURCE.contains(&action) { json!("*") } else { json!(roles) };
        statements.push(json!({
            "Effect": "Allow",
            "Action": action,
            "Resource": resource,
            "Condition": { "StringEquals": { key: services } },
        }));
    }
    document(&statements)
}

/// The policy for plan alone; null if no action of AWS is needed.
pub fn reads(needs: &Needs) -> Json {
    let reads: BTreeSet<&str> = actions(&needs.reads).collect();
    match reads.is_empty() {
        true => Json::Null,
        false => document(&[json!({ "Effect": "Allow", "Action": reads, "Resource": "*" })]),
    }
}

/// The permissions of the Cloudflare token, sorted.
pub fn token(needs: &Needs) -> Vec<&'static str> {
    let all: BTreeSet<&'static str> = needs.reads.union(&needs.writes).copied().collect();
    all.into_iter().filter(|name| !is_action(name)).collect()
}

fn document(statements: &[Json]) -> Json {
    match statements.is_empty() {
        true => Json::Null,
        false => json!({ "Version": "2012-10-17", "Statement": statements }),
    }
}

fn actions<'a>(names: &'a BTreeSet<&'static str>) -> impl Iterator<Item = &'a str> {
    names.iter().copied().filter(|name| is_action(name))
}

/// An IAM action names its service, a permission of a Cloudflare token does not.
fn is_action(name: &str) -> bool {
    name.contains(':')
}

fn service_of(action: &str) -> &str {
    action.split(':').next().unwrap_or_default()
}

fn of_service<'a>(arns: &'a BTreeSet<String>, service: &str) -> impl Iterator<Item = &'a String> {
    arns.iter().filter(move |arn| arn.split(':').nth(2) == Some(service))
}
