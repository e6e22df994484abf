//! DB subnet group: where a database's instances may stand. The anchor of a database, since its create refuses a name
//! that is taken and takes tags in the same call.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value as Json;

use crate::base::{CallError, Freshness};
use crate::cloud::aws::rds::Rds;
use crate::components::shared::output;
use crate::components::shared::tag_fields;
use crate::engine::model::kind::{Field, Kind, NameRule};
use crate::engine::model::spec::Resolved;
use crate::engine::plan::planner::Anchor;
use crate::engine::run::component::{Address, Answer, Component, Phase, Removal, Seen};

const TAG: &str = "rds:AddTagsToResource";
const UNTAG_CALL: &str = "rds:RemoveTagsFromResource";

/// The database's anchor.
pub const ANCHOR: Anchor<'_> = Anchor { component: "db_subnet_group", call: TAG };

/// `subnets` are chosen when it is created; zones that the VPC gains later are not added by themselves.
pub static KIND: Kind = Kind {
    name: "DB subnet group",
    names: Some(NameRule { signs: "-_. ", lower: true, letter_first: false, single_hyphens: false, reserved: &["default"] }),
    create: Some("rds:CreateDBSubnetGroup"),
    delete: Some("rds:DeleteDBSubnetGroup"),
    fields: &[Field::once("description"), Field::once("subnets"), Field::tags(TAG), Field::untag(UNTAG_CALL)],
    reads: &["rds:DescribeDBSubnetGroups", "rds:ListTagsForResource", "tag:GetResources"],
    ..Kind::BASE
};

/// The DB subnet groups of a region.
#[derive(Debug)]
pub struct DbSubnetGroup(pub Arc<dyn Rds>);

#[async_trait]
impl Component for DbSubnetGroup {
    async fn read(&self, at: &Address, freshness: Freshness) -> Result<Option<Seen>, CallError> {
        let Some(group) = self.0.subnet_group(&at.name, freshness).await? else { return Ok(None) };
        let tags = self.0.tags(&group.arn, freshness).await?;
        let subnets: Vec<Json> = group.subnets.into_iter().map(Json::from).collect();
        let mut fields = BTreeMap::from([("subnets", Json::from(subnets))]);
        fields.extend(tag_fields(&tags));
        let outputs = BTreeMap::from([("arn", Json::from(group.arn)), ("vpc", Json::from(group.vpc))]);
        Ok(Some(Seen { id: group.name, phase: Phase::Ready, fields, outputs, tags }))
    }

    async fn create(
        &self,
        at: &Address,
        spec: &Resolved,
        tags: &BTreeMap<String, String>,
    ) -> Result<Answer, CallError> {
        let (description, subnets) = (spec.text("description"), spec.texts("subnets"));
        Ok(self.0.create_subnet_group(&at.name, description, &subnets, tags).await?.into())
    }

    async fn delete(&self, at: &Address, _: &Seen, _: &Removal) -> Result<Answer, CallError> {
        self.0.delete_subnet_group(&at.name).await?;
        Ok(Answer::Done)
    }

    async fn add_tags(&self, seen: &Seen, tags: &BTreeMap<String, String>) -> Result<(), CallError> {
        Ok(self.0.add_tags(output(seen, "arn"), tags).await?)
    }

    async fn remove_tags(&self, seen: &Seen, keys: &[String]) -> Result<(), CallError> {
        Ok(self.0.remove_tags(output(seen, "arn"), keys).await?)
    }
}
