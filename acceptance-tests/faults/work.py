# SPDX-License-Identifier: MPL-2.0
"""The three pieces of work, and what must hold when one of their calls went wrong."""

from dataclasses import dataclass
from pathlib import Path

from harness import CallId, Cli, Lab, Outcome, Subject, Workspace, unleased
from sequences.case import LONG, SHORT, Case

WORKS = ("create", "update", "destroy")


@dataclass(frozen=True)
class Kind:
    """A way to go wrong: what the lab does, and how often the client tries."""

    name: str
    action: str
    attempts: int = 1


KINDS = [
    Kind("throttle", "throttle"),
    Kind("5xx", "error"),
    Kind("lost", "lost"),
    Kind("lost-retried", "lost", attempts=2),
    Kind("kill", "kill_after"),
]


def kinds_for(subject: Subject) -> list[Kind]:
    """How often a client tries can be said to AWS's alone: Cloudflare's always tries what it may."""
    return [kind for kind in KINDS if kind.attempts == 1 or subject.zone is None]


@dataclass(frozen=True)
class Job:
    """One call of one piece of work, gone wrong in one way."""

    subject: Subject
    work: str
    call: CallId
    kind: Kind
    cli: Cli
    last: bool
    lag: bool = False

    def __str__(self) -> str:
        """The command that runs it again."""
        what = f"--work {self.work} --at {self.call} --kind {self.kind.name}"
        what += " --lag" if self.lag else ""
        return f"python -m faults --subject {self.subject} --cli {self.cli.name} {what}"


def discover(subject: Subject, cli: Cli, lab: Lab, directory: Path) -> dict[str, list[CallId]]:
    """The calls of each piece of work when nothing goes wrong."""
    found = {}
    for work in WORKS:
        lab.reset()
        case = Case(subject, cli, 6, lab, directory / work, None)
        one = _prepared(case, work)
        one.lease(LONG)
        since = lab.now()
        _do(one, work).must()
        found[work] = unleased(lab.journal(since))
    return found


def play(job: Job, lab: Lab, directory: Path) -> None:
    if job.lag:
        lab.lag()
    case = Case(job.subject, job.cli, 6, lab, directory, job.call)
    one = _prepared(case, job.work)
    existing = case.births()
    lab.faults(job.call.rule(job.kind.action))
    one.lease(LONG)
    one.variables["AWS_MAX_ATTEMPTS"] = str(job.kind.attempts)
    struck = _do(one, job.work)
    assert lab.fired(), f"{job.call} was not called:\n" + "\n".join(map(str, lab.journal()))
    lab.clear_faults()
    one.lease(SHORT)
    match job.work:
        case "create":
            _created(case, one, struck, unheard=job.last and job.kind.action == "kill_after")
        case "update":
            _updated(case, one, existing)
        case "destroy":
            _do(one, "destroy").must()
            case.nothing_left(snapshots=1)


def _prepared(case: Case, work: str) -> Workspace:
    """Everything before the work itself."""
    subject = case.subject
    match work:
        case "create":
            return case.start(**subject.first, **subject.kept)
        case "update":
            one = case.start(**subject.first)
            one.apply().must()
            one.write(subject.config(**subject.changed.attributes))
        case _:
            one = case.start(**subject.first, **subject.kept, **subject.unprotected)
            one.apply().must()
    return one


def _do(one: Workspace, work: str) -> Outcome:
    return one.destroy() if work == "destroy" else one.apply()


def _created(case: Case, one: Workspace, struck: Outcome, unheard: bool) -> None:
    before = case.births()
    if unheard:
        one.apply().must_fail("exists already and is complete", "import {")
        one.import_(case.subject.import_id).must()
        # What no object says of itself: the tags that are wished for.
        one.apply().must()
    elif not struck.ok:
        one.apply().must()
    case.same(before)
    case.finish(one, snapshots=1)


def _updated(case: Case, one: Workspace, before: dict[str, int]) -> None:
    one.apply().must()
    changed = case.subject.changed
    case.same(before, changed)
    changed.shows(case.lab)
    case.finish(one)
