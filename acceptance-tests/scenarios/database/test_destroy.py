# SPDX-License-Identifier: MPL-2.0
"""Destroy: refused while protected, whole when allowed, and never in the way of a broken preflight."""

import pytest

from harness import Workspace, database, until

from . import rds


@pytest.mark.matrix
def test_protection_refuses_and_calls_nothing(workspace: Workspace) -> None:
    lab = workspace.lab
    workspace.write(database(skip_final_snapshot=False))
    workspace.apply().must()
    births, since = lab.births(), lab.now()
    refused = workspace.destroy().must_fail("deletion_protection = false, apply, then destroy")
    assert refused.errors[0].address == "drop_database.main"
    assert lab.mutations(since) == []
    assert lab.births() == births

    workspace.write(database(skip_final_snapshot=False, deletion_protection=False))
    workspace.apply().must()
    plan = workspace.plan("-destroy")
    assert any("deleted for good" in w.summary and "final snapshot" in w.detail for w in plan.warnings)
    workspace.destroy().must()
    left = lab.objects()
    assert [(o.kind, o.more["type"]) for o in left] == [("db_snapshot", "manual")], left
    assert workspace.state.instances == []



@pytest.mark.matrix
def test_a_replacement_says_what_it_deletes(workspace: Workspace) -> None:
    """The CLI passes the warnings of the first plan of a replacement on, not those of the second."""
    workspace.write(database(deletion_protection=False, skip_final_snapshot=False))
    workspace.apply().must()
    workspace.write(database(deletion_protection=False, skip_final_snapshot=False, username="boss"))
    plan = workspace.plan()
    assert any("deleted for good" in w.summary and "final snapshot" in w.detail for w in plan.warnings)
    assert workspace.planned().actions() == ["delete", "create"]

def test_without_a_final_snapshot_nothing_is_left(workspace: Workspace) -> None:
    workspace.write(database(deletion_protection=False))
    workspace.apply().must()
    plan = workspace.plan("-destroy")
    assert any("nothing of it is left" in w.detail for w in plan.warnings)
    workspace.destroy().must()
    assert workspace.lab.objects() == []


def test_protection_switched_on_elsewhere_protects(workspace: Workspace) -> None:
    workspace.write(database(deletion_protection=False))
    workspace.apply().must()
    rds.modify(workspace.lab, DeletionProtection=True)
    births = workspace.lab.births()
    workspace.destroy().must_fail("deletion_protection")
    assert workspace.lab.births() == births


def test_destroy_works_while_preflight_would_fail(workspace: Workspace) -> None:
    """The refresh of a destroy plans, so drift would be compared with what the region sells."""
    lab = workspace.lab
    workspace.write(database(deletion_protection=False, apply_immediately=True))
    workspace.apply().must()
    rds.modify(lab, DBInstanceClass="db.t4g.large")
    lab.faults(
        {"action": "error", "operation": "DescribeOrderableDBInstanceOptions", "times": -1},
        {"action": "error", "operation": "DescribeDBEngineVersions", "times": -1},
    )
    workspace.destroy().must()
    assert lab.objects() == []


def test_a_change_is_refused_by_the_same_preflight(workspace: Workspace) -> None:
    """What the configuration asks for is not let pass where a mere repair is."""
    workspace.write(database(apply_immediately=True))
    workspace.apply().must()
    workspace.lab.faults({"action": "error", "operation": "DescribeOrderableDBInstanceOptions", "times": -1})
    workspace.write(database(apply_immediately=True, instance_class="db.t4g.large"))
    workspace.plan().must_fail("DescribeOrderableDBInstanceOptions")


def test_an_object_deleted_elsewhere_is_no_obstacle(workspace: Workspace) -> None:
    lab = workspace.lab
    workspace.write(database())
    workspace.apply().must()
    rds.modify(lab, DeletionProtection=False)
    lab.client("rds").delete_db_instance(DBInstanceIdentifier=rds.DATABASE, SkipFinalSnapshot=True)
    until("the instance to be gone", lambda: not lab.client("rds").describe_db_instances()["DBInstances"])
    plan = workspace.plan()
    assert any("is gone, and its data with it" in w.summary for w in plan.warnings), plan
    workspace.destroy().must()
    assert lab.objects() == []
