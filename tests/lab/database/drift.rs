//! Changes of a database in the console.

use serde_json::json;

use super::describe::{instance, parameter_group, security_group};
use crate::lab::Lab;
use crate::table::{Drift, foreign, gone, hidden, shown};

pub fn drift() -> Vec<Drift> {
    vec![
        shown("another_class", "instance_class", |lab| modify(lab, json!({"DBInstanceClass": "db.t4g.large"}))),
        shown("a_parameter", "parameters", |lab| set_parameter(lab, "log_min_duration_statement", "1")),
        shown("another_parameter", "parameters", |lab| set_parameter(lab, "work_mem", "9999")),
        shown("protected", "deletion_protection", |lab| modify(lab, json!({"DeletionProtection": true}))),
        hidden("open_to_all", "db_security_group", "ingress", |lab| {
            let open =
                json!({"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]});
            let group = json!({"GroupId": security_group(lab), "IpPermissions": [open]});
            lab.aws("ec2", "AuthorizeSecurityGroupIngress", group);
        }),
        hidden("open_to_the_outside", "db_security_group", "egress_closed", |lab| {
            let open = json!({"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]});
            let group = json!({"GroupId": security_group(lab), "IpPermissions": [open]});
            lab.aws("ec2", "AuthorizeSecurityGroupEgress", group);
        }),
        hidden("detached", "db_instance", "security_group", detach),
        gone("security_group_gone", "db_security_group", |lab| {
            let group = security_group(lab);
            detach(lab);
            lab.passes(30.0);
            lab.aws("ec2", "DeleteSecurityGroup", json!({"GroupId": group}));
        })
        .anew(&["security_group"]),
        foreign("tag_of_others", |lab| {
            let arn = &instance(lab)["DBInstanceArn"];
            let tags = json!([{"Key": "cost", "Value": "42"}]);
            lab.aws("rds", "AddTagsToResource", json!({"ResourceName": arn, "Tags": tags}));
        }),
        hidden("instance_tag", "db_instance", "tags", |lab| {
            let arn = &instance(lab)["DBInstanceArn"];
            lab.aws("rds", "RemoveTagsFromResource", json!({"ResourceName": arn, "TagKeys": ["team"]}));
        }),
        hidden("subnet_group_tag", "db_subnet_group", "tags", |lab| {
            let name = lab.one("db_subnet_group").id;
            let found = lab.aws("rds", "DescribeDBSubnetGroups", json!({"DBSubnetGroupName": name}));
            let arn = &found["DBSubnetGroups"][0]["DBSubnetGroupArn"];
            let tags = json!([{"Key": "team", "Value": "nobody"}]);
            lab.aws("rds", "AddTagsToResource", json!({"ResourceName": arn, "Tags": tags}));
        }),
        hidden("security_group_tag", "db_security_group", "tags", |lab| {
            let tags = json!({"Resources": [security_group(lab)], "Tags": [{"Key": "team"}]});
            lab.aws("ec2", "DeleteTags", tags);
        }),
    ]
}

/// Replaces the security group of the instance by the default one.
fn detach(lab: &Lab) {
    let default = json!({"Filters": [{"Name": "group-name", "Values": ["default"]}]});
    let found = lab.aws("ec2", "DescribeSecurityGroups", default);
    modify(lab, json!({"VpcSecurityGroupIds": [found["SecurityGroups"][0]["GroupId"]]}));
}

fn modify(lab: &Lab, change: serde_json::Value) {
    let mut change = change;
    change["DBInstanceIdentifier"] = instance(lab)["DBInstanceIdentifier"].clone();
    change["ApplyImmediately"] = json!(true);
    lab.aws("rds", "ModifyDBInstance", change);
}

fn set_parameter(lab: &Lab, name: &str, value: &str) {
    let parameter = json!({"ParameterName": name, "ParameterValue": value, "ApplyMethod": "immediate"});
    let change = json!({"DBParameterGroupName": parameter_group(lab), "Parameters": [parameter]});
    lab.aws("rds", "ModifyDBParameterGroup", change);
}
