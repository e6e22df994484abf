# SPDX-License-Identifier: MPL-2.0
"""`python -m sequences`: every row, at every call where the row says so, through every CLI."""

import argparse
import sys
import time
from pathlib import Path

from harness import PROTOCOLS, SUBJECTS, CallId, Lab, Subject, clis, run_all

from .calls import Calls
from .job import Job, play
from .rows import ROWS, At
from .table import render


def jobs(arguments: argparse.Namespace, subject: Subject, calls: Calls) -> list[Job]:
    """What the arguments choose of one subject's."""
    chosen = []
    for row in ROWS:
        if arguments.rows and row.number not in arguments.rows:
            continue
        for cli in clis():
            if arguments.cli not in (None, cli.name):
                continue
            # A protocol that is asked for is run, whether the table names it or not.
            for protocol in [arguments.protocol] if arguments.protocol else row.protocols:
                for variant in row.variants_for(subject):
                    if arguments.variant not in (None, variant):
                        continue
                    at = [CallId.parse(arguments.at)] if arguments.at and row.at is not At.ONCE else calls[row.at]
                    chosen += [Job(row, subject, cli, protocol, variant, call) for call in at]
    return chosen


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m sequences", description=__doc__)
    parser.add_argument("--subject", choices=[subject.key for subject in SUBJECTS], help="default: every one")
    parser.add_argument("--rows", type=lambda text: {int(n) for n in text.split(",")}, help="1,2,…; default: all")
    parser.add_argument("--cli", choices=[cli.name for cli in clis()])
    parser.add_argument("--protocol", type=int, choices=PROTOCOLS)
    parser.add_argument("--variant", help="one of the row's variants")
    parser.add_argument("--at", help="the call to go wrong at, such as rds:CreateDBInstance#1")
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
        arguments.write_table.write_text(render(results))
    return 1 if failed or not results else 0


if __name__ == "__main__":
    sys.exit(main())
