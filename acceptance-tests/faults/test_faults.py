# SPDX-License-Identifier: MPL-2.0
"""A sample of the sweep: as many cases of each subject as its share of FAULTS_SECONDS allows, or FAULTS_CASES of each.

They are chosen by FAULTS_SEED, which is the day's date unless it is given. The time decides how many of them run, and
nothing of what holds in each.
"""

import os
import time
from dataclasses import replace
from functools import cache

import pytest

from harness import SUBJECTS, Lab, Subject, clis, run_one

from .__main__ import jobs, sample
from .work import Job, play

SEED = int(os.environ["FAULTS_SEED"])
CASES = int(os.environ.get("FAULTS_CASES") or 0)
SECONDS = float(os.environ.get("FAULTS_SECONDS") or 300)
# They may run side by side.
PARTS = 4
# Of so many cases of a part the first is played in clouds that lag.
LAGGING = 3


@cache
def _sample(subject: Subject) -> list[Job]:
    every = jobs(subject, clis()[SEED % len(clis())])
    chosen = sample(every, SEED, CASES or len(every))
    return [replace(job, lag=n // PARTS % LAGGING == 0) for n, job in enumerate(chosen)]


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("subject", SUBJECTS, ids=str)
def test_a_sample_of_the_sweep(subject: Subject, part: int, only_lab: Lab) -> None:
    chosen = _sample(subject)[part::PARTS]
    assert chosen, f"FAULTS_CASES is {CASES}: give every one of {PARTS} parts a case"
    end = time.monotonic() + SECONDS / PARTS / len(SUBJECTS)
    failed = []
    for n, job in enumerate(chosen):
        if n and not CASES and time.monotonic() >= end:
            break
        result = run_one(job, play, only_lab)
        if not result.ok:
            failed.append(result)
    assert not failed, f"seed {SEED}\n" + "\n".join(f"{result.job}\n{result.problem}" for result in failed)
