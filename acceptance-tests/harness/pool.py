# SPDX-License-Identifier: MPL-2.0
"""Many cases over a few labs, with a line for each."""

import queue
import shutil
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from .lab import Lab

J = TypeVar("J")


@dataclass(frozen=True)
class Result(Generic[J]):
    """How one case ended."""

    job: J
    problem: str | None
    seconds: float

    @property
    def ok(self) -> bool:
        return self.problem is None


def run_all(jobs: Sequence[J], run: Callable[[J, Lab, Path], None], workers: int = 2) -> list[Result[J]]:
    """Runs every job in an empty lab and an empty directory."""
    waiting: queue.SimpleQueue[J] = queue.SimpleQueue()
    for job in jobs:
        waiting.put(job)
    results: list[Result[J]] = []
    lock = threading.Lock()

    def work() -> None:
        with Lab() as lab:
            while True:
                try:
                    job = waiting.get_nowait()
                except queue.Empty:
                    return
                result = run_one(job, run, lab)
                with lock:
                    results.append(result)
                    _tell(result, len(results), len(jobs))

    threads = [threading.Thread(target=work) for _ in range(min(workers, len(jobs)))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def run_one(job: J, run: Callable[[J, Lab, Path], None], lab: Lab) -> Result[J]:
    """Runs a job in a lab, emptied before, and an empty directory."""
    lab.reset()
    directory = Path(tempfile.mkdtemp(prefix="case-"))
    begun = time.monotonic()
    problem = None
    try:
        run(job, lab, directory)
    except Exception:  # whatever went wrong is this case's result, and the others go on
        problem = traceback.format_exc(limit=-4)
    shutil.rmtree(directory, ignore_errors=True)
    return Result(job, problem, time.monotonic() - begun)


def _tell(result: Result[J], done: int, of: int) -> None:
    print(f"[{done}/{of}] {'ok    ' if result.ok else 'FAILED'} {result.seconds:5.1f} s  {result.job}", flush=True)
    if result.problem:
        print(result.problem, flush=True)
