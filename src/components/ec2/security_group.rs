//! Security group: the ports that one peer may reach.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Value as Json, json};

use crate::base::{CallError, Freshness};
use crate::cloud::aws::ec2::{Ec2, Rule};
use crate::components::ec2::groups;
use crate::components::ec2::openings::{self, AUTHORIZE};
use crate::components::shared::{output, tag_fields};
use crate::components::shared::unknown_call;
use crate::engine::model::kind::TAGS;
use crate::engine::model::kind::{Field, Kind, NameRule};
use crate::engine::model::spec::Resolved;
use crate::engine::run::component::{Address, Answer, Change, Component, Phase, Removal, Seen};

const TAG: &str = "ec2:CreateTags";
const UNTAG_CALL: &str = "ec2:DeleteTags";

/// `ports`, lowest first, and the one `peer` that may reach them are those of rules that we signed: rules of others are
/// theirs.
pub static KIND: Kind = Kind {
    name: "security group",
    names: Some(NameRule { signs: "-_ .:/()#,@[]+=&;{}!$*", reserved: &["sg-"], ..NameRule::WORD }),
    named: false,
    create: Some("ec2:CreateSecurityGroup"),
    delete: Some("ec2:DeleteSecurityGroup"),
    fields: &[
        Field::once("description"),
        Field::fixed("vpc"),
        Field::in_place("ports", AUTHORIZE).after(),
        Field::in_place("peer", AUTHORIZE).after(),
        Field::tags(TAG),
        Field::untag(UNTAG_CALL),
    ],
    reads: &["ec2:DescribeSecurityGroups", "ec2:DescribeSecurityGroupRules"],
    also: &["ec2:CreateTags", "ec2:RevokeSecurityGroupIngress"],
    ..Kind::BASE
};

/// The name of the group, as an output.
const NAME: &str = "name";

/// The security groups of a region.
#[derive(Debug)]
pub struct SecurityGroup(pub Arc<dyn Ec2>);

#[async_trait]
impl Component for SecurityGroup {
    async fn read(&self, at: &Address, freshness: Freshness) -> Result<Option<Seen>, CallError> {
        let Some(group) = groups::find(self.0.as_ref(), at, freshness).await? else { return Ok(None) };
        let rules = self.0.ingress(&group.id, freshness).await?;
        let ours = ours(&rules, at, &group.name);
        let mut fields = BTreeMap::from([
            ("vpc", json!(group.vpc)),
            ("ports", openings::ports(&ours)),
            ("peer", openings::peer(&ours)),
        ]);
        fields.extend(tag_fields(&group.tags));
        let outputs = BTreeMap::from([("vpc", json!(group.vpc)), (NAME, json!(group.name))]);
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

    async fn update(&self, at: &Address, Change { call, seen, spec, .. }: Change<'_>) -> Result<Answer, CallError> {
        match call {
            AUTHORIZE => {
                self.open(at, seen, spec).await?;
                Ok(Answer::Done)
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

impl SecurityGroup {
    /// Opens what is missing before it closes what is not wanted: nobody who may come in is kept out in between.
    async fn open(&self, at: &Address, seen: &Seen, spec: &Resolved) -> Result<(), CallError> {
        let live = seen.fields.get("peer").and_then(Json::as_str);
        let peer = spec.maybe_text("peer").or(live.map(str::to_owned)).unwrap_or_default();
        let ports = spec.texts("ports");
        let wanted = openings::wanted(ports.iter().map(String::as_str), &peer)?;
        let rules = self.0.ingress(&seen.id, Freshness::Now).await?;
        let (missing, stale) = openings::difference(&wanted, &ours(&rules, at, output(seen, NAME)));
        openings::open(self.0.as_ref(), at, &seen.id, &missing, spec.map(TAGS)).await?;
        openings::close(self.0.as_ref(), &seen.id, stale).await
    }
}

/// The rules that were signed by the group of this address, also under the name that it has from an earlier version.
fn ours<'a>(rules: &'a BTreeSet<Rule>, at: &Address, name: &str) -> BTreeSet<&'a Rule> {
    rules.iter().filter(|rule| openings::is_ours(rule, at) || openings::is_signed(rule, at, name)).collect()
}
