# SPDX-License-Identifier: MPL-2.0
"""Rows 25 to 27: complete objects that are to be replaced."""

from harness import database

from .case import Case
from .fails import CREATE_FIRST
from .states import REPLACE

PROVISIONER = 'provisioner "local-exec" {\n  command = "exit 1"\n}'
FINISHED = "exists already and is complete"


def tainted(case: Case, *, by: str, blocks: str = "") -> None:
    """A provisioner fails behind a create that was finished."""
    one = case.start(blocks="\n".join([PROVISIONER, blocks]))
    one.apply().must_fail("local-exec provisioner error")
    case.complete()
    assert one.state.database().tainted
    before, since = case.lab.births(), case.lab.now()
    one.write(database(blocks=blocks))
    refused = one.apply(*([REPLACE] if by == "-replace" else [])).must_fail()
    if blocks:
        refused.must_fail(FINISHED, "import {")
    else:
        refused.must_fail("is tainted, complete, and holds data", "`untaint` it; to replace it, `untaint`, then")
    case.untouched(before, since)
    one.untaint().must()
    case.finish(one)


def asked_for(case: Case, *, protection: str) -> None:
    on = protection == "on"
    one = case.start(skip_final_snapshot=False, deletion_protection=on)
    one.apply().must()
    before, since = case.lab.births(), case.lab.now()
    if on:
        one.plan(REPLACE).must_fail("deletion_protection")
        case.untouched(before, since)
        case.finish(one, snapshots=1)
        return
    one.apply(REPLACE).must()
    case.complete()
    after = case.lab.births()
    assert not before.items() & after.items(), (before, after)
    case.finish(one, snapshots=2)


def asked_for_create_first(case: Case, *, protection: str) -> None:
    on = protection == "on"
    one = case.start(blocks=CREATE_FIRST, deletion_protection=on)
    one.apply().must()
    before, since = case.lab.births(), case.lab.now()
    one.apply(REPLACE).must_fail("deletion_protection" if on else FINISHED)
    case.untouched(before, since)
    case.finish(one)
