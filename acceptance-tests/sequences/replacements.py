# SPDX-License-Identifier: MPL-2.0
"""Rows 25 to 27: complete objects that are to be replaced."""

from .case import Case
from .fails import CREATE_FIRST
from .states import replace

PROVISIONER = 'provisioner "local-exec" {\n  command = "exit 1"\n}'
FINISHED = "exists already and is complete"


def tainted(case: Case, *, by: str, blocks: str = "") -> None:
    """A provisioner fails behind a create that was finished."""
    one = case.start(blocks="\n".join([PROVISIONER, blocks]))
    one.apply().must_fail("local-exec provisioner error")
    case.complete()
    assert one.resource.tainted
    before, since = case.births(), case.lab.now()
    one.write(case.subject.config(blocks=blocks))
    outcome = one.apply(*([replace(case)] if by == "-replace" else []))
    if not blocks and not case.subject.holds_data:
        outcome.must()
        case.anew(before)
        case.finish(one)
        return
    if blocks:
        outcome.must_fail(FINISHED, "import {")
    else:
        outcome.must_fail("is tainted, complete, and holds data", "`untaint` it; to replace it, `untaint`, then")
    case.untouched(before, since)
    one.untaint().must()
    case.finish(one)


def asked_for(case: Case, *, protection: str) -> None:
    on, subject = protection == "on", case.subject
    one = case.start(**subject.kept, **({} if on else subject.unprotected))
    one.apply().must()
    before, since = case.births(), case.lab.now()
    if on:
        one.plan(replace(case)).must_fail(str(subject.protection))
        case.untouched(before, since)
        case.finish(one, snapshots=1)
        return
    one.apply(replace(case)).must()
    case.anew(before)
    case.finish(one, snapshots=2)


def asked_for_create_first(case: Case, *, protection: str) -> None:
    on, subject = protection == "on", case.subject
    one = case.start(blocks=CREATE_FIRST, **({} if on else subject.unprotected))
    one.apply().must()
    before, since = case.births(), case.lab.now()
    one.apply(replace(case)).must_fail(str(subject.protection) if on else FINISHED)
    case.untouched(before, since)
    case.finish(one)
