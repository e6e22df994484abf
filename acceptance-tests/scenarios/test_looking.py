# SPDX-License-Identifier: MPL-2.0
"""What it costs to look at what exists, by name and by list: as a refresh does, a few calls for any number of objects, and
what has no list for each of them."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from harness import APP, DATABASE, EDGE, Subject, Workspace, app_service, database, edge

from .offers import offers


@dataclass(frozen=True)
class Look:
    """How one of a subject is written, and the calls that are allowed: so many, and so many for each."""

    subject: Subject
    write: Callable[..., str]
    constant: int
    each: int

    def look_up(self, name: str) -> str:
        zone = f'  zone = "{self.subject.zone}"\n' if self.subject.zone else ""
        return f'data "{self.subject.type}" "{name}" {{\n  name = "{name}"\n{zone}}}\n'


LOOKS = [Look(DATABASE, database, 20, 1), Look(APP, app_service, 40, 13), Look(EDGE, edge, 12, 0)]


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.subject.key)
def test_calls_of_a_look(workspace: Workspace, look: Look, record_property: Callable[[str, object], None]) -> None:
    lab = workspace.lab

    def count_calls(what: str, since: float, count: int) -> None:
        calls = Counter(call.name for call in lab.journal(since))
        print(f"{what} {count}: {calls.total()} calls: {dict(calls)}")
        record_property(f"{what} {count}", calls.total())
        assert calls.total() <= look.constant + look.each * count, calls

    for count in (1, 10):
        names = [f"it-{n}" for n in range(count)]
        workspace.write(*(look.write(name, name=name) for name in names))
        workspace.apply("-parallelism=20", seconds=400).must()
        workspace.keep_state("made")
        workspace.lose_state()
        workspace.write(*(look.look_up(name) for name in names))
        since = lab.now()
        workspace.plan().must()
        count_calls("look at", since, count)
        with offers(workspace) as provider:
            since = lab.now()
            found = provider.list(look.subject.type, include=True)
        assert [event.identity["name"] for event in found] == names
        assert all(event.object for event in found)
        count_calls("list of", since, count)
        workspace.roll_back("made")
