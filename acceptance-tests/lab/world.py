# SPDX-License-Identifier: MPL-2.0
"""Everything the lab holds, in one place that can be emptied."""

import threading
from dataclasses import dataclass
from typing import Any, TypeVar

from moto.core.base_backend import BackendDict
from moto.core.model_instances import reset_model_data

from .clock import Timeline, Timing
from .faults import Faults, Rule
from .journal import Journal
from .lag import Curtain, Lag, Shelf
from .wire import Request

S = TypeVar("S")
__all__ = ["ACCOUNT", "Call", "Meeting", "Shelf", "World"]
ACCOUNT = "123456789012"


@dataclass
class Call:
    """One request, understood: what a handler sees."""

    service: str
    operation: str
    params: dict[str, Any]
    account: str
    region: str
    request_id: str
    request: Request


@dataclass(frozen=True)
class Meeting:
    """What a call meets before it is written down: the world's present life, and the rules that fire on it."""

    life: int
    rules: list[Rule]


class World:
    """`lock` guards every object of every service: moto's backends are not safe to share between threads."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.life = 0
        self.timing = Timing()
        self.timeline = Timeline()
        self.journal = Journal()
        self.faults = Faults()
        self.quotas: dict[str, int] = {}
        self._stores: dict[tuple[type, str, str], Any] = {}
        self.lag = Lag()
        self.curtain = Curtain()

    def store(self, kind: type[S], account: str, region: str) -> S:
        """The objects of one kind of service in one region, made on first use."""
        key = (kind, account, region)
        if key not in self._stores:
            self._stores[key] = kind(account, region)
        return self._stores[key]

    def stores(self, kind: type) -> list[Any]:
        return [store for (k, _, _), store in self._stores.items() if k is kind]

    def meeting(self, service: str, operation: str, params: Any) -> Meeting:
        """Before it is written down, so that what is in the journal is let go by the next release."""
        return Meeting(self.life, self.faults.meeting(service, operation, params))

    def reset(self) -> None:
        with self.lock:
            self.life += 1
            self.faults.replace([])
            self.timeline.clear()
            self.timing = Timing()
            self.quotas.clear()
            self._stores.clear()
            self.lag = Lag()
            self.curtain.clear()
            BackendDict.reset()
            reset_model_data()  # else moto keeps every object it ever made
            self.journal.clear()
