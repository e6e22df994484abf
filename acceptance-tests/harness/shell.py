# SPDX-License-Identifier: MPL-2.0
"""Command lines as a person types them, on a machine that may lack `jq`."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from .process import PATIENCE

# The same jq, from its bindings for Python.
JQ = """\
#!{python}
import sys, jq
raw, program = sys.argv[1] == "-r", sys.argv[-1]
for found in jq.compile(program).input_text(sys.stdin.read()):
    print(found if raw and isinstance(found, str) else jq.compile(".").input_value(found).text())
"""


def shell(line: str, environment: Mapping[str, str]) -> str:
    """What it prints."""
    path = environment["PATH"]
    if shutil.which("jq", path=path) is None:
        path = f"{_instead()}:{path}"
    return run(["bash", "-o", "pipefail", "-c", line], {**environment, "PATH": path})


def run(command: Sequence[str], environment: Mapping[str, str]) -> str:
    """What a command that succeeds prints."""
    told = subprocess.run(command, capture_output=True, env=environment, text=True, timeout=PATIENCE, check=False)
    assert told.returncode == 0, f"{' '.join(command)} -> {told.returncode}\n{told.stdout}\n{told.stderr}"
    return told.stdout


@cache
def _instead() -> Path:
    """A directory with a `jq` in it."""
    directory = Path(tempfile.mkdtemp(prefix="jq-"))
    script = directory / "jq"
    script.write_text(JQ.format(python=sys.executable))
    script.chmod(0o755)
    return directory
