# SPDX-License-Identifier: MPL-2.0
"""Journal, objects, reset, many clients, start and stop."""

import os
import signal
import subprocess
import sys
import urllib.error
from concurrent.futures import ThreadPoolExecutor

import pytest

from .conftest import ROOT, refusal


def test_the_journal_tells_what_was_asked(lab, rds, subnet_group):
    given = {
        "DBInstanceIdentifier": "main",
        "Engine": "postgres",
        "DBInstanceClass": "db.t3.micro",
        "AllocatedStorage": 20,
        "MasterUsername": "app",
        "MasterUserPassword": "hunter22hunter22",
        "DBSubnetGroupName": subnet_group,
    }
    rds.create_db_instance(**given)
    refusal(rds.create_db_instance, **given)
    first, second = lab.journal("CreateDBInstance")
    assert (first["nth"], second["nth"]) == (1, 2)
    assert (first["status"], first["code"]) == (200, None)
    assert (second["status"], second["code"]) == (400, "DBInstanceAlreadyExists")
    assert first["params"] == given | {"MasterUserPassword": "(removed)"}
    assert (first["service"], first["region"], first["pid"]) == ("rds", "us-east-1", os.getpid())
    entries = lab.journal()
    assert [e["n"] for e in entries] == list(range(1, len(entries) + 1))
    assert lab.get(f"/journal?since={second['n'] - 1}") == [second]


def test_a_malformed_call_is_in_the_journal_too(lab, rds):
    code, _ = refusal(rds.describe_db_instances, MaxRecords=5)
    (entry,) = lab.journal()
    assert (entry["operation"], entry["status"], entry["code"]) == ("DescribeDBInstances", 400, code)


def test_objects_lists_everything_everywhere(lab, rds, create):
    create(Tags=[{"Key": "a", "Value": "b"}])
    rds.create_db_parameter_group(DBParameterGroupName="p", DBParameterGroupFamily="postgres16", Description="d")
    away = lab.client("ec2", "eu-north-1")
    vpc = away.describe_vpcs()["Vpcs"][0]["VpcId"]
    away.create_security_group(GroupName="away", Description="d", VpcId=vpc)
    lab.client("logs").create_log_group(logGroupName="/app")
    trust = '{"Version": "2012-10-17", "Statement": []}'
    lab.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=trust)
    lab.client("secretsmanager").create_secret(Name="s", SecretString="x")
    found = lab.objects()
    kinds = sorted((o["service"], o["kind"], o["region"]) for o in found)
    assert kinds == sorted(
        [
            ("ec2", "network_interface", "us-east-1"),
            ("ec2", "security_group", "eu-north-1"),
            ("ec2", "security_group_rule", "eu-north-1"),
            ("iam", "role", "aws"),
            ("logs", "log_group", "us-east-1"),
            ("rds", "db_instance", "us-east-1"),
            ("rds", "db_parameter_group", "us-east-1"),
            ("rds", "db_snapshot", "us-east-1"),
            ("rds", "db_subnet_group", "us-east-1"),
            ("secretsmanager", "secret", "us-east-1"),
            ("secretsmanager", "secret", "us-east-1"),
        ]
    )
    assert found == lab.objects(), "twice the same"
    (instance,) = lab.objects("db_instance")
    assert instance["tags"] == {"a": "b"}


def test_a_rule_added_to_a_default_group_is_an_object(lab, ec2, vpc):
    filters = [{"Name": "group-name", "Values": ["default"]}, {"Name": "vpc-id", "Values": [vpc]}]
    group = ec2.describe_security_groups(Filters=filters)["SecurityGroups"][0]["GroupId"]
    assert lab.objects() == []
    ec2.authorize_security_group_ingress(GroupId=group, IpProtocol="tcp", FromPort=1, ToPort=1, CidrIp="10.0.0.0/8")
    assert [o["kind"] for o in lab.objects()] == ["security_group_rule"]


def test_birth_tells_an_object_made_anew(lab, rds, subnets):
    given = {"DBSubnetGroupName": "g", "DBSubnetGroupDescription": "d", "SubnetIds": subnets[:2]}
    rds.create_db_subnet_group(**given)
    (before,) = lab.objects()
    rds.modify_db_subnet_group(DBSubnetGroupName="g", SubnetIds=subnets[:3])
    assert lab.objects() == [before]
    rds.delete_db_subnet_group(DBSubnetGroupName="g")
    rds.create_db_subnet_group(**given)
    (after,) = lab.objects()
    assert before["birth"] != after["birth"]


def test_reset_empties_the_world(lab, rds, create):
    create()
    lab.faults({"action": "throttle", "times": -1})
    lab.post("/timing", {"creating": 99})
    lab.post("/quotas", {"DBInstances": 1})
    lab.post("/reset")
    assert lab.objects() == []
    assert lab.get("/journal") == []
    assert lab.get("/faults") == []
    assert lab.get("/timing")["creating"] == 1.5
    assert lab.get("/quotas") == {}
    assert rds.describe_db_instances()["DBInstances"] == []


def test_the_side_door_explains_itself(lab):
    assert "warp" in lab.refused("/timing", {"warp": 9})
    assert ">= 0" in lab.refused("/timing", {"creating": -1})
    with pytest.raises(urllib.error.HTTPError) as error:
        lab.get("/nothing")
    assert error.value.code == 404
    assert b"GET /_lab/objects" in error.value.read()


def test_a_client_for_those_that_have_none(lab, rds, subnets):
    group = {"DBSubnetGroupName": "main", "DBSubnetGroupDescription": "by JSON", "SubnetIds": subnets[:2]}
    assert lab.post("/aws/rds/CreateDBSubnetGroup", group)["DBSubnetGroup"]["DBSubnetGroupName"] == "main"
    assert rds.describe_db_subnet_groups(DBSubnetGroupName="main")["DBSubnetGroups"]
    assert lab.post("/aws/rds/DescribeDBSubnetGroups?region=eu-north-1", {}) == {"DBSubnetGroups": []}
    assert "DBSubnetGroupAlreadyExists" in lab.refused("/aws/rds/CreateDBSubnetGroup", group)
    assert "Unknown parameter" in lab.refused("/aws/rds/DescribeDBInstances", {"Name": "main"})


def test_twenty_clients_at_once(lab, subnets):
    rds, ec2 = lab.client("rds"), lab.client("ec2")

    def work(i):
        vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
        group = ec2.create_security_group(GroupName=f"g{i}", Description="d", VpcId=vpc)["GroupId"]
        rds.create_db_subnet_group(DBSubnetGroupName=f"g{i}", DBSubnetGroupDescription="d", SubnetIds=subnets[:2])
        rds.create_db_instance(
            DBInstanceIdentifier=f"i{i}",
            Engine="postgres",
            DBInstanceClass="db.t3.micro",
            AllocatedStorage=20,
            MasterUsername="app",
            ManageMasterUserPassword=True,
            DBSubnetGroupName=f"g{i}",
            VpcSecurityGroupIds=[group],
        )
        for _ in range(10):
            rds.describe_db_instances(DBInstanceIdentifier=f"i{i}")
        return group

    with ThreadPoolExecutor(20) as pool:
        made = list(pool.map(work, range(20)))
    assert len(set(made)) == 20
    assert len(lab.objects("db_instance")) == 20
    assert len(lab.objects("secret")) == 20
    entries = lab.journal()
    assert [e["n"] for e in entries] == list(range(1, len(entries) + 1))
    assert all(e["status"] == 200 for e in entries)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_says_what_to_export_and_stops_when_asked(number):
    command = [sys.executable, "-m", "lab", "--port", "0"]
    profile = os.environ | {"AWS_PROFILE": "no-such-profile"}
    process = subprocess.Popen(
        command, cwd=ROOT, env=profile, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert process.stderr
    said = "".join(process.stdout.readline() for _ in range(4))
    process.send_signal(number)
    assert process.wait(60) == 0
    assert "export AWS_ENDPOINT_URL=http://127.0.0.1:" in said
    assert "AWS_ACCESS_KEY_ID=testing AWS_SECRET_ACCESS_KEY=testing" in said
    assert (process.stdout.read(), process.stderr.read()) == ("", "")


def test_it_ends_with_its_input_if_asked_to():
    command = [sys.executable, "-m", "lab", "--port", "0", "--until-eof"]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin
    assert process.stdout
    assert process.stdout.readline().startswith("export ")
    assert process.poll() is None
    process.stdin.close()
    assert process.wait(60) == 0


def test_a_taken_port_is_explained(running):
    port = running.url.rpartition(":")[2]
    command = [sys.executable, "-m", "lab", "--port", port]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert f"cannot listen on 127.0.0.1:{port}" in done.stderr
