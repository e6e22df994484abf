//! Grant: an inline policy of a role that lets it use one resource: read a secret, or pull the images of a repository.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Value as Json, json};

use crate::base::{CallError, ErrorClass, Freshness, RESOURCE_TAG};
use crate::cloud::aws::iam::Iam;
use crate::engine::model::fields::{Entries, Fields};
use crate::engine::model::kind::{Compare, Kind, NameRule};
use crate::engine::model::manual::Manual;
use crate::engine::model::spec::Resolved;
use crate::engine::run::component::{Address, Answer, Change, Component, DeleteOptions, Seen};

const PUT: &str = "iam:PutRolePolicy";

/// It belongs to the role it is in, and has a name of ours there. A grant that moves is for a time one of two resources.
const BASE: Kind = Kind {
    names: Some(NameRule { signs: "-_+=,.@", ..NameRule::WORD }),
    name_limit: 128,
    create: Some(PUT),
    delete: Some("iam:DeleteRolePolicy"),
    fields: GrantFields::FIELDS,
    read_permissions: &["iam:GetRolePolicy"],
    manual,
    ..Kind::BASE
};

/// Leave to read a secret.
pub static SECRET: Kind = Kind { name: "secret grant", ..BASE };
/// Leave to pull the images of a repository of ECR.
pub static IMAGE: Kind = Kind { name: "image grant", ..BASE };

/// What reading a secret takes.
const READ_SECRET: &[&str] = &["secretsmanager:GetSecretValue"];
/// What pulling an image takes, beside the token of the registry:
/// <https://docs.aws.amazon.com/AmazonECR/latest/userguide/ECR_on_ECS.html>.
const PULL_IMAGE: &[&str] = &["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];

fn manual(at: &Manual<'_>) -> Vec<String> {
    let role = at.within.last().map_or("", String::as_str);
    vec![format!("aws iam delete-role-policy --role-name {role} --policy-name {}", at.name)]
}

/// The fields of a grant.
#[derive(Debug, Default, Fields)]
pub struct GrantFields {
    /// ARNs of the resources that may be used.
    #[field(in_place(PUT).compared(Compare::ContainsItem))]
    resource: Entries,
    /// Whether it grants more than is desired.
    #[field(stale(PUT))]
    former: bool,
}

/// The inline policies of an account's roles.
#[derive(Debug)]
pub struct Grant {
    iam: Arc<dyn Iam>,
    actions: &'static [&'static str],
}

impl Grant {
    /// Grants of [`SECRET`].
    pub fn secret(iam: Arc<dyn Iam>) -> Self {
        Self { iam, actions: READ_SECRET }
    }

    /// Grants of [`IMAGE`].
    pub fn image(iam: Arc<dyn Iam>) -> Self {
        Self { iam, actions: PULL_IMAGE }
    }
}

#[async_trait]
impl Component for Grant {
    async fn read(&self, at: &Address, freshness: Freshness) -> Result<Option<Seen>, CallError> {
        let Some(policy) = self.iam.policy(role(at)?, &at.name, freshness).await? else { return Ok(None) };
        let resources = granted(&policy);
        let alone = resources.len() == 1 && document(self.actions, &resources) == policy;
        Ok(Some(seen(at, resources, alone)))
    }

    async fn create(&self, at: &Address, spec: &Resolved, _: &BTreeMap<String, String>) -> Result<Answer, CallError> {
        self.write(at, GrantFields::decode(spec)?.resource.0).await
    }

    /// What was granted is taken back by a step of its own: whoever still runs may need it.
    async fn update(&self, at: &Address, change: Change<'_>) -> Result<Answer, CallError> {
        let Entries(mut resources) = change.desired::<GrantFields>()?.resource;
        if !change.sets(GrantFields::FORMER) {
            resources.extend(change.live::<GrantFields>()?.resource.0);
        }
        self.write(at, resources).await
    }

    async fn delete(&self, at: &Address, _: &Seen, _: &DeleteOptions) -> Result<Answer, CallError> {
        self.iam.delete_policy(role(at)?, &at.name).await?;
        Ok(Answer::Done)
    }
}

impl Grant {
    async fn write(&self, at: &Address, resources: BTreeSet<String>) -> Result<Answer, CallError> {
        self.iam.put_policy(role(at)?, &at.name, &document(self.actions, &resources)).await?;
        let alone = resources.len() == 1;
        Ok(Answer::Seen(seen(at, resources, alone)))
    }
}

/// `alone` is whether the policy grants one resource and nothing else.
fn seen(at: &Address, resources: BTreeSet<String>, alone: bool) -> Seen {
    let fields = GrantFields { resource: Entries(resources), former: !alone };
    Seen::of(at.name.clone(), &fields, BTreeMap::from([(RESOURCE_TAG.to_owned(), at.owner.clone())]))
}

fn role(at: &Address) -> Result<&str, CallError> {
    let missing = || CallError::own("iam:GetRolePolicy", ErrorClass::Invalid, "a grant lives in a role");
    at.within.last().map(String::as_str).ok_or_else(missing)
}

fn document(actions: &[&str], resources: &BTreeSet<String>) -> String {
    let statement = json!({ "Effect": "Allow", "Action": actions, "Resource": resources });
    json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string()
}

fn granted(policy: &str) -> BTreeSet<String> {
    let policy: Json = serde_json::from_str(policy).unwrap_or_default();
    let statements = policy["Statement"].as_array();
    statements.into_iter().flatten().flat_map(|statement| texts(&statement["Resource"])).collect()
}

fn texts(list: &Json) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(Json::as_str).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_names_its_secrets_and_nothing_else() {
        let secrets = BTreeSet::from(["arn:secret:a".to_owned(), "arn:secret:b".to_owned()]);
        let document = document(READ_SECRET, &secrets);
        assert_eq!(granted(&document), secrets);
        let document: Json = serde_json::from_str(&document).unwrap();
        assert_eq!(document["Statement"].as_array().unwrap().len(), 1);
        assert_eq!(document["Statement"][0]["Action"], json!(["secretsmanager:GetSecretValue"]));
    }
}
