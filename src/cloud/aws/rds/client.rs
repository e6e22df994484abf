//! RDS over the official SDK.

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_rds::Client;
use aws_sdk_rds::operation::describe_db_engine_versions::builders::DescribeDBEngineVersionsFluentBuilder;
use aws_sdk_rds::types::Parameter;

use super::convert::{
    DESCRIBE_INSTANCES, instance, method, parameter_group, plain_tags, sdk_tags, snapshot, subnet_group,
};
use super::{
    Instance, InstanceShape, LoginToken, NewInstance, Offer, ParameterGroup, ParameterInfo, Rds,
    Snapshot as DbSnapshot, SubnetGroup, login,
};
use crate::base::{CallError, Freshness, RESOURCE_TAG, Result};
use crate::cloud::aws::connection::Connection;
use crate::cloud::aws::error::failed;
use crate::cloud::aws::snapshot::{Memo, Snapshot};
use crate::cloud::aws::tagging::TaggingClient;

/// The most that ModifyDBParameterGroup takes.
const PARAMETERS_A_CALL: usize = 20;

/// RDS over the official SDK.
#[derive(Debug)]
pub struct RdsClient {
    client: Client,
    /// What tokens are signed with.
    config: SdkConfig,
    tagging: TaggingClient,
    subnet_groups: Snapshot<SubnetGroup>,
    parameter_groups: Snapshot<ParameterGroup>,
    instances: Snapshot<Instance>,
    tags: Snapshot<BTreeMap<String, String>>,
    catalogue: Catalogue,
}

/// What RDS offers in a region.
#[derive(Debug)]
struct Catalogue {
    parameters: Memo<BTreeMap<String, ParameterInfo>>,
    versions: Memo<Vec<String>>,
    offers: Memo<Vec<Offer>>,
}

impl RdsClient {
    pub(in crate::cloud::aws) fn new(at: &Connection) -> Self {
        Self {
            client: client!(aws_sdk_rds, &at.config, &at.endpoint),
            config: at.config.clone(),
            tagging: TaggingClient::new(at),
            subnet_groups: Snapshot::new(at.window.clone()),
            parameter_groups: Snapshot::new(at.window.clone()),
            instances: Snapshot::new(at.window.clone()),
            tags: Snapshot::new(at.window.clone()),
            catalogue: Catalogue {
                parameters: Memo::new(at.window.clone()),
                versions: Memo::new(at.window.clone()),
                offers: Memo::new(at.window.clone()),
            },
        }
    }

    async fn list_subnet_groups(&self) -> Result<BTreeMap<String, SubnetGroup>> {
        let mut pages = self.client.describe_db_subnet_groups().into_paginator().items().send();
        let mut found = BTreeMap::new();
        while let Some(group) = pages.next().await {
            let group = subnet_group(&group.map_err(failed("rds:DescribeDBSubnetGroups"))?)?;
            found.insert(group.name.clone(), group);
        }
        Ok(found)
    }

    async fn list_instances(&self) -> Result<BTreeMap<String, Instance>> {
        let mut pages = self.client.describe_db_instances().into_paginator().items().send();
        let mut found = BTreeMap::new();
        while let Some(one) = pages.next().await {
            let one = instance(&one.map_err(failed(DESCRIBE_INSTANCES))?)?;
            found.insert(one.id.clone(), one);
        }
        Ok(found)
    }
}

/// What a question for engine versions is answered.
async fn versions(request: DescribeDBEngineVersionsFluentBuilder) -> Result<Vec<String>> {
    let mut pages = request.into_paginator().items().send();
    let mut found = vec![];
    while let Some(version) = pages.next().await {
        let version = version.map_err(failed("rds:DescribeDBEngineVersions"))?;
        found.extend(version.engine_version);
    }
    Ok(found)
}

#[async_trait]
impl Rds for RdsClient {
    async fn subnet_group(&self, name: &str, freshness: Freshness) -> Result<Option<SubnetGroup>> {
        let call = "rds:DescribeDBSubnetGroups";
        let one = async || {
            let asked = self.client.describe_db_subnet_groups().db_subnet_group_name(name).send().await;
            let Some(answer) = CallError::found(asked.map_err(failed(call)))? else { return Ok(None) };
            answer.db_subnet_groups().first().map(subnet_group).transpose()
        };
        self.subnet_groups.get(name, freshness, one, async || self.list_subnet_groups().await).await
    }

    async fn create_subnet_group(
        &self,
        name: &str,
        description: &str,
        subnets: &[String],
        tags: &BTreeMap<String, String>,
    ) -> Result<()> {
        let request = self.client.create_db_subnet_group().db_subnet_group_name(name);
        let request = request.db_subnet_group_description(description).set_subnet_ids(Some(subnets.to_vec()));
        request.set_tags(Some(sdk_tags(tags))).send().await.map_err(failed("rds:CreateDBSubnetGroup"))?;
        Ok(())
    }

    async fn delete_subnet_group(&self, name: &str) -> Result<()> {
        let request = self.client.delete_db_subnet_group().db_subnet_group_name(name);
        request.send().await.map_err(failed("rds:DeleteDBSubnetGroup"))?;
        Ok(())
    }

    async fn parameter_group(&self, name: &str, freshness: Freshness) -> Result<Option<ParameterGroup>> {
        let call = "rds:DescribeDBParameterGroups";
        let one = async || {
            let asked = self.client.describe_db_parameter_groups().db_parameter_group_name(name).send().await;
            let Some(answer) = CallError::found(asked.map_err(failed(call)))? else { return Ok(None) };
            answer.db_parameter_groups().first().map(parameter_group).transpose()
        };
        let all = async || {
            let mut pages = self.client.describe_db_parameter_groups().into_paginator().items().send();
            let mut found = BTreeMap::new();
            while let Some(group) = pages.next().await {
                let group = parameter_group(&group.map_err(failed(call))?)?;
                found.insert(group.name.clone(), group);
            }
            Ok(found)
        };
        self.parameter_groups.get(name, freshness, one, all).await
    }

    async fn set_parameters_of(&self, name: &str) -> Result<BTreeMap<String, String>> {
        let request = self.client.describe_db_parameters().db_parameter_group_name(name).source("user");
        let mut pages = request.into_paginator().items().send();
        let mut found = BTreeMap::new();
        while let Some(parameter) = pages.next().await {
            let parameter = parameter.map_err(failed("rds:DescribeDBParameters"))?;
            if let (Some(name), Some(value)) = (parameter.parameter_name, parameter.parameter_value) {
                found.insert(name, value);
            }
        }
        Ok(found)
    }

    async fn create_parameter_group(
        &self,
        name: &str,
        family: &str,
        description: &str,
        tags: &BTreeMap<String, String>,
    ) -> Result<()> {
        let request = self.client.create_db_parameter_group().db_parameter_group_name(name);
        let request = request.db_parameter_group_family(family).description(description);
        request.set_tags(Some(sdk_tags(tags))).send().await.map_err(failed("rds:CreateDBParameterGroup"))?;
        Ok(())
    }

    async fn parameter_table(&self, family: &str) -> Result<BTreeMap<String, ParameterInfo>> {
        let call = "rds:DescribeEngineDefaultParameters";
        let request = self.client.describe_engine_default_parameters().db_parameter_group_family(family);
        let ask = async || {
            let mut pages = request.into_paginator().items().send();
            let mut found = BTreeMap::new();
            while let Some(parameter) = pages.next().await {
                let parameter = parameter.map_err(failed(call))?;
                let info = ParameterInfo {
                    dynamic: parameter.apply_type.as_deref() == Some("dynamic"),
                    modifiable: parameter.is_modifiable.unwrap_or(true),
                    kind: parameter.data_type,
                    allowed: parameter.allowed_values.filter(|allowed| !allowed.is_empty()),
                };
                if let Some(name) = parameter.parameter_name {
                    found.insert(name, info);
                }
            }
            Ok(found)
        };
        self.catalogue.parameters.lasting(family, ask).await
    }

    async fn set_parameters(&self, name: &str, values: &[(String, String, bool)]) -> Result<()> {
        for chunk in values.chunks(PARAMETERS_A_CALL) {
            let parameters = chunk.iter().map(|(key, value, dynamic)| {
                Parameter::builder().parameter_name(key).parameter_value(value).apply_method(method(*dynamic)).build()
            });
            let request = self.client.modify_db_parameter_group().db_parameter_group_name(name);
            let request = request.set_parameters(Some(parameters.collect()));
            request.send().await.map_err(failed("rds:ModifyDBParameterGroup"))?;
        }
        Ok(())
    }

    async fn reset_parameters(&self, name: &str, values: &[(String, bool)]) -> Result<()> {
        for chunk in values.chunks(PARAMETERS_A_CALL) {
            let parameters = chunk
                .iter()
                .map(|(key, dynamic)| Parameter::builder().parameter_name(key).apply_method(method(*dynamic)).build());
            let request = self.client.reset_db_parameter_group().db_parameter_group_name(name);
            let request = request.reset_all_parameters(false).set_parameters(Some(parameters.collect()));
            request.send().await.map_err(failed("rds:ResetDBParameterGroup"))?;
        }
        Ok(())
    }

    async fn delete_parameter_group(&self, name: &str) -> Result<()> {
        let request = self.client.delete_db_parameter_group().db_parameter_group_name(name);
        request.send().await.map_err(failed("rds:DeleteDBParameterGroup"))?;
        Ok(())
    }

    async fn instance(&self, id: &str, freshness: Freshness) -> Result<Option<Instance>> {
        let one = async || {
            let asked = self.client.describe_db_instances().db_instance_identifier(id).send().await;
            let Some(answer) = CallError::found(asked.map_err(failed(DESCRIBE_INSTANCES)))? else { return Ok(None) };
            answer.db_instances().first().map(instance).transpose()
        };
        self.instances.get(id, freshness, one, async || self.list_instances().await).await
    }

    async fn instances(&self, freshness: Freshness) -> Result<Vec<Instance>> {
        let all = self.instances.every(freshness, async || self.list_instances().await).await?;
        Ok(all.into_values().collect())
    }

    async fn create_instance(&self, new: &NewInstance) -> Result<()> {
        let shape = &new.shape;
        self.client
            .create_db_instance()
            .db_instance_identifier(&new.id)
            .engine(&new.engine)
            .set_engine_version(shape.version.clone())
            .set_db_name(new.database.clone())
            .master_username(&new.username)
            .manage_master_user_password(true)
            .storage_encrypted(true)
            .copy_tags_to_snapshot(true)
            .db_subnet_group_name(&new.subnet_group)
            .set_db_instance_class(shape.class.clone())
            .set_auto_minor_version_upgrade(shape.auto_minor_upgrade)
            .set_allocated_storage(shape.gb)
            .set_max_allocated_storage(shape.max_gb)
            .set_iops(shape.iops)
            .set_storage_throughput(shape.throughput)
            .set_storage_type(shape.storage_type.clone())
            .set_multi_az(shape.multi_az)
            .set_backup_retention_period(shape.backup_days)
            .set_preferred_backup_window(shape.backup_window.clone())
            .set_preferred_maintenance_window(shape.maintenance_window.clone())
            .set_db_parameter_group_name(shape.parameter_group.clone())
            .set_vpc_security_group_ids(shape.security_groups.clone().map(|ids| ids.into_iter().collect()))
            .set_publicly_accessible(shape.public)
            .set_deletion_protection(shape.protected)
            .set_tags(Some(sdk_tags(&new.tags)))
            .send()
            .await
            .map_err(failed("rds:CreateDBInstance"))?;
        Ok(())
    }

    async fn modify_instance(&self, id: &str, shape: &InstanceShape, immediately: bool) -> Result<()> {
        self.client
            .modify_db_instance()
            .db_instance_identifier(id)
            .apply_immediately(immediately)
            .set_engine_version(shape.version.clone())
            .set_db_instance_class(shape.class.clone())
            .set_auto_minor_version_upgrade(shape.auto_minor_upgrade)
            .set_allocated_storage(shape.gb)
            .set_max_allocated_storage(shape.max_gb)
            .set_iops(shape.iops)
            .set_storage_throughput(shape.throughput)
            .set_storage_type(shape.storage_type.clone())
            .set_multi_az(shape.multi_az)
            .set_backup_retention_period(shape.backup_days)
            .set_preferred_backup_window(shape.backup_window.clone())
            .set_preferred_maintenance_window(shape.maintenance_window.clone())
            .set_db_parameter_group_name(shape.parameter_group.clone())
            .set_vpc_security_group_ids(shape.security_groups.clone().map(|ids| ids.into_iter().collect()))
            .set_publicly_accessible(shape.public)
            .set_deletion_protection(shape.protected)
            .send()
            .await
            .map_err(failed("rds:ModifyDBInstance"))?;
        Ok(())
    }

    async fn delete_instance(&self, id: &str, final_snapshot: Option<&str>) -> Result<()> {
        let request = self.client.delete_db_instance().db_instance_identifier(id);
        let request = request.skip_final_snapshot(final_snapshot.is_none());
        let request = request.set_final_db_snapshot_identifier(final_snapshot.map(str::to_owned));
        request.send().await.map_err(failed("rds:DeleteDBInstance"))?;
        Ok(())
    }

    async fn create_snapshot(&self, name: &str, instance: &str, tags: &BTreeMap<String, String>) -> Result<()> {
        let request = self.client.create_db_snapshot().db_snapshot_identifier(name).db_instance_identifier(instance);
        request.set_tags(Some(sdk_tags(tags))).send().await.map_err(failed("rds:CreateDBSnapshot"))?;
        Ok(())
    }

    async fn snapshot(&self, name: &str) -> Result<Option<DbSnapshot>> {
        let request = self.client.describe_db_snapshots().db_snapshot_identifier(name);
        let answer = CallError::found(request.send().await.map_err(failed("rds:DescribeDBSnapshots")))?;
        Ok(answer.and_then(|answer| answer.db_snapshots.unwrap_or_default().into_iter().next()).map(snapshot))
    }

    async fn tags(&self, arn: &str, freshness: Freshness) -> Result<BTreeMap<String, String>> {
        let call = "rds:ListTagsForResource";
        let one = async || {
            let asked = self.client.list_tags_for_resource().resource_name(arn).send().await;
            Ok(CallError::found(asked.map_err(failed(call)))?.map(|answer| plain_tags(answer.tag_list())))
        };
        let all = async || self.tagging.tagged(RESOURCE_TAG, &["rds:subgrp", "rds:pg"]).await;
        Ok(self.tags.get(arn, freshness, one, all).await?.unwrap_or_default())
    }

    async fn add_tags(&self, arn: &str, tags: &BTreeMap<String, String>) -> Result<()> {
        let request = self.client.add_tags_to_resource().resource_name(arn).set_tags(Some(sdk_tags(tags)));
        request.send().await.map_err(failed("rds:AddTagsToResource"))?;
        Ok(())
    }

    async fn remove_tags(&self, arn: &str, keys: &[String]) -> Result<()> {
        let request = self.client.remove_tags_from_resource().resource_name(arn).set_tag_keys(Some(keys.to_vec()));
        request.send().await.map_err(failed("rds:RemoveTagsFromResource"))?;
        Ok(())
    }

    async fn offers(&self, engine: &str, version: Option<&str>, class: &str) -> Result<Vec<Offer>> {
        let request = self.client.describe_orderable_db_instance_options().engine(engine).db_instance_class(class);
        let request = request.vpc(true).set_engine_version(version.map(str::to_owned));
        let ask = async || {
            let mut pages = request.into_paginator().items().send();
            let mut found = vec![];
            while let Some(option) = pages.next().await {
                let option = option.map_err(failed("rds:DescribeOrderableDBInstanceOptions"))?;
                found.push(Offer {
                    version: option.engine_version.unwrap_or_default(),
                    storage_type: option.storage_type,
                    multi_az: option.multi_az_capable.unwrap_or_default(),
                    storage: (option.min_storage_size, option.max_storage_size),
                });
            }
            Ok(found)
        };
        self.catalogue.offers.lasting(&format!("{engine} {} {class}", version.unwrap_or_default()), ask).await
    }

    async fn versions(&self, engine: &str, prefix: &str) -> Result<Vec<String>> {
        let major = prefix.split('.').next().unwrap_or(prefix);
        let request = self.client.describe_db_engine_versions().engine(engine);
        // RDS takes a whole version or a family here; anything between is filtered on this side.
        let family = format!("{engine}{major}");
        let ask = async || versions(request.db_parameter_group_family(&family)).await;
        let mut found = self.catalogue.versions.lasting(&family, ask).await?;
        found.retain(|version| {
            version.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        });
        Ok(found)
    }

    async fn all_versions(&self, engine: &str) -> Result<Vec<String>> {
        versions(self.client.describe_db_engine_versions().engine(engine)).await
    }

    async fn default_version(&self, engine: &str, major: Option<&str>) -> Result<Option<String>> {
        let request = self.client.describe_db_engine_versions().engine(engine).default_only(true);
        Ok(versions(request.set_engine_version(major.map(str::to_owned))).await?.pop())
    }

    async fn owned_subnet_groups(&self) -> Result<Vec<(SubnetGroup, BTreeMap<String, String>)>> {
        let mut tags = self.tagging.tagged(RESOURCE_TAG, &["rds:subgrp"]).await?;
        let groups = self.list_subnet_groups().await?.into_values();
        Ok(groups.filter_map(|group| tags.remove(&group.arn).map(|tags| (group, tags))).collect())
    }

    async fn login_token(&self, host: &str, port: u16, username: &str) -> Result<LoginToken> {
        login::token(&self.config, host, port, username).await
    }
}
