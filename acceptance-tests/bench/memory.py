# SPDX-License-Identifier: MPL-2.0
"""How much memory a process has held at most, as Linux counts it."""

import os
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

MEGABYTE = 1e6
# The high-water mark only grows, so a look now and then misses no more than the last moments of a process.
INTERVAL = 0.01


def peak(pid: int) -> float:
    """The most that stood in memory at once, in megabytes: shared pages of the binary included."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024 / MEGABYTE
    raise ProcessLookupError(f"process {pid} has no memory any more")


class Watch:
    """The largest peak among the providers that one CLI starts: it starts a new one for each walk."""

    def __init__(self, cli: int, provider: Path) -> None:
        self._cli, self._provider = cli, str(provider)
        self._peaks: dict[int, float] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def megabytes(self) -> float:
        if not self._peaks:
            raise RuntimeError("the CLI was never seen to run the provider")
        return max(self._peaks.values())

    def _run(self) -> None:
        while not self._ended.wait(INTERVAL):
            for pid in children(self._cli):
                try:
                    # Before it becomes the provider, a child still shows the memory of the CLI.
                    if os.readlink(f"/proc/{pid}/exe") == self._provider:
                        self._peaks[pid] = peak(pid)
                except (FileNotFoundError, ProcessLookupError):
                    continue

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ended.set()
        self._thread.join()


def children(parent: int) -> list[int]:
    """The processes that `parent` has started and that still run."""
    found = []
    for entry in os.scandir("/proc"):
        if not entry.name.isdigit():
            continue
        try:
            stat = Path(f"/proc/{entry.name}/stat").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(stat.rpartition(")")[2].split()[1]) == parent:
            found.append(int(entry.name))
    return found
