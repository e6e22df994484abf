//! Between the SDK's types and ours.

use std::collections::BTreeMap;

use aws_sdk_rds::types::{ApplyMethod, DbInstance, DbParameterGroup, DbSnapshot, DbSubnetGroup, Tag};

use super::{Instance, InstanceShape, ParameterGroup, Snapshot, SubnetGroup};
use crate::base::{CallError, Result};

pub const DESCRIBE_INSTANCES: &str = "rds:DescribeDBInstances";

pub fn method(dynamic: bool) -> ApplyMethod {
    if dynamic { ApplyMethod::Immediate } else { ApplyMethod::PendingReboot }
}

pub fn sdk_tags(tags: &BTreeMap<String, String>) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

pub fn plain_tags(tags: &[Tag]) -> BTreeMap<String, String> {
    let pair = |tag: &Tag| Some((tag.key.clone()?, tag.value.clone().unwrap_or_default()));
    tags.iter().filter_map(pair).collect()
}

pub fn subnet_group(group: &DbSubnetGroup) -> Result<SubnetGroup> {
    let call = "rds:DescribeDBSubnetGroups";
    let text = |value: &Option<String>, what| value.clone().ok_or_else(|| CallError::incomplete(call, what));
    Ok(SubnetGroup {
        name: text(&group.db_subnet_group_name, "DBSubnetGroupName")?,
        arn: text(&group.db_subnet_group_arn, "DBSubnetGroupArn")?,
        vpc: group.vpc_id.clone().unwrap_or_default(),
        subnets: group.subnets().iter().filter_map(|subnet| subnet.subnet_identifier.clone()).collect(),
    })
}

pub fn snapshot(snapshot: DbSnapshot) -> Snapshot {
    Snapshot {
        tags: plain_tags(snapshot.tag_list()),
        arn: snapshot.db_snapshot_arn.unwrap_or_default(),
        status: snapshot.status.unwrap_or_default(),
        percent: snapshot.percent_progress.unwrap_or_default(),
    }
}

pub fn parameter_group(group: &DbParameterGroup) -> Result<ParameterGroup> {
    let call = "rds:DescribeDBParameterGroups";
    let text = |value: &Option<String>, what| value.clone().ok_or_else(|| CallError::incomplete(call, what));
    Ok(ParameterGroup {
        name: text(&group.db_parameter_group_name, "DBParameterGroupName")?,
        arn: text(&group.db_parameter_group_arn, "DBParameterGroupArn")?,
        family: text(&group.db_parameter_group_family, "DBParameterGroupFamily")?,
    })
}

pub fn instance(found: &DbInstance) -> Result<Instance> {
    let text =
        |value: &Option<String>, what| value.clone().ok_or_else(|| CallError::incomplete(DESCRIBE_INSTANCES, what));
    let parameters = found.db_parameter_groups().first();
    let groups = found.vpc_security_groups().iter().filter_map(|group| group.vpc_security_group_id.clone());
    let pending = found.pending_modified_values.as_ref();
    let host = found.endpoint.as_ref();
    Ok(Instance {
        id: text(&found.db_instance_identifier, "DBInstanceIdentifier")?,
        arn: text(&found.db_instance_arn, "DBInstanceArn")?,
        status: text(&found.db_instance_status, "DBInstanceStatus")?,
        shape: InstanceShape {
            class: found.db_instance_class.clone(),
            version: found.engine_version.clone(),
            auto_minor_upgrade: found.auto_minor_version_upgrade,
            gb: found.allocated_storage,
            max_gb: found.max_allocated_storage,
            iops: found.iops,
            throughput: found.storage_throughput,
            storage_type: found.storage_type.clone(),
            multi_az: found.multi_az,
            backup_days: found.backup_retention_period,
            backup_window: found.preferred_backup_window.clone(),
            maintenance_window: found.preferred_maintenance_window.clone(),
            parameter_group: parameters.and_then(|group| group.db_parameter_group_name.clone()),
            security_groups: Some(groups.collect()),
            public: found.publicly_accessible,
            protected: found.deletion_protection,
        },
        pending: pending.map_or_else(InstanceShape::default, |pending| InstanceShape {
            class: pending.db_instance_class.clone(),
            version: pending.engine_version.clone(),
            gb: pending.allocated_storage,
            iops: pending.iops,
            throughput: pending.storage_throughput,
            storage_type: pending.storage_type.clone(),
            multi_az: pending.multi_az,
            backup_days: pending.backup_retention_period,
            ..InstanceShape::default()
        }),
        reboot_pending: parameters.and_then(|group| group.parameter_apply_status.as_deref()) == Some("pending-reboot"),
        engine: text(&found.engine, "Engine")?,
        database: found.db_name.clone(),
        username: found.master_username.clone().unwrap_or_default(),
        subnet_group: found
            .db_subnet_group
            .as_ref()
            .and_then(|group| group.db_subnet_group_name.clone())
            .unwrap_or_default(),
        vpc: found.db_subnet_group.as_ref().and_then(|group| group.vpc_id.clone()),
        endpoint: host.and_then(|endpoint| Some((endpoint.address.clone()?, endpoint.port?))),
        secret_arn: found.master_user_secret.as_ref().and_then(|secret| secret.secret_arn.clone()),
        iam_login: found.iam_database_authentication_enabled.unwrap_or_default(),
        tags: plain_tags(found.tag_list()),
    })
}
