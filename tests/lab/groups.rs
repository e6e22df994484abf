//! Security groups of somebody else.

use serde_json::{Value as Json, json};

use crate::lab::Lab;
use crate::table::InUse;

const THEIRS: &str = "bastion";

/// A group of somebody else lets in the group of this name.
pub fn referred_to(name: &'static str, group: &'static str) -> InUse {
    InUse { name, object: group, act: refer, undo }
}

/// The id of the rule.
fn refer(lab: &Lab, ours: &str) -> String {
    let vpcs = lab.aws("ec2", "DescribeVpcs", json!({"Filters": [{"Name": "is-default", "Values": ["true"]}]}));
    let theirs = json!({"GroupName": THEIRS, "Description": "theirs", "VpcId": vpcs["Vpcs"][0]["VpcId"]});
    let theirs = lab.aws("ec2", "CreateSecurityGroup", theirs)["GroupId"].clone();
    let peer = json!([{"GroupId": id(lab, ours)}]);
    let ssh = json!({"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "UserIdGroupPairs": peer});
    let rule = json!({"GroupId": theirs, "IpPermissions": [ssh]});
    let made = lab.aws("ec2", "AuthorizeSecurityGroupIngress", rule);
    made["SecurityGroupRules"][0]["SecurityGroupRuleId"].as_str().unwrap().to_owned()
}

fn undo(lab: &Lab) {
    lab.aws("ec2", "DeleteSecurityGroup", json!({"GroupId": id(lab, THEIRS)}));
}

fn id(lab: &Lab, name: &str) -> Json {
    let found =
        lab.aws("ec2", "DescribeSecurityGroups", json!({"Filters": [{"Name": "group-name", "Values": [name]}]}));
    found["SecurityGroups"][0]["GroupId"].clone()
}
