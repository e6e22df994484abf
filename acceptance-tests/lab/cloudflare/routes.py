# SPDX-License-Identifier: MPL-2.0
"""Which request is which operation. A module registers what it performs."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..wire import Response
from ..world import World

if TYPE_CHECKING:
    from .account import Account, Zone

SERVICE = "cloudflare"
PREFIX = "/client/v4"


@dataclass
class Call:
    """One request, understood and checked: what a handler sees."""

    world: World
    account: "Account"
    path: dict[str, str]
    query: dict[str, Any]
    body: Any
    dry_run: bool = False
    zone_found: "Zone | None" = None
    # For how long lists do not show what the call makes.
    unlisted: float = 0.0

    @property
    def zone(self) -> "Zone":
        assert self.zone_found is not None
        return self.zone_found

    @property
    def now(self) -> float:
        return self.world.timeline.now


Handler = Callable[[Call], Response]


@dataclass(frozen=True)
class Route:
    """`query` names the official SDK's type, as `module:Type`; handlers check the body."""

    operation: str
    method: str
    pattern: re.Pattern[str]
    handler: Handler
    query: str | None
    dry_run: bool

    @property
    def has_body(self) -> bool:
        return self.method in ("POST", "PUT", "PATCH")


@dataclass
class Table:
    routes: list[Route] = field(default_factory=list)

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        for route in self.routes:
            if route.method == method and (found := route.pattern.fullmatch(path)):
                return route, found.groupdict()
        return None


TABLE = Table()


def operation(
    name: str, method: str, path: str, *, query: str | None = None, dry_run: bool = False
) -> Callable[[Handler], Handler]:
    """This function answers `method` on `path`, whose `{names}` become `call.path`."""

    def register(handler: Handler) -> Handler:
        pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))
        TABLE.routes.append(Route(name, method, pattern, handler, query, dry_run))
        return handler

    return register
