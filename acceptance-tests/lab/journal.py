# SPDX-License-Identifier: MPL-2.0
"""Every call the lab was asked to do, in order of arrival."""

import threading
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

REMOVED = "(removed)"
SECRET_NAMES = ("password", "secretstring", "secretbinary", "token", "credential")


@dataclass
class Entry:
    n: int
    nth: int
    service: str
    operation: str
    params: Any
    region: str
    pid: int | None
    request_id: str
    status: int | None = None
    code: str | None = None
    faults: list[str] = field(default_factory=list)
    # On a clock that only goes forward, in seconds. Without an end it is still being done, or its caller was hung up on.
    begun: float = field(default_factory=time.monotonic)
    ended: float | None = None

    def close(self, status: int, code: str | None) -> None:
        """It was answered."""
        self.status, self.code, self.ended = status, code, time.monotonic()


class Journal:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        with self._lock:
            self._entries: list[Entry] = []
            self._uses: Counter[tuple[str, str]] = Counter()

    def open(self, service: str, operation: str, params: Any, region: str, pid: int | None, request_id: str) -> Entry:
        """Writes the call down before it is done: a call that is held or killed is seen too."""
        with self._lock:
            self._uses[service, operation] += 1
            nth = self._uses[service, operation]
            entry = Entry(len(self._entries) + 1, nth, service, operation, params, region, pid, request_id)
            self._entries.append(entry)
            return entry

    def __len__(self) -> int:
        with self._lock:
            return len(self._entries)

    def since(self, n: int) -> list[dict[str, Any]]:
        with self._lock:
            return [asdict(e) for e in self._entries[max(n, 0) :]]


def without_secrets(shape: Shape | None, value: Any) -> Any:
    """What may be shown of a request: the model's sensitive members, and the usual names, are cut out."""
    if shape is None or value is None:
        return value
    if shape.metadata.get("sensitive"):
        return REMOVED
    match shape:
        case StructureShape() if isinstance(value, dict):
            return {k: _member(shape.members.get(k), k, v) for k, v in value.items()}
        case ListShape() if isinstance(value, list):
            return [without_secrets(shape.member, v) for v in value]
        case MapShape() if isinstance(value, dict):
            return {k: without_secrets(shape.value, v) for k, v in value.items()}
    return value if isinstance(value, str | int | float | bool) else str(value)


def _member(shape: Shape | None, name: str, value: Any) -> Any:
    if isinstance(value, str) and any(word in name.lower() for word in SECRET_NAMES):
        return REMOVED
    return without_secrets(shape, value)
