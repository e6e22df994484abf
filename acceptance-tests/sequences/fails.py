# SPDX-License-Identifier: MPL-2.0
"""Rows 1 to 14 and 31: a create that reports its failure, and what people do next."""

from typing import Any

from harness import database, raw, until

from .case import LAST, RESUMING, Case

CREATE_FIRST = "lifecycle {\n  create_before_destroy = true\n}"
PREVENT = "lifecycle {\n  prevent_destroy = true\n}"
DEPENDENT = (
    'resource "terraform_data" "app" {\n  input = drop_database.main.id\n'
    "  lifecycle {\n    create_before_destroy = true\n  }\n}\n"
)


def _instance(case: Case) -> dict[str, Any]:
    return case.lab.client("rds").describe_db_instances()["DBInstances"][0]


def apply(case: Case) -> None:
    one = case.start()
    case.fail(one)
    before = case.lab.births()
    one.apply().must()
    case.same(before)
    case.finish(one)


def change_then_apply(case: Case) -> None:
    one = case.start()
    case.fail(one)
    before = case.lab.births()
    one.write(database(backup={"retention_days": 3}, tags={"team": "shop"}))
    one.apply().must()
    case.same(before)
    until("the new value to be applied", lambda: _instance(case)["BackupRetentionPeriod"] == 3)
    assert {"Key": "team", "Value": "shop"} in _instance(case)["TagList"]
    case.finish(one)


def change_what_only_a_create_sets(case: Case) -> None:
    one = case.start()
    case.fail(one)
    before = case.lab.births()
    one.write(database(database="shop"))
    one.apply().must()
    case.same(before, anew=frozenset({"db_instance", "secret"}))
    assert _instance(case)["DBName"] == "shop"
    case.finish(one)


def destroy(case: Case) -> None:
    one = case.start(skip_final_snapshot=False)
    case.fail(one)
    one.destroy().must()
    case.nothing_left()


def remove_the_block(case: Case) -> None:
    one = case.start(skip_final_snapshot=False)
    case.fail(one)
    one.write()
    one.apply().must()
    case.nothing_left()


def rename(case: Case) -> None:
    one = case.start()
    case.fail(one)
    before = case.lab.births()
    one.write(database(name="sales"))
    one.apply().must()
    case.complete()
    assert not before.items() & case.lab.births().items()
    case.finish(one)


def move_the_key(case: Case) -> None:
    one = case.start(for_each=raw('toset(["a"])'))
    case.fail(one)
    before = case.lab.births()
    moved = 'moved {\n  from = drop_database.main["a"]\n  to = drop_database.main["b"]\n}\n'
    one.write(database(for_each=raw('toset(["b"])')), moved)
    one.apply().must()
    case.same(before)
    case.finish(one)


def rename_the_block(case: Case) -> None:
    one = case.start()
    case.fail(one)
    one.write(database("renamed"))
    if not one.apply().ok:
        one.apply().must()
    case.complete()
    case.finish(one)


def untaint_then_apply(case: Case) -> None:
    one = case.start()
    case.fail(one)
    before = case.lab.births()
    case.untaint(one)
    one.apply().must()
    case.same(before)
    case.finish(one)


def fail_again_then_apply(case: Case) -> None:
    one = case.start()
    case.fail(one)
    before = case.lab.births()
    case.fail_again(one)
    one.apply().must()
    case.same(before)
    case.finish(one)


def fail_again_then_destroy(case: Case) -> None:
    one = case.start(skip_final_snapshot=False)
    case.fail(one)
    case.fail_again(one)
    one.destroy().must()
    case.nothing_left()


def no_network(case: Case, *, from_: str) -> None:
    """Nothing can be reached, from the start of the apply or from the second look at the anchor: the create's first."""
    one = case.start()
    case.fail(one)
    before = case.lab.births()
    known = one.state.databases
    one.save()
    second = {"operation": "DescribeDBSubnetGroups", "nth": 2}
    case.lab.faults({"action": "reset", "times": -1} | (second if from_ == "create" else {}))
    one.apply_saved().must_fail()
    case.lab.clear_faults()
    if known:
        still = one.state.database()
        assert still["components"] == known[0]["components"]
        assert still.tainted
    one.apply().must()
    case.same(before)
    case.finish(one)


def create_before_destroy(case: Case, *, by: str, then: str) -> None:
    blocks, dependent = (CREATE_FIRST, "") if by == "own" else ("", DEPENDENT)
    one = case.start(dependent, blocks=blocks)
    case.fail(one)
    before = case.lab.births()
    if then != "apply":
        case.fail_again(one)
    if then == "fail, destroy":
        one.destroy().must()
        case.nothing_left()
        return
    applied = one.apply().must()
    assert applied.warnings == [], applied
    case.same(before)
    assert [i for i in one.state.databases if i.deposed] == []
    case.finish(one)


def prevent_destroy(case: Case) -> None:
    one = case.start(blocks=PREVENT)
    told = case.fail(one)
    before = case.lab.births()
    if one.state.databases:
        assert "untaint" in told.text, told
        one.apply().must_fail("prevent_destroy")
        case.untaint(one)
    one.apply().must()
    case.same(before)
    one.must_be_empty()
    one.write(database())
    case.finish(one)


def untaint_then_killed_at_the_end(case: Case) -> None:
    one = case.start()
    case.fail(one)
    before = case.lab.births()
    if not one.state.databases:
        # It failed before there was anything: nothing to untaint, and the kill would be row 16.
        one.apply().must()
        case.finish(one)
        return
    one.untaint().must()
    case.kill(one, LAST, lease=RESUMING)
    assert case.lab.births().items() >= before.items()
    one.apply().must()
    case.same(before)
    case.finish(one)
