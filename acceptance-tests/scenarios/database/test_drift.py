# SPDX-License-Identifier: MPL-2.0
"""What belongs to RDS, or is ignored, is left alone."""

import pytest

from harness import Workspace, database, until

from . import rds


@pytest.mark.matrix
def test_ignore_changes_leaves_an_attribute_as_others_set_it(workspace: Workspace) -> None:
    workspace.write(database(blocks="lifecycle {\n  ignore_changes = [instance_class]\n}", apply_immediately=True))
    workspace.apply().must()
    rds.modify(workspace.lab, DBInstanceClass="db.t4g.large")
    workspace.must_be_empty()
    assert rds.instance(workspace.lab)["DBInstanceClass"] == "db.t4g.large"


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
