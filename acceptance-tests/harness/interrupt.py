# SPDX-License-Identifier: MPL-2.0
"""Ctrl-C in the middle of a wait, and going on from there, however long either takes to come about."""

from .lab import Call
from .outcome import Outcome
from .process import until
from .subject import Wait
from .workspace import SAVED, Workspace


def interrupted_in(workspace: Workspace, wait: Wait) -> Outcome:
    """An apply of what is written, interrupted in a wait. What was waited for takes until `gone_on_with`."""
    lab = workspace.lab
    since = lab.now()
    lab.stall(wait.phase)

    def polled() -> bool:
        calls = [call for call in lab.journal(since) if call.pid]
        begun = [n for n, call in enumerate(calls) if wait.begun_by.fits(call)]
        return bool(begun) and _polls(wait, calls[begun[0] :]) >= 2

    with workspace.start_apply() as apply:
        until(f"{wait.component} to be waited for", polled)
        apply.interrupt()
        return apply.wait().must_fail(f"nterrupted while waiting for {wait.component}")


def gone_on_with(workspace: Workspace, wait: Wait) -> Outcome:
    """Applies the last plan, which goes on waiting. Then it comes about."""
    lab = workspace.lab
    since = lab.now()
    with workspace.start("apply", "-json", SAVED) as apply:
        until(f"{wait.component} to be waited for again", lambda: _polls(wait, lab.journal(since)) >= 3)
        lab.go_on()
        return apply.wait().must()


def _polls(wait: Wait, calls: list[Call]) -> int:
    """How often a provider asked about it."""
    return sum(call.operation == wait.poll for call in calls if call.pid)
