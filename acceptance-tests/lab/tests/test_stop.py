# SPDX-License-Identifier: MPL-2.0
"""Signals that come many at once, as under make, which passes on what its whole group was sent."""

import os
import signal
import subprocess
import sys

import pytest

from .conftest import ROOT

BOTH = (signal.SIGINT, signal.SIGTERM)
# Waits as the lab does, without what the lab takes seconds to import.
WAITING = """
from lab.stop import Stop
stop = Stop()
print('ready', flush=True)
stop.wait()
stop.ignore()
"""
# At every line and every call that the first signal leads to, the next one comes.
UNDERWAY = """
import signal, sys

left = 20

def again(*_):
    global left
    if left:
        left -= 1
        signal.raise_signal(signal.SIGINT if left % 2 else signal.SIGTERM)
    return again

from lab.stop import Stop
stop = Stop()
sys.settrace(again)
print('ready', flush=True)
stop.wait()
stop.ignore()
sys.settrace(None)
if left:
    sys.exit(f'{left} signals were not sent')
"""
LAB = ["-m", "lab", "--port", "0"]


def end(*arguments: str, lines: int = 1, signals: int = 1, before: tuple[str, ...] = ()) -> tuple[int, str]:
    """How it ends, and what it says of it, when so many signals reach it once it has printed so many lines."""
    command = [*before, sys.executable, *arguments]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        for _ in range(lines):
            process.stdout.readline()
        for n in range(signals):
            # Not by `send_signal`, which looks first whether the process is still there. It is reaped only below.
            os.kill(process.pid, BOTH[n % len(BOTH)])
        _, said = process.communicate(timeout=60)
        return process.returncode, said
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("signals", [1, 2, 3, 50])
def test_any_number_of_signals_ends_the_wait(signals):
    for _ in range(10):
        assert end("-c", WAITING, signals=signals) == (0, "")


def test_signals_in_the_middle_of_a_signal_end_the_wait():
    assert end("-c", UNDERWAY) == (0, "")


def test_any_number_of_signals_ends_the_lab():
    assert end(*LAB, lines=4, signals=50) == (0, "")


def test_it_ends_where_interrupts_are_ignored():
    """As in the background of a shell that has no jobs."""
    ignoring = ("bash", "-c", "trap '' INT; exec \"$@\"", "bash")
    assert end("-c", WAITING, before=ignoring) == (0, "")
