//! Security group: the ports that one peer may reach.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;

use crate::base::{CallError, Freshness};
use crate::cloud::aws::ec2::{Direction, Ec2, Rule};
use crate::components::ec2::groups;
use crate::components::ec2::ingress::{self, AUTHORIZE};
use crate::components::shared::{output, unknown_call};
use crate::engine::model::fields::{Fields, OneOrMore, Tags};
use crate::engine::model::kind::{Kind, NameRule, TagRule};
use crate::engine::model::spec::Resolved;
use crate::engine::run::component::{Address, Answer, Change, Component, DeleteOptions, Obstacle, Seen};

const TAG: &str = "ec2:CreateTags";
const UNTAG_CALL: &str = "ec2:DeleteTags";
const AUTHORIZE_EGRESS: &str = "ec2:AuthorizeSecurityGroupEgress";
const REVOKE_EGRESS: &str = "ec2:RevokeSecurityGroupEgress";
/// All ports of TCP.
const ALL_PORTS: &str = "0-65535";

/// `ports`, lowest first, the one `peer` that may reach them, and `egress` are those of rules that we signed: rules of others
/// are theirs, but for the one that AWS adds to every new group.
pub static KIND: Kind = Kind {
    name: "security group",
    names: Some(NameRule { signs: "-_ .:/()#,@[]+=&;{}!$*", reserved: &["sg-"], ..NameRule::WORD }),
    named: false,
    create: Some("ec2:CreateSecurityGroup"),
    delete: Some("ec2:DeleteSecurityGroup"),
    fields: SecurityGroupFields::FIELDS,
    tags: TagRule { kept: &[ingress::COMPONENT_TAG], ..TagRule::USUAL },
    read_permissions: &["ec2:DescribeSecurityGroups", "ec2:DescribeSecurityGroupRules"],
    extra_permissions: &["ec2:CreateTags", "ec2:DescribeNetworkInterfaces", "ec2:RevokeSecurityGroupIngress"],
    manual: groups::manual,
    ..Kind::BASE
};

/// The name of the group, as an output.
const NAME: &str = "name";

/// The fields of a security group.
#[derive(Debug, Default, Fields)]
pub struct SecurityGroupFields {
    /// Description.
    #[field(once())]
    description: String,
    /// Id of its VPC.
    #[field(fixed())]
    vpc: String,
    /// Ports that are open, lowest first.
    #[field(in_place(AUTHORIZE).post_create())]
    ports: Vec<String>,
    /// Who may reach them: a group, or a range of addresses.
    #[field(in_place(AUTHORIZE).post_create())]
    peer: Option<OneOrMore>,
    /// Who may be reached at any port of TCP: a group.
    #[field(in_place(AUTHORIZE_EGRESS).post_create())]
    egress: Option<OneOrMore>,
    /// Whether the rule is gone that AWS adds to every new group, which lets everything out.
    #[field(in_place(REVOKE_EGRESS).post_create())]
    egress_closed: bool,
    /// Tags.
    #[field(tags(TAG, UNTAG_CALL))]
    tags: Tags,
}

/// The security groups of a region.
#[derive(Debug)]
pub struct SecurityGroup(pub Arc<dyn Ec2>);

#[async_trait]
impl Component for SecurityGroup {
    async fn read(&self, at: &Address, freshness: Freshness) -> Result<Option<Seen>, CallError> {
        let Some(group) = groups::find(self.0.as_ref(), at, freshness).await? else { return Ok(None) };
        let rules = self.0.rules(&group.id, freshness).await?;
        let ours = ours(&rules, at, &group.name);
        let (inward, outward): (BTreeSet<&Rule>, BTreeSet<&Rule>) =
            ours.into_iter().partition(|rule| rule.is_ingress());
        let fields = SecurityGroupFields {
            vpc: group.vpc.clone(),
            ports: ingress::ports(&inward),
            peer: ingress::peer(&inward),
            egress: ingress::peer(&outward),
            egress_closed: !rules.iter().any(is_default),
            tags: group.tags.clone(),
            ..Default::default()
        };
        let seen = Seen::of(group.id, &fields, group.tags);
        Ok(Some(seen.telling("vpc", group.vpc).telling(NAME, group.name)))
    }

    async fn create(
        &self,
        at: &Address,
        spec: &Resolved,
        tags: &BTreeMap<String, String>,
    ) -> Result<Answer, CallError> {
        let SecurityGroupFields { description, vpc, .. } = SecurityGroupFields::decode(spec)?;
        Ok(groups::create(self.0.as_ref(), at, &description, &vpc, tags).await?.into())
    }

    /// Opens what is missing before it closes what is not wanted: nobody who may come in is kept out in between.
    async fn update(&self, at: &Address, change: Change<'_>) -> Result<Answer, CallError> {
        let (desired, live): (SecurityGroupFields, SecurityGroupFields) = (change.desired()?, change.live()?);
        let (ec2, group) = (self.0.as_ref(), &change.seen.id);
        let rules = ec2.rules(group, Freshness::Now).await?;
        let (direction, wanted) = match change.call {
            AUTHORIZE => {
                let peer = desired.peer.or(live.peer).and_then(OneOrMore::one).unwrap_or_default();
                (Direction::Ingress, ingress::wanted(desired.ports.iter().map(String::as_str), &peer)?)
            }
            AUTHORIZE_EGRESS => {
                let peer = desired.egress.and_then(OneOrMore::one).unwrap_or_default();
                (Direction::Egress, ingress::wanted([ALL_PORTS], &peer)?)
            }
            REVOKE_EGRESS => {
                let open = rules.iter().filter(|rule| is_default(rule)).map(|rule| rule.id.clone()).collect();
                ingress::close(ec2, Direction::Egress, group, open).await?;
                return Ok(Answer::Done);
            }
            other => return Err(unknown_call(other)),
        };
        let mut ours = ours(&rules, at, output(change.seen, NAME));
        ours.retain(|rule| rule.direction == direction);
        let (missing, stale) = ingress::difference(&wanted, &ours);
        ingress::open(ec2, direction, at, group, &missing, desired.tags).await?;
        ingress::close(ec2, direction, group, stale).await?;
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
        self.0.create_tags(&self.tagged(seen).await?, tags).await
    }

    async fn remove_tags(&self, seen: &Seen, keys: &[String]) -> Result<(), CallError> {
        self.0.delete_tags(&self.tagged(seen).await?, keys).await
    }
}

impl SecurityGroup {
    /// The ids of a group and of the rules of its owner in it, which have the same tags.
    async fn tagged(&self, seen: &Seen) -> Result<Vec<String>, CallError> {
        let rules = self.0.rules(&seen.id, Freshness::Now).await?;
        let own = rules.into_iter().filter(|rule| rule.owner.is_some() && rule.owner.as_deref() == seen.owner());
        Ok([seen.id.clone()].into_iter().chain(own.map(|rule| rule.id)).collect())
    }
}

/// Whether it is the rule that AWS adds to every new group: <https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html>.
fn is_default(rule: &Rule) -> bool {
    let everything =
        rule.text.starts_with("-1 ") && [" to 0.0.0.0/0", " to ::/0"].iter().any(|to| rule.text.ends_with(to));
    rule.owner.is_none() && !rule.is_ingress() && everything
}

/// The rules that were signed by the group of this address, also under the name that it has from an earlier version.
fn ours<'a>(rules: &'a BTreeSet<Rule>, at: &Address, name: &str) -> BTreeSet<&'a Rule> {
    rules.iter().filter(|rule| ingress::is_ours(rule, at) || ingress::is_signed(rule, at, name)).collect()
}
