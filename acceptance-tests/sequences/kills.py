# SPDX-License-Identifier: MPL-2.0
"""Rows 15 to 18 and 30: a provider that is killed and can report nothing."""

from typing import Any

from harness import Workspace, doctor, follow, until

from .case import RESUMING, Case
from .fails import CREATE_FIRST


def apply(case: Case, *, victim: str) -> None:
    one = case.start()
    _kill(case, one, victim)
    before = case.births()
    one.apply().must()
    case.same(before)
    case.finish(one)


def import_(case: Case, *, by: str) -> None:
    subject = case.subject
    one = case.start(**subject.kept)
    case.kill(one)
    before = case.births()
    one.apply().must_fail("exists already and is complete", "import {", f'/{subject.name}"')
    if by == "command":
        one.import_(subject.import_id).must()
    else:
        one.write(subject.config(**subject.kept), subject.import_block)
        one.apply().must()
    case.same(before)
    case.finish(one, snapshots=1)


def killed_resume(case: Case, *, then: str, blocks: str = "", untaint: bool = False) -> None:
    one = case.start(blocks=blocks)
    case.fail(one, case.places.great)
    before = case.births()
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
    assert one.state.of(case.subject.type) == []
    assert case.births().items() >= before.items()
    removed_by_doctor(case)


def removed_by_doctor(case: Case) -> None:
    """What no state remembers is listed, and the commands beside it remove it."""
    listed = doctor(case.lab)
    assert case.subject.identity in listed, listed
    until("what is left to be ready for commands", lambda: case.subject.at_rest(case.lab))
    follow(case.lab, listed)
    case.nothing_left()
    assert "nothing is marked unfinished" in doctor(case.lab)


def _kill(case: Case, one: Workspace, victim: str) -> None:
    if victim == "provider":
        case.kill(one)
    else:
        case.kill_cli(one)


def update(case: Case, *, victim: str) -> None:
    changed = case.subject.changed
    one = case.start(**case.subject.first)
    one.apply().must()
    before = case.births()
    one.write(case.subject.config(**changed.attributes))
    _kill(case, one, victim)
    one.apply().must()
    case.same(before, changed)
    changed.shows(case.lab)
    case.finish(one)


def rename(case: Case) -> None:
    one = case.start()
    case.kill(one)
    before = case.births()
    one.write(case.subject.config(**case.subject.renamed))
    one.apply().must()
    one.must_be_empty()
    assert case.subject.renamed["name"] not in doctor(case.lab)
    case.subject.unprotect(case.lab)
    one.destroy().must()
    assert case.births().items() >= before.items()
    removed_by_doctor(case)


KILLED_RESUMES: dict[str, dict[str, Any]] = {
    "apply": {"then": "apply"},
    "destroy": {"then": "destroy"},
    "create_before_destroy, apply": {"then": "apply", "blocks": CREATE_FIRST},
    "create_before_destroy, destroy": {"then": "destroy", "blocks": CREATE_FIRST},
    "untaint, destroy": {"then": "destroy", "untaint": True},
}
