//! IAM: roles, and the inline policies in them that are ours.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_iam::Client;
use aws_sdk_iam::types::{EntityType, RoleDetail, Tag};
use serde_json::Value as Json;

use super::connection::Connection;
use super::error::failed;
use super::snapshot::{Memo, Snapshot};
use crate::base::{CallError, ErrorClass, Freshness, Result};

/// The name of the policy that every role of ours may have; others have names of their own.
pub const POLICY: &str = "drop";

/// A role.
#[derive(Debug, Clone)]
pub struct Role {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// Our policy in it, as JSON text with sorted keys.
    pub policy: Option<String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// The calls that the components make.
#[async_trait]
pub trait Iam: Debug + Send + Sync {
    /// A role.
    async fn role(&self, name: &str, freshness: Freshness) -> Result<Option<Role>>;
    /// Makes a role that the principals of the trust policy may take on.
    async fn create_role(
        &self,
        name: &str,
        description: &str,
        trust: &str,
        tags: &BTreeMap<String, String>,
    ) -> Result<()>;
    /// An inline policy of a role, as JSON text with sorted keys.
    async fn policy(&self, role: &str, name: &str, freshness: Freshness) -> Result<Option<String>>;
    /// Writes an inline policy.
    async fn put_policy(&self, role: &str, name: &str, policy: &str) -> Result<()>;
    /// Takes an inline policy away, if it is there.
    async fn delete_policy(&self, role: &str, name: &str) -> Result<()>;
    /// Adds or changes tags.
    async fn tag_role(&self, name: &str, tags: &BTreeMap<String, String>) -> Result<()>;
    /// Takes tags away.
    async fn untag_role(&self, name: &str, keys: &[String]) -> Result<()>;
    /// Removes a role that has no policies any more.
    async fn delete_role(&self, name: &str) -> Result<()>;
}

/// IAM over the official SDK.
#[derive(Debug)]
pub struct IamClient {
    client: Client,
    roles: Snapshot<Role>,
    /// By role and name.
    policies: Snapshot<String>,
    /// One listing has both.
    details: Memo<Arc<Vec<RoleDetail>>>,
}

impl IamClient {
    pub(super) fn new(at: &Connection) -> Self {
        Self {
            client: client!(aws_sdk_iam, &at.config, &at.endpoint),
            roles: Snapshot::new(at.window.clone()),
            policies: Snapshot::new(at.window.clone()),
            details: Memo::new(at.window.clone()),
        }
    }

    async fn one(&self, name: &str) -> Result<Option<Role>> {
        let call = "iam:GetRole";
        let asked = self.client.get_role().role_name(name).send().await.map_err(failed(call));
        let Some(answer) = CallError::found(asked)? else { return Ok(None) };
        let role = answer.role.ok_or_else(|| CallError::incomplete(call, "Role"))?;
        let policy = self.inline(name, POLICY).await?;
        Ok(Some(Role { name: role.role_name, arn: role.arn, policy, tags: plain_tags(role.tags.unwrap_or_default()) }))
    }

    async fn inline(&self, role: &str, name: &str) -> Result<Option<String>> {
        let request = self.client.get_role_policy().role_name(role).policy_name(name);
        let found = CallError::found(request.send().await.map_err(failed("iam:GetRolePolicy")))?;
        Ok(found.map(|policy| document(&policy.policy_document)))
    }

    async fn details(&self) -> Result<Arc<Vec<RoleDetail>>> {
        let listed = async || self.list().await.map(Arc::new);
        self.details.get("", Freshness::Snapshot, listed).await
    }

    async fn list(&self) -> Result<Vec<RoleDetail>> {
        let call = "iam:GetAccountAuthorizationDetails";
        let request = self.client.get_account_authorization_details().filter(EntityType::Role);
        let mut pages = request.max_items(1000).into_paginator().send();
        let mut found = vec![];
        while let Some(page) = pages.next().await {
            let page = match page.map_err(failed(call)) {
                // It can only be allowed for the whole account: who may not ask that asks role by role.
                Err(error) if error.class == ErrorClass::Denied => return Ok(vec![]),
                page => page?,
            };
            found.extend(page.role_detail_list.unwrap_or_default());
        }
        Ok(found)
    }

    async fn all(&self) -> Result<BTreeMap<String, Role>> {
        let details = self.details().await?;
        let roles = details.iter().cloned().filter_map(detailed);
        Ok(roles.map(|role| (role.name.clone(), role)).collect())
    }

    async fn all_policies(&self) -> Result<BTreeMap<String, String>> {
        let mut found = BTreeMap::new();
        for role in self.details().await?.iter() {
            for policy in role.role_policy_list() {
                if let (Some(role), Some(name), Some(text)) =
                    (role.role_name(), policy.policy_name(), policy.policy_document())
                {
                    found.insert(key(role, name), document(text));
                }
            }
        }
        Ok(found)
    }
}

#[async_trait]
impl Iam for IamClient {
    async fn role(&self, name: &str, freshness: Freshness) -> Result<Option<Role>> {
        self.roles.get(name, freshness, async || self.one(name).await, async || self.all().await).await
    }

    async fn create_role(
        &self,
        name: &str,
        description: &str,
        trust: &str,
        tags: &BTreeMap<String, String>,
    ) -> Result<()> {
        let request = self.client.create_role().role_name(name).description(description);
        let request = request.assume_role_policy_document(trust).set_tags(Some(sdk_tags(tags)));
        request.send().await.map_err(failed("iam:CreateRole"))?;
        Ok(())
    }

    async fn policy(&self, role: &str, name: &str, freshness: Freshness) -> Result<Option<String>> {
        let one = async || self.inline(role, name).await;
        self.policies.get(&key(role, name), freshness, one, async || self.all_policies().await).await
    }

    async fn put_policy(&self, role: &str, name: &str, policy: &str) -> Result<()> {
        let request = self.client.put_role_policy().role_name(role).policy_name(name).policy_document(policy);
        request.send().await.map_err(failed("iam:PutRolePolicy"))?;
        Ok(())
    }

    async fn delete_policy(&self, role: &str, name: &str) -> Result<()> {
        let request = self.client.delete_role_policy().role_name(role).policy_name(name);
        CallError::found(request.send().await.map_err(failed("iam:DeleteRolePolicy")))?;
        Ok(())
    }

    async fn tag_role(&self, name: &str, tags: &BTreeMap<String, String>) -> Result<()> {
        let request = self.client.tag_role().role_name(name).set_tags(Some(sdk_tags(tags)));
        request.send().await.map_err(failed("iam:TagRole"))?;
        Ok(())
    }

    async fn untag_role(&self, name: &str, keys: &[String]) -> Result<()> {
        let request = self.client.untag_role().role_name(name).set_tag_keys(Some(keys.to_vec()));
        request.send().await.map_err(failed("iam:UntagRole"))?;
        Ok(())
    }

    async fn delete_role(&self, name: &str) -> Result<()> {
        let request = self.client.delete_role().role_name(name);
        request.send().await.map_err(failed("iam:DeleteRole"))?;
        Ok(())
    }
}

/// Role names hold no slash.
fn key(role: &str, policy: &str) -> String {
    format!("{role}/{policy}")
}

fn detailed(role: RoleDetail) -> Option<Role> {
    let policies = role.role_policy_list.unwrap_or_default();
    let ours = policies.into_iter().find(|policy| policy.policy_name.as_deref() == Some(POLICY));
    Some(Role {
        name: role.role_name?,
        arn: role.arn?,
        policy: ours.and_then(|policy| policy.policy_document).map(|text| document(&text)),
        tags: plain_tags(role.tags.unwrap_or_default()),
    })
}

/// A policy as IAM returns it, percent-encoded, in the one form in which two of them can be compared. What is no JSON
/// stays as it is, and differs.
fn document(encoded: &str) -> String {
    let text = decoded(encoded);
    serde_json::from_str::<Json>(&text).map_or(text, |policy| policy.to_string())
}

/// RFC 3986, section 2.1. A text that was never encoded comes out as it was: JSON has no `%` outside of strings, and
/// policies have none inside.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, others)) = rest.split_first() {
        let code = others.get(..2).filter(|_| *first == b'%').and_then(|code| std::str::from_utf8(code).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &others[2..];
            }
            None => {
                bytes.push(*first);
                rest = others;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn sdk_tags(tags: &BTreeMap<String, String>) -> Vec<Tag> {
    tags.iter().filter_map(|(key, value)| Tag::builder().key(key).value(value).build().ok()).collect()
}

fn plain_tags(tags: Vec<Tag>) -> BTreeMap<String, String> {
    tags.into_iter().map(|tag| (tag.key, tag.value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_are_compared_as_json() {
        let written = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject"}]}"#;
        let answered = "%7B%22Statement%22%3A%20%5B%7B%22Action%22%3A%22s3%3AGetObject%22%2C%0A%22Effect%22%3A\
                        %22Allow%22%7D%5D%2C%22Version%22%3A%222012-10-17%22%7D";
        assert_eq!(document(answered), document(written));
        assert_ne!(document(answered), document(&written.replace("GetObject", "PutObject")));
    }

    #[test]
    fn percent_codes_are_bytes_of_utf_8() {
        assert_eq!(decoded("Stra%C3%9Fe%20%2f"), "Straße /");
        assert_eq!(decoded("100% of %zz %4"), "100% of %zz %4");
    }
}
