# SPDX-License-Identifier: MPL-2.0
"""A sample of the sweep: as many cases as fit into FAULTS_SECONDS, chosen by FAULTS_SEED (default: the day's date)."""

import os
import time
from collections.abc import Callable
from datetime import date

from harness import clis, run_all

from .__main__ import jobs, sample
from .work import play

SEED = int(os.environ.get("FAULTS_SEED") or date.today().strftime("%Y%m%d"))
SECONDS = float(os.environ.get("FAULTS_SECONDS") or 100)


def test_a_sample_of_the_sweep(record_property: Callable[[str, object], None]) -> None:
    deadline = time.monotonic() + SECONDS
    every = jobs(clis()[SEED % len(clis())])
    results = run_all(sample(every, SEED, len(every)), play, workers=2, deadline=deadline)
    failed = [f"{result.job}\n{result.problem}" for result in results if not result.ok]
    print(f"seed {SEED}: {len(results)} of {len(every)} cases ran in {SECONDS:.0f} s, {len(failed)} failed")
    record_property("cases", len(results))
    assert results, "no case ran: give it more time by FAULTS_SECONDS"
    assert not failed, "\n".join(failed)
