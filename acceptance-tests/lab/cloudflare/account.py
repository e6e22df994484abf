# SPDX-License-Identifier: MPL-2.0
"""What the account holds: zones with their records, settings and rulesets."""

import hashlib
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ..world import ACCOUNT, World
from .limits import Limiter
from .tiers import Tier

TOKEN = "test-token"
ACCOUNT_ID = hashlib.md5(b"drop lab").hexdigest()
ACCOUNT_NAME = "Drop Lab"


@dataclass(eq=False)
class Record:
    """A DNS record; `data` is what structured types (CAA, SRV, …) are made of."""

    id: str
    type: str
    name: str
    content: str
    ttl: int
    proxied: bool
    proxiable: bool
    created_on: str
    modified_on: str
    comment: str | None = None
    tags: list[str] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Any] | None = None
    priority: float | None = None
    comment_modified_on: str | None = None
    tags_modified_on: str | None = None

    def shown(self) -> dict[str, Any]:
        plain = ("id", "name", "type", "content", "proxiable", "proxied", "ttl", "settings")
        answer: dict[str, Any] = {name: getattr(self, name) for name in plain}
        answer |= {"meta": {}, "comment": self.comment, "tags": self.tags}
        answer |= {"created_on": self.created_on, "modified_on": self.modified_on}
        for name in ("data", "priority", "comment_modified_on", "tags_modified_on"):
            if getattr(self, name) is not None:
                answer[name] = getattr(self, name)
        return answer


@dataclass(eq=False)
class Setting:
    id: str
    value: Any
    editable: bool
    modified_on: str | None = None

    def shown(self) -> dict[str, Any]:
        return {"id": self.id, "value": self.value, "modified_on": self.modified_on, "editable": self.editable}


@dataclass(eq=False)
class Rule:
    """`definition` is what the owner wrote, with the server's defaults; `version` moves when that changes."""

    id: str
    ref: str
    definition: dict[str, Any]
    last_updated: str
    version: int = 1

    def shown(self) -> dict[str, Any]:
        answer = {"id": self.id, "version": str(self.version)} | self.definition
        return answer | {"ref": self.ref, "last_updated": self.last_updated}


@dataclass(eq=False)
class Ruleset:
    """The entrypoint of one phase."""

    id: str
    phase: str
    last_updated: str
    name: str = "default"
    description: str = ""
    version: int = 1
    rules: list[Rule] = field(default_factory=list)

    def shown(self, rules: bool = True) -> dict[str, Any]:
        answer: dict[str, Any] = {"id": self.id, "name": self.name, "description": self.description, "kind": "zone"}
        answer |= {"version": str(self.version), "last_updated": self.last_updated, "phase": self.phase}
        return answer | {"rules": [rule.shown() for rule in self.rules]} if rules else answer


@dataclass(eq=False)
class Zone:
    """`foreign` holds the ids of what was there before anybody called, and of what dashboard users made since."""

    id: str
    name: str
    tier: Tier
    created_on: str
    records: dict[str, Record] = field(default_factory=dict)
    settings: dict[str, Setting] = field(default_factory=dict)
    rulesets: dict[str, Ruleset] = field(default_factory=dict)
    foreign: set[str] = field(default_factory=set)
    initial_settings: dict[str, Any] = field(default_factory=dict)

    def ruleset(self, identifier: str) -> Ruleset | None:
        return next((r for r in self.rulesets.values() if r.id == identifier), None)


class Account:
    """Made anew, with the initial world in it, whenever the lab is reset."""

    def __init__(self, _account: str, _region: str) -> None:
        from .initial import zones

        self.zones = {zone.id: zone for zone in zones()}
        self.limiter = Limiter()
        self.interleaved: list[Any] = []
        # Permissions that the token lacks; records that lists do not show yet, and until when.
        self.lacks: set[str] = set()
        self.unlisted: dict[str, float] = {}
        # By plan: purges that may be made at once, and since when.
        self.purges: dict[str, tuple[float, float]] = {}

    def named(self, name: str) -> Zone | None:
        return next((z for z in self.zones.values() if z.name == name), None)


def account_of(world: World) -> Account:
    return world.store(Account, ACCOUNT, "global")


def new_id() -> str:
    return uuid.uuid4().hex


def fixed_id(*of: str) -> str:
    """The same id in every run, for what is there from the start."""
    return hashlib.md5("/".join(of).encode()).hexdigest()


def stamp(now: float) -> str:
    return datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
