//! A database as RDS and EC2 show it.

use serde_json::{Value as Json, json};

use crate::describe::{Facts, flatten, tags};
use crate::lab::Lab;

/// Members that change without an update.
const PASSING: [&str; 4] = ["LatestRestorableTime", "StatusInfos", "ParameterApplyStatus", "VpcSecurityGroups"];

pub fn describe(lab: &Lab) -> Facts {
    let mut facts = Facts::new();
    flatten(&mut facts, "instance", &instance(lab), &PASSING);
    let group = json!({"DBParameterGroupName": parameter_group(lab), "Source": "user"});
    let parameters = lab.aws("rds", "DescribeDBParameters", group);
    for parameter in parameters["Parameters"].as_array().unwrap() {
        let name = parameter["ParameterName"].as_str().unwrap();
        facts.insert(format!("parameters.{name}"), parameter["ParameterValue"].clone());
    }
    let made = lab.objects().into_iter().find(|object| object.kind == "security_group").map(|group| group.id);
    // Groups that others attached stay.
    let attached = instance(lab)["VpcSecurityGroups"].clone();
    let attached =
        attached.as_array().unwrap().iter().any(|group| made.as_deref() == group["VpcSecurityGroupId"].as_str());
    facts.insert("instance.own_security_group".to_owned(), attached.into());
    if let Some(made) = made {
        let only = json!({"Filters": [{"Name": "group-id", "Values": [made]}]});
        let rules = lab.aws("ec2", "DescribeSecurityGroupRules", only);
        flatten(&mut facts, "rules", &rules["SecurityGroupRules"], &["SecurityGroupRuleId", "GroupId"]);
    }
    tags(&mut facts, lab, "drop_database", &["db_subnet_group", "security_group", "db_parameter_group", "db_instance"]);
    facts
}

pub fn instance(lab: &Lab) -> Json {
    lab.aws("rds", "DescribeDBInstances", json!({}))["DBInstances"][0].clone()
}

pub fn parameter_group(lab: &Lab) -> Json {
    instance(lab)["DBParameterGroups"][0]["DBParameterGroupName"].clone()
}

/// The security group of the database.
pub fn security_group(lab: &Lab) -> String {
    lab.one("security_group").id
}
