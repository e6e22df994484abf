# SPDX-License-Identifier: MPL-2.0
"""What moto answers otherwise than AWS, set right; what it invents, refused."""

import json

import pytest

from .conftest import refusal

TRUST = json.dumps({
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}],
})  # fmt: skip


def test_a_key_tells_its_rotation_and_its_end(lab):
    kms = lab.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=180)
    assert kms.get_key_rotation_status(KeyId=key)["RotationPeriodInDays"] == 180
    gone = kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    assert (gone["KeyState"], gone["PendingWindowInDays"]) == ("PendingDeletion", 7)


def test_a_certificate_is_not_made_with_another_key_than_was_asked_for(lab):
    code, text = refusal(lab.client("acm").request_certificate, DomainName="a.example", KeyAlgorithm="EC_prime256v1")
    assert code == "NotImplemented" and "EC_prime256v1" in text


def test_the_name_of_a_secret_that_is_going_is_not_free(lab):
    secrets = lab.client("secretsmanager")
    secrets.create_secret(Name="x", SecretString="y")
    assert refusal(secrets.create_secret, Name="x", SecretString="y")[0] == "ResourceExistsException"
    secrets.delete_secret(SecretId="x", RecoveryWindowInDays=7)
    code, text = refusal(secrets.create_secret, Name="x", SecretString="y")
    assert code == "InvalidRequestException" and "already scheduled for deletion" in text


def test_a_json_service_refuses_with_400(lab):
    secrets = lab.client("secretsmanager")
    with pytest.raises(secrets.exceptions.ResourceNotFoundException) as error:
        secrets.describe_secret(SecretId="none")
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_ids_of_security_groups(ec2, vpc):
    malformed = ("InvalidGroupId.Malformed", 'Invalid id: "sg-zz" (expecting "sg-...")')
    assert refusal(ec2.describe_security_groups, GroupIds=["sg-zz"]) == malformed
    assert refusal(ec2.delete_security_group, GroupId="sg-zz") == malformed
    absent = "sg-0123456789abcdef0"
    told = refusal(ec2.describe_security_groups, GroupIds=[absent])
    assert told == ("InvalidGroup.NotFound", f"The security group '{absent}' does not exist")
    told = refusal(ec2.describe_vpcs, VpcIds=["vpc-0123456789abcdef0"])
    assert told[0] == "InvalidVpcID.NotFound" and "{" not in told[1]
    assert ec2.describe_security_groups(Filters=[{"Name": "group-id", "Values": ["sg-zz"]}])["SecurityGroups"] == []


def test_what_a_security_group_may_be_described_with(ec2, vpc):
    code, text = refusal(ec2.create_security_group, GroupName="x", Description="a<b", VpcId=vpc)
    assert code == "InvalidParameterValue" and text.startswith("Invalid security group description.")
    gone = refusal(ec2.create_security_group, GroupName="x", Description="ab", VpcId="vpc-0123456789abcdef0")
    assert gone[0] == "InvalidVpcID.NotFound"


def test_what_would_be_answered_wrongly_is_not_answered(ec2):
    assert [refusal(ec2.describe_vpc_endpoint_services)[0] for _ in range(2)] == ["NotImplemented"] * 2


def test_tags_of_the_system_are_not_a_users(lab):
    iam = lab.client("iam")
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=TRUST)
    tags = [{"Key": "AWS:x", "Value": "y"}]
    assert refusal(iam.tag_role, RoleName="r", Tags=tags)[0] == "InvalidInput"
    assert refusal(iam.create_role, RoleName="s", AssumeRolePolicyDocument=TRUST, Tags=tags)[0] == "InvalidInput"


def test_ecs_has_one_code_for_parameters(lab):
    ecs = lab.client("ecs")
    ecs.create_cluster(clusterName="main")
    wrong = {"serviceName": "x", "taskDefinition": "t", "deploymentController": {"type": "X"}}
    assert refusal(ecs.create_service, **wrong)[0] == "InvalidParameterException"
    many = [f"s{n}" for n in range(11)]
    assert refusal(ecs.describe_services, cluster="main", services=many)[0] == "InvalidParameterException"
    assert refusal(ecs.describe_clusters, clusters=["a"] * 101)[0] == "InvalidParameterException"


@pytest.mark.parametrize("asked", [{"ResourceARNList": ["nonsense"]}, {"ResourceTypeFilters": ["RDS db"]}])
def test_the_tag_index_refuses_what_is_no_arn_and_no_type(lab, asked):
    assert refusal(lab.client("resourcegroupstaggingapi").get_resources, **asked)[0] == "InvalidParameterException"


def test_log_groups_by_pattern_and_by_name(lab):
    logs = lab.client("logs")
    logs.create_log_group(logGroupName="/app/Orders")
    found = logs.describe_log_groups(logGroupNamePattern="Orders")["logGroups"]
    assert [sorted(group) for group in found] == [["arn", "creationTime", "logGroupName"]]
    assert logs.describe_log_groups(logGroupNamePattern="orders")["logGroups"] == []
    assert len(logs.describe_log_groups(logGroupIdentifiers=["/app/Orders"])["logGroups"]) == 1
    code, _ = refusal(logs.describe_log_groups, logGroupIdentifiers=[found[0]["arn"].removesuffix(":*")])
    assert code == "InvalidParameterException"


def test_a_target_that_is_not_registered_is_shown_as_unused(lab, vpc):
    elb = lab.client("elbv2")
    made = elb.create_target_group(Name="web", Protocol="HTTP", Port=80, VpcId=vpc, TargetType="ip")
    arn = made["TargetGroups"][0]["TargetGroupArn"]
    assert elb.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"] == []
    found = elb.describe_target_health(TargetGroupArn=arn, Targets=[{"Id": "172.31.0.9", "Port": 80}])
    (told,) = found["TargetHealthDescriptions"]
    assert (told["TargetHealth"]["State"], told["TargetHealth"]["Reason"]) == ("unused", "Target.NotRegistered")


def test_storage_must_be_given(rds, create):
    code, text = refusal(create, AllocatedStorage=None)
    assert code == "InvalidParameterValue" and "AllocatedStorage must be provided and must not be null" in text


def test_parameters_that_the_engine_sets_have_no_value(rds):
    pages = rds.get_paginator("describe_db_parameters").paginate(DBParameterGroupName="default.postgres16")
    found = {p["ParameterName"]: p for page in pages for p in page["Parameters"]}
    assert "ParameterValue" not in found["work_mem"] and found["work_mem"]["Source"] == "engine-default"
    assert found["autovacuum_max_workers"]["ParameterValue"] == "GREATEST({DBInstanceClassMemory/64371566592},3)"
