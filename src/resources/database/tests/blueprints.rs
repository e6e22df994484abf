//! Configuration in, steps out.

use serde_json::{Value as Json, json};
use tf_plugin::harness::Harness;

use super::cloud::FakeCloud;
use crate::resources::database::DatabaseResource;
use crate::resources::lifecycle::Run;

async fn steps(from: Option<Json>, to: Json) -> String {
    let cloud = FakeCloud::default();
    let mut database = Harness::new("drop_database", Run::<DatabaseResource>::over(cloud.runtime()));
    if let Some(from) = from {
        let _ = database.apply(from).await.ok();
    }
    let plan = database.plan(to).await;
    assert!(!plan.diagnostics.has_errors(), "{}", plan.diagnostics);
    let lines: Vec<&str> = plan.get("steps").as_elements().unwrap().iter().filter_map(|line| line.as_str()).collect();
    let new = lines.iter().filter(|line| !line.starts_with("1.") || lines.iter().all(|other| other.starts_with("1.")));
    new.copied().collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn the_least_configuration() {
    insta::assert_snapshot!(steps(None, json!({"name": "orders"})).await, @r"
    1.1 create db_subnet_group via rds:CreateDBSubnetGroup
    1.2 create db_security_group via ec2:CreateSecurityGroup
    1.3 update db_security_group via ec2:RevokeSecurityGroupEgress — egress_closed
    1.4 create db_parameter_group via rds:CreateDBParameterGroup
    1.5 create db_instance via rds:CreateDBInstance
    1.6 update db_instance via rds:ModifyDBInstance — deletion_protection
    1.7 complete db_subnet_group via rds:AddTagsToResource — creation finished
    ");
}

#[tokio::test]
async fn many_changes_are_few_calls() {
    let from =
        json!({"name": "orders", "parameters": {"work_mem": "4096", "max_connections": "100"}, "tags": {"a": "1"}});
    let to = json!({
        "name": "orders", "instance_class": "db.m6g.large", "deletion_protection": false,
        "parameters": {"work_mem": "8192"}, "tags": {"b": "2"}, "storage": {"gb": 50}, "backup": {"retention_days": 14},
    });
    insta::assert_snapshot!(steps(Some(from), to).await, @r"
    2.1 update db_subnet_group via rds:RemoveTagsFromResource — tags
    2.2 update db_subnet_group via rds:AddTagsToResource — tags
    2.3 update db_security_group via ec2:DeleteTags — tags
    2.4 update db_security_group via ec2:CreateTags — tags
    2.5 update db_parameter_group via rds:ModifyDBParameterGroup — parameters
    2.6 update db_parameter_group via rds:ResetDBParameterGroup — parameters
    2.7 update db_parameter_group via rds:RemoveTagsFromResource — tags
    2.8 update db_parameter_group via rds:AddTagsToResource — tags
    2.9 update db_instance via rds:ModifyDBInstance — instance_class, storage.gb, backup.retention_days, deletion_protection
    2.10 update db_instance via rds:RemoveTagsFromResource — tags
    2.11 update db_instance via rds:AddTagsToResource — tags
    ");
}

#[tokio::test]
async fn removing_a_block_returns_to_the_default() {
    let from = json!({"name": "orders", "backup": {"retention_days": 30}, "storage": {"gb": 20, "max_gb": 100}});
    insta::assert_snapshot!(steps(Some(from), json!({"name": "orders"})).await, @"2.1 update db_instance via rds:ModifyDBInstance — storage.max_gb, backup.retention_days");
}
