# SPDX-License-Identifier: MPL-2.0
"""The calls to go wrong at, read off runs in which nothing does."""

import tempfile
from collections import Counter
from pathlib import Path

from harness import READS, CallId, Cli, Lab, database, distinct

from .case import CREATE_INSTANCE, LONG, RESUMING, Case
from .kills import CHANGED
from .rows import At


def discover(cli: Cli, lab: Lab) -> dict[At, list[CallId | None]]:
    """For each place in the table."""
    with tempfile.TemporaryDirectory(prefix="calls-") as directory:
        cases = iter(range(100))

        def case() -> Case:
            lab.reset()
            return Case(cli, 6, lab, Path(directory) / str(next(cases)), None)

        create = _create(case())
        return {
            At.CREATE: [*create],
            At.MIDDLE: [*create[:-1]],
            At.LAST: [create[-1]],
            At.MARKED: [call for call in create[1:-1] if not call.operation.startswith(READS)],
            At.RESUME: [*_resume(case())[:-1]],
            At.UPDATE: [*_update(case())],
            At.DESTROY: [*_destroy(case())],
            At.ONCE: [None],
        }


def _create(case: Case) -> list[CallId]:
    """From the first change on: what goes before belongs to the plan, and leaves nothing behind."""
    one = case.start()
    one.lease(LONG)
    one.save()
    since = case.lab.now()
    one.apply_saved().must()
    calls = distinct(case.lab.journal(since))
    first = next(n for n, call in enumerate(calls) if call.operation == "CreateDBSubnetGroup")
    assert calls[-1].operation == "AddTagsToResource", calls
    return calls[first:]


def _resume(case: Case) -> list[CallId]:
    one = case.start()
    case.fail(one, CREATE_INSTANCE)
    one.lease(RESUMING)
    one.save()
    since = case.lab.now()
    one.apply_saved().must()
    return _changing(case, since)


def _update(case: Case) -> list[CallId]:
    one = case.start(apply_immediately=True)
    one.apply().must()
    one.write(database(**CHANGED))
    one.save()
    since = case.lab.now()
    one.apply_saved().must()
    return _changing(case, since)


def _destroy(case: Case) -> list[CallId]:
    one = case.start(skip_final_snapshot=False, deletion_protection=False)
    one.apply().must()
    one.save("-destroy")
    since = case.lab.now()
    one.apply_saved().must()
    return distinct(case.lab.journal(since))


def _changing(case: Case, since: int) -> list[CallId]:
    """The first lease that is written is taken, the others are renewed."""
    uses: Counter[str] = Counter()
    found = []
    for call in case.lab.journal(since):
        uses[call.name] += 1
        if call.mutating and not (call.renews_lease and uses[call.name] > 1):
            found.append(CallId(call.service, call.operation, uses[call.name]))
    return found
