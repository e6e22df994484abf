# SPDX-License-Identifier: MPL-2.0
"""A sample of the sweep: as many cases of each subject as fit into its share of FAULTS_SECONDS.

They are chosen by FAULTS_SEED (default: the day's date), and come in parts that may run side by side.
"""

import os
import time
from datetime import date
from functools import cache

import pytest

from harness import SUBJECTS, Subject, clis, run_all

from .__main__ import jobs, sample
from .work import Job, play

SEED = int(os.environ.get("FAULTS_SEED") or date.today().strftime("%Y%m%d"))
PARTS = 4
SECONDS = float(os.environ.get("FAULTS_SECONDS") or 200) / len(SUBJECTS) / PARTS


@cache
def _every(subject: Subject) -> list[Job]:
    found = jobs(subject, clis()[SEED % len(clis())])
    return sample(found, SEED, len(found))


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("subject", SUBJECTS, ids=str)
def test_a_sample_of_the_sweep(subject: Subject, part: int) -> None:
    every = _every(subject)[part::PARTS]
    results = run_all(every, play, workers=1, deadline=time.monotonic() + SECONDS)
    failed = [f"{result.job}\n{result.problem}" for result in results if not result.ok]
    print(f"seed {SEED}: {len(results)} of {len(every)} cases ran in {SECONDS:.0f} s, {len(failed)} failed")
    assert results, "no case ran: give it more time by FAULTS_SECONDS"
    assert not failed, "\n".join(failed)
