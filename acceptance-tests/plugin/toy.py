# SPDX-License-Identifier: MPL-2.0
"""Where the toy provider is, and how a thing of it looks on the wire."""

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgpack

ROOT = Path(__file__).resolve().parents[2]
GO = shutil.which("go")
ADDRESS = "example.com/tf-plugin/toy"
ATTRIBUTES = (
    *("name", "size", "price", "colour", "lines", "labels", "refs", "secret", "password_wo", "mode"),
    *("id", "ref", "door"),
)


def binary(provider: str = "toy") -> Path:
    toy = Path(os.environ.get("TOY_BIN") or ROOT / "target/debug/examples/toy")
    # The other examples stand beside the toy.
    path = toy if provider == "toy" else toy.with_name(provider)
    if not path.is_file():
        raise FileNotFoundError(f"{path}: build it with `cargo build -p tf-plugin --examples`, or set TOY_BIN")
    return path


def thing(**given: Any) -> dict[str, Any]:
    """A configuration of a thing, complete as the protocol wants it."""
    return dict.fromkeys(ATTRIBUTES) | {"route": {}, "rule": [], "gate": []} | given


def log(cloud: Path) -> list[str]:
    """What the toy says that it did."""
    path = cloud / ".log"
    return path.read_text().splitlines() if path.exists() else []


def packed(value: Any) -> bytes:
    return msgpack.packb(value)


def until(done: Callable[[], bool], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)
