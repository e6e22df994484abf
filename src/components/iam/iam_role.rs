//! IAM role of a task: ECS takes it on, and it may do what its one policy says.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::json;
use tokio::time::Instant;

use crate::base::{CallError, ErrorClass, Freshness};
use crate::cloud::aws::iam::{Iam, POLICY as OURS};
use crate::engine::model::fields::{Fields, Tags};
use crate::engine::model::kind::{Kind, NameRule, TagRule};
use crate::engine::model::manual::Manual;
use crate::engine::model::spec::Resolved;
use crate::engine::run::component::{Address, Answer, Change, Component, DeleteOptions, Seen};

const POLICY: &str = "iam:PutRolePolicy";
const TAG: &str = "iam:TagRole";
const UNTAG_CALL: &str = "iam:UntagRole";

/// How long IAM may see a policy that was taken away:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency>
const PROPAGATION: Duration = Duration::from_secs(20);
/// How long to wait before the role is deleted again.
const PAUSE: Duration = Duration::from_millis(500);

/// Policies that others attach are left alone.
pub static KIND: Kind = Kind {
    name: "IAM role",
    names: Some(NameRule { signs: "-_+=,.@", ..NameRule::WORD }),
    name_limit: 64,
    global: true,
    create: Some("iam:CreateRole"),
    delete: Some("iam:DeleteRole"),
    fields: IamRoleFields::FIELDS,
    tags: TagRule { ignores_case: true, ..TagRule::USUAL },
    arns: &["iam::{account}:role/{name}"],
    read_permissions: &["iam:GetRole", "iam:GetRolePolicy"],
    extra_permissions: &["iam:DeleteRolePolicy", "iam:TagRole"],
    manual,
    ..Kind::BASE
};

fn manual(at: &Manual<'_>) -> Vec<String> {
    vec![
        format!("aws iam delete-role-policy --role-name {} --policy-name drop", at.name),
        format!("aws iam delete-role --role-name {}", at.name),
    ]
}

/// The fields of a role.
#[derive(Debug, Default, Fields)]
pub struct IamRoleFields {
    /// Description.
    #[field(once())]
    description: String,
    /// Text of our inline policy; none for no policy.
    #[field(in_place(POLICY).post_create())]
    policy: Option<String>,
    /// Tags.
    #[field(tags(TAG, UNTAG_CALL))]
    tags: Tags,
}

/// The roles of an account.
#[derive(Debug)]
pub struct IamRole(pub Arc<dyn Iam>);

#[async_trait]
impl Component for IamRole {
    async fn read(&self, at: &Address, freshness: Freshness) -> Result<Option<Seen>, CallError> {
        let Some(role) = self.0.role(&at.name, freshness).await? else { return Ok(None) };
        let fields = IamRoleFields { policy: role.policy, tags: role.tags.clone(), ..Default::default() };
        Ok(Some(Seen::of(role.name, &fields, role.tags).telling("arn", role.arn)))
    }

    async fn create(
        &self,
        at: &Address,
        spec: &Resolved,
        tags: &BTreeMap<String, String>,
    ) -> Result<Answer, CallError> {
        let IamRoleFields { description, .. } = IamRoleFields::decode(spec)?;
        Ok(self.0.create_role(&at.name, &description, &trust(), tags).await?.into())
    }

    async fn update(&self, at: &Address, change: Change<'_>) -> Result<Answer, CallError> {
        match change.desired::<IamRoleFields>()?.policy {
            Some(policy) => self.0.put_policy(&at.name, OURS, &policy).await?,
            None => self.0.delete_policy(&at.name, OURS).await?,
        }
        Ok(Answer::Done)
    }

    /// A role that still has policies cannot be removed; those of others are not ours to take.
    async fn delete(&self, at: &Address, seen: &Seen, _: &DeleteOptions) -> Result<Answer, CallError> {
        if IamRoleFields::decode(&seen.fields)?.policy.is_some() {
            self.0.delete_policy(&at.name, OURS).await?;
        }
        let end = Instant::now() + PROPAGATION;
        loop {
            match self.0.delete_role(&at.name).await {
                // IAM may still see the policy. What is seen after this time is somebody else's, and stays.
                Err(conflict) if conflict.class == ErrorClass::Busy => {
                    if Instant::now() >= end {
                        return Err(CallError { class: ErrorClass::Invalid, ..conflict });
                    }
                    tokio::time::sleep(PAUSE).await;
                }
                deleted => return deleted.map(|()| Answer::Done),
            }
        }
    }

    async fn add_tags(&self, seen: &Seen, tags: &BTreeMap<String, String>) -> Result<(), CallError> {
        self.0.tag_role(&seen.id, tags).await
    }

    async fn remove_tags(&self, seen: &Seen, keys: &[String]) -> Result<(), CallError> {
        self.0.untag_role(&seen.id, keys).await
    }
}

/// Only tasks of ECS take it on:
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html>
fn trust() -> String {
    let statement = json!({
        "Effect": "Allow",
        "Principal": { "Service": "ecs-tasks.amazonaws.com" },
        "Action": "sts:AssumeRole",
    });
    json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string()
}
