//! The data source `drop_permissions`.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use tf_plugin::{Attr, Diagnostics, Model, async_trait};

use crate::clouds::Runtime;
use crate::lookup::Lookup;

/// What credentials must be allowed to do so that a set of resources can be planned, applied and destroyed: an IAM policy
/// for AWS, permissions of an API token for Cloudflare. Nothing is asked of any cloud.
#[derive(Debug, Clone, Default, Model)]
pub struct Permissions {
    /// What each resource needs: `[drop_app_service.web.permissions, drop_database.main.permissions]`.
    #[attr(required)]
    pub permissions: Attr<Vec<Vec<String>>>,

    /// An IAM policy as JSON that allows `iam_actions` and nothing else. Roles may be passed to ECS tasks only, and only
    /// the service-linked roles of ECS, its scaling, load balancing and RDS be made. Resources are `*`: narrow them where
    /// your names allow it. `{}` if no action is needed.
    #[attr(computed)]
    pub iam_policy: Attr<String>,
    /// The IAM actions, sorted.
    #[attr(computed)]
    pub iam_actions: Attr<Vec<String>>,
    /// The permissions of the Cloudflare token, as Cloudflare names them, sorted.
    #[attr(computed)]
    pub cloudflare_scopes: Attr<Vec<String>>,
}

#[async_trait]
impl Lookup for Permissions {
    async fn found(self, _: &Runtime, _: &mut Diagnostics) -> Option<Self> {
        Some(answered(self))
    }
}

fn answered(mut model: Permissions) -> Permissions {
    let given = model.permissions.known().into_iter().flatten().flatten();
    let all: BTreeSet<&String> = given.collect();
    // An IAM action names its service; a permission of Cloudflare's is words.
    let (actions, scopes): (Vec<&String>, Vec<&String>) = all.into_iter().partition(|name| name.contains(':'));
    let owned = |names: &[&String]| Attr::Known(names.iter().map(|name| (*name).clone()).collect());
    let (iam_policy, iam_actions, cloudflare_scopes) = (policy(&actions).to_string(), owned(&actions), owned(&scopes));
    model.iam_policy = iam_policy.into();
    model.iam_actions = iam_actions;
    model.cloudflare_scopes = cloudflare_scopes;
    model
}

/// The actions whose power is held to certain services, by which key of the request, and to which.
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

fn policy(actions: &[&String]) -> Json {
    if actions.is_empty() {
        return json!({});
    }
    let held = |action: &str| HELD.iter().find(|(name, ..)| *name == action);
    let free: Vec<&&String> = actions.iter().filter(|action| held(action).is_none()).collect();
    let mut statements = vec![];
    if !free.is_empty() {
        statements.push(json!({ "Effect": "Allow", "Action": free, "Resource": "*" }));
    }
    for (action, key, services) in actions.iter().filter_map(|action| held(action)) {
        statements.push(json!({
            "Effect": "Allow",
            "Action": action,
            "Resource": "*",
            "Condition": { "StringEquals": { *key: services } },
        }));
    }
    json!({ "Version": "2012-10-17", "Statement": statements })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(permissions: &[&[&str]]) -> Permissions {
        let permissions = permissions.iter().map(|list| list.iter().map(|name| (*name).to_owned()).collect()).collect();
        answered(Permissions { permissions: Attr::Known(permissions), ..Permissions::default() })
    }

    #[test]
    fn what_several_need_is_said_once_and_by_cloud() {
        let told = asked(&[&["rds:DescribeDBInstances", "iam:PassRole"], &["DNS Write", "rds:DescribeDBInstances"]]);
        assert_eq!(told.iam_actions.unwrap_or_default(), ["iam:PassRole", "rds:DescribeDBInstances"]);
        assert_eq!(told.cloudflare_scopes.unwrap_or_default(), ["DNS Write"]);
    }

    #[test]
    fn a_role_can_be_passed_to_tasks_only() {
        let told = asked(&[&["rds:DescribeDBInstances", "iam:PassRole"]]).iam_policy.unwrap_or_default();
        let policy: Json = serde_json::from_str(&told).unwrap();
        assert_eq!(policy["Statement"][0]["Action"], json!(["rds:DescribeDBInstances"]));
        assert_eq!(policy["Statement"][1]["Action"], "iam:PassRole");
        assert_eq!(
            policy["Statement"][1]["Condition"]["StringEquals"]["iam:PassedToService"],
            json!(["ecs-tasks.amazonaws.com"])
        );
    }

    #[test]
    fn where_nothing_is_needed_there_is_no_policy() {
        assert_eq!(asked(&[&["DNS Write"]]).iam_policy.unwrap_or_default(), "{}");
    }
}
