//! The security group of a database: closed, until a resource that takes the database's ref opens one path of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;

use crate::base::{CallError, Freshness};
use crate::cloud::aws::ec2::{Direction, Ec2, Rule};
use crate::components::ec2::groups;
use crate::components::ec2::ingress;
use crate::components::shared::unknown_call;
use crate::engine::model::fields::{Fields, Tags};
use crate::engine::model::kind::{Kind, NameRule};
use crate::engine::model::spec::Resolved;
use crate::engine::run::component::{Address, Answer, Change, Component, DeleteOptions, Obstacle, Seen};

const REVOKE: &str = "ec2:RevokeSecurityGroupIngress";
const REVOKE_EGRESS: &str = "ec2:RevokeSecurityGroupEgress";
const TAG: &str = "ec2:CreateTags";
const UNTAG_CALL: &str = "ec2:DeleteTags";

/// A group without rules of its own.
pub static KIND: Kind = Kind {
    name: "security group",
    names: Some(NameRule { signs: "-_ .:/()#,@[]+=&;{}!$*", reserved: &["sg-"], ..NameRule::WORD }),
    named: false,
    create: Some("ec2:CreateSecurityGroup"),
    delete: Some("ec2:DeleteSecurityGroup"),
    fields: DbSecurityGroupFields::FIELDS,
    read_permissions: &["ec2:DescribeSecurityGroups", "ec2:DescribeSecurityGroupRules"],
    extra_permissions: &["ec2:DescribeNetworkInterfaces"],
    manual: groups::manual,
    ..Kind::BASE
};

/// The fields of a database's security group.
#[derive(Debug, Default, Fields)]
pub struct DbSecurityGroupFields {
    /// Description.
    #[field(once())]
    description: String,
    /// Id of its VPC.
    #[field(once())]
    vpc: String,
    /// Ids of the rules that nobody signed: those of other drop resources carry a tag and are theirs.
    #[field(in_place(REVOKE))]
    ingress: Vec<String>,
    /// Whether nothing is let out, not even by the rule that AWS adds to every new group: a database opens no connections.
    #[field(in_place(REVOKE_EGRESS).post_create())]
    egress_closed: bool,
    /// Tags.
    #[field(tags(TAG, UNTAG_CALL))]
    tags: Tags,
}

/// The security groups of a region.
#[derive(Debug)]
pub struct DbSecurityGroup(pub Arc<dyn Ec2>);

#[async_trait]
impl Component for DbSecurityGroup {
    async fn read(&self, at: &Address, freshness: Freshness) -> Result<Option<Seen>, CallError> {
        let Some(group) = groups::find(self.0.as_ref(), at, freshness).await? else { return Ok(None) };
        let rules = self.0.rules(&group.id, freshness).await?;
        let fields = DbSecurityGroupFields {
            ingress: unsigned(&rules, Direction::Ingress),
            egress_closed: unsigned(&rules, Direction::Egress).is_empty(),
            tags: group.tags.clone(),
            ..Default::default()
        };
        Ok(Some(Seen::of(group.id, &fields, group.tags).telling("vpc", group.vpc)))
    }

    async fn create(
        &self,
        at: &Address,
        spec: &Resolved,
        tags: &BTreeMap<String, String>,
    ) -> Result<Answer, CallError> {
        let DbSecurityGroupFields { description, vpc, .. } = DbSecurityGroupFields::decode(spec)?;
        Ok(groups::create(self.0.as_ref(), at, &description, &vpc, tags).await?.into())
    }

    async fn update(&self, _: &Address, change: Change<'_>) -> Result<Answer, CallError> {
        let (ec2, group) = (self.0.as_ref(), &change.seen.id);
        match change.call {
            REVOKE => {
                let DbSecurityGroupFields { ingress, .. } = change.live()?;
                ingress::close(ec2, Direction::Ingress, group, ingress).await?;
            }
            REVOKE_EGRESS => {
                let egress = unsigned(&ec2.rules(group, Freshness::Now).await?, Direction::Egress);
                ingress::close(ec2, Direction::Egress, group, egress).await?;
            }
            other => return Err(unknown_call(other)),
        }
        Ok(Answer::Done)
    }

    async fn delete(&self, _: &Address, seen: &Seen, _: &DeleteOptions) -> Result<Answer, CallError> {
        self.0.delete_security_group(&seen.id).await?;
        Ok(Answer::Done)
    }

    async fn obstacle(&self, _: &Address, seen: &Seen) -> Option<Obstacle> {
        groups::obstacle(self.0.as_ref(), &seen.id).await
    }

    async fn add_tags(&self, seen: &Seen, tags: &BTreeMap<String, String>) -> Result<(), CallError> {
        self.0.create_tags(std::slice::from_ref(&seen.id), tags).await
    }

    async fn remove_tags(&self, seen: &Seen, keys: &[String]) -> Result<(), CallError> {
        self.0.delete_tags(std::slice::from_ref(&seen.id), keys).await
    }
}

/// Ids of the rules of one direction that nobody signed.
fn unsigned(rules: &BTreeSet<Rule>, direction: Direction) -> Vec<String> {
    let of = |rule: &&Rule| rule.owner.is_none() && rule.direction == direction;
    rules.iter().filter(of).map(|rule| rule.id.clone()).collect()
}
