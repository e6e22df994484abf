# SPDX-License-Identifier: MPL-2.0
"""Every row once, with another of the subjects that it applies to and through another CLI from day to day.

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


def _runs(row: Row) -> list[tuple[Row, Subject, Cli]]:
    """Days and rows differ in where they begin. The CLI changes after each round of subjects: each pair has its day."""
    fitting = [subject for subject in SUBJECTS if row.variants_for(subject)]
    found, turn = clis(), SEED + row.number
    first = turn // len(fitting) + row.number
    turns = range(len(found) if combinations.choice() == combinations.ALL else 1)
    return [(row, fitting[(turn + n) % len(fitting)], found[(first + n) % len(found)]) for n in turns]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    runs = [run for row in ROWS for run in _runs(row)]
    ids = [f"{row.number}-{subject}-{cli.name}" for row, subject, cli in runs]
    metafunc.parametrize(("row", "subject", "cli"), runs, ids=ids)


@pytest.fixture(scope="session")
def calls(only_lab: Lab) -> Callable[[Subject], Calls]:
    return cache(lambda subject: Calls(clis()[0], only_lab, subject))


def test_row(
    row: Row, subject: Subject, cli: Cli, calls: Callable[[Subject], Calls], lab: Lab, tmp_path: Path
) -> None:
    chance = random.Random(f"{SEED} {row.number} {subject} {cli.name}")
    protocol, variant = chance.choice(row.protocols), chance.choice(sorted(row.variants_for(subject)))
    # Steps that run side by side make their calls in no order.
    at = chance.choice(sorted(calls(subject)[row.at], key=str))
    job = Job(row, subject, cli, protocol, variant, at)
    print(f"seed {SEED}: {job}")
    play(job, lab, tmp_path)
