# SPDX-License-Identifier: MPL-2.0
"""Every row once through every CLI, each time with another of the subjects that it applies to.

Subject, variant and failing call are chosen by a seed, which is the day's date unless SEQUENCES_SEED says otherwise.
"""

import os
import random
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from harness import SUBJECTS, Cli, Lab, Subject, clis

from .calls import Calls
from .job import Job, play
from .rows import ROWS, Row

SEED = int(os.environ["SEQUENCES_SEED"])


def _subject(row: Row, turn: int) -> Subject:
    """Days, rows and CLIs differ in where they begin, so that each pair has its day."""
    fitting = [subject for subject in SUBJECTS if row.variants_for(subject)]
    return fitting[(SEED + row.number + turn) % len(fitting)]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    runs = [(row, _subject(row, turn), cli) for turn, cli in enumerate(clis()) for row in ROWS]
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
