# SPDX-License-Identifier: MPL-2.0
"""Rows 28, 29, 33 and 34: Ctrl-C, an answer that is lost, and deletes that fail."""

from harness import until

from .case import CREATE_INSTANCE, LONG, SHORT, Case

MARK = "AddTagsToResource"
ANCHOR = "DescribeDBSubnetGroups"


def in_a_wait(case: Case) -> None:
    one = case.start()
    case.lab.timing(creating=4)
    with one.start_apply() as apply:
        until("the instance to be waited for", lambda: _polls(case) >= 2)
        apply.interrupt()
        apply.wait().must_fail("nterrupted while waiting for db_instance")
    before = case.lab.births()
    assert one.state.database().tainted
    assert case.marks() == [f"incomplete {one.state.database()['generation']}"], "the lease was not dropped"
    one.apply().must()
    case.same(before)
    case.finish(one)


def _polls(case: Case) -> int:
    """Reads of the instance since it was asked for."""
    names = [c.operation for c in case.lab.journal()]
    if "CreateDBInstance" not in names:
        return 0
    return names[names.index("CreateDBInstance") :].count("DescribeDBInstances")


def between_the_halves(case: Case) -> None:
    one = case.start()
    case.fail(one, CREATE_INSTANCE)
    before = case.lab.births()
    one.save()
    since = case.lab.now()
    case.lab.faults({"action": "hold", "operation": ANCHOR})
    with one.start("apply", "-json", "saved.plan") as apply:
        until("the delete half", lambda: any(c.operation == ANCHOR for c in case.lab.journal(since)))
        apply.interrupt()
        until("the CLI to hear it", lambda: "nterrupt" in apply.told())
        case.lab.release()
        apply.wait().must_fail()
    assert not [c for c in case.lab.mutations(since)], "the create began after all"
    one.apply().must()
    case.same(before)
    case.finish(one)


def lost_mark(case: Case, *, readable: bool) -> None:
    """The failure's own last tag is written and its answer lost; reading it back may fail as well."""
    one = case.start(skip_final_snapshot=False)
    one.lease(LONG)
    one.save()
    since = case.lab.now()
    case.lab.faults(case.call.rule("error"), *({"action": action, "operation": MARK} for action in ("hold", "lost")))
    with one.start("apply", "-json", "saved.plan") as apply:
        until("the failure to be written down", lambda: any(c.operation == MARK for c in case.lab.journal(since)))
        # Other faults let go of what is held; it is lost all the same.
        case.lab.faults(*([] if readable else [{"action": "reset", "operation": ANCHOR, "times": -1}]))
        apply.wait().must_fail()
    case.lab.clear_faults()
    one.lease(SHORT)
    assert (one.state.database()["generation"] is None) != readable
    one.destroy().must()
    case.nothing_left()


def lost_success(case: Case) -> None:
    """The create's last tag is written, its answer lost, and nobody can read it back: finished, without knowing it."""
    one = case.start()
    one.lease(LONG)
    one.save()
    since = case.lab.now()
    case.lab.faults(*({"action": action, "operation": MARK} for action in ("hold", "lost")))
    with one.start("apply", "-json", "saved.plan") as apply:
        until("the last call", lambda: any(c.operation == MARK for c in case.lab.journal(since)))
        case.lab.faults({"action": "reset", "operation": ANCHOR, "times": -1})
        apply.wait().must_fail()
    case.lab.clear_faults()
    one.lease(SHORT)
    assert case.marks()[0].startswith("complete ")
    before, since = case.lab.births(), case.lab.now()
    one.apply().must_fail("untaint")
    case.untouched(before, since)
    one.untaint().must()
    one.apply().must()
    case.same(before)
    case.finish(one)


def deletes(case: Case) -> None:
    one = case.start(skip_final_snapshot=False, deletion_protection=False)
    one.apply().must()
    one.save("-destroy")
    case.lab.faults(case.call.rule("error"))
    one.apply_saved().must_fail()
    assert case.lab.fired()
    case.lab.clear_faults()
    assert one.state.databases, "the state forgot what is still there"
    one.destroy().must()
    case.nothing_left(snapshots=1)
