# SPDX-License-Identifier: MPL-2.0
"""A sample of the sweep: FAULTS_CASES of each subject, in parts that may run side by side.

They are chosen by FAULTS_SEED, which is the day's date unless it is given.
"""

import os
from functools import cache

import pytest

from harness import SUBJECTS, Subject, clis, run_all

from .__main__ import jobs, sample
from .work import Job, play

SEED = int(os.environ["FAULTS_SEED"])
CASES = int(os.environ.get("FAULTS_CASES") or 40)
PARTS = 4


@cache
def _sample(subject: Subject) -> list[Job]:
    return sample(jobs(subject, clis()[SEED % len(clis())]), SEED, CASES)


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("subject", SUBJECTS, ids=str)
def test_a_sample_of_the_sweep(subject: Subject, part: int) -> None:
    chosen = _sample(subject)[part::PARTS]
    assert chosen, f"FAULTS_CASES is {CASES}: give every one of {PARTS} parts a case"
    failed = [result for result in run_all(chosen, play, workers=1) if not result.ok]
    assert not failed, f"seed {SEED}\n" + "\n".join(f"{result.job}\n{result.problem}" for result in failed)
