# SPDX-License-Identifier: MPL-2.0
"""A plan through the real CLI, measured."""

import statistics
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from harness import Workspace, installation

from .memory import Watch
from .table import Figure

ROUNDS = 5
MEMORY = 40.0


@dataclass(frozen=True)
class Measured:
    """A run of the CLI, or several of the same."""

    seconds: float
    memory: float
    calls: Counter[str]

    @property
    def wall(self) -> Figure:
        return Figure(self.seconds, "s")

    @property
    def peak(self) -> Figure:
        return Figure(self.memory, "MB", MEMORY)

    @property
    def total(self) -> int:
        return self.calls.total()

    @classmethod
    def of(cls, runs: Sequence[Self]) -> Self:
        """The median of the time; the worst of memory and calls."""
        seconds = statistics.median(run.seconds for run in runs)
        return cls(seconds, max(run.memory for run in runs), max((run.calls for run in runs), key=Counter.total))


def plan(workspace: Workspace, changes: bool = False) -> Measured:
    since = workspace.lab.now()
    begun = time.perf_counter()
    with workspace.start("plan", "-json", "-detailed-exitcode") as running:
        with Watch(running.pid, installation() / "terraform-provider-drop") as watch:
            outcome = running.wait(600)
        seconds = time.perf_counter() - begun
    if outcome.code != (2 if changes else 0):
        raise RuntimeError(f"not the plan that was to be measured: {outcome}")
    return Measured(seconds, watch.megabytes, Counter(call.name for call in workspace.lab.journal(since)))
