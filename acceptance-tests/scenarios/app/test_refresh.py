# SPDX-License-Identifier: MPL-2.0
"""What a refresh costs: a few calls for any number of services, and a few for each of them."""

from collections import Counter
from collections.abc import Callable

from harness import Workspace, app_service, raw

CONSTANT, EACH = 40, 3


def test_calls_of_a_refresh(workspace: Workspace, record_property: Callable[[str, object], None]) -> None:
    lab = workspace.lab
    for count in (1, 10):
        keys = raw(f"toset([for n in range({count}) : tostring(n)])")
        workspace.write(app_service(for_each=keys, name=raw('"app-${each.key}"')))
        workspace.apply("-parallelism=20", seconds=400).must()
        since = lab.now()
        workspace.must_be_empty()
        calls = Counter(call.name for call in lab.journal(since))
        print(f"refresh of {count}: {calls.total()} calls: {dict(calls)}")
        record_property(f"refresh of {count}", calls.total())
        assert calls.total() <= CONSTANT + EACH * count, calls
