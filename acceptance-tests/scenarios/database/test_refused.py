# SPDX-License-Identifier: MPL-2.0
"""Bad input: a diagnostic that points at the attribute, and nothing is created."""

import socket
from typing import Any

import pytest

from harness import Workspace, database, provider

from ..refusal import Bad
from . import rds

OFFLINE = [
    Bad({"name": ""}, "name", ["must begin with a letter"]),
    Bad({"name": "Orders"}, "name", ["lower-case"]),
    Bad({"name": "2orders"}, "name", ["must begin with a letter"]),
    Bad({"name": "or--ders"}, "name", ["single hyphens"]),
    Bad({"name": "orders-"}, "name"),
    Bad({"name": "o" * 51}, "name", ["50 at most"]),
    Bad({"version": "16.x"}, "version", ["must be a major version"]),
    Bad({"size": "t4g.micro"}, "size", ["db."]),
    Bad({"engine": "mysql"}, "engine", ["postgres"]),
    Bad({"storage": {"gb": 19}}, "gb", ["20 to 65536"]),
    Bad({"storage": {"gb": 100, "max_gb": 50}}, "max_gb", ["at least a tenth more"]),
    Bad({"storage": {"type": "io9"}}, "type", ["gp3"]),
    Bad({"backup": {"retention_days": 36}}, "retention_days", ["1 to 35"]),
    Bad({"backup": {"retention_days": -1}}, "retention_days", ["1 to 35"]),
    Bad({"backup": {"window": "2-3"}}, "window", ["hh:mm-hh:mm"]),
    Bad({"backup": {"window": "02:00-02:10"}}, "window", ["30 minutes"]),
    Bad({"maintenance": {"window": "someday"}}, "window", ["ddd:hh:mm"]),
    Bad({"maintenance": {"window": "sun:01:00-tue:02:00"}}, "window", ["24 hours"]),
    Bad({"maintenance": {"window": "mon:02:15-mon:02:45"}, "backup": {"window": "02:00-03:00"}}, "window", ["meets"]),
    Bad({"username": "rdsadmin"}, "username", ["keeps for itself"]),
    Bad({"username": "1boss"}, "username"),
    Bad({"database": "my-base"}, "database", ["letters, digits and underscores"]),
    Bad({"snapshot_on": "before it"}, "snapshot_on", ["letters, digits and _ ."]),
    Bad({"snapshot_on": "--"}, "snapshot_on", ["a letter or digit among them"]),
    Bad({"tags": {"aws:cost": "1"}}, "tags", ["aws:"]),
    Bad({"timeouts": {"create": "soon"}}, "create", ["duration"]),
]
COMPARED = [
    Bad({"version": "99"}, "version", ["us-east-1 has no such version of postgres"]),
    Bad({"version": "16.99"}, "version", ["16.11"]),
    Bad({"size": "db.x9.huge"}, "size", ["does not sell this instance class"]),
    Bad({"parameters": {"wrok_mem": "1"}}, "parameters", ["postgres17", "Did you mean work_mem?"]),
    Bad({"parameters": {"work_mem": "lots"}}, "parameters", ["work_mem"]),
]


@pytest.mark.parametrize("bad", OFFLINE, ids=str)
def test_what_is_wrong_by_itself_is_found_without_a_cloud(workspace: Workspace, bad: Bad) -> None:
    workspace.write(database(**bad.config))
    outcome = workspace.validate().must_fail(*bad.says)
    assert bad.points_at in outcome.errors[0].code, outcome
    assert workspace.lab.journal() == []


@pytest.mark.parametrize("bad", COMPARED, ids=str)
def test_what_the_region_has_not_is_found_in_the_plan(workspace: Workspace, bad: Bad) -> None:
    workspace.write(database(**bad.config))
    outcome = workspace.plan().must_fail(*bad.says)
    assert bad.points_at in outcome.errors[0].code, outcome
    assert workspace.lab.mutations() == []


@pytest.mark.parametrize(
    ("before", "after", "points_at", "says"),
    [
        ({"storage": {"gb": 40}}, {"storage": {"gb": 30}}, "gb", "cannot shrink"),
        ({"version": "16"}, {"version": "17"}, "version", "major version cannot be changed"),
        ({"version": "16"}, {"version": "15"}, "version", "major version cannot be changed"),
    ],
    ids=["shrink", "upgrade", "downgrade"],
)
def test_changes_that_cannot_be(workspace: Workspace, before: Any, after: Any, points_at: str, says: str) -> None:
    lab = workspace.lab
    workspace.write(database(**before))
    workspace.apply().must()
    facts, since = rds.facts(lab), lab.now()
    workspace.write(database(**after))
    outcome = workspace.plan().must_fail(says)
    assert points_at in outcome.errors[0].code, outcome
    assert (rds.facts(lab), lab.mutations(since)) == (facts, [])


def test_a_wrong_account(workspace: Workspace) -> None:
    workspace.write(database(), block=provider('    allowed_account_ids = ["210987654321"]'))
    workspace.plan().must_fail("123456789012", "allowed_account_ids", "210987654321")
    assert {call.name for call in workspace.lab.journal()} == {"sts:GetCallerIdentity"}


def test_a_region_without_a_default_vpc(workspace: Workspace) -> None:
    ec2 = workspace.lab.client("ec2", "eu-west-3")
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    for gateway in ec2.describe_internet_gateways()["InternetGateways"]:
        ec2.detach_internet_gateway(InternetGatewayId=gateway["InternetGatewayId"], VpcId=vpc)
    for subnet in ec2.describe_subnets()["Subnets"]:
        ec2.delete_subnet(SubnetId=subnet["SubnetId"])
    ec2.delete_vpc(VpcId=vpc)
    since = workspace.lab.now()
    workspace.write(database(region="eu-west-3"))
    outcome = workspace.plan().must_fail("eu-west-3 has no default VPC", "create-default-vpc")
    assert "region" in outcome.errors[0].code, outcome
    assert workspace.lab.mutations(since) == []


def test_no_region(workspace: Workspace) -> None:
    workspace.variables["AWS_REGION"] = None
    workspace.write(database())
    workspace.plan().must_fail("no region", "AWS_REGION")
    assert workspace.lab.mutations() == []


def test_no_credentials(workspace: Workspace) -> None:
    workspace.variables |= {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}
    workspace.write(database())
    workspace.plan().must_fail("credentials")
    assert workspace.lab.mutations() == []


def test_expired_credentials(workspace: Workspace) -> None:
    workspace.lab.faults({"action": "expired", "times": -1})
    workspace.write(database())
    workspace.plan().must_fail("ExpiredToken", "request id")
    assert workspace.lab.mutations() == []


def test_an_endpoint_that_nobody_answers(workspace: Workspace) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        workspace.variables["AWS_ENDPOINT_URL"] = url
        workspace.write(database())
        workspace.plan().must_fail("sts:GetCallerIdentity")
    assert workspace.lab.journal() == []


def test_a_name_that_somebody_elses_instance_has(workspace: Workspace) -> None:
    lab = workspace.lab
    rds.by_hand(lab, rds.DATABASE, own=False)
    theirs, since = rds.facts(lab), lab.now()
    workspace.write(database())
    outcome = workspace.plan().must_fail(rds.DATABASE)
    assert "name" in outcome.errors[0].code, outcome
    assert (rds.facts(lab), lab.mutations(since)) == (theirs, [])


@pytest.mark.parametrize("owner", [None, "drop_database/-/other"])
def test_a_name_that_somebody_elses_subnet_group_has(workspace: Workspace, owner: str | None) -> None:
    lab = workspace.lab
    tags = [{"Key": "drop:resource", "Value": owner}] if owner else []
    lab.client("rds").create_db_subnet_group(
        DBSubnetGroupName="orders", DBSubnetGroupDescription="theirs",
        SubnetIds=rds.subnets(lab)[:2], Tags=tags,
    )  # fmt: skip
    births, since = lab.births(), lab.now()
    workspace.write(database())
    outcome = workspace.plan().must_fail("orders exists already")
    assert "name" in outcome.errors[0].code, outcome
    assert (lab.births(), lab.mutations(since)) == (births, [])
