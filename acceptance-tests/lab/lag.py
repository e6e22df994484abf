# SPDX-License-Identifier: MPL-2.0
"""Eventual consistency: who does not see yet what was just made or changed, and for how long.

Everything is off after a reset. Each lag is one that users of the clouds report:

- `unseen_elsewhere`: an object that one service has made is unknown to another
  (https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency,
  https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html);
- `stale`: a read shows an object as it was before the last write
  (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html);
- `index`, `tombstones`: tag:GetResources shows tags later, and what was deleted still
  (https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html);
- `detour`: an RDS instance leaves `available` once more by itself; terraform-provider-aws waits for such statuses;
- `lists`: a list of Cloudflare's lacks a record that was just made;
- `unknown`: answers have members and enum values that the client's model does not know.
"""

import copy
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, fields
from typing import Any

from .wire import Response

Tags = dict[str, str]
UNKNOWN_MEMBER, UNKNOWN_VALUE = "LabUnknownMember", "LAB_UNKNOWN"
# Lists of enum values in answers: what a service learns to do appears here first.
GROWING = ("compatibilities", "capabilities")
RESULT = re.compile(rb"(<\w+Result>|<\w+Response[^>]*>(?!\s*<\w+Result>))")

# Which operations do not see yet what another has made, by the operation that made it.
UNSEEN_BY: dict[tuple[str, str], set[tuple[str, str]]] = {
    ("ec2", "CreateSecurityGroup"): {
        ("rds", "CreateDBInstance"), ("rds", "ModifyDBInstance"), ("ecs", "CreateService"), ("ecs", "UpdateService"),
        ("ecs", "RunTask"), ("elbv2", "CreateLoadBalancer"), ("elbv2", "SetSecurityGroups"),
    },
    ("rds", "CreateDBSubnetGroup"): {("rds", "CreateDBInstance")},
    ("rds", "CreateDBParameterGroup"): {("rds", "CreateDBInstance"), ("rds", "ModifyDBInstance")},
    ("elbv2", "CreateTargetGroup"): {("ecs", "CreateService"), ("ecs", "UpdateService")},
    ("ecs", "CreateCluster"): {("ecs", "CreateService"), ("ecs", "UpdateService"), ("ecs", "RunTask")},
    ("acm", "ImportCertificate"): {("elbv2", "CreateListener"), ("elbv2", "ModifyListener")},
}  # fmt: skip


@dataclass
class Lag:
    """Seconds, as they are given: no scale of the timing changes them. 0 is "at once"."""

    unseen_elsewhere: float = 0.0
    stale: float = 0.0
    index: float = 0.0
    tombstones: float = 0.0
    detour: float = 0.0
    lists: float = 0.0
    unknown: bool = False

    def shown(self) -> dict[str, Any]:
        return asdict(self)

    def update(self, values: dict[str, Any]) -> None:
        known = {f.name for f in fields(self)}
        for name, value in values.items():
            if name not in known:
                raise ValueError(f"no lag is named {name!r}; known: {', '.join(sorted(known))}")
            if isinstance(value, bool) != (name == "unknown") or not isinstance(value, int | float) or value < 0:
                raise ValueError(f"lag {name!r} wants {'true or false' if name == 'unknown' else 'seconds >= 0'}")
        for name, value in values.items():
            setattr(self, name, value)


@dataclass
class Shelf:
    """Where an object lies, so that it can be hidden from reads for a while."""

    place: dict[Any, Any]
    key: Any


@dataclass
class Hidden:
    """An object that some calls do not see until a time. Without an `old` one it is not there, else it is that one.

    `of` names the operations; none stands for every read.
    """

    until: float
    shelf: Shelf
    of: set[tuple[str, str]] | None = None
    old: Any = None


class Curtain:
    """What calls do not see, and the work done behind it."""

    def __init__(self) -> None:
        self._hidden: list[Hidden] = []

    def hide(self, hidden: Hidden) -> None:
        self._hidden.append(hidden)

    def clear(self) -> None:
        self._hidden.clear()

    def behind(self, work: Callable[[], Any], now: float, call: tuple[str, str], reads: bool) -> Any:
        """Runs the work of a call with what it does not see off its shelves."""
        self._hidden = [hidden for hidden in self._hidden if hidden.until > now]
        chosen = [h for h in self._hidden if (reads if h.of is None else call in h.of) and h.shelf.key in h.shelf.place]
        taken = []
        for hidden in chosen:
            place, key = hidden.shelf.place, hidden.shelf.key
            if key in place and not any(place is p and key == k for p, k, _ in taken):
                taken.append((place, key, place[key]))
            if hidden.old is None:
                place.pop(key, None)
            elif key in place:
                place[key] = hidden.old
        try:
            return work()
        finally:
            for place, key, thing in taken:
                place[key] = thing


def before(shelf: Shelf) -> Any:
    """The object as it is now, to be shown when it is no longer so."""
    return copy.deepcopy(shelf.place[shelf.key]) if shelf.key in shelf.place else None


class Index:
    """The tags of one region as the tagging API tells them: some time late, and gone ones for longer.

    Looked at with each call, since moto does not tell when a tag changes.
    """

    def __init__(self, _account: str, _region: str) -> None:
        # By ARN: what its tags became, and when; none of what was deleted.
        self._history: dict[str, list[tuple[float, str, Tags | None]]] = {}

    def look(self, now: float, tagged: Iterator[tuple[str, str, Tags]]) -> None:
        """Writes down what has changed since the last look."""
        present = {arn: (kind, dict(tags)) for arn, kind, tags in tagged}
        for arn, (kind, tags) in present.items():
            entries = self._history.setdefault(arn, [])
            if not entries or entries[-1][2] != tags:
                entries.append((now, kind, tags))
        for arn, entries in self._history.items():
            if arn not in present and entries[-1][2] is not None:
                entries.append((now, entries[-1][1], None))

    def shown(self, now: float, lag: Lag) -> Iterator[tuple[str, str, Tags]]:
        for arn, entries in self._history.items():
            due = [e for e in entries if e[0] + (lag.tombstones if e[2] is None else lag.index) <= now]
            if due and due[-1][2] is not None:
                yield arn, due[-1][1], due[-1][2]


def with_unknown(response: Response, protocol: str) -> Response:
    """The answer of a newer service than the client knows."""
    if response.status != 200 or not response.body:
        return response
    if protocol == "json":
        document = json.loads(response.body)
        if isinstance(document, dict):
            _grow(document)
            response.body = json.dumps(document | {UNKNOWN_MEMBER: {"Value": UNKNOWN_VALUE}}).encode()
    elif protocol in ("query", "ec2"):
        member = f"<{UNKNOWN_MEMBER}>{UNKNOWN_VALUE}</{UNKNOWN_MEMBER}>".encode()
        response.body = RESULT.sub(lambda found: found[1] + member, response.body, count=1)
    return response


def _grow(value: Any) -> None:
    match value:
        case dict():
            for name, below in value.items():
                if name in GROWING and isinstance(below, list):
                    below.append(UNKNOWN_VALUE)
                _grow(below)
        case list():
            for below in value:
                _grow(below)
