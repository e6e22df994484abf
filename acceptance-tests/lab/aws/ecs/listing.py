# SPDX-License-Identifier: MPL-2.0
"""ECS's part of /_lab/objects: not what AWS keeps of what is gone."""

from collections.abc import Iterator
from typing import Any

from ...objects import birth
from ...world import World
from .. import lists
from .store import Store


@lists
def everything(world: World) -> list[dict[str, Any]]:
    return [
        {"service": "ecs", "kind": kind, "id": arn, "region": store.region, "tags": dict(thing.tags)}
        | {"status": status, "birth": birth(thing)}
        for store in world.stores(Store)
        for kind, arn, status, thing in _things(store)
    ]


def _things(store: Store) -> Iterator[tuple[str, str, str, Any]]:
    for cluster in store.clusters.values():
        if cluster.status != "INACTIVE":
            yield "cluster", cluster.arn, cluster.status, cluster
    for service in store.services.values():
        if service.facts["status"] != "INACTIVE":
            yield "ecs_service", service.arn, service.facts["status"], service
    for definition in store.task_definitions.values():
        if definition.facts["status"] != "DELETE_IN_PROGRESS":
            yield "task_definition", definition.arn, definition.facts["status"], definition
    for task in store.tasks.values():
        if not task.is_gone:
            yield "task", task.arn, task.facts["lastStatus"], task
