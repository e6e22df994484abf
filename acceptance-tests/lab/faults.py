# SPDX-License-Identifier: MPL-2.0
"""Rules that make calls go wrong: which call, how often, and how."""

import json
import threading
import time
from dataclasses import asdict, dataclass, field, fields, replace
from fnmatch import fnmatchcase
from typing import Any

ACTIONS = {
    "throttle": "answered with the service's own throttling error, not performed",
    "error": "answered with `code` and `status`, not performed",
    "expired": "answered as for expired credentials, not performed",
    "reset": "connection reset, not performed",
    "lost": "performed, connection closed without an answer",
    "latency": "answered after `ms`",
    "hold": "waits before it is performed until POST /_lab/release",
    "kill_before": "the client process gets `signal`; not performed if that is KILL for the caller itself",
    "kill_after": "performed, then the client process gets `signal`",
    "unseen_elsewhere_for": "what the call creates is unknown to other services for `seconds`",
    "stale_for": "what the call changes is read as it was before for `seconds`",
    "not_found_for": "what the call creates cannot be read for `seconds`",
}
READS = (
    "AssumeRole*", "BatchGet*", "Describe*", "Filter*", "Get*", "Head*", "List*", "Lookup*", "Search*", "Simulate*",
    "Verify*",
)  # fmt: skip


@dataclass
class Rule:
    """Matches calls by service, operation (globs), kind and text of parameters; fires on the nth, `times` times.

    `nth` counts the calls this rule matches; with `afresh` those that ask what was not asked before: how often
    something is polled is a matter of time. `call` counts all calls since the rule was posted, or all mutating ones
    when `mutating` is true, whether they match or not. With `per_second` it fires only on calls beyond that rate: a
    bucket of so many tokens, as EC2 describes its own throttling (docs.aws.amazon.com/ec2/latest/devguide/
    ec2-api-throttling.html, "How throttling is applied").
    """

    action: str
    service: str = "*"
    operation: str = "*"
    mutating: bool | None = None
    containing: str | list[str] = ""
    lacking: str | list[str] = ""
    nth: int | None = None
    afresh: bool = False
    call: int | None = None
    times: int = 1
    code: str = "InternalFailure"
    message: str = "injected by the lab"
    status: int = 500
    ms: int = 0
    seconds: float = 0.0
    per_second: float = 0.0
    signal: str = "KILL"
    target: str = "client"
    fired: int = 0
    matched: int = 0
    counted: int = 0
    where: list[str] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)
    tokens: float = 0.0
    filled: float = 0.0

    def __post_init__(self) -> None:
        if self.action not in ACTIONS:
            raise ValueError(f"no action is named {self.action!r}; known: {', '.join(ACTIONS)}")
        if self.signal not in ("KILL", "INT", "TERM"):
            raise ValueError(f"signal is KILL, INT or TERM, not {self.signal!r}")
        if self.target not in ("client", "parent"):
            raise ValueError(f"target is client or parent, not {self.target!r}")
        if self.nth is not None and self.call is not None:
            raise ValueError("give nth or call, not both")
        self.tokens, self.filled = max(1.0, self.per_second), time.monotonic()

    def meets(self, service: str, operation: str, mutating: bool, params: str) -> bool:
        """Counts the call and says whether the rule fires on it."""
        if mutating or not self.mutating:
            self.counted += 1
        if not (fnmatchcase(service, self.service) and fnmatchcase(operation, self.operation)):
            return False
        if self.mutating is not None and self.mutating != mutating:
            return False
        if not _holds(params, self.containing) or (self.lacking and _holds(params, self.lacking)):
            return False
        if self.afresh:
            question = f"{service}:{operation} {params}"
            if question in self.asked:
                return False
            self.asked.add(question)
        self.matched += 1
        if self.per_second and self._within_rate():
            return False
        position, first = (self.counted, self.call) if self.call is not None else (self.matched, self.nth or 1)
        if position < first or (self.times >= 0 and self.fired >= self.times):
            return False
        self.fired += 1
        self.where.append(f"{service}:{operation}")
        return True

    def _within_rate(self) -> bool:
        """Takes a token, if there is one."""
        now = time.monotonic()
        self.tokens = min(max(1.0, self.per_second), self.tokens + (now - self.filled) * self.per_second)
        self.filled = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


def _holds(params: str, texts: str | list[str]) -> bool:
    return any(text in params for text in ([texts] if isinstance(texts, str) else texts))


class Faults:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: list[Rule] = []
        self._released = threading.Event()
        self._met = threading.local()

    def replace(self, rules: list[dict[str, Any]]) -> None:
        known = {f.name for f in fields(Rule)} - {"fired", "matched", "counted", "where", "asked", "tokens", "filled"}
        for rule in rules:
            if unknown := rule.keys() - known:
                raise ValueError(f"a rule has no {', '.join(sorted(unknown))}; known: {', '.join(sorted(known))}")
            if "action" not in rule:
                raise ValueError(f"a rule needs an action: {', '.join(ACTIONS)}")
        made = [Rule(**rule) for rule in rules]
        with self._lock:
            self._rules = made
        self.release()

    def shown(self) -> list[dict[str, Any]]:
        with self._lock:
            return [asdict(replace(rule, asked=set())) for rule in self._rules]

    def meeting(self, service: str, operation: str, params: Any) -> list[Rule]:
        """The rules that fire on a call. From here on a release lets it go, though it does not wait yet."""
        mutating, text = is_mutating(operation, params), json.dumps(params, default=str)
        with self._lock:
            self._met.gate = self._released
            return [rule for rule in self._rules if rule.meets(service, operation, mutating, text)]

    def hold(self) -> None:
        """Blocks the calling thread until the `release` after its call; what comes later waits for the next one."""
        self._met.gate.wait()

    def release(self) -> None:
        with self._lock:
            self._released.set()
            self._released = threading.Event()


def is_mutating(operation: str, params: Any = None) -> bool:
    """A dry run only asks."""
    if isinstance(params, dict) and params.get("dry_run") is True:
        return False
    return not any(fnmatchcase(operation, pattern) for pattern in READS)
