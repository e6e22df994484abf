# SPDX-License-Identifier: MPL-2.0
"""RDS's part of /_lab/objects."""

from typing import Any

from ...objects import birth
from ...world import World
from .. import lists
from .store import Store

PLACES = {
    "instances": "db_instance",
    "snapshots": "db_snapshot",
    "subnet_groups": "db_subnet_group",
    "parameter_groups": "db_parameter_group",
}


@lists
def everything(world: World) -> list[dict[str, Any]]:
    """All but the subnet group `default`, which RDS makes by itself and keeps."""
    found = []
    for store in world.stores(Store):
        for place, kind in PLACES.items():
            for name, thing in getattr(store, place).items():
                if (kind, name) == ("db_subnet_group", "default"):
                    continue
                item = {"service": "rds", "kind": kind, "id": name, "region": store.region, "tags": dict(thing.tags)}
                if kind == "db_instance":
                    item |= {"status": thing.status, "resource_id": thing.facts["DbiResourceId"]}
                if kind == "db_snapshot":
                    item |= {"status": thing.facts["Status"], "type": thing.facts["SnapshotType"]}
                found.append(item | {"birth": birth(thing)})
    return found
