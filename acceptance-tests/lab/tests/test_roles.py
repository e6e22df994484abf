# SPDX-License-Identifier: MPL-2.0
"""IAM roles and the rules of security groups, where moto needs help."""

import json

import pytest

from .conftest import refusal

EXECUTION = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"


def document(**members):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow"} | members]})


TRUST = document(Principal={"Service": "ecs-tasks.amazonaws.com"}, Action="sts:AssumeRole")


@pytest.fixture
def iam(lab):
    return lab.client("iam")


@pytest.fixture
def role(iam):
    tags = [{"Key": "a", "Value": "b"}]
    return iam.create_role(RoleName="app", AssumeRolePolicyDocument=TRUST, Tags=tags)["Role"]


def test_a_role_in_one_answer(lab, iam, role):
    policy = document(Action="s3:GetObject", Resource="*")
    iam.put_role_policy(RoleName="app", PolicyName="own", PolicyDocument=policy)
    iam.attach_role_policy(RoleName="app", PolicyArn=EXECUTION)
    iam.attach_role_policy(RoleName="app", PolicyArn=EXECUTION)
    (found,) = iam.get_account_authorization_details(Filter=["Role"])["RoleDetailList"]
    assert found["RoleName"] == "app"
    assert found["Tags"] == role["Tags"]
    assert found["AssumeRolePolicyDocument"] == json.loads(TRUST)
    assert found["RolePolicyList"] == [{"PolicyName": "own", "PolicyDocument": json.loads(policy)}]
    assert [p["PolicyArn"] for p in found["AttachedManagedPolicies"]] == [EXECUTION]
    assert lab.objects("role")[0] | {"birth": 0} == {
        "service": "iam",
        "kind": "role",
        "id": "app",
        "region": "aws",
        "tags": {"a": "b"},
        "birth": 0,
    }


def test_a_role_with_policies_stays(iam, role):
    iam.put_role_policy(RoleName="app", PolicyName="own", PolicyDocument=document(Action="s3:*", Resource="*"))
    iam.attach_role_policy(RoleName="app", PolicyArn=EXECUTION)
    assert refusal(iam.delete_role, RoleName="app")[0] == "DeleteConflict"
    iam.detach_role_policy(RoleName="app", PolicyArn=EXECUTION)
    assert refusal(iam.delete_role, RoleName="app")[0] == "DeleteConflict"
    iam.delete_role_policy(RoleName="app", PolicyName="own")
    iam.delete_role(RoleName="app")
    assert refusal(iam.get_role, RoleName="app")[0] == "NoSuchEntity"


def test_refused_roles(iam, role):
    assert refusal(iam.create_role, RoleName="APP", AssumeRolePolicyDocument=TRUST)[0] == "EntityAlreadyExists"
    assert refusal(iam.create_role, RoleName="x", AssumeRolePolicyDocument="{")[0] == "MalformedPolicyDocument"
    nobody = document(Action="sts:AssumeRole")
    assert refusal(iam.create_role, RoleName="x", AssumeRolePolicyDocument=nobody)[0] == "MalformedPolicyDocument"
    big = document(Action=[f"s3:{'x' * 100}{i}" for i in range(110)], Resource="*")
    assert refusal(iam.put_role_policy, RoleName="app", PolicyName="p", PolicyDocument=big)[0] == "LimitExceeded"


def test_service_linked_roles_are_no_objects_of_ours(lab, iam):
    made = iam.create_service_linked_role(AWSServiceName="ecs.amazonaws.com")["Role"]
    assert made["RoleName"] == "AWSServiceRoleForECS"
    code, text = refusal(iam.create_service_linked_role, AWSServiceName="ecs.amazonaws.com")
    assert (code, text) == (
        "InvalidInput",
        "Service role name AWSServiceRoleForECS has been taken in this account, please try a different suffix.",
    )
    assert lab.objects() == []


def test_services_make_their_roles(lab, iam, stage):
    names = {r["RoleName"] for r in iam.list_roles()["Roles"]}
    assert {"AWSServiceRoleForECS", "AWSServiceRoleForElasticLoadBalancing"} <= names


def test_a_new_role_may_not_be_seen(lab, iam):
    lab.faults({"operation": "CreateRole", "action": "not_found_for", "seconds": 100})
    iam.create_role(RoleName="app", AssumeRolePolicyDocument=TRUST)
    assert refusal(iam.get_role, RoleName="app")[0] == "NoSuchEntity"
    assert refusal(iam.create_role, RoleName="app", AssumeRolePolicyDocument=TRUST)[0] == "EntityAlreadyExists"
    lab.post("/pass", {"seconds": 101})
    assert iam.get_role(RoleName="app")["Role"]["RoleName"] == "app"


@pytest.fixture
def group(ec2, vpc):
    return ec2.create_security_group(GroupName="g", Description="d", VpcId=vpc)["GroupId"]


def permission(port, **peer):
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port} | (peer or {"IpRanges": [{"CidrIp": "10.0.0.0/8"}]})


def test_rules_tell_everything(ec2, vpc, group):
    other = ec2.create_security_group(GroupName="o", Description="d", VpcId=vpc)["GroupId"]
    tags = [{"Key": "k", "Value": "v"}]
    made = ec2.authorize_security_group_ingress(
        GroupId=group,
        IpPermissions=[permission(80), permission(81, UserIdGroupPairs=[{"GroupId": other, "Description": "from o"}])],
        TagSpecifications=[{"ResourceType": "security-group-rule", "Tags": tags}],
    )["SecurityGroupRules"]
    assert [(r["FromPort"], r["Tags"]) for r in made] == [(80, tags), (81, tags)]
    assert (made[1]["ReferencedGroupInfo"]["GroupId"], made[1]["Description"]) == (other, "from o")
    filters = [{"Name": "group-id", "Values": [group]}, {"Name": "tag:k", "Values": ["v"]}]
    assert ec2.describe_security_group_rules(Filters=filters)["SecurityGroupRules"] == made
    ids = [r["SecurityGroupRuleId"] for r in made]
    assert ec2.describe_security_group_rules(SecurityGroupRuleIds=ids[:1])["SecurityGroupRules"] == made[:1]
    ec2.revoke_security_group_ingress(GroupId=group, SecurityGroupRuleIds=ids)
    gone = refusal(ec2.revoke_security_group_ingress, GroupId=group, SecurityGroupRuleIds=ids[:1])
    assert gone[0] == "InvalidSecurityGroupRuleId.NotFound"
    assert refusal(ec2.describe_security_group_rules, SecurityGroupRuleIds=ids[:1])[0] == gone[0]


def test_one_duplicate_fails_the_call(ec2, group):
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission(80)])
    given = {"GroupId": group, "IpPermissions": [permission(81), permission(80)]}
    assert refusal(ec2.authorize_security_group_ingress, **given)[0] == "InvalidPermission.Duplicate"
    (shown,) = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"]
    assert [p["FromPort"] for p in shown["IpPermissions"]] == [80]
    everything = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    given = {"GroupId": group, "IpPermissions": [everything]}
    assert refusal(ec2.authorize_security_group_egress, **given)[0] == "InvalidPermission.Duplicate"


def test_the_default_vpc_reaches_the_internet(lab, ec2):
    routes = [r for t in ec2.describe_route_tables()["RouteTables"] for r in t["Routes"]]
    assert any(r["DestinationCidrBlock"] == "0.0.0.0/0" and r["GatewayId"].startswith("igw-") for r in routes)
    assert lab.objects() == []
