//! The tag index: tags of many objects in one call. It lags behind writes, so it serves refreshes only.

use std::collections::BTreeMap;

use aws_sdk_resourcegroupstagging::Client;
use aws_sdk_resourcegroupstagging::types::TagFilter;

use super::connection::Connection;
use super::error::failed;
use crate::base::Result;

/// Tags by ARN.
pub type TagsByArn = BTreeMap<String, BTreeMap<String, String>>;

#[derive(Debug)]
pub(in crate::cloud::aws) struct TaggingClient {
    client: Client,
}

impl TaggingClient {
    pub(in crate::cloud::aws) fn new(at: &Connection) -> Self {
        Self { client: client!(aws_sdk_resourcegroupstagging, &at.config, &at.tagging) }
    }

    /// The tags of every object of these types that carries `key`.
    pub(in crate::cloud::aws) async fn tagged(&self, key: &str, types: &[&str]) -> Result<TagsByArn> {
        let filter = TagFilter::builder().key(key).build();
        let types = types.iter().map(|name| (*name).to_owned()).collect();
        let request = self.client.get_resources().tag_filters(filter).set_resource_type_filters(Some(types));
        let mut pages = request.resources_per_page(100).into_paginator().items().send();
        let mut found = TagsByArn::new();
        while let Some(mapping) = pages.next().await {
            let mapping = mapping.map_err(failed("tag:GetResources"))?;
            let tags = mapping.tags().iter().map(|tag| (tag.key.clone(), tag.value.clone())).collect();
            if let Some(arn) = mapping.resource_arn {
                found.insert(arn, tags);
            }
        }
        Ok(found)
    }
}
