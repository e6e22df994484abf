//! Configurations of a database that are refused, beyond single values.

use serde_json::{Value as Json, json};

use crate::lab::Lab;
use crate::table::{Refused, unfit, wrong};

pub fn refused() -> Vec<Refused> {
    vec![
        wrong(
            "little_room_to_grow",
            [("storage.gb", json!(100)), ("storage.max_gb", json!(50))],
            "storage.max_gb",
            &["at least a tenth more"],
        ),
        wrong(
            "windows_that_meet",
            [("maintenance.window", json!("mon:02:15-mon:02:45")), ("backup.window", json!("02:00-03:00"))],
            "backup.window",
            &["meets the maintenance window"],
        ),
        unfit(
            "no_such_major_version",
            [("version", json!("99"))],
            "version",
            &["us-east-1 has no such version of postgres"],
        ),
        unfit("no_such_minor_version", [("version", json!("16.99"))], "version", &["16.11"]),
        unfit(
            "no_such_class",
            [("instance_class", json!("db.x9.huge"))],
            "instance_class",
            &["does not sell this instance class"],
        ),
        unfit(
            "misspelt_parameter",
            [("parameters", json!({"wrok_mem": "1"}))],
            "parameters",
            &["postgres17", "Did you mean work_mem?"],
        ),
        unfit("bad_parameter", [("parameters", json!({"work_mem": "lots"}))], "parameters", &["work_mem"]),
        unfit(
            "parameter_with_an_exponent",
            [("parameters", json!({"max_connections": "2e2"}))],
            "parameters",
            &["max_connections does not take this value", "written in digits alone: 6-8388607"],
        ),
        unfit(
            "parameter_with_a_fraction",
            [("parameters", json!({"max_connections": "200.0"}))],
            "parameters",
            &["written in digits alone"],
        ),
        unfit(
            "parameter_in_another_case",
            [("parameters", json!({"log_statement": "DDL"}))],
            "parameters",
            &["log_statement does not take this value", "none,ddl,mod,all"],
        ),
        unfit(
            "formula_in_another_case",
            [("parameters", json!({"max_connections": "least({dbinstanceclassmemory/9531392},5000)"}))],
            "parameters",
            &["write `DBInstanceClassMemory`"],
        ),
        unfit(
            "no_default_vpc",
            [("region", json!("eu-west-3"))],
            "region",
            &["eu-west-3 has no default VPC", "create-default-vpc"],
        )
        .after(|lab| without_vpc(lab, "eu-west-3")),
        unfit("instance_of_the_name", [], "name", &["orders"]).after(instance),
        unfit("another_subnet_group_of_the_name", [], "name", &["exists already"]).after(|lab| subnet_group(lab, None)),
        unfit("subnet_group_of_another_database", [], "name", &["exists already"])
            .after(|lab| subnet_group(lab, Some("drop_database/-/other"))),
    ]
}

fn instance(lab: &Lab) {
    let instance = json!({
        "DBInstanceIdentifier": "orders", "DBInstanceClass": "db.t4g.small", "Engine": "postgres",
        "AllocatedStorage": 50, "StorageType": "gp3", "MasterUsername": "boss", "ManageMasterUserPassword": true,
    });
    lab.aws("rds", "CreateDBInstance", instance);
}

fn without_vpc(lab: &Lab, region: &str) {
    let ec2 = |operation: &str, parameters: Json| lab.aws_in(region, "ec2", operation, parameters);
    let vpc = ec2("DescribeVpcs", json!({}))["Vpcs"][0]["VpcId"].clone();
    for gateway in ec2("DescribeInternetGateways", json!({}))["InternetGateways"].as_array().unwrap() {
        let both = json!({"InternetGatewayId": gateway["InternetGatewayId"], "VpcId": vpc});
        ec2("DetachInternetGateway", both);
    }
    for subnet in ec2("DescribeSubnets", json!({}))["Subnets"].as_array().unwrap() {
        ec2("DeleteSubnet", json!({"SubnetId": subnet["SubnetId"]}));
    }
    ec2("DeleteVpc", json!({"VpcId": vpc}));
}

/// A subnet group of another owner with the name that ours would have.
fn subnet_group(lab: &Lab, owner: Option<&str>) {
    let subnets = lab.aws("ec2", "DescribeSubnets", json!({}));
    let ids: Vec<&Json> =
        subnets["Subnets"].as_array().unwrap().iter().take(2).map(|subnet| &subnet["SubnetId"]).collect();
    let tags: Vec<Json> = owner.map(|owner| json!({"Key": "drop:resource", "Value": owner})).into_iter().collect();
    let name = "orders";
    let group = json!({
        "DBSubnetGroupName": name, "DBSubnetGroupDescription": "theirs", "SubnetIds": ids, "Tags": tags,
    });
    lab.aws("rds", "CreateDBSubnetGroup", group);
}
