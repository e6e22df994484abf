# SPDX-License-Identifier: MPL-2.0
"""An instance made by hand comes under management as it is, and what is not ours stays when it goes."""

from typing import Any

import pytest

from harness import IDENTITIES, OWN, Lab, Workspace, database

from . import rds

# The configuration of what `rds.by_hand` makes.
LEGACY: dict[str, Any] = {
    "name": "legacy",
    "version": "16",
    "instance_class": "db.t4g.small",
    "username": "boss",
    "database_name": "shop",
    "deletion_protection": False,
    "skip_final_snapshot": None,
    "storage": {"gb": 50},
    "backup": {"retention_days": 3, "window": "01:00-01:30"},
    "maintenance": {"window": "tue:03:00-tue:03:30"},
}
OWN_GROUPS = LEGACY | {"parameters": {"log_min_duration_statement": "250"}}
TAGGING = {"rds:AddTagsToResource", "ec2:CreateTags"}
IMPORT_BLOCK = 'import {\n  to = drop_database.main\n  id = "legacy"\n}\n'


def tags_only(workspace: Workspace, births: dict[str, int]) -> None:
    """Nothing but tags is planned or done, and then nothing at all."""
    plan = workspace.planned()
    assert plan.actions() in (["update"], ["no-op"]), plan.told()
    assert {step.call for step in plan.new_steps()} <= TAGGING, plan.told()
    assert plan.changed() <= {"steps", "drift", "pending_changes"}, plan.told()
    since, before = workspace.lab.now(), rds.facts(workspace.lab, "legacy")
    workspace.apply_saved().must()
    assert {call.name for call in workspace.lab.mutations(since)} <= TAGGING
    after = rds.facts(workspace.lab, "legacy")
    assert after | {"TagList": []} == before | {"TagList": []}
    assert workspace.lab.births() == births
    workspace.must_be_empty()


def only_the_final_snapshot(lab: Lab) -> None:
    # RDS takes the network interface away some time after the instance is gone.
    left = [(o.kind, o.more.get("type")) for o in lab.objects() if o.kind != "network_interface"]
    assert left == [("db_snapshot", "manual")]


@pytest.mark.matrix
def test_with_groups_of_its_own_by_command(workspace: Workspace) -> None:
    lab = workspace.lab
    rds.by_hand(lab)
    births = lab.births()
    workspace.write(database(**OWN_GROUPS))
    workspace.import_("legacy").must()
    tags_only(workspace, births)
    workspace.destroy().must()
    only_the_final_snapshot(lab)


@pytest.mark.matrix
def test_with_groups_of_its_own_by_block(workspace: Workspace) -> None:
    lab = workspace.lab
    rds.by_hand(lab)
    births = lab.births()
    workspace.write(database(**OWN_GROUPS), IMPORT_BLOCK)
    tags_only(workspace, births)
    workspace.destroy().must()
    only_the_final_snapshot(lab)


@pytest.mark.knowing(IDENTITIES)
def test_by_identity(workspace: Workspace) -> None:
    rds.by_hand(workspace.lab)
    births = workspace.lab.births()
    identity = 'identity = {\n    region = "us-east-1"\n    name = "legacy"\n  }'
    workspace.write(database(**OWN_GROUPS), f"import {{\n  to = drop_database.main\n  {identity}\n}}\n")
    tags_only(workspace, births)


@pytest.mark.parametrize("own", [True, False], ids=["own groups", "default groups"])
def test_what_replaces_and_is_left_out_destroys_nothing(workspace: Workspace, own: bool) -> None:
    lab = workspace.lab
    rds.by_hand(lab, own=own)
    births, since = lab.births(), lab.now()
    whole = OWN_GROUPS if own else LEGACY
    left_out = {key: value for key, value in whole.items() if key not in ("username", "database_name")}
    says = ("was taken over with another username", 'Write `username = "boss"`', 'Write `database_name = "shop"`')
    workspace.write(database(**left_out), IMPORT_BLOCK)
    workspace.plan().must_fail(*says)
    workspace.write(database(**left_out))
    workspace.import_("legacy").must()
    workspace.plan().must_fail(*says)
    assert (lab.births(), lab.mutations(since)) == (births, [])
    workspace.write(database(**whole))
    tags_only(workspace, births)


@pytest.mark.parametrize(
    ("members", "texts"),
    [
        ({"PubliclyAccessible": True}, ("publicly accessible", "make it private first")),
        ({"StorageType": "io1", "Iops": 1000, "AllocatedStorage": 100}, ("Its storage is io1", "change it first")),
    ],
    ids=["public", "other storage"],
)
def test_what_it_cannot_be_is_not_taken_over(
    workspace: Workspace, members: dict[str, Any], texts: tuple[str, ...]
) -> None:
    lab = workspace.lab
    rds.by_hand(lab, own=False)
    rds.modify(lab, "legacy", **members)
    workspace.write(database(**LEGACY))
    since = lab.now()
    workspace.import_("legacy").must_fail('drop_database "legacy" cannot be taken over', "Nothing was changed", *texts)
    assert workspace.state.instances == []
    assert lab.mutations(since) == []


@pytest.mark.parametrize("by", ["command", "block"])
def test_with_the_default_groups(workspace: Workspace, by: str) -> None:
    lab = workspace.lab
    rds.by_hand(lab, own=False)
    births = lab.births()
    workspace.write(database(**LEGACY), IMPORT_BLOCK if by == "block" else "")
    if by == "command":
        workspace.import_("legacy").must()
    tags_only(workspace, births)
    assert workspace.resource["components"]["db_subnet_group"] == "shared:default"
    workspace.destroy().must()
    only_the_final_snapshot(lab)
    assert lab.client("rds").describe_db_subnet_groups(DBSubnetGroupName="default")["DBSubnetGroups"]


def test_groups_that_others_use_are_left(workspace: Workspace) -> None:
    lab = workspace.lab
    rds.by_hand(lab, others=["neighbour"])
    neighbour = rds.facts(lab, "neighbour")
    workspace.write(database(**LEGACY))
    workspace.import_("legacy").must()
    tags_only(workspace, lab.births())
    workspace.destroy().must()
    left = {f"{o.kind} {o.id}" for o in lab.objects() if o.kind in OWN - {"secret"}}
    assert left == {"db_instance neighbour", "db_parameter_group legacy-pg", "db_subnet_group legacy-net"}
    assert rds.facts(lab, "neighbour") == neighbour


def test_a_security_group_of_its_own_is_left(workspace: Workspace) -> None:
    """What else a security group guards cannot be told: it stays."""
    lab = workspace.lab
    rds.by_hand(lab)
    group = _security_group(lab)
    rds.modify(lab, "legacy", VpcSecurityGroupIds=[group])
    workspace.write(database(**OWN_GROUPS))
    workspace.import_("legacy").must()
    tags_only(workspace, lab.births())
    workspace.destroy().must()
    assert [o.id for o in lab.objects() if o.kind == "security_group"] == [group]


def _security_group(lab: Lab) -> str:
    ec2 = lab.client("ec2")
    vpc = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
    return ec2.create_security_group(GroupName="legacy-sg", Description="by hand", VpcId=vpc)["GroupId"]


def test_from_another_region(workspace: Workspace) -> None:
    workspace.write(database(region="eu-west-1", deletion_protection=False, skip_final_snapshot=None))
    workspace.apply().must()
    workspace.state_rm().must()
    workspace.import_("eu-west-1/orders").must()
    workspace.must_be_empty()
    workspace.destroy().must()
    only_the_final_snapshot(workspace.lab)


def test_what_is_not_there_is_said(workspace: Workspace) -> None:
    workspace.write(database())
    workspace.import_("orders").must_fail('drop_database "orders" was not found', "us-east-1", "<region>/<name>")
    assert workspace.state.instances == []
