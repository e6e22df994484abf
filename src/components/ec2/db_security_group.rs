//! The security group of a database: closed, until a resource that takes the database's ref opens one path of its own.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Value as Json, json};

use crate::base::{CallError, Freshness};
use crate::cloud::aws::ec2::Ec2;
use crate::components::ec2::groups;
use crate::components::ec2::openings;
use crate::components::shared::tag_fields;
use crate::components::shared::unknown_call;
use crate::engine::model::kind::{Field, Kind, NameRule};
use crate::engine::model::spec::Resolved;
use crate::engine::run::component::{Address, Answer, Change, Component, Phase, Removal, Seen};

const REVOKE: &str = "ec2:RevokeSecurityGroupIngress";
const TAG: &str = "ec2:CreateTags";
const UNTAG_CALL: &str = "ec2:DeleteTags";

/// `ingress` are the rules that nobody signed: those of other drop resources carry a tag and are theirs.
pub static KIND: Kind = Kind {
    name: "security group",
    names: Some(NameRule { signs: "-_ .:/()#,@[]+=&;{}!$*", reserved: &["sg-"], ..NameRule::WORD }),
    named: false,
    create: Some("ec2:CreateSecurityGroup"),
    delete: Some("ec2:DeleteSecurityGroup"),
    fields: &[
        Field::once("description"),
        Field::once("vpc"),
        Field::in_place("ingress", REVOKE),
        Field::tags(TAG),
        Field::untag(UNTAG_CALL),
    ],
    reads: &["ec2:DescribeSecurityGroups", "ec2:DescribeSecurityGroupRules"],
    ..Kind::BASE
};

/// The security groups of a region.
#[derive(Debug)]
pub struct DbSecurityGroup(pub Arc<dyn Ec2>);

#[async_trait]
impl Component for DbSecurityGroup {
    async fn read(&self, at: &Address, freshness: Freshness) -> Result<Option<Seen>, CallError> {
        let Some(group) = groups::find(self.0.as_ref(), at, freshness).await? else { return Ok(None) };
        let rules = self.0.ingress(&group.id, freshness).await?;
        let unsigned: Vec<Json> =
            rules.into_iter().filter(|rule| rule.owner.is_none()).map(|rule| Json::from(rule.id)).collect();
        let mut fields = BTreeMap::from([("ingress", Json::from(unsigned))]);
        fields.extend(tag_fields(&group.tags));
        let outputs = BTreeMap::from([("vpc", json!(group.vpc))]);
        Ok(Some(Seen { id: group.id, phase: Phase::Ready, fields, outputs, tags: group.tags }))
    }

    async fn create(
        &self,
        at: &Address,
        spec: &Resolved,
        tags: &BTreeMap<String, String>,
    ) -> Result<Answer, CallError> {
        Ok(groups::create(self.0.as_ref(), at, spec, tags).await?.into())
    }

    async fn update(&self, _: &Address, Change { call, seen, .. }: Change<'_>) -> Result<Answer, CallError> {
        match call {
            REVOKE => {
                let live = Resolved(BTreeMap::from([("ingress".to_owned(), seen.fields["ingress"].clone())]));
                Ok(openings::close(self.0.as_ref(), &seen.id, live.texts("ingress")).await?.into())
            }
            other => Err(unknown_call(other)),
        }
    }

    async fn delete(&self, _: &Address, seen: &Seen, _: &Removal) -> Result<Answer, CallError> {
        self.0.delete_security_group(&seen.id).await?;
        Ok(Answer::Done)
    }

    async fn add_tags(&self, seen: &Seen, tags: &BTreeMap<String, String>) -> Result<(), CallError> {
        Ok(self.0.create_tags(&seen.id, tags).await?)
    }

    async fn remove_tags(&self, seen: &Seen, keys: &[String]) -> Result<(), CallError> {
        Ok(self.0.delete_tags(&seen.id, keys).await?)
    }
}
