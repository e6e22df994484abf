# SPDX-License-Identifier: MPL-2.0
"""What a refresh costs: the zone is read once, for any number of edges."""

from collections import Counter
from collections.abc import Callable

from harness import Workspace, edge

CONSTANT, EACH = 14, 3


def test_calls_of_a_refresh(workspace: Workspace, record_property: Callable[[str, object], None]) -> None:
    lab = workspace.lab
    for count in (1, 3):
        workspace.write(*(edge(f"edge_{n}", name=f"edge-{n}") for n in range(count)))
        workspace.apply("-parallelism=20", seconds=400).must()
        since = lab.now()
        workspace.must_be_empty()
        calls = Counter(call.name for call in lab.journal(since))
        print(f"refresh of {count}: {calls.total()} calls: {dict(calls)}")
        record_property(f"refresh of {count}", calls.total())
        assert calls.total() <= CONSTANT + EACH * count, calls
