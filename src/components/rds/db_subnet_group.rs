//! DB subnet group: where a database's instances may stand. The anchor of a database, since its create refuses a name
//! that is taken and takes tags in the same call.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;

use crate::base::{CallError, Freshness};
use crate::cloud::aws::rds::Rds;
use crate::components::shared::output;
use crate::engine::model::fields::{Fields, Tags};
use crate::engine::model::kind::{Kind, NameRule, TagRule};
use crate::engine::model::manual::Manual;
use crate::engine::model::spec::Resolved;
use crate::engine::plan::planner::Anchor;
use crate::engine::run::component::{Address, Answer, Component, DeleteOptions, Seen};

const TAG: &str = "rds:AddTagsToResource";
const UNTAG_CALL: &str = "rds:RemoveTagsFromResource";

/// The database's anchor.
pub const ANCHOR: Anchor<'_> = Anchor { component: "db_subnet_group", call: TAG };

/// `subnets` are chosen when it is created; zones that the VPC gains later are not added by themselves.
pub static KIND: Kind = Kind {
    name: "DB subnet group",
    names: Some(NameRule {
        signs: "-_. ",
        lower: true,
        letter_first: false,
        single_hyphens: false,
        reserved: &["default"],
    }),
    create: Some("rds:CreateDBSubnetGroup"),
    delete: Some("rds:DeleteDBSubnetGroup"),
    fields: DbSubnetGroupFields::FIELDS,
    tags: TagRule::RDS,
    arns: &["rds:{region}:{account}:subgrp:{name}"],
    read_permissions: &["rds:DescribeDBSubnetGroups", "rds:ListTagsForResource", "tag:GetResources"],
    manual,
    ..Kind::BASE
};

fn manual(at: &Manual<'_>) -> Vec<String> {
    vec![format!("aws rds delete-db-subnet-group --region {} --db-subnet-group-name {}", at.place, at.name)]
}

/// The fields of a DB subnet group.
#[derive(Debug, Default, Fields)]
pub struct DbSubnetGroupFields {
    /// Description.
    #[field(once())]
    description: String,
    /// Ids of its subnets.
    #[field(once())]
    subnets: Vec<String>,
    /// Tags.
    #[field(tags(TAG, UNTAG_CALL))]
    tags: Tags,
}

/// The DB subnet groups of a region.
#[derive(Debug)]
pub struct DbSubnetGroup(pub Arc<dyn Rds>);

#[async_trait]
impl Component for DbSubnetGroup {
    async fn read(&self, at: &Address, freshness: Freshness) -> Result<Option<Seen>, CallError> {
        let Some(group) = self.0.subnet_group(&at.name, freshness).await? else { return Ok(None) };
        let tags = self.0.tags(&group.arn, freshness).await?;
        let subnets = group.subnets.into_iter().collect();
        let fields = DbSubnetGroupFields { subnets, tags: tags.clone(), ..Default::default() };
        Ok(Some(Seen::of(group.name, &fields, tags).telling("arn", group.arn).telling("vpc", group.vpc)))
    }

    async fn create(
        &self,
        at: &Address,
        spec: &Resolved,
        tags: &BTreeMap<String, String>,
    ) -> Result<Answer, CallError> {
        let DbSubnetGroupFields { description, subnets, .. } = DbSubnetGroupFields::decode(spec)?;
        Ok(self.0.create_subnet_group(&at.name, &description, &subnets, tags).await?.into())
    }

    async fn delete(&self, at: &Address, _: &Seen, _: &DeleteOptions) -> Result<Answer, CallError> {
        self.0.delete_subnet_group(&at.name).await?;
        Ok(Answer::Done)
    }

    async fn add_tags(&self, seen: &Seen, tags: &BTreeMap<String, String>) -> Result<(), CallError> {
        self.0.add_tags(output(seen, "arn"), tags).await
    }

    async fn remove_tags(&self, seen: &Seen, keys: &[String]) -> Result<(), CallError> {
        self.0.remove_tags(output(seen, "arn"), keys).await
    }
}
