# SPDX-License-Identifier: MPL-2.0
"""What belongs to RDS is left alone, and what was deleted is made again."""

import pytest

from harness import Workspace, database, until

from . import rds


@pytest.mark.matrix
def test_ignore_changes_leaves_an_attribute_as_others_set_it(workspace: Workspace) -> None:
    workspace.write(database(blocks="lifecycle {\n  ignore_changes = [size]\n}", apply_immediately=True))
    workspace.apply().must()
    rds.modify(workspace.lab, DBInstanceClass="db.t4g.large")
    workspace.must_be_empty()
    assert rds.instance(workspace.lab)["DBInstanceClass"] == "db.t4g.large"


def test_what_is_gone_is_made_again(workspace: Workspace) -> None:
    """A group that was deleted; the database itself is not touched."""
    lab = workspace.lab
    workspace.write(database())
    workspace.apply().must()
    ids = workspace.resource["components"]
    births = lab.births()
    rds.detach(lab, ids)
    lab.client("ec2").delete_security_group(GroupId=ids["db_security_group"])
    plan = workspace.planned()
    assert any(line.startswith("missing db_security_group — ") for line in plan.change()["before"]["drift"])
    assert plan.actions() == ["update"]
    workspace.apply_saved().must()
    workspace.must_be_empty()
    assert lab.births()["db_instance orders"] == births["db_instance orders"]
    assert lab.kinds()["security_group"] == 1


def test_minor_versions_are_rds_own(workspace: Workspace) -> None:
    workspace.write(database(version="16"))
    workspace.apply().must()
    moved = workspace.lab.happen(rds.DATABASE, "minor-version")
    until("the minor version to move", lambda: rds.instance(workspace.lab)["EngineVersion"] == moved["to"])
    rds.settled(workspace.lab)
    workspace.must_be_empty()
    assert workspace.resource["version"] == "16"


def test_growth_is_rds_own(workspace: Workspace) -> None:
    workspace.write(database(storage={"gb": 20, "max_gb": 100}))
    workspace.apply().must()
    workspace.lab.happen(rds.DATABASE, "grow-storage", gb=26)
    until("the storage to grow", lambda: rds.instance(workspace.lab)["AllocatedStorage"] == 26)
    rds.settled(workspace.lab)
    workspace.must_be_empty()


def test_tags_of_others_are_left_alone(workspace: Workspace) -> None:
    lab = workspace.lab
    workspace.write(database(tags={"team": "shop"}))
    workspace.apply().must()
    arn = rds.instance(lab)["DBInstanceArn"]
    lab.client("rds").add_tags_to_resource(ResourceName=arn, Tags=[{"Key": "cost", "Value": "42"}])
    workspace.must_be_empty()
    workspace.write(database(tags={"team": "till"}))
    workspace.apply().must()
    assert (rds.tags(lab, arn)["cost"], rds.tags(lab, arn)["team"]) == ("42", "till")
