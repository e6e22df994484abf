# SPDX-License-Identifier: MPL-2.0
"""Looks for a secret in everything that a run leaves behind and says, byte by byte and in every dress."""

import base64
import html
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

from harness import Outcome, Workspace

LOG = "trace.log"


def trace(workspace: Workspace) -> None:
    """From now on everything is logged that CLI and provider have to say."""
    workspace.variables |= {"TF_LOG": "trace", "TF_LOG_PATH": str(workspace.directory / LOG)}


def dresses(secret: str) -> set[bytes]:
    """The secret as it is, escaped for JSON (as Go does it too), HTML and addresses, and inside of base64."""
    escaped = json.dumps(secret)[1:-1]
    go = escaped.replace("<", r"\u003c").replace(">", r"\u003e").replace("&", r"\u0026")
    texts = {secret, escaped, go, json.dumps(escaped)[1:-1], html.escape(secret), quote(secret, ""), quote_plus(secret)}
    encoded = {_inside(code(b"\0" * shift + secret.encode()), shift) for shift in range(3) for code in CODES}
    return {text.encode() for text in texts} | encoded


CODES = (base64.b64encode, base64.urlsafe_b64encode)


def _inside(encoded: bytes, shift: int) -> bytes:
    """What of it does not depend on what stands before and behind."""
    return encoded[(0, 2, 3)[shift] : -4]


def told(secret: str, text: bytes) -> bool:
    return any(dress in text for dress in dresses(secret))


def places(secret: str, workspace: Workspace, *outcomes: Outcome) -> list[str]:
    """Where the secret stands: in a file, in a member of a plan file, or in what was said."""
    found = [name for name, text in _left(workspace.directory) if told(secret, text)]
    said = [f"{o.command[1]} said it" for o in outcomes if told(secret, f"{o.stdout}\n{o.stderr}".encode())]
    return sorted(found) + said


def _left(directory: Path) -> Iterator[tuple[str, bytes]]:
    """All that a run left, but for the configuration, what others made of it, and binaries."""
    for path in sorted(directory.rglob("*")):
        name = str(path.relative_to(directory))
        if not path.is_file() or path.suffix == ".tf" or path.name.startswith("terraform-provider-"):
            continue
        yield name, path.read_bytes()
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                yield from ((f"{name}/{member}", archive.read(member)) for member in archive.namelist())
