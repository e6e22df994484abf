# SPDX-License-Identifier: MPL-2.0
"""`python -m faults`: the whole sweep, or a seeded sample of it."""

import argparse
import random
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from harness import SUBJECTS, CallId, Cli, Lab, Subject, clis, run_all

from .table import render
from .work import KINDS, WORKS, Job, discover, kinds_for, play


def jobs(subject: Subject, cli: Cli) -> list[Job]:
    """Every call of every piece of a subject's work, in every way."""
    with Lab() as lab, tempfile.TemporaryDirectory(prefix="faults-") as directory:
        calls = discover(subject, cli, lab, Path(directory))
    return [
        Job(subject, work, call, kind, cli, last=call == calls[work][-1])
        for work in WORKS
        for call in sorted(calls[work], key=str)
        for kind in kinds_for(subject)
    ]


def sample(every: list[Job], seed: int, count: int) -> list[Job]:
    return random.Random(seed).sample(every, min(count, len(every)))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m faults", description=__doc__)
    parser.add_argument("--subject", choices=[subject.key for subject in SUBJECTS], help="default: every one")
    parser.add_argument("--cli", choices=[cli.name for cli in clis()], default=clis()[0].name)
    parser.add_argument("--work", choices=WORKS)
    parser.add_argument("--at", type=CallId.parse, help="one call, such as rds:CreateDBInstance#1")
    parser.add_argument("--kind", choices=[kind.name for kind in KINDS])
    parser.add_argument("--lag", action="store_true", help="clouds that are eventually consistent: harness/lab.py, LAG")
    parser.add_argument("--sample", type=int, help="so many cases, chosen by the seed")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--write-table", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    cli = next(cli for cli in clis() if cli.name == arguments.cli)
    chosen = [
        job
        for subject in SUBJECTS
        if arguments.subject in (None, subject.key)
        for job in jobs(subject, cli)
        if arguments.work in (None, job.work)
        and arguments.at in (None, job.call)
        and arguments.kind in (None, job.kind.name)
    ]
    if arguments.sample:
        chosen = sample(chosen, arguments.seed, arguments.sample)
    chosen = [replace(job, lag=arguments.lag) for job in chosen]
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
