# SPDX-License-Identifier: MPL-2.0
"""`snapshot_trigger`: the way to the action `drop_snapshot` for a CLI without actions."""

from collections import Counter
from typing import Any

import pytest

from harness import CallId, Lab, Wait, Workspace, database, gone_on_with, interrupted_in

from . import rds
from .test_import import OWN_GROUPS

SNAPSHOT = "orders-v2"
# The change that the snapshot is to come before.
UPGRADE: dict[str, Any] = {"instance_class": "db.t4g.small", "parameters": {"work_mem": "8192"}, "apply_immediately": True}

TAKEN = Wait("db_instance", "snapshot", CallId("rds", "CreateDBSnapshot", 1), "DescribeDBSnapshots")


def _asked(on: str | None = "v2", **more: Any) -> str:
    return database(deletion_protection=False, snapshot_trigger=on, **more)


def _upgrade(on: str = "v2", **more: Any) -> str:
    return _asked(on, **UPGRADE, **more)


def _made(workspace: Workspace, on: str | None = None) -> int:
    """Makes a database, and answers where in the journal that ended."""
    workspace.write(_asked(on))
    workspace.apply().must()
    return workspace.lab.now()


def _snapshots(lab: Lab) -> dict[str, dict[str, Any]]:
    found = lab.client("rds").describe_db_snapshots(SnapshotType="manual")["DBSnapshots"]
    return {snapshot["DBSnapshotIdentifier"]: snapshot for snapshot in found}


def _whole(workspace: Workspace, since: int) -> None:
    """One snapshot was taken, whatever happened on the way, and all that was to follow it."""
    lab = workspace.lab
    (taken,) = _snapshots(lab).values()
    assert (taken["DBSnapshotIdentifier"], taken["Status"]) == (SNAPSHOT, "available")
    assert rds.facts(lab)["DBInstanceClass"] == "db.t4g.small"
    calls = [call.operation for call in lab.mutations(since)]
    assert calls.index("CreateDBSnapshot") < calls.index("ModifyDBParameterGroup") < calls.index("ModifyDBInstance")
    workspace.must_be_empty()


def test_a_new_value_takes_one_before_all_else_and_nothing_else_does(workspace: Workspace) -> None:
    lab = workspace.lab
    since = _made(workspace)
    workspace.must_be_empty()
    looks = len(lab.journal(since))
    workspace.destroy().must()
    _made(workspace, "v1")
    assert _snapshots(lab) == {}, "a new database has nothing to take"
    workspace.must_be_empty()

    workspace.write(_asked("registry.example/Shop:1.4.2", **UPGRADE, tags={"team": "shop"}))
    plan = workspace.planned()
    assert [(s.call, s.why) for s in plan.new_steps()][:2] == [
        ("rds:CreateDBSnapshot", "snapshot_trigger"), ("rds:AddTagsToResource", "snapshot_trigger"),
    ]  # fmt: skip
    since = lab.now()
    workspace.apply_saved().must()
    assert Counter(c.action for c in lab.mutations(since)) == Counter(s.call for s in plan.new_steps())
    assert [c.operation for c in lab.mutations(since)][:2] == ["CreateDBSnapshot", "AddTagsToResource"]
    ((name, taken),) = _snapshots(lab).items()
    assert (name, taken["Status"]) == ("orders-registry-example-shop-1-4-2", "available")
    tags = {tag["Key"]: tag["Value"] for tag in taken["TagList"]}
    assert tags == {
        "drop:resource": "drop_database/-/orders", "drop:snapshot_trigger": "v1",
        "drop:taken_for": "registry.example/Shop:1.4.2",
    }  # fmt: skip
    assert taken["DBInstanceIdentifier"] == rds.DATABASE
    since = lab.now()
    workspace.must_be_empty()
    assert len(lab.journal(since)) == looks, "remembering it costs no call"

    for on in ("registry.example/Shop:1.4.2", None):
        since = lab.now()
        workspace.write(_asked(on, **UPGRADE, tags={"team": "till"}))
        workspace.apply().must()
        assert "CreateDBSnapshot" not in {call.operation for call in lab.mutations(since)}
        workspace.must_be_empty()
    workspace.destroy().must()
    assert lab.kinds() == {"db_snapshot": 1}, "it outlives its database"


@pytest.mark.matrix
def test_ctrl_c_while_it_is_taken(workspace: Workspace) -> None:
    lab = workspace.lab
    since = _made(workspace)
    workspace.write(_upgrade())
    interrupted_in(workspace, TAKEN).must_fail("(snapshot ", "apply again to do the rest")
    assert [call.operation for call in lab.mutations(since)] == ["CreateDBSnapshot"]
    assert workspace.planned().new_steps()[0].call == "rds:CreateDBSnapshot"
    gone_on_with(workspace, TAKEN)
    _whole(workspace, since)
    assert len([call for call in lab.mutations(since) if call.operation == "CreateDBSnapshot"]) == 1


@pytest.mark.parametrize("fault", ["kill_before", "kill_after", "lost", "reset"])
def test_an_apply_that_is_cut_off_is_gone_on_with(workspace: Workspace, fault: str) -> None:
    lab = workspace.lab
    since = _made(workspace)
    workspace.variables["AWS_MAX_ATTEMPTS"] = "1"
    lab.faults({"service": "rds", "operation": "CreateDBSnapshot", "action": fault})
    workspace.write(_upgrade())
    workspace.apply().must_fail()
    workspace.apply().must()
    _whole(workspace, since)


def test_an_answer_that_comes_late_or_never_takes_no_second_one(workspace: Workspace) -> None:
    lab = workspace.lab
    since = _made(workspace)
    workspace.variables["AWS_MAX_ATTEMPTS"] = "3"
    create = {"service": "rds", "operation": "CreateDBSnapshot"}
    lab.faults(create | {"action": "lost"}, create | {"action": "not_found_for", "seconds": 1})
    workspace.write(_upgrade())
    workspace.apply().must()
    _whole(workspace, since)


def test_one_that_takes_too_long_is_waited_for_by_the_next_apply(workspace: Workspace) -> None:
    lab = workspace.lab
    since = _made(workspace)
    lab.stall("snapshot")
    workspace.write(_upgrade(timeouts={"update": "1s"}))
    workspace.apply().must_fail("last seen: snapshot ", "timeouts")
    # The first may have had no time to look again after it began.
    workspace.apply().must_fail("last seen: snapshot creating 0 %", "timeouts")
    workspace.write(_upgrade(timeouts={"update": "10m"}))
    workspace.save()
    gone_on_with(workspace, TAKEN)
    _whole(workspace, since)


def test_one_that_may_not_be_taken_stops_what_was_to_follow(workspace: Workspace) -> None:
    lab = workspace.lab
    since = _made(workspace)
    lab.quotas(ManualSnapshots=0)
    workspace.write(_upgrade())
    workspace.apply().must_fail("SnapshotQuotaExceeded", "request id")
    assert [call.operation for call in lab.mutations(since)] == ["CreateDBSnapshot"]
    lab.quotas(ManualSnapshots=100)
    workspace.apply().must()
    _whole(workspace, since)


def test_a_name_that_is_taken_is_refused_in_the_plan(workspace: Workspace) -> None:
    lab = workspace.lab
    _made(workspace, "v1")
    for on in ("v2", "v3"):
        workspace.write(_asked(on))
        workspace.apply().must()
    lab.client("rds").create_db_snapshot(
        DBSnapshotIdentifier="orders-by-hand", DBInstanceIdentifier=rds.DATABASE
    )
    rds.settled(lab)
    since = lab.now()
    # Taken before with this value, with one that is called alike, and by somebody else.
    for on in ("v2", "V3", "by.hand"):
        workspace.write(_upgrade(on))
        outcome = workspace.plan().must_fail("cannot be taken", "never used")
        assert "snapshot_trigger" in outcome.errors[0].code, outcome
    assert lab.mutations(since) == []
    workspace.write(_upgrade("v4"))
    workspace.apply().must()
    assert len(_snapshots(lab)) == 4


def test_it_is_imported(workspace: Workspace) -> None:
    _made(workspace, "v1")
    workspace.lose_state()
    workspace.import_("orders").must()
    assert workspace.resource["snapshot_trigger"] == "v1"
    assert workspace.planned().new_steps() == []


def test_a_database_that_was_adopted(workspace: Workspace) -> None:
    rds.by_hand(workspace.lab)
    workspace.write(database(**OWN_GROUPS | {"snapshot_trigger": "adopted"}))
    workspace.import_("legacy").must()
    workspace.apply().must()
    assert list(_snapshots(workspace.lab)) == ["legacy-adopted"]
    workspace.must_be_empty()
