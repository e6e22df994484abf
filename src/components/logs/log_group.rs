//! Log group: what a service's tasks write. The anchor of a service, since its create refuses a name that is taken and
//! takes tags in the same call.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::json;

use crate::base::{CallError, Freshness};
use crate::cloud::aws::logs::Logs;
use crate::components::shared::output;
use crate::components::shared::tag_fields;
use crate::components::shared::unknown_call;
use crate::engine::model::kind::{Field, Kind, NameRule};
use crate::engine::model::spec::Resolved;
use crate::engine::plan::planner::Anchor;
use crate::engine::run::component::{Address, Answer, Change, Component, Phase, Removal, Seen};

const RETAIN: &str = "logs:PutRetentionPolicy";
const TAG: &str = "logs:TagResource";
const UNTAG_CALL: &str = "logs:UntagResource";

/// The service's anchor.
pub const ANCHOR: Anchor<'_> = Anchor { component: "log_group", call: TAG };

/// Log lines are no data that a plan has to protect: they end with the service.
pub static KIND: Kind = Kind {
    name: "log group",
    names: Some(NameRule { signs: "-_/.#", reserved: &["aws/"], ..NameRule::WORD }),
    name_limit: 512,
    path: Some("/drop"),
    create: Some("logs:CreateLogGroup"),
    delete: Some("logs:DeleteLogGroup"),
    fields: &[Field::in_place("retention_days", RETAIN).after(), Field::tags(TAG), Field::untag(UNTAG_CALL)],
    reads: &["logs:DescribeLogGroups", "logs:ListTagsForResource", "tag:GetResources"],
    ..Kind::BASE
};

/// The log groups of a region.
#[derive(Debug)]
pub struct LogGroup(pub Arc<dyn Logs>);

#[async_trait]
impl Component for LogGroup {
    async fn read(&self, at: &Address, freshness: Freshness) -> Result<Option<Seen>, CallError> {
        let Some(group) = self.0.group(&at.name, freshness).await? else { return Ok(None) };
        let mut fields = BTreeMap::from([("retention_days", json!(group.retention_days))]);
        fields.extend(tag_fields(&group.tags));
        let outputs = BTreeMap::from([("arn", json!(group.arn))]);
        Ok(Some(Seen { id: group.name, phase: Phase::Ready, fields, outputs, tags: group.tags }))
    }

    async fn create(&self, at: &Address, _: &Resolved, tags: &BTreeMap<String, String>) -> Result<Answer, CallError> {
        Ok(self.0.create_group(&at.name, tags).await?.into())
    }

    async fn update(&self, at: &Address, Change { call, spec, .. }: Change<'_>) -> Result<Answer, CallError> {
        match call {
            RETAIN => {
                let days = spec.maybe_int("retention_days").and_then(|days| i32::try_from(days).ok());
                self.0.set_retention(&at.name, days.unwrap_or_default()).await?;
                Ok(Answer::Done)
            }
            other => Err(unknown_call(other)),
        }
    }

    async fn delete(&self, at: &Address, _: &Seen, _: &Removal) -> Result<Answer, CallError> {
        self.0.delete_group(&at.name).await?;
        Ok(Answer::Done)
    }

    async fn add_tags(&self, seen: &Seen, tags: &BTreeMap<String, String>) -> Result<(), CallError> {
        Ok(self.0.tag(output(seen, "arn"), tags).await?)
    }

    async fn remove_tags(&self, seen: &Seen, keys: &[String]) -> Result<(), CallError> {
        Ok(self.0.untag(output(seen, "arn"), keys).await?)
    }
}
