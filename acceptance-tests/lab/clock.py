# SPDX-License-Identifier: MPL-2.0
"""Time in the lab: how long things take, and what becomes true when."""

import heapq
import itertools
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field, fields


@dataclass
class Timing:
    """Seconds, each multiplied by `scale`. `LAB_SECONDS` sets the scale at start; 0 is "at once"."""

    scale: float = field(default_factory=lambda: float(os.environ.get("LAB_SECONDS", "1")))
    creating: float = 1.5
    backing_up: float = 0.2
    lag: float = 0.1
    modifying: float = 0.5
    rebooting: float = 0.3
    deleting: float = 0.7
    snapshot: float = 0.4
    applying: float = 0.2
    secret: float = 0.8
    eni_linger: float = 0.4
    storage_optimization: float = 0.5
    storage_cooldown: float = 60.0
    load_balancer: float = 0.5
    certificate_linger: float = 0.3
    role_assumable: float = 0.3
    deployment_pending: float = 0.05
    task_provisioning: float = 0.1
    task_pending: float = 0.1
    task_crash: float = 0.05
    task_slow: float = 1.0
    task_warming: float = 0.4
    task_settle: float = 0.15
    task_stop: float = 0.05
    task_retry: float = 0.05
    task_kept: float = 60.0
    draining: float = 0.1
    scaling_lag: float = 0.1
    configured_second: float = 0.005

    def seconds(self, phase: str) -> float:
        return getattr(self, phase) * self.scale

    def configured(self, seconds: float) -> float:
        """How long a time takes that a user configured in seconds: an interval, a delay, a grace period."""
        return seconds * self.seconds("configured_second")

    def update(self, values: dict[str, float]) -> None:
        known = {f.name for f in fields(self)}
        for name, value in values.items():
            if name not in known:
                raise ValueError(f"no timing is named {name!r}; known: {', '.join(sorted(known))}")
            if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
                raise ValueError(f"timing {name!r} wants seconds >= 0, not {value!r}")
        for name, value in values.items():
            setattr(self, name, float(value))


class Timeline:
    """Things due at a wall-clock time. Nothing runs by itself: `advance` does what is due, in order."""

    def __init__(self) -> None:
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._inside: float | None = None
        self._passed = 0.0

    @property
    def now(self) -> float:
        """Inside an event this is the time the event was due, so that chains do not stretch."""
        return time.time() + self._passed if self._inside is None else self._inside

    def skip(self, seconds: float) -> None:
        """Moves the lab's clock ahead of the wall's."""
        self._passed += seconds

    def after(self, seconds: float, event: Callable[[], None]) -> None:
        heapq.heappush(self._due, (self.now + seconds, next(self._order), event))

    def advance(self) -> None:
        now = self.now
        while self._due and self._due[0][0] <= now:
            due, _, event = heapq.heappop(self._due)
            self._inside = due
            try:
                event()
            finally:
                self._inside = None

    def clear(self) -> None:
        self._due.clear()
        self._passed = 0.0
