# SPDX-License-Identifier: MPL-2.0
"""State of the official providers, taken over by `moved` blocks. For that one apply the CLIs want the other provider
installed; it is never configured, and a stand-in will do."""

import zipfile
from collections.abc import Iterable
from typing import Any

from harness import SAVED, Lab, OtherType, Workspace, database, stand_in

from .database import rds

SECRET = "hush-the-old-password"
FOLLOWS = {"steps", "drift", "permissions", "pending"}
TAGGING = {"rds:AddTagsToResource", "ec2:CreateTags"}
DATABASE: dict[str, Any] = {
    "name": "legacy", "version": "16", "size": "db.t4g.small", "username": "boss", "database": "shop",
    "deletion_protection": False, "skip_final_snapshot": True, "storage": {"gb": 50},
    "backup": {"retention_days": 3, "window": "01:00-01:30"}, "maintenance": {"window": "tue:03:00-tue:03:30"},
}  # fmt: skip


def moved(old: OtherType, new: str) -> str:
    return f"moved {{\n  from = {old.name}.main\n  to = {new}\n}}\n"


def db_instance(lab: Lab) -> OtherType:
    """https://github.com/hashicorp/terraform-provider-aws/blob/main/website/docs/r/db_instance.html.markdown"""
    found = rds.instance(lab, "legacy")
    state = {
        "identifier": "legacy", "engine": "postgres", "engine_version": "16", "instance_class": "db.t4g.small",
        "allocated_storage": 50, "storage_type": "gp3", "username": "boss", "password": SECRET, "db_name": "shop",
        "skip_final_snapshot": True, "apply_immediately": False, "publicly_accessible": False,
        "backup_retention_period": 3, "backup_window": "01:00-01:30", "maintenance_window": "tue:03:00-tue:03:30",
        "db_subnet_group_name": "legacy-net", "parameter_group_name": "legacy-pg",
    }  # fmt: skip
    told = {
        "id": found["DbiResourceId"], "arn": found["DBInstanceArn"], "resource_id": found["DbiResourceId"],
        "engine_version_actual": found["EngineVersion"], "address": found["Endpoint"]["Address"],
        "port": found["Endpoint"]["Port"], "endpoint": f"{found['Endpoint']['Address']}:{found['Endpoint']['Port']}",
        "status": "available", "max_allocated_storage": 0, "multi_az": False, "deletion_protection": False,
        "replicate_source_db": "", "tags": {"team": "shop"}, "tags_all": {"team": "shop"},
        "vpc_security_group_ids": {g["VpcSecurityGroupId"] for g in found["VpcSecurityGroups"]},
    }  # fmt: skip
    return OtherType("hashicorp/aws", "aws_db_instance", 2, state | told, frozenset(state), frozenset({"password"}))


def other_way(workspace: Workspace, old: OtherType) -> None:
    """The state in which users of the official provider begin."""
    stand_in(workspace, old)
    workspace.write(old.resource("main"))
    workspace.apply().must()


def only_adopted(workspace: Workspace, old: OtherType, calls: Iterable[str]) -> None:
    """Nothing is made anew or destroyed, only these calls are planned and made, and nothing is left to do then."""
    plan = workspace.planned()
    changes = plan.document["resource_changes"]
    assert [(c["address"], c["change"]["actions"]) for c in changes] == [(workspace.address, ["update"])], plan.told()
    assert changes[0]["previous_address"] == f"{old.name}.main"
    assert {step.call for step in plan.new_steps()} == set(calls), plan.told()
    assert plan.changed() <= FOLLOWS, plan.told()
    since = workspace.lab.now()
    workspace.apply_saved().must()
    assert {call.action for call in workspace.lab.mutations(since)} == set(calls)
    workspace.must_be_empty()


def hushed(workspace: Workspace, secret: str) -> None:
    """The copy that the CLI keeps of the former state is the other provider's."""
    files = [p for p in workspace.directory.glob("*") if p.suffix not in (".backup", ".tf", ".json") and p.is_file()]
    assert {"terraform.tfstate", "trace.log", SAVED} <= {path.name for path in files}
    for path in files:
        parts = [path.read_bytes()]
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                parts = [archive.read(name) for name in archive.namelist() if not name.startswith("tfconfig/")]
        assert not any(secret.encode() in part for part in parts), path


def test_a_database_of_the_official_provider(workspace: Workspace) -> None:
    lab = workspace.lab
    rds.by_hand(lab, password=SECRET)
    lab.client("rds").add_tags_to_resource(
        ResourceName=rds.instance(lab, "legacy")["DBInstanceArn"], Tags=[{"Key": "team", "Value": "shop"}]
    )
    births, facts = lab.births(), rds.facts(lab, "legacy") | {"TagList": []}
    old = db_instance(lab)
    other_way(workspace, old)
    assert SECRET in (workspace.directory / "terraform.tfstate").read_text()
    workspace.variables |= {"TF_LOG": "TRACE", "TF_LOG_PATH": str(workspace.directory / "trace.log")}
    workspace.write(database(**DATABASE | {"tags": {"team": "shop"}}), moved(old, "drop_database.main"))
    only_adopted(workspace, old, {"rds:AddTagsToResource"})
    assert (lab.births(), rds.facts(lab, "legacy") | {"TagList": []}) == (births, facts)
    hushed(workspace, SECRET)
    workspace.destroy().must()
