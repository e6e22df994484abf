//! CloudWatch Logs: log groups, and the last lines of a stream.

use std::collections::BTreeMap;
use std::fmt::Debug;

use async_trait::async_trait;
use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::types::LogGroup as SdkLogGroup;

use super::connection::Connection;
use super::error::failed;
use super::snapshot::Snapshot;
use super::tagging::TaggingClient;
use crate::base::{Arn, CallError, Freshness, RESOURCE_TAG, Result};

const DESCRIBE: &str = "logs:DescribeLogGroups";

/// The most names that DescribeLogGroups takes.
const NAMES_A_CALL: usize = 50;

/// A log group.
#[derive(Debug, Clone)]
pub struct LogGroup {
    /// Its name.
    pub name: String,
    /// Its ARN, without the `:*` that stands for its streams.
    pub arn: String,
    /// How long its lines are kept, in days; for ever where it is not set.
    pub retention_days: Option<i32>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// The calls that the components make.
#[async_trait]
pub trait Logs: Debug + Send + Sync {
    /// A log group.
    async fn group(&self, name: &str, freshness: Freshness) -> Result<Option<LogGroup>>;
    /// All log groups of the region that carry a `drop:resource` tag.
    async fn groups(&self) -> Result<Vec<LogGroup>>;
    /// Makes a log group.
    async fn create_group(&self, name: &str, tags: &BTreeMap<String, String>) -> Result<()>;
    /// Sets how long its lines are kept.
    async fn set_retention(&self, name: &str, days: i32) -> Result<()>;
    /// Removes a log group and its lines.
    async fn delete_group(&self, name: &str) -> Result<()>;
    /// Adds or changes tags.
    async fn tag(&self, arn: &str, tags: &BTreeMap<String, String>) -> Result<()>;
    /// Takes tags away.
    async fn untag(&self, arn: &str, keys: &[String]) -> Result<()>;
    /// The last lines of a stream, oldest first; none if the stream is not there.
    async fn last_lines(&self, group: &str, stream: &str, count: i32) -> Result<Vec<String>>;
}

/// CloudWatch Logs over the official SDK.
#[derive(Debug)]
pub struct LogsClient {
    client: Client,
    tagging: TaggingClient,
    groups: Snapshot<LogGroup>,
}

impl LogsClient {
    pub(super) fn new(at: &Connection) -> Self {
        Self {
            client: client!(aws_sdk_cloudwatchlogs, &at.config, &at.endpoint),
            tagging: TaggingClient::new(at),
            groups: Snapshot::new(at.window.clone()),
        }
    }

    async fn one(&self, name: &str) -> Result<Option<LogGroup>> {
        let request = self.client.describe_log_groups().log_group_name_prefix(name);
        let mut pages = request.into_paginator().items().send();
        while let Some(found) = pages.next().await {
            let mut group = plain(found.map_err(failed(DESCRIBE))?)?;
            if group.name == name {
                let request = self.client.list_tags_for_resource().resource_arn(&group.arn);
                let tags = CallError::found(request.send().await.map_err(failed("logs:ListTagsForResource")))?;
                // Between the two calls it was removed.
                let Some(tags) = tags else { return Ok(None) };
                group.tags = tags.tags.unwrap_or_default().into_iter().collect();
                return Ok(Some(group));
            }
        }
        Ok(None)
    }
}

#[async_trait]
impl Logs for LogsClient {
    async fn group(&self, name: &str, freshness: Freshness) -> Result<Option<LogGroup>> {
        let all = async || Ok(self.groups().await?.into_iter().map(|group| (group.name.clone(), group)).collect());
        self.groups.get(name, freshness, async || self.one(name).await, all).await
    }

    async fn groups(&self) -> Result<Vec<LogGroup>> {
        // An account may have thousands of groups, most of them made by functions: the tag index names ours.
        let mut tags = self.tagging.tagged(RESOURCE_TAG, &["logs"]).await?;
        let names =
            tags.keys().filter_map(|arn| Some(Arn::parse(arn)?.resource.strip_prefix("log-group:")?.to_owned()));
        let names: Vec<String> = names.collect();
        let mut found = vec![];
        for chunk in names.chunks(NAMES_A_CALL) {
            let request = self.client.describe_log_groups().set_log_group_identifiers(Some(chunk.to_vec()));
            let mut pages = request.into_paginator().items().send();
            while let Some(group) = pages.next().await {
                let group = plain(group.map_err(failed(DESCRIBE))?)?;
                if let Some(tags) = tags.remove(&group.arn) {
                    found.push(LogGroup { tags, ..group });
                }
            }
        }
        Ok(found)
    }

    async fn create_group(&self, name: &str, tags: &BTreeMap<String, String>) -> Result<()> {
        let request = self.client.create_log_group().log_group_name(name);
        let request = request.set_tags(Some(tags.clone().into_iter().collect()));
        request.send().await.map_err(failed("logs:CreateLogGroup"))?;
        Ok(())
    }

    async fn set_retention(&self, name: &str, days: i32) -> Result<()> {
        let request = self.client.put_retention_policy().log_group_name(name).retention_in_days(days);
        request.send().await.map_err(failed("logs:PutRetentionPolicy"))?;
        Ok(())
    }

    async fn delete_group(&self, name: &str) -> Result<()> {
        let request = self.client.delete_log_group().log_group_name(name);
        request.send().await.map_err(failed("logs:DeleteLogGroup"))?;
        Ok(())
    }

    async fn tag(&self, arn: &str, tags: &BTreeMap<String, String>) -> Result<()> {
        let request = self.client.tag_resource().resource_arn(arn);
        let request = request.set_tags(Some(tags.clone().into_iter().collect()));
        request.send().await.map_err(failed("logs:TagResource"))?;
        Ok(())
    }

    async fn untag(&self, arn: &str, keys: &[String]) -> Result<()> {
        let request = self.client.untag_resource().resource_arn(arn).set_tag_keys(Some(keys.to_vec()));
        request.send().await.map_err(failed("logs:UntagResource"))?;
        Ok(())
    }

    async fn last_lines(&self, group: &str, stream: &str, count: i32) -> Result<Vec<String>> {
        let request = self.client.get_log_events().log_group_name(group).log_stream_name(stream);
        let asked = request.limit(count).start_from_head(false).send().await;
        let Some(answer) = CallError::found(asked.map_err(failed("logs:GetLogEvents")))? else { return Ok(vec![]) };
        Ok(answer.events.unwrap_or_default().into_iter().filter_map(|event| event.message).collect())
    }
}

/// The group, without its tags.
fn plain(group: SdkLogGroup) -> Result<LogGroup> {
    let arn = group.log_group_arn.or(group.arn).ok_or_else(|| CallError::incomplete(DESCRIBE, "logGroupArn"))?;
    Ok(LogGroup {
        name: group.log_group_name.ok_or_else(|| CallError::incomplete(DESCRIBE, "logGroupName"))?,
        arn: arn.trim_end_matches(":*").to_owned(),
        retention_days: group.retention_in_days,
        tags: BTreeMap::new(),
    })
}
