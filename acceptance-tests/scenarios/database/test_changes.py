# SPDX-License-Identifier: MPL-2.0
"""When a change takes effect, and what else it changes."""

from harness import Workspace, database, until

from .rds import DATABASE, facts, parameters, settled


def test_a_change_may_wait_for_the_window(workspace: Workspace) -> None:
    workspace.write(database())
    workspace.apply().must()
    workspace.write(database(instance_class="db.t4g.small"))
    workspace.apply().must()
    assert workspace.resource["pending_changes"] == ["instance_class"]
    assert facts(workspace.lab)["DBInstanceClass"] == "db.t4g.micro"
    workspace.must_be_empty()

    workspace.lab.happen(DATABASE, "maintenance-window")
    until("the window's changes", lambda: facts(workspace.lab)["DBInstanceClass"] == "db.t4g.small")
    settled(workspace.lab)
    workspace.must_be_empty()
    workspace.apply("-refresh-only").must()
    assert workspace.resource["pending_changes"] == []


def test_what_waits_can_be_brought_forward(workspace: Workspace) -> None:
    workspace.write(database())
    workspace.apply().must()
    workspace.write(database(instance_class="db.t4g.small"))
    workspace.apply().must()
    workspace.write(database(instance_class="db.t4g.small", apply_immediately=True, tags={"team": "shop"}))
    workspace.apply().must()
    workspace.must_be_empty()


def test_a_static_parameter_waits_for_a_reboot(workspace: Workspace) -> None:
    workspace.write(database())
    workspace.apply().must()
    workspace.write(database(parameters={"max_connections": "200"}))
    workspace.apply().must()
    workspace.must_be_empty()
    assert workspace.resource["pending_changes"] == ["parameters"]
    workspace.lab.client("rds").reboot_db_instance(DBInstanceIdentifier=DATABASE)
    settled(workspace.lab)
    workspace.must_be_empty()
    workspace.apply("-refresh-only").must()
    assert workspace.resource["pending_changes"] == []


def test_a_parameter_that_is_taken_out_is_reset(workspace: Workspace) -> None:
    workspace.write(database(parameters={"max_connections": "200", "work_mem": "8192"}))
    workspace.apply().must()
    workspace.write(database(parameters={"work_mem": "8192"}))
    workspace.apply().must()
    group = workspace.resource["components"]["db_parameter_group"]
    assert parameters(workspace.lab, group) == {"work_mem": "8192"}
    workspace.must_be_empty()
