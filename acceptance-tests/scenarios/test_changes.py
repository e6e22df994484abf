# SPDX-License-Identifier: MPL-2.0
"""Every change is made in place, by the calls its plan named, and changes nothing else."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from harness import OWN, Workspace, database, until

from .aws import DATABASE, facts, parameters, settled

FIRST: dict[str, Any] = {
    "apply_immediately": True,
    "parameters": {"log_min_duration_statement": "500"},
    "storage": {"gb": 20},
    "backup": {"retention_days": 7},
}


@dataclass(frozen=True)
class Change:
    """A change of the configuration, and all that may come of it."""

    attribute: str
    value: Any
    calls: list[str]
    facts: dict[str, Any]


CHANGES = [
    Change("size", "db.t4g.small", ["rds:ModifyDBInstance"], {"DBInstanceClass": "db.t4g.small"}),
    Change("storage", {"gb": 30}, ["rds:ModifyDBInstance"], {"AllocatedStorage": 30}),
    Change("parameters", {"log_min_duration_statement": "900"}, ["rds:ModifyDBParameterGroup"], {}),
    Change("backup", {"retention_days": 14}, ["rds:ModifyDBInstance"], {"BackupRetentionPeriod": 14}),
]
FOLLOWS = {"steps", "pending", "permissions"}


def test_apply_then_nothing_to_do(workspace: Workspace) -> None:
    workspace.write(database(**FIRST))
    plan = workspace.planned()
    named = Counter(step.call for step in plan.new_steps())
    since = workspace.lab.now()
    workspace.apply_saved().must()
    assert Counter(call.name for call in workspace.lab.mutations(since)) == named
    assert facts(workspace.lab)["DeletionProtection"]
    workspace.must_be_empty()


def test_each_change_is_in_place_and_alone(workspace: Workspace) -> None:
    config = dict(FIRST)
    workspace.write(database(**config))
    workspace.apply().must()
    births = workspace.lab.births()
    for change in CHANGES:
        config[change.attribute] = change.value
        workspace.write(database(**config))
        before = facts(workspace.lab)

        plan = workspace.planned()
        assert plan.actions() == ["update"], change
        assert plan.changed() <= FOLLOWS | {change.attribute}, change
        assert [step.call for step in plan.new_steps()] == change.calls, change

        since = workspace.lab.now()
        workspace.apply_saved().must()
        assert [call.name for call in workspace.lab.mutations(since)] == change.calls, change
        settled(workspace.lab)
        after = facts(workspace.lab)
        assert {k: v for k, v in after.items() if v != before.get(k)}.items() >= change.facts.items(), change
        unexpected = {k for k in after if after[k] != before.get(k)} - change.facts.keys() - _storage_numbers(change)
        assert not unexpected, f"{change} changed {unexpected} too"
        workspace.must_be_empty()
    group = workspace.state.database()["components"]["db_parameter_group"]
    assert parameters(workspace.lab, group) == {"log_min_duration_statement": "900"}
    assert workspace.lab.births() == births


def _storage_numbers(change: Change) -> set[str]:
    """gp3's own numbers follow its size."""
    return {"Iops", "StorageThroughput"} if change.attribute == "storage" else set()


def test_a_change_may_wait_for_the_window(one_workspace: Workspace) -> None:
    workspace = one_workspace
    workspace.write(database())
    workspace.apply().must()
    workspace.write(database(size="db.t4g.small"))
    workspace.apply().must()
    assert workspace.state.database()["pending"] == ["size"]
    assert facts(workspace.lab)["DBInstanceClass"] == "db.t4g.micro"
    workspace.must_be_empty()

    workspace.lab.happen(DATABASE, "maintenance-window")
    until("the window's changes", lambda: facts(workspace.lab)["DBInstanceClass"] == "db.t4g.small")
    settled(workspace.lab)
    workspace.must_be_empty()
    workspace.apply("-refresh-only").must()
    assert workspace.state.database()["pending"] == []


def test_what_waits_can_be_brought_forward(one_workspace: Workspace) -> None:
    workspace = one_workspace
    workspace.write(database())
    workspace.apply().must()
    workspace.write(database(size="db.t4g.small"))
    workspace.apply().must()
    workspace.write(database(size="db.t4g.small", apply_immediately=True, tags={"team": "shop"}))
    workspace.apply().must()
    workspace.must_be_empty()


def test_tags_come_and_go_alone(one_workspace: Workspace) -> None:
    workspace = one_workspace
    workspace.write(database(tags={"team": "shop", "tier": "one"}))
    workspace.apply().must()
    before = facts(workspace.lab)
    workspace.write(database(tags={"team": "till"}))
    plan = workspace.planned()
    assert plan.actions() == ["update"]
    since = workspace.lab.now()
    workspace.apply_saved().must()
    assert Counter(c.name for c in workspace.lab.mutations(since)) == Counter(s.call for s in plan.new_steps())
    after = facts(workspace.lab)
    shown = {t["Key"]: t["Value"] for t in after.pop("TagList")}
    before.pop("TagList")
    assert (after, shown["team"]) == (before, "till")
    for thing in (o for o in workspace.lab.objects() if o.kind in OWN - {"secret"}):
        assert thing.tags.get("team") == "till", thing
        assert "tier" not in thing.tags, thing
    workspace.must_be_empty()


def test_a_static_parameter_waits_for_a_reboot(one_workspace: Workspace) -> None:
    workspace = one_workspace
    workspace.write(database())
    workspace.apply().must()
    workspace.write(database(parameters={"max_connections": "200"}))
    workspace.apply().must()
    workspace.must_be_empty()
    assert workspace.state.database()["pending"] == ["parameters"]
    workspace.lab.client("rds").reboot_db_instance(DBInstanceIdentifier=DATABASE)
    settled(workspace.lab)
    workspace.must_be_empty()
    workspace.apply("-refresh-only").must()
    assert workspace.state.database()["pending"] == []


def test_a_parameter_that_is_taken_out_is_reset(one_workspace: Workspace) -> None:
    workspace = one_workspace
    workspace.write(database(parameters={"max_connections": "200", "work_mem": "8192"}))
    workspace.apply().must()
    workspace.write(database(parameters={"work_mem": "8192"}))
    workspace.apply().must()
    group = workspace.state.database()["components"]["db_parameter_group"]
    assert parameters(workspace.lab, group) == {"work_mem": "8192"}
    workspace.must_be_empty()
