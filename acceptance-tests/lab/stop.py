# SPDX-License-Identifier: MPL-2.0
"""Waiting for SIGINT or SIGTERM, however many of them come and however close together."""

import os
import signal

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stop:
    """Takes both signals from now on.

    The interpreter itself writes a byte into a pipe for each. A handler in Python must take no lock that the thread it
    interrupts may hold, which rules out `threading.Event.set`: the second signal would wait for the first for ever.
    """

    def __init__(self) -> None:
        self._read, write = os.pipe()
        os.set_blocking(write, False)
        signal.set_wakeup_fd(write, warn_on_full_buffer=False)
        for number in SIGNALS:
            signal.signal(number, _nothing)

    def wait(self) -> None:
        """Returns once a signal has come."""
        os.read(self._read, 1)

    def ignore(self) -> None:
        """What still comes while the process ends changes nothing about how it ends."""
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)


def _nothing(*_: object) -> None:
    """Without a handler the interpreter writes nothing into the pipe."""
