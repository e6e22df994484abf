# SPDX-License-Identifier: MPL-2.0
"""Rows 15 to 18 and 30: a provider that is killed and can report nothing."""

from typing import Any

from harness import Workspace, database, doctor, follow, until

from .case import CREATE_INSTANCE, RESUMING, Case
from .fails import CREATE_FIRST

IMPORT_BLOCK = 'import {\n  to = drop_database.main\n  id = "orders"\n}\n'
CHANGED: dict[str, Any] = {
    "size": "db.t4g.small",
    "storage": {"gb": 30},
    "parameters": {"log_min_duration_statement": "900"},
    "backup": {"retention_days": 14},
    "tags": {"team": "shop"},
    "apply_immediately": True,
}


def apply(case: Case, *, victim: str) -> None:
    one = case.start()
    _kill(case, one, victim)
    before = case.lab.births()
    one.apply().must()
    case.same(before)
    case.finish(one)


def import_(case: Case, *, by: str) -> None:
    one = case.start(skip_final_snapshot=None)
    case.kill(one)
    before = case.lab.births()
    one.apply().must_fail("exists already and is complete", "import {", 'id = "orders"')
    if by == "command":
        one.import_("orders").must()
    else:
        one.write(database(skip_final_snapshot=None), IMPORT_BLOCK)
        one.apply().must()
    case.same(before)
    case.finish(one, snapshots=1)


def killed_resume(case: Case, *, then: str, blocks: str = "", untaint: bool = False) -> None:
    one = case.start(blocks=blocks)
    case.fail(one, CREATE_INSTANCE)
    before = case.lab.births()
    if untaint:
        one.untaint().must()
    case.kill(one, lease=RESUMING)
    if then == "apply":
        one.apply().must()
        case.same(before)
        case.finish(one)
        return
    one.destroy().must()
    if blocks or untaint:
        case.nothing_left()
        return
    # A plain replacement had left the state before the kill: nothing was there to be destroyed.
    assert one.state.databases == []
    assert case.lab.births().items() >= before.items()
    removed_by_doctor(case)


def removed_by_doctor(case: Case) -> None:
    """What no state remembers is listed, and the commands beside it remove it."""
    listed = doctor(case.lab)
    assert "drop_database/-/orders" in listed, listed
    until("RDS to be ready for commands", lambda: _at_rest(case))
    follow(case.lab, listed)
    case.nothing_left()
    assert "nothing is marked unfinished" in doctor(case.lab)


def _at_rest(case: Case) -> bool:
    instances = case.lab.client("rds").describe_db_instances()["DBInstances"]
    return all(i["DBInstanceStatus"] == "available" for i in instances)


def _kill(case: Case, one: Workspace, victim: str) -> None:
    if victim == "provider":
        case.kill(one)
    else:
        case.kill_cli(one)


def update(case: Case, *, victim: str) -> None:
    one = case.start(apply_immediately=True)
    one.apply().must()
    before = case.lab.births()
    one.write(database(**CHANGED))
    _kill(case, one, victim)
    one.apply().must()
    case.same(before)
    case.finish(one)


def rename(case: Case) -> None:
    one = case.start()
    case.kill(one)
    before = case.lab.births()
    one.write(database(name="sales"))
    one.apply().must()
    one.must_be_empty()
    assert "sales" not in doctor(case.lab)
    case.unprotect()
    one.destroy().must()
    assert case.lab.births().items() >= before.items()
    removed_by_doctor(case)


KILLED_RESUMES: dict[str, dict[str, Any]] = {
    "apply": {"then": "apply"},
    "destroy": {"then": "destroy"},
    "create_before_destroy, apply": {"then": "apply", "blocks": CREATE_FIRST},
    "create_before_destroy, destroy": {"then": "destroy", "blocks": CREATE_FIRST},
    "untaint, destroy": {"then": "destroy", "untaint": True},
}
