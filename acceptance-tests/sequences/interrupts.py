# SPDX-License-Identifier: MPL-2.0
"""Rows 28, 29, 33 and 34: Ctrl-C, an answer that is lost, and deletes that fail."""

from harness import Workspace, gone_on_with, interrupted_in, until

from .case import LONG, SHORT, Case

# Nothing is answered any more.
SILENCE = {"action": "reset", "times": -1}
# The name of who holds a lease ends with it: what lacks it is a last mark, and no renewal of the lease.
HOLDER = "@"


def in_a_wait(case: Case) -> None:
    wait = case.subject.wait
    assert wait
    one = case.start()
    interrupted_in(one, wait)
    before = case.births()
    assert one.resource.tainted
    assert case.marks() == [f"incomplete {one.resource['creation_id']}"], "the lease was not dropped"
    one.save()
    gone_on_with(one, wait)
    case.same(before)
    case.finish(one)


def between_the_halves(case: Case) -> None:
    one = case.start()
    case.fail(one, case.places.great)
    before = case.births()
    one.save()
    since = case.lab.now()
    look = case.places.look
    case.lab.faults(look.rule("hold"))
    log = one.directory / "core.log"
    one.variables |= {"TF_LOG_CORE": "INFO", "TF_LOG_PATH": str(log)}
    with one.start("apply", "-json", "saved.plan") as apply:
        until("the delete half", lambda: any(map(look.fits, case.lab.journal(since))))
        apply.interrupt()
        # Said once nothing more can begin, and the provider is being told.
        until("the CLI to stop", lambda: "waiting for graceful stop to complete" in log.read_text())
        case.lab.release()
        apply.wait().must_fail()
    one.variables |= {"TF_LOG_CORE": None, "TF_LOG_PATH": None}
    assert not case.lab.mutations(since), "the create began after all"
    one.apply().must()
    case.same(before)
    case.finish(one)


def lost_mark(case: Case, *, readable: bool) -> None:
    """The failure's own last tag is written and its answer lost; reading it back may fail as well."""
    one = case.start(**case.subject.kept)
    one.lease(LONG)
    one.save()
    since = case.lab.now()
    mark = case.places.mark
    lost = [mark.rule(action, lacking=HOLDER) for action in ("hold", "lost")]
    case.lab.faults(case.call.rule("error", **case.subject.refusal), *lost)

    def written() -> bool:
        return any(mark.fits(call) and not call.renews_lease for call in case.lab.journal(since))

    with one.start("apply", "-json", "saved.plan") as apply:
        until("the failure to be written down", written)
        # Other faults let go of what is held; it is lost all the same.
        case.lab.faults(*([] if readable else [SILENCE]))
        outcome = apply.wait()
    case.lab.clear_faults()
    one.lease(SHORT)
    if case.overcome(since):
        # There was no failure to write down: what was lost is the tag of a success.
        return case.finish(one) if readable else _finished_unknowingly(case, one)
    outcome.must_fail()
    assert (one.resource["creation_id"] is None) != readable
    one.destroy().must()
    case.nothing_left()


def lost_success(case: Case) -> None:
    """The create's last tag is written, its answer lost, and nobody can read it back: finished, without knowing it."""
    one = case.start()
    one.lease(LONG)
    one.save()
    since = case.lab.now()
    finish = case.places.finish
    case.lab.faults(*map(finish.rule, ("hold", "lost")))
    with one.start("apply", "-json", "saved.plan") as apply:
        until("the last call", lambda: any(map(finish.fits, case.lab.journal(since))))
        case.lab.faults(SILENCE)
        apply.wait().must_fail()
    case.lab.clear_faults()
    one.lease(SHORT)
    _finished_unknowingly(case, one)


def _finished_unknowingly(case: Case, one: Workspace) -> None:
    assert case.marks()[0].startswith("complete ")
    before, since = case.births(), case.lab.now()
    if not case.subject.holds_data:
        one.apply().must()
        case.anew(before)
        case.finish(one)
        return
    one.apply().must_fail("untaint")
    case.untouched(before, since)
    one.untaint().must()
    one.apply().must()
    case.same(before)
    case.finish(one)


def deletes(case: Case) -> None:
    one = case.start(**case.subject.kept, **case.subject.unprotected)
    one.apply().must()
    one.save("-destroy")
    case.lab.faults(case.call.rule("error", **case.subject.refusal))
    since = case.lab.now()
    outcome = one.apply_saved()
    assert case.lab.fired()
    case.lab.clear_faults()
    if outcome.ok and case.overcome(since):
        case.nothing_left(snapshots=1)
        return
    outcome.must_fail()
    assert one.state.of(case.subject.type), "the state forgot what is still there"
    one.destroy().must()
    case.nothing_left(snapshots=1)
