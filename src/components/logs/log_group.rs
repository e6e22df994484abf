//! Log group: what a service's tasks write. The anchor of a service, since its create refuses a name that is taken and
//! takes tags in the same call.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;

use crate::base::{CallError, Freshness};
use crate::cloud::aws::logs::Logs;
use crate::components::shared::output;
use crate::engine::model::fields::{Fields, Tags};
use crate::engine::model::kind::{Kind, NameRule};
use crate::engine::model::manual::Manual;
use crate::engine::model::spec::Resolved;
use crate::engine::plan::planner::Anchor;
use crate::engine::run::component::{Address, Answer, Change, Component, DeleteOptions, Seen};

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
    fields: LogGroupFields::FIELDS,
    arns: &["logs:{region}:{account}:log-group:{name}", "logs:{region}:{account}:log-group:{name}:*"],
    read_permissions: &["logs:DescribeLogGroups", "logs:ListTagsForResource", "tag:GetResources"],
    manual,
    ..Kind::BASE
};

fn manual(at: &Manual<'_>) -> Vec<String> {
    vec![format!("aws logs delete-log-group --region {} --log-group-name {}", at.place, at.name)]
}

/// The fields of a log group.
#[derive(Debug, Default, Fields)]
pub struct LogGroupFields {
    /// Days that log lines are kept.
    #[field(in_place(RETAIN).post_create())]
    retention_days: Option<i32>,
    /// Tags.
    #[field(tags(TAG, UNTAG_CALL))]
    tags: Tags,
}

/// The log groups of a region.
#[derive(Debug)]
pub struct LogGroup(pub Arc<dyn Logs>);

#[async_trait]
impl Component for LogGroup {
    async fn read(&self, at: &Address, freshness: Freshness) -> Result<Option<Seen>, CallError> {
        let Some(group) = self.0.group(&at.name, freshness).await? else { return Ok(None) };
        let fields = LogGroupFields { retention_days: group.retention_days, tags: group.tags.clone() };
        Ok(Some(Seen::of(group.name, &fields, group.tags).telling("arn", group.arn)))
    }

    async fn create(&self, at: &Address, _: &Resolved, tags: &BTreeMap<String, String>) -> Result<Answer, CallError> {
        Ok(self.0.create_group(&at.name, tags).await?.into())
    }

    async fn update(&self, at: &Address, change: Change<'_>) -> Result<Answer, CallError> {
        let days = change.desired::<LogGroupFields>()?.retention_days;
        self.0.set_retention(&at.name, days.unwrap_or_default()).await?;
        Ok(Answer::Done)
    }

    async fn delete(&self, at: &Address, _: &Seen, _: &DeleteOptions) -> Result<Answer, CallError> {
        self.0.delete_group(&at.name).await?;
        Ok(Answer::Done)
    }

    async fn add_tags(&self, seen: &Seen, tags: &BTreeMap<String, String>) -> Result<(), CallError> {
        self.0.tag(output(seen, "arn"), tags).await
    }

    async fn remove_tags(&self, seen: &Seen, keys: &[String]) -> Result<(), CallError> {
        self.0.untag(output(seen, "arn"), keys).await
    }
}
