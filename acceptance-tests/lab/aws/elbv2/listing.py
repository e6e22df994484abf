# SPDX-License-Identifier: MPL-2.0
"""Elastic Load Balancing's part of /_lab/objects."""

from typing import Any

from ...objects import birth
from ...world import World
from .. import lists
from .store import Store

PLACES = {"load_balancers": "load_balancer", "listeners": "listener", "target_groups": "target_group"}


@lists
def everything(world: World) -> list[dict[str, Any]]:
    found = []
    for store in world.stores(Store):
        for place, kind in PLACES.items():
            for arn, thing in getattr(store, place).items():
                item = {"service": "elbv2", "kind": kind, "id": arn, "region": store.region, "tags": dict(thing.tags)}
                found.append(item | {"birth": birth(thing)})
    return found
