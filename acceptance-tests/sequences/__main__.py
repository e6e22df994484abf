# SPDX-License-Identifier: MPL-2.0
"""`python -m sequences`: every row, at every call where the row says so, through every CLI."""

import argparse
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from harness import PROTOCOLS, CallId, Cli, Lab, clis, run_all

from .calls import discover
from .case import Absorbed, Case
from .rows import ROWS, At, Row
from .table import render


@dataclass(frozen=True)
class Job:
    """One run of one row."""

    row: Row
    cli: Cli
    protocol: int
    variant: str
    at: CallId | None

    def __str__(self) -> str:
        """The command that runs it again."""
        more = f" --at {self.at}" if self.at else ""
        more += f' --variant "{self.variant}"' if self.variant else ""
        return f"python -m sequences --rows {self.row.number} --cli {self.cli.name} --protocol {self.protocol}{more}"


def play(job: Job, lab: Lab, directory: Path) -> None:
    case = Case(job.cli, job.protocol, lab, directory, job.at)
    try:
        job.row.play(case, job.variant)
    except Absorbed:
        case.complete()
        case.workspace().must_be_empty()


def jobs(arguments: argparse.Namespace, calls: dict[At, list[CallId | None]]) -> list[Job]:
    chosen = []
    for row in ROWS:
        if arguments.rows and row.number not in arguments.rows:
            continue
        for cli in clis():
            if arguments.cli not in (None, cli.name):
                continue
            # A protocol that is asked for is run, whether the table names it or not.
            for protocol in [arguments.protocol] if arguments.protocol else row.protocols:
                for variant in row.variants:
                    if arguments.variant not in (None, variant):
                        continue
                    at = [CallId.parse(arguments.at)] if arguments.at and row.at is not At.ONCE else calls[row.at]
                    chosen += [Job(row, cli, protocol, variant, call) for call in at]
    return chosen


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m sequences", description=__doc__)
    parser.add_argument("--rows", type=lambda text: {int(n) for n in text.split(",")}, help="1,2,…; default: all")
    parser.add_argument("--cli", choices=[cli.name for cli in clis()])
    parser.add_argument("--protocol", type=int, choices=PROTOCOLS)
    parser.add_argument("--variant", help="one of the row's variants")
    parser.add_argument("--at", help="the call to go wrong at, such as rds:CreateDBInstance#1")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--write-table", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    with Lab() as lab:
        calls = discover(clis()[0], lab)
    for at, found in calls.items():
        if at is not At.ONCE:
            print(f"{at.value}: {', '.join(map(str, found))}")
    begun = time.monotonic()
    results = run_all(jobs(arguments, calls), play, arguments.workers)
    failed = [result for result in results if not result.ok]
    print(f"{len(results)} cases in {time.monotonic() - begun:.0f} s, {len(failed)} failed")
    for result in failed:
        print(f"  {result.job}")
    if arguments.write_table:
        arguments.write_table.parent.mkdir(parents=True, exist_ok=True)
        arguments.write_table.write_text(render(results))
    return 1 if failed or not results else 0


if __name__ == "__main__":
    sys.exit(main())
