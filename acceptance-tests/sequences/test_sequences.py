# SPDX-License-Identifier: MPL-2.0
"""Every row once, with another of the subjects that it applies to and through another CLI from day to day.

A third of them, another each day, is also run against clouds that are eventually consistent.
Subject, CLI, variant and failing call are chosen by a seed, which is the day's date unless SEQUENCES_SEED is set. With
COMBINATIONS=all every row runs through every CLI.
"""

import os
import random
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from harness import SUBJECTS, Cli, Lab, Subject, clis, combinations

from .calls import Calls
from .job import Job, play
from .rows import ROWS, Row

SEED = int(os.environ["SEQUENCES_SEED"])
# Of so many rows one is run while the clouds lag.
LAGGING = 3


def _runs(row: Row) -> list[tuple[Row, Subject, Cli]]:
    """Days and rows differ in where they begin. The CLI changes after each round of subjects: each pair has its day."""
    fitting = [subject for subject in SUBJECTS if row.variants_for(subject)]
    found, turn = clis(), SEED + row.number
    first = turn // len(fitting) + row.number
    turns = range(len(found) if combinations.choice() == combinations.ALL else 1)
    return [(row, fitting[(turn + n) % len(fitting)], found[(first + n) % len(found)]) for n in turns]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    lags = metafunc.function is test_row_while_the_clouds_lag
    rows = [row for row in ROWS if row.number % LAGGING == SEED % LAGGING] if lags else ROWS
    runs = [run for row in rows for run in _runs(row)]
    ids = [f"{row.number}-{subject}-{cli.name}" for row, subject, cli in runs]
    metafunc.parametrize(("row", "subject", "cli"), runs, ids=ids)


@pytest.fixture(scope="session")
def calls(only_lab: Lab) -> Callable[[Subject], Calls]:
    return cache(lambda subject: Calls(clis()[0], only_lab, subject))


def test_row(
    row: Row, subject: Subject, cli: Cli, calls: Callable[[Subject], Calls], lab: Lab, tmp_path: Path
) -> None:
    _play(row, subject, cli, calls, lab, tmp_path, lag=False)


def test_row_while_the_clouds_lag(
    row: Row, subject: Subject, cli: Cli, calls: Callable[[Subject], Calls], lab: Lab, tmp_path: Path
) -> None:
    _play(row, subject, cli, calls, lab, tmp_path, lag=True)


def _play(
    row: Row, subject: Subject, cli: Cli, calls: Callable[[Subject], Calls], lab: Lab, tmp_path: Path, lag: bool
) -> None:
    chance = random.Random(f"{SEED} {row.number} {subject} {cli.name}")
    protocol, variant = chance.choice(row.protocols), chance.choice(sorted(row.variants_for(subject)))
    # Steps that run side by side make their calls in no order.
    at = chance.choice(sorted(calls(subject)[row.at], key=str))
    job = Job(row, subject, cli, protocol, variant, at, lag)
    print(f"seed {SEED}: {job}")
    play(job, lab, tmp_path)
