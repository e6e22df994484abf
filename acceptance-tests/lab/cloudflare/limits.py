# SPDX-License-Identifier: MPL-2.0
"""1200 calls in five minutes, then none for five minutes. Off until a test switches it on."""

import math
from collections import deque
from typing import Any

from ..world import World
from .envelope import Denied

CALLS, WINDOW = 1200, 300


class Limiter:
    """Counts the calls of the last window; the first one too many shuts the door for a whole window."""

    def __init__(self) -> None:
        self.on = False
        self.calls = CALLS
        self.seconds: float = WINDOW
        self._seen: deque[float] = deque()
        self._shut_until = 0.0

    def set(self, on: bool = True, calls: int = CALLS, seconds: float = WINDOW) -> None:
        if calls < 0 or seconds <= 0:
            raise ValueError("calls is a whole number, seconds is more than 0")
        self.on, self.calls, self.seconds = on, calls, seconds
        self._seen.clear()
        self._shut_until = 0.0

    def shown(self) -> dict[str, Any]:
        return {"on": self.on, "calls": self.calls, "seconds": self.seconds}

    def count(self, world: World) -> None:
        """Raises the 429 of a caller who was too fast."""
        now = world.timeline.now
        if not self.on:
            return
        while self._seen and self._seen[0] <= now - self.seconds:
            self._seen.popleft()
        if now >= self._shut_until and len(self._seen) >= self.calls:
            self._shut_until = now + self.seconds
        if now < self._shut_until:
            raise too_fast(math.ceil(self._shut_until - now))
        self._seen.append(now)

    def headers(self, world: World) -> dict[str, str]:
        left, until = self.calls, self.seconds
        if self.on:
            now = world.timeline.now
            left = 0 if now < self._shut_until else self.calls - len(self._seen)
            end = self._shut_until if now < self._shut_until else (self._seen[0] if self._seen else now) + self.seconds
            until = end - now
        return {
            "Ratelimit": f'"default";r={max(left, 0)};t={math.ceil(max(until, 0))}',
            "Ratelimit-Policy": f'"default";q={self.calls};w={math.ceil(self.seconds)}',
        }


def too_fast(seconds: int) -> Denied:
    return Denied(429, 971, "Please wait and consider throttling your request speed", retry_after=max(seconds, 1))
