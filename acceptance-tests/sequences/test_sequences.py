# SPDX-License-Identifier: MPL-2.0
"""Every row once, through one CLI; a third of them, another one each day, through the others.

One failing call and one variant are chosen by a seed, which is the day's date unless SEQUENCES_SEED says otherwise.
"""

import os
import random
from datetime import date
from pathlib import Path

import pytest

from harness import Cli, Lab, clis

from .__main__ import Job, play
from .calls import discover
from .rows import ROWS, At, Row

SEED = int(os.environ.get("SEQUENCES_SEED") or date.today().strftime("%Y%m%d"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    first, *others = clis()
    runs = [(row, first) for row in ROWS]
    runs += [(row, other) for other in others for row in ROWS if row.number % 3 == SEED % 3]
    metafunc.parametrize(("row", "cli"), runs, ids=[f"{row.number}-{cli.name}" for row, cli in runs])


@pytest.fixture(scope="session")
def calls(only_lab: Lab) -> dict[At, list]:
    return discover(clis()[0], only_lab)


def test_row(row: Row, cli: Cli, calls: dict[At, list], lab: Lab, tmp_path: Path) -> None:
    chance = random.Random(f"{SEED} {row.number} {cli.name}")
    job = Job(row, cli, chance.choice(row.protocols), chance.choice(sorted(row.variants)), chance.choice(calls[row.at]))
    print(f"seed {SEED}: {job}")
    play(job, lab, tmp_path)
