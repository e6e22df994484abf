# SPDX-License-Identifier: MPL-2.0
"""`python -m sequences`: every row, at every call where the row says so, through every CLI."""

import argparse
import itertools
import sys
import time
from pathlib import Path
from typing import TypeVar

from harness import PROTOCOLS, SUBJECTS, CallId, Lab, Subject, clis, run_all

from .calls import Calls
from .job import Job, play
from .rows import ROWS, At, Row
from .table import render

W, C = TypeVar("W"), TypeVar("C")


def jobs(arguments: argparse.Namespace, subject: Subject, calls: Calls) -> list[Job]:
    """What the arguments choose of one subject's."""
    rows = [row for row in ROWS if not arguments.rows or row.number in arguments.rows]
    return [job for row in rows for job in _of_row(arguments, row, subject, calls)]


def _of_row(arguments: argparse.Namespace, row: Row, subject: Subject, calls: Calls) -> list[Job]:
    ways = [
        (cli, protocol, variant)
        for cli in clis()
        if arguments.cli in (None, cli.name)
        # A protocol that is asked for is run, whether the table names it or not.
        for protocol in ([arguments.protocol] if arguments.protocol else row.protocols)
        for variant in row.variants_for(subject)
        if arguments.variant in (None, variant)
    ]
    if not ways:
        return []
    at = [CallId.parse(arguments.at)] if arguments.at and row.at is not At.ONCE else calls[row.at]
    pairs = _in_turn(ways, at) if arguments.in_turn else itertools.product(ways, at)
    return [Job(row, subject, cli, protocol, variant, call, arguments.lag) for (cli, protocol, variant), call in pairs]


def _in_turn(ways: list[W], at: list[C]) -> list[tuple[W, C]]:
    """Every way and every call at least once, in as many pairs as the longer list has."""
    return [(ways[n % len(ways)], at[n % len(at)]) for n in range(max(len(ways), len(at)))]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m sequences", description=__doc__)
    parser.add_argument("--subject", choices=[subject.key for subject in SUBJECTS], help="default: every one")
    parser.add_argument("--rows", type=lambda text: {int(n) for n in text.split(",")}, help="1,2,…; default: all")
    parser.add_argument("--cli", choices=[cli.name for cli in clis()])
    parser.add_argument("--protocol", type=int, choices=PROTOCOLS)
    parser.add_argument("--variant", help="one of the row's variants")
    parser.add_argument("--at", help="the call to go wrong at, such as rds:CreateDBInstance#1")
    parser.add_argument(
        "--in-turn", action="store_true",
        help="every row at every call, but CLIs, protocols and variants take turns: each is met, not each pair of them",
    )  # fmt: skip
    parser.add_argument("--lag", action="store_true", help="clouds that are eventually consistent: harness/lab.py, LAG")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--write-table", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    chosen = []
    with Lab() as lab:
        for subject in SUBJECTS:
            if arguments.subject in (None, subject.key):
                chosen += jobs(arguments, subject, Calls(clis()[0], lab, subject))
    begun = time.monotonic()
    results = run_all(chosen, play, arguments.workers)
    failed = [result for result in results if not result.ok]
    print(f"{len(results)} cases in {time.monotonic() - begun:.0f} s, {len(failed)} failed")
    for result in failed:
        print(f"  {result.job}")
    if arguments.write_table:
        arguments.write_table.parent.mkdir(parents=True, exist_ok=True)
        arguments.write_table.write_text(render(results, arguments.in_turn))
    return 1 if failed or not results else 0


if __name__ == "__main__":
    sys.exit(main())
