# SPDX-License-Identifier: MPL-2.0
"""`make bench`: size, start-up, memory and calls, measured side by side in one run and printed as a table.

Wall-clock figures stand beside their goals and fail nothing: the machines this runs on are shared. What is counted, bytes
and API calls, fails the run when it is over its limit.
"""

from __future__ import annotations

import argparse
import datetime
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "plugin"))

from harness import Lab, Workspace, clis, database, raw  # noqa: E402
from toy_wire import Certificate, Plugin  # noqa: E402

ROUNDS = 20
MEGABYTE = 1e6
# What a refresh may cost beside the one call that each parameter group takes.
CONSTANT = 16


@dataclass
class Table:
    """Rows of what was measured, with the goal that it is held against."""

    rows: list[tuple[str, str, str, str]] = field(default_factory=list)
    failed: bool = False

    def add(self, what: str, figure: str, goal: str = "", good: bool | None = None, counted: bool = False) -> None:
        verdict = "" if good is None else "ok" if good else "over"
        self.rows.append((what, figure, goal, verdict))
        self.failed |= counted and good is False
        print(f"{what:<58} {figure:>16} {goal:>10} {verdict}", flush=True)

    def markdown(self) -> str:
        lines = ["| what | measured | goal | |", "|---|--:|--:|---|"]
        return "\n".join(lines + [f"| {' | '.join(row)} |" for row in self.rows])


def peak_memory(pid: int) -> float:
    """The most that a process held at once, in MB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024 / MEGABYTE
    raise RuntimeError("this system tells no high-water mark")


def start_up(table: Table, name: str, binary: Path) -> None:
    os.environ["TOY_BIN"] = str(binary)
    certificate = Certificate.new()
    for protocol in (6, 5):
        handshakes, schemas, peak = [], [], 0.0
        for _ in range(ROUNDS):
            start = time.perf_counter()
            try:
                plugin = Plugin.start(str(protocol), certificate)
            except ValueError:
                break
            with plugin:
                handshakes.append((time.perf_counter() - start) * 1000)
                client = plugin.client()
                # The first call pays for the connection; the schema itself is what is asked for here.
                client.call("GetProviderSchema")
                start = time.perf_counter()
                client.call("GetProviderSchema")
                schemas.append((time.perf_counter() - start) * 1000)
                peak = max(peak, peak_memory(plugin.process.pid))
        if not handshakes:
            table.add(f"{name}, protocol {protocol}", "not served")
            continue
        ours = name == "drop"
        handshake, schema = statistics.median(handshakes), statistics.median(schemas)
        goal = "≤ 10 ms" if ours else ""
        table.add(f"{name}, protocol {protocol}: handshake", f"{handshake:.1f} ms", goal, handshake <= 10 if ours else None)
        table.add(f"{name}, protocol {protocol}: schema", f"{schema:.1f} ms", goal, schema <= 10 if ours else None)
        table.add(f"{name}, protocol {protocol}: peak memory after it", f"{peak:.1f} MB")


class Watch(threading.Thread):
    """The most memory that any child of a process, the provider, held at once."""

    def __init__(self, binary: Path) -> None:
        super().__init__(daemon=True)
        self.binary, self.peak, self.done = binary.name, 0.0, threading.Event()

    def run(self) -> None:
        while not self.done.wait(0.01):
            found = subprocess.run(["pgrep", "-f", self.binary], capture_output=True, text=True, check=False)
            for pid in found.stdout.split():
                try:
                    if Path(f"/proc/{pid}/exe").resolve().name == self.binary:
                        self.peak = max(self.peak, peak_memory(int(pid)))
                except OSError:
                    continue


def watched(binary: Path, workspace: Workspace, *arguments: str) -> tuple[float, float]:
    """Seconds and the provider's peak memory of a plan."""
    watch, start = Watch(binary), time.perf_counter()
    watch.start()
    outcome = workspace.plan(*arguments)
    seconds = time.perf_counter() - start
    watch.done.set()
    watch.join()
    assert outcome.code in (0, 2), outcome
    return seconds, watch.peak


def databases(table: Table, binary: Path) -> None:
    cli = clis()[0]
    with Lab() as lab, tempfile.TemporaryDirectory(prefix="drop-bench-") as folder:
        lab.quotas(DBInstances=200, DBSubnetGroups=200, DBParameterGroups=200)
        workspace = Workspace(cli, lab, Path(folder))

        def declare(count: int) -> None:
            keys = raw(f"toset([for n in range({count}) : tostring(n)])")
            workspace.write(database(for_each=keys, name=raw('"db-${each.key}"'), deletion_protection=False))

        declare(100)
        seconds, peak = watched(binary, workspace)
        table.add(f"plan of 100 new databases ({cli})", f"{seconds:.1f} s")
        table.add("  peak memory of the provider", f"{peak:.1f} MB", "≤ 40 MB", peak <= 40)
        for count in (1, 10, 100):
            declare(count)
            workspace.apply("-parallelism=40", seconds=600).must()
            for latency in (0, 50):
                lab.faults(*([{"action": "latency", "ms": latency, "times": -1}] if latency else []))
                since = lab.now()
                seconds, peak = watched(binary, workspace)
                calls = Counter(call.name for call in lab.journal(since))
                limit = CONSTANT + count
                table.add(
                    f"refresh of {count}, {latency} ms a call", f"{calls.total()} calls", f"≤ {limit}",
                    calls.total() <= limit, counted=True,
                )  # fmt: skip
                table.add("  wall, with the CLI's own start", f"{seconds:.2f} s")
                table.add("  peak memory of the provider", f"{peak:.1f} MB", "≤ 40 MB", peak <= 40)
            lab.clear_faults()


def machine() -> str:
    memory = next(line for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("MemTotal"))
    return f"{os.cpu_count()} cores, {int(memory.split()[1]) / 1e6:.0f} GB of memory, Linux, shared"


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.py", description=__doc__)
    parser.add_argument("--binary", type=Path, default=HERE.parent / "target/release/terraform-provider-drop")
    parser.add_argument("--beside", action="append", default=[], metavar="NAME=PATH", help="another provider's binary")
    parser.add_argument("--write", type=Path, help="where the table goes as Markdown")
    arguments = parser.parse_args()
    binary = arguments.binary.resolve()
    os.environ["DROP_BIN"] = str(binary)
    table = Table()
    others = [tuple(pair.split("=", 1)) for pair in arguments.beside]
    for name, path in [("drop", binary), *((name, Path(path)) for name, path in others)]:
        size = path.stat().st_size / MEGABYTE
        ours = name == "drop"
        table.add(f"{name}: binary", f"{size:.1f} MB", "≤ 45 MB" if ours else "", size <= 45 if ours else None, ours)
        start_up(table, name, path)
    databases(table, binary)
    if arguments.write:
        head = (
            '---\npage_title: "Benchmarks"\nsubcategory: ""\ndescription: "Size, start-up, memory and API calls."\n---\n\n'
            f"# Benchmarks\n\nMeasured {datetime.date.today()} on {machine()}, against the lab, by `make bench`. "
            f"Medians of {ROUNDS} where there are many. Times are of that machine on that day; counts are of the provider.\n\n"
        )
        arguments.write.write_text(head + table.markdown() + "\n")
    return 1 if table.failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
