# SPDX-License-Identifier: MPL-2.0
"""Rows 19 to 24 and 32: two blocks, two states, and states from the past."""

from harness import CallId, Workspace, until

from .case import LONG, Case

BUSY = "another apply is working on"


def replace(case: Case) -> str:
    """The option that asks for a replacement."""
    return f"-replace={case.subject.address}"


def two_blocks(case: Case) -> None:
    one = case.workspace()
    one.write(case.subject.config(), case.subject.config("twin"))
    one.apply().must_fail("is declared twice")
    case.complete()
    before = case.births()
    kept = next(i.address.partition(".")[2] for i in one.state.of(case.subject.type))
    one.write(case.subject.config(kept))
    one.apply().must()
    case.same(before)
    case.finish(one)


def two_states_in_turn(case: Case) -> None:
    one, two = case.start(), case.workspace("two")
    one.apply().must()
    before, since = case.births(), case.lab.now()
    two.write(case.subject.config())
    two.apply().must_fail("exists already and is complete", "import {", "state rm")
    two.destroy().must()
    case.untouched(before, since)
    case.finish(one)


def two_states_at_once(case: Case) -> None:
    one, two = case.start(), case.workspace("two")
    two.write(case.subject.config())
    two.lease(LONG)
    case.lab.faults(case.places.great.rule("hold"))
    with one.start_apply() as first:
        holder, before, since = reached(case, case.places.great), case.births(), case.lab.now()
        two.apply().must_fail(BUSY)
        _nothing_done_beside(case, holder, since)
        case.lab.release()
        first.wait().must()
    case.same(before)
    two.destroy().must()
    case.same(before)
    case.finish(one)


def second_adopts(case: Case, *, first: str, when: str) -> None:
    one, two = case.start(), case.workspace("two")
    case.fail(one, case.places.great)
    two.write(case.subject.config())
    if when == "after":
        two.apply().must()
        before, since = case.births(), case.lab.now()
        _act(case, one, first)
    else:
        case.lab.faults(case.places.late.rule("hold"))
        with two.start_apply() as second:
            holder, before, since = reached(case, case.places.late), case.births(), case.lab.now()
            one.lease(LONG)
            assert not _act(case, one, first), f"{first} of the first state went through while the second was at work"
            _nothing_done_beside(case, holder, since)
            case.lab.release()
            second.wait().must()
    case.nothing_deleted(since)
    assert case.births().items() >= before.items()
    two.must_be_empty()
    one.destroy()
    assert case.births().items() >= before.items()
    case.finish(two)


def _act(case: Case, one: Workspace, first: str) -> bool:
    """What the first state's owner does; whether it went through."""
    if first == "destroy":
        return one.destroy().ok
    if first == "rename":
        one.write(case.subject.config(**case.subject.renamed, **case.subject.unprotected))
    return one.apply().ok


def rolled_back_then_destroy(case: Case) -> None:
    one, subject = _two_generations(case), case.subject
    before, since = case.births(), case.lab.now()
    one.roll_back("old")
    left = one.destroy().must()
    assert any(f'{subject.type} "{subject.name}" was left in place' in w.summary for w in left.warnings), left
    case.untouched(before, since)
    one.roll_back("new")
    case.finish(one)


def rolled_back_then_apply(case: Case, *, to: str) -> None:
    if to == "tainted":
        one = case.start()
        case.fail(one, case.places.great)
        one.keep_state("old")
        one.apply().must()
        one.keep_state("new")
    else:
        one = _two_generations(case)
    before, since = case.births(), case.lab.now()
    if to == "empty":
        one.lose_state()
        one.apply().must_fail("exists already and is complete", "import {", "state rm")
    else:
        one.roll_back("old")
        options = [replace(case)] if to == "older" else []
        one.apply(*options).must_fail("completed by another apply", "state rm", "import")
    case.untouched(before, since)
    one.roll_back("new")
    case.finish(one)


def _two_generations(case: Case) -> Workspace:
    """A state of the present one, `new`, and one of an earlier object of the same name, `old`."""
    one = case.start(**case.subject.unprotected)
    one.apply().must()
    one.keep_state("old")
    one.destroy().must()
    one.apply().must()
    one.keep_state("new")
    return one


def one_dead_lease(case: Case) -> None:
    dead = case.start()
    case.kill(dead, case.places.great)
    before = case.births()
    heirs = [case.workspace("two"), case.workspace("three")]
    for heir in heirs:
        heir.lease(2)
        heir.write(case.subject.config())
    # However far apart they come: both have waited it out before either takes it, and then both do.
    taking = case.places.mark
    case.lab.faults(taking.rule("hold", times=2))
    since = case.lab.now()
    with heirs[0].start_apply() as first, heirs[1].start_apply() as second:
        until("both to take the lease", lambda: sum(map(taking.fits, case.lab.journal(since))) == 2)
        case.lab.release()
        outcomes = [first.wait(), second.wait()]
    assert sorted(o.ok for o in outcomes) == [False, True], [str(o) for o in outcomes]
    next(o for o in outcomes if not o.ok).must_fail(BUSY)
    case.same(before)
    winner = heirs[0] if outcomes[0].ok else heirs[1]
    case.finish(winner)


def reached(case: Case, call: CallId) -> int:
    """Waits until the call has been asked for, and answers by which process."""

    def asker() -> int | None:
        return next((found.pid for found in reversed(case.lab.journal()) if call.fits(found)), None)

    return until(f"{call} to be called", asker)


def _nothing_done_beside(case: Case, holder: int, since: int) -> None:
    """Nobody but the one at work, which has other steps under way, changed anything."""
    beside = [call for call in case.lab.mutations(since) if call.pid != holder]
    # An apply learns from the create of the anchor that there is one: the cloud refuses it, once.
    refused = [call for call in beside if call.name == case.places.anchor.name and (call.status or 0) >= 400]
    assert len(refused) <= 1
    assert [str(call) for call in beside if call not in refused] == []
