# SPDX-License-Identifier: MPL-2.0
"""The door: what is checked, what is refused, in which form."""

import http.client
import json
from urllib.parse import urlencode, urlparse

import pytest

from .conftest import refusal

SIGNED = "AWS4-HMAC-SHA256 Credential=testing/20260101/us-east-1/{}/aws4_request, SignedHeaders=host, Signature=0"
VERSIONS = {"rds": "2014-10-31", "ec2": "2016-11-15", "sts": "2011-06-15"}


@pytest.fixture
def query(lab):
    """Posts a query-protocol call as it stands; answers status, headers, text."""

    def post(service, action, **form):
        body = urlencode({"Action": action, "Version": VERSIONS[service], **form})
        return raw(lab, body, {"Authorization": SIGNED.format(service)})

    return post


@pytest.fixture
def tagging(lab):
    """The same for a JSON-protocol call."""

    def post(operation, document):
        target = f"ResourceGroupsTaggingAPI_20170126.{operation}"
        headers = {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"}
        status, found, text = raw(lab, json.dumps(document), headers | {"Authorization": SIGNED.format("tagging")})
        return status, found, json.loads(text)

    return post


def raw(lab, body, headers):
    connection = http.client.HTTPConnection(urlparse(lab.url).netloc, timeout=60)
    connection.request("POST", "/", body, {"Content-Type": "application/x-www-form-urlencoded"} | headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, answer.headers, text


@pytest.mark.parametrize(
    ("form", "code", "member"),
    [
        ({}, "MissingParameter", "DBSubnetGroupName"),
        ({"DBSubnetGroupName": "x", "DBSubnetGroupDescription": "d"}, "MissingParameter", "SubnetIds"),
        ({"DBSubnetGroupName": "x", "Colour": "red"}, "UnknownParameter", "Colour"),
        ({"Tags.Tag.1.Name": "x"}, "UnknownParameter", "Tags.Tag.1.Name"),
        ({"SubnetIds.member.1": "x"}, "MalformedInput", "SubnetIds"),
        ({"DBSubnetGroupName.x": "y"}, "MalformedInput", "DBSubnetGroupName"),
    ],
)
def test_query_requests_are_checked(query, form, code, member):
    status, _, text = query("rds", "CreateDBSubnetGroup", **form)
    assert status == 400
    assert f"<Code>{code}</Code>" in text
    assert member in text


def test_query_types_and_enums(query):
    _, _, text = query("rds", "DescribeDBInstances", MaxRecords="many")
    assert "<Code>MalformedInput</Code>" in text
    assert "MaxRecords" in text
    group = {"DBParameterGroupName": "x", "Parameters.Parameter.1.ApplyMethod": "never"}
    _, _, text = query("rds", "ModifyDBParameterGroup", **group)
    assert "<Code>InvalidParameterValue</Code>" in text
    assert "immediate, pending-reboot" in text


def test_ec2_requests_are_checked_in_their_own_form(query):
    status, _, text = query("ec2", "DescribeSecurityGroups", MaxResults="4")
    assert status == 400
    assert "<Response><Errors><Error><Code>InvalidParameterValue</Code>" in text
    assert "MaxResults" in text
    _, _, text = query("ec2", "CreateSecurityGroup", GroupName="x")
    assert "<Code>MissingParameter</Code>" in text
    _, _, text = query("ec2", "DescribeVpcs", **{"Filter.1.Nam": "x"})
    assert "<Code>UnknownParameter</Code>" in text


@pytest.mark.parametrize(
    ("document", "code", "member"),
    [
        ({"TagFilters": [{"Key": "x" * 129}]}, "ValidationException", "TagFilters.1.Key"),
        ({"TagFilter": []}, "ValidationException", "TagFilter"),
        ({"ResourcesPerPage": "ten"}, "SerializationException", "ResourcesPerPage"),
        ({"ResourcesPerPage": 500}, "InvalidParameterException", "ResourcesPerPage"),
    ],
)
def test_json_requests_are_checked(tagging, document, code, member):
    status, headers, body = tagging("GetResources", document)
    assert status == 400
    assert body["__type"] == headers["x-amzn-ErrorType"] == code
    assert member in body["message"]


def test_what_the_lab_lacks_is_refused_in_form(query, tagging, lab):
    status, headers, text = query("rds", "DescribeDBClusters")
    assert status == 400
    assert "<ErrorResponse><Error><Type>Sender</Type><Code>NotImplemented</Code>" in text
    assert headers["x-amzn-RequestId"] in text
    status, _, text = query("ec2", "DescribeTrunkInterfaceAssociations")
    assert status == 400
    assert "<Code>NotImplemented</Code>" in text
    assert "DescribeTrunkInterfaceAssociations" in text
    status, _, body = tagging("DescribeReportCreation", {})
    assert (status, body["__type"]) == (400, "NotImplemented")
    _, _, text = query("rds", "MakeCoffee")
    assert "<Code>InvalidAction</Code>" in text
    status, _, text = raw(lab, "Action=X", {"Authorization": SIGNED.format("braket")})
    assert status == 400
    assert "braket" in text


def test_unsigned_requests_are_refused(lab):
    status, _, text = raw(lab, "Action=DescribeDBInstances&Version=2014-10-31", {})
    assert status == 403
    assert "<Code>MissingAuthenticationToken</Code>" in text


def test_every_answer_has_its_request_id(lab, rds, ec2, query):
    for answer in (rds.describe_db_instances(), ec2.describe_vpcs(), lab.client("sts").get_caller_identity()):
        metadata = answer["ResponseMetadata"]
        assert metadata["RequestId"] == metadata["HTTPHeaders"]["x-amzn-requestid"]
    ids = [e["request_id"] for e in lab.journal()]
    assert len(ids) == len(set(ids)) == 3
    _, headers, text = query("rds", "DescribeDBInstances", DBInstanceIdentifier="none")
    assert headers["x-amzn-RequestId"] in text


def test_who_am_i(lab):
    assert lab.client("sts").get_caller_identity()["Account"] == "123456789012"


def test_every_region_has_its_default_vpc(lab):
    for region in ("us-east-1", "eu-north-1", "ap-southeast-2"):
        vpcs = lab.client("ec2", region).describe_vpcs()["Vpcs"]
        assert [v["IsDefault"] for v in vpcs] == [True]
    assert lab.objects() == []


def test_security_group_names(ec2, vpc):
    make = {"Description": "d", "VpcId": vpc}
    ec2.create_security_group(GroupName="Main", **make)
    assert refusal(ec2.create_security_group, GroupName="MAIN", **make)[0] == "InvalidGroup.Duplicate"
    assert refusal(ec2.create_security_group, GroupName="sg-main", **make)[0] == "InvalidParameterValue"


def test_security_group_rules_and_references(ec2, vpc):
    first, second = (
        ec2.create_security_group(GroupName=n, Description="d", VpcId=vpc)["GroupId"] for n in ("one", "two")
    )
    rule = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "UserIdGroupPairs": [{"GroupId": second}]}
    made = ec2.authorize_security_group_ingress(GroupId=first, IpPermissions=[rule])["SecurityGroupRules"]
    again = refusal(ec2.authorize_security_group_ingress, GroupId=first, IpPermissions=[rule])
    assert again[0] == "InvalidPermission.Duplicate"
    filters = [{"Name": "group-id", "Values": [first]}]
    rules = ec2.describe_security_group_rules(Filters=filters)["SecurityGroupRules"]
    assert len(rules) == 2, "and the allow-all egress rule it was born with"
    assert refusal(ec2.delete_security_group, GroupId=second)[0] == "DependencyViolation"
    ec2.revoke_security_group_ingress(GroupId=first, SecurityGroupRuleIds=[made[0]["SecurityGroupRuleId"]])
    ec2.delete_security_group(GroupId=second)
    assert refusal(ec2.describe_security_groups, GroupIds=[second])[0] == "InvalidGroup.NotFound"


def test_the_interface_of_an_instance_is_not_ours(lab, rds, ec2, subnets, create):
    create(MultiAZ=True)
    found = ec2.describe_network_interfaces(Filters=[{"Name": "description", "Values": ["RDSNetworkInterface"]}])
    interfaces = found["NetworkInterfaces"]
    assert len({i["AvailabilityZone"] for i in interfaces}) == 2
    assert all(i["Status"] == "in-use" and i["RequesterManaged"] for i in interfaces)
    one = interfaces[0]
    refused = refusal(ec2.delete_network_interface, NetworkInterfaceId=one["NetworkInterfaceId"])
    assert refused[0] == "InvalidParameterValue"
    assert refusal(ec2.delete_subnet, SubnetId=one["SubnetId"])[0] == "DependencyViolation"
