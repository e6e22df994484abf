# SPDX-License-Identifier: MPL-2.0
"""What it costs to look at many services, and at many edges of one zone."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from harness import Cli, Lab, Workspace, app_service, edge, raw

from .plans import ROUNDS, Measured, plan
from .table import Figure, Table


def _services(count: int) -> str:
    keys = raw(f"toset([for n in range({count}) : tostring(n)])")
    return app_service(for_each=keys, name=raw('"app-${each.key}"'))


def _edges(count: int) -> str:
    return "\n".join(edge(f"edge_{n}", name=f"edge-{n}") for n in range(count))


# What there is, of how many, as it is written, and the calls that are allowed: so many, and so many for each.
Subject = tuple[str, tuple[int, ...], Callable[[int], str], int, int]
SUBJECTS: list[Subject] = [
    ("services", (1, 10, 100), _services, 40, 3),
    ("edges", (1, 10), _edges, 20, 3),
]


def measure(cli: Cli) -> list[Table]:
    table = Table(
        "Refresh of services of one region, and of edges of one zone",
        f"`plan` with {cli}, which finds nothing to change: the median of {ROUNDS} for wall, the most for calls and\n"
        "for memory. Every service has a cluster and a load balancer of its own.",
        ["existing", "calls", "wall", "provider's memory"],
    )
    for what, counts, write, constant, each in SUBJECTS:
        with Lab() as lab, tempfile.TemporaryDirectory(prefix="bench-") as directory:
            workspace = Workspace(cli, lab, Path(directory), lease=60)
            for count in counts:
                workspace.write(write(count))
                workspace.apply("-parallelism=40", seconds=900).must()
                run = Measured.of([plan(workspace) for _ in range(ROUNDS)])
                calls = Figure(run.total, "calls", constant + each * count)
                table.rows.append([f"{what}: {count}", calls, run.wall, run.peak])
    return [table]
