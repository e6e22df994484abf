# SPDX-License-Identifier: MPL-2.0
"""A CLI at work in the background, and waiting for what it does."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from .outcome import Outcome

T = TypeVar("T")
# Against hanging: whatever takes longer does not come.
PATIENCE = 300.0


def until(what: str, condition: Callable[[], T | None], seconds: float = PATIENCE) -> T:
    """What `condition` answers as soon as that is something."""
    end = time.monotonic() + seconds
    while True:
        if answer := condition():
            return answer
        if time.monotonic() > end:
            raise TimeoutError(f"{what} did not come about within {seconds:.0f} s")
        time.sleep(0.02)


class Running:
    """Ends its process, and that alone, when left."""

    def __init__(self, command: list[str], directory: Path, environment: Mapping[str, str]) -> None:
        self.command = command
        # Files rather than pipes: a provider that outlives its CLI would keep a pipe open.
        self._out = (directory / ".stdout").open("w+b")
        self._err = (directory / ".stderr").open("w+b")
        # A session of its own: a signal to the CLI must not reach the tests, nor the provider by way of the group.
        self._process = subprocess.Popen(
            command, cwd=directory, env=dict(environment), stdin=subprocess.DEVNULL, stdout=self._out,
            stderr=self._err, start_new_session=True,
        )  # fmt: skip

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def ended(self) -> bool:
        return self._process.poll() is not None

    def interrupt(self) -> None:
        """What Ctrl-C sends, to the CLI alone."""
        os.kill(self.pid, signal.SIGINT)

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    def wait(self, seconds: float = PATIENCE) -> Outcome:
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise TimeoutError(f"{' '.join(self.command)} took longer than {seconds:.0f} s\n{self.told()}") from None
        out, err = self._texts()
        return Outcome.read(self.command, code, out, err)

    def _texts(self) -> tuple[str, str]:
        texts = []
        for file in (self._out, self._err):
            texts.append(Path(file.name).read_text(errors="replace"))
        return texts[0], texts[1]

    def told(self) -> str:
        """What it has said so far."""
        return "\n".join(text[-4000:] for text in self._texts())

    def close(self) -> None:
        if not self.ended:
            self._process.kill()
            self._process.wait()
        self._out.close()
        self._err.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
