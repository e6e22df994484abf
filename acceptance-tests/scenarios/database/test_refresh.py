# SPDX-License-Identifier: MPL-2.0
"""What a refresh costs: a few calls for any number of databases, and one more for each parameter group."""

from collections import Counter
from collections.abc import Callable

from harness import Workspace, database, raw

CONSTANT = 16


def _write(workspace: Workspace, count: int) -> None:
    keys = raw(f"toset([for n in range({count}) : tostring(n)])")
    workspace.write(database(for_each=keys, name=raw('"db-${each.key}"'), deletion_protection=False))


def test_calls_of_a_refresh(workspace: Workspace, record_property: Callable[[str, object], None]) -> None:
    lab = workspace.lab
    lab.quotas(DBInstances=200, DBSubnetGroups=200, DBParameterGroups=200)
    for count in (1, 10, 100):
        _write(workspace, count)
        workspace.apply("-parallelism=40", seconds=400).must()
        since = lab.now()
        workspace.must_be_empty()
        calls = Counter(call.name for call in lab.journal(since))
        print(f"refresh of {count}: {calls.total()} calls: {dict(calls)}")
        record_property(f"refresh of {count}", calls.total())
        assert calls.total() <= CONSTANT + count, calls
        assert calls.total() - calls["rds:DescribeDBParameters"] <= CONSTANT, calls
