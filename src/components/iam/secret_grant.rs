//! Secret grant: an inline policy of a role that lets it read one secret.

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

/// It belongs to the role it is in, and has a name of ours there. A grant that moves is for a time one of two secrets.
pub static KIND: Kind = Kind {
    name: "secret grant",
    names: Some(NameRule { signs: "-_+=,.@", ..NameRule::WORD }),
    name_limit: 128,
    create: Some(PUT),
    delete: Some("iam:DeleteRolePolicy"),
    fields: SecretGrantFields::FIELDS,
    read_permissions: &["iam:GetRolePolicy"],
    manual,
    ..Kind::BASE
};

fn manual(at: &Manual<'_>) -> Vec<String> {
    let role = at.within.last().map_or("", String::as_str);
    vec![format!("aws iam delete-role-policy --role-name {role} --policy-name {}", at.name)]
}

/// The fields of a secret grant.
#[derive(Debug, Default, Fields)]
pub struct SecretGrantFields {
    /// ARNs of the secrets that may be read.
    #[field(in_place(PUT).compared(Compare::ContainsItem))]
    secret: Entries,
    /// Whether it grants more than is desired.
    #[field(stale(PUT))]
    former: bool,
}

/// The inline policies of an account's roles.
#[derive(Debug)]
pub struct SecretGrant(pub Arc<dyn Iam>);

#[async_trait]
impl Component for SecretGrant {
    async fn read(&self, at: &Address, freshness: Freshness) -> Result<Option<Seen>, CallError> {
        let Some(policy) = self.0.policy(role(at)?, &at.name, freshness).await? else { return Ok(None) };
        let secrets = granted(&policy);
        let alone = secrets.len() == 1 && document(&secrets) == policy;
        Ok(Some(seen(at, secrets, alone)))
    }

    async fn create(&self, at: &Address, spec: &Resolved, _: &BTreeMap<String, String>) -> Result<Answer, CallError> {
        self.write(at, SecretGrantFields::decode(spec)?.secret.0).await
    }

    /// What was granted is taken back by a step of its own: whoever still runs may need it.
    async fn update(&self, at: &Address, change: Change<'_>) -> Result<Answer, CallError> {
        let Entries(mut secrets) = change.desired::<SecretGrantFields>()?.secret;
        if !change.sets(SecretGrantFields::FORMER) {
            secrets.extend(change.live::<SecretGrantFields>()?.secret.0);
        }
        self.write(at, secrets).await
    }

    async fn delete(&self, at: &Address, _: &Seen, _: &DeleteOptions) -> Result<Answer, CallError> {
        self.0.delete_policy(role(at)?, &at.name).await?;
        Ok(Answer::Done)
    }
}

impl SecretGrant {
    async fn write(&self, at: &Address, secrets: BTreeSet<String>) -> Result<Answer, CallError> {
        self.0.put_policy(role(at)?, &at.name, &document(&secrets)).await?;
        let alone = secrets.len() == 1;
        Ok(Answer::Seen(seen(at, secrets, alone)))
    }
}

/// `alone` is whether the policy grants one secret and nothing else.
fn seen(at: &Address, secrets: BTreeSet<String>, alone: bool) -> Seen {
    let fields = SecretGrantFields { secret: Entries(secrets), former: !alone };
    Seen::of(at.name.clone(), &fields, BTreeMap::from([(RESOURCE_TAG.to_owned(), at.owner.clone())]))
}

fn role(at: &Address) -> Result<&str, CallError> {
    let missing = || CallError::own("iam:GetRolePolicy", ErrorClass::Invalid, "a grant lives in a role");
    at.within.last().map(String::as_str).ok_or_else(missing)
}

fn document(secrets: &BTreeSet<String>) -> String {
    let statement = json!({ "Effect": "Allow", "Action": ["secretsmanager:GetSecretValue"], "Resource": secrets });
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
        let document = document(&secrets);
        assert_eq!(granted(&document), secrets);
        let document: Json = serde_json::from_str(&document).unwrap();
        assert_eq!(document["Statement"].as_array().unwrap().len(), 1);
        assert_eq!(document["Statement"][0]["Action"], json!(["secretsmanager:GetSecretValue"]));
    }
}
