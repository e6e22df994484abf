# SPDX-License-Identifier: MPL-2.0
"""The calls to go wrong at, read off runs in which nothing does."""

import tempfile
from pathlib import Path

from harness import READS, CallId, Cli, Lab, Subject, unleased

from .case import LONG, RESUMING, Case
from .rows import At


class Calls:
    """For each place in the table; a run is made when the first place that needs it is asked for."""

    def __init__(self, cli: Cli, lab: Lab, subject: Subject) -> None:
        self._cli, self._lab, self._subject = cli, lab, subject
        self._found: dict[At, list[CallId | None]] = {At.ONCE: [None]}

    def __getitem__(self, at: At) -> list[CallId | None]:
        if at not in self._found:
            self._lab.reset()
            with tempfile.TemporaryDirectory(prefix="calls-") as directory:
                self._find(at, Case(self._subject, self._cli, 6, self._lab, Path(directory), None))
            self._lab.reset()
        return self._found[at]

    def _find(self, at: At, case: Case) -> None:
        match at:
            case At.RESUME:
                self._found[at] = [*_resume(case)[:-1]]
            case At.UPDATE:
                self._found[at] = [*_update(case)]
            case At.DESTROY:
                self._found[at] = [*_destroy(case)]
            case _:
                create = _create(case)
                self._found |= {
                    At.CREATE: [*create],
                    At.MIDDLE: [*create[:-1]],
                    At.LAST: [create[-1]],
                    At.MARKED: [call for call in create[1:-1] if not call.operation.startswith(READS)],
                }


def _create(case: Case) -> list[CallId]:
    """From the first change on: what goes before belongs to the plan, and leaves nothing behind."""
    one = case.start()
    one.lease(LONG)
    one.save()
    since = case.lab.now()
    one.apply_saved().must()
    calls = unleased(case.lab.journal(since))
    first = next(n for n, call in enumerate(calls) if call.name == case.places.anchor.name)
    assert calls[-1].name == case.places.mark.name, calls
    return calls[first:]


def _resume(case: Case) -> list[CallId]:
    one = case.start()
    case.fail(one, case.places.great)
    one.lease(RESUMING)
    one.save()
    since = case.lab.now()
    one.apply_saved().must()
    return _changing(case, since)


def _update(case: Case) -> list[CallId]:
    one = case.start(**case.subject.first)
    one.apply().must()
    one.write(case.subject.config(**case.subject.changed.attributes))
    one.save()
    since = case.lab.now()
    one.apply_saved().must()
    return _changing(case, since)


def _destroy(case: Case) -> list[CallId]:
    one = case.start(**case.subject.kept, **case.subject.unprotected)
    one.apply().must()
    one.save("-destroy")
    since = case.lab.now()
    one.apply_saved().must()
    return unleased(case.lab.journal(since))


def _changing(case: Case, since: int) -> list[CallId]:
    return [call for call in unleased(case.lab.journal(since)) if call.mutating]
