# SPDX-License-Identifier: MPL-2.0
"""What answers at which private address: where the load balancers' half of the lab meets the containers'."""

from typing import Any, Protocol

from ..world import World


class App(Protocol):
    """One running task, as seen from the network."""

    def status(self, port: int, path: str) -> int | None:
        """The HTTP status it answers; None if nothing listens there."""

    def about(self) -> dict[str, Any]:
        """What a test may know of it."""

    def checked(self, target_group_arn: str, healthy: bool, why: str) -> None:
        """A load balancer has come to think so."""


class Apps:
    """By address, in one region."""

    def __init__(self, account: str, region: str) -> None:
        self.at: dict[str, App] = {}


def apps_in(world: World, account: str, region: str) -> dict[str, App]:
    return world.store(Apps, account, region).at
