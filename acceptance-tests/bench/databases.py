# SPDX-License-Identifier: MPL-2.0
"""What the real CLI, the provider and the lab need for many databases: time, memory, calls."""

import tempfile
from pathlib import Path

from harness import Cli, Lab, Workspace, database, raw

from .plans import ROUNDS, Measured, plan
from .table import Figure, Table

COUNTS = (1, 10, 100)
LATENCIES = (0, 50)
MANY = COUNTS[-1]
# Calls of a refresh that do not grow with the number of databases; one call for each database is expected.
CONSTANT = 16


def measure(cli: Cli) -> list[Table]:
    plans = Table(
        f"Plans of {MANY} databases",
        f"`plan` with {cli}. Memory: the high-water mark of the provider's process, the largest where there were\n"
        f"several. Wall: of one run for new databases, the median of {ROUNDS} for existing ones.",
        ["databases", "provider's memory", "wall", "calls"],
    )
    refreshes = Table(
        "Refresh",
        f"`plan` with {cli}, which finds nothing to change: the median of {ROUNDS} for wall, the most for calls.\n"
        "Latency is added to each call; the lab itself performs one call at a time, and takes some milliseconds more.",
        ["existing databases", "added latency", "calls", "wall"],
    )
    without_latency: dict[str, Measured] = {}
    with Lab() as lab, tempfile.TemporaryDirectory(prefix="bench-") as directory:
        # An account has 40 instances and 50 groups of each kind, unless it asked for more.
        lab.quotas(DBInstances=2 * MANY, DBSubnetGroups=2 * MANY, DBParameterGroups=2 * MANY)
        workspace = Workspace(cli, lab, Path(directory), lease=60)
        _declare(workspace, MANY)
        without_latency[f"{MANY} new"] = plan(workspace, changes=True)
        for count in COUNTS:
            _declare(workspace, count)
            workspace.apply("-parallelism=40", seconds=900).must()
            runs: dict[int, list[Measured]] = {latency: [] for latency in LATENCIES}
            for _ in range(ROUNDS):
                for latency, found in runs.items():
                    lab.faults(*([{"action": "latency", "ms": latency, "times": -1}] if latency else []))
                    found.append(plan(workspace))
            lab.clear_faults()
            for latency, found in runs.items():
                run = Measured.of(found)
                calls = Figure(run.total, "calls", count + CONSTANT)
                refreshes.rows.append([str(count), f"{latency} ms", calls, run.wall])
            without_latency[f"{count} existing"] = Measured.of(runs[0])
    for what in (f"{MANY} new", f"{MANY} existing"):
        run = without_latency[what]
        plans.rows.append([what, run.peak, run.wall, Figure(run.total, "calls")])
    return [plans, refreshes, _by_operation(without_latency)]


def _by_operation(runs: dict[str, Measured]) -> Table:
    table = Table("Calls by operation", "Of the same plans, without latency.", ["operation", *runs])
    for name in sorted(set().union(*(run.calls for run in runs.values()))):
        table.rows.append([name, *(str(run.calls[name] or "") for run in runs.values())])
    return table


def _declare(workspace: Workspace, count: int) -> None:
    keys = raw(f"toset([for n in range({count}) : tostring(n)])")
    workspace.write(database(for_each=keys, name=raw('"db-${each.key}"'), deletion_protection=False))
