# SPDX-License-Identifier: MPL-2.0
"""Tags of clusters, services, task definitions and tasks, by ARN."""

from collections.abc import Iterator
from typing import Any

from ...models import fault
from ...world import Call, World
from .. import operation
from ..tagging import SOURCES
from .store import Cluster, Service, Store, Task, TaskDefinition, invalid, read_tags, store_of, tag_list


@operation("ecs", "ListTagsForResource")
def list_tags(world: World, call: Call) -> dict[str, Any]:
    return {"tags": tag_list(_tagged(store_of(world, call), call.params["resourceArn"]).tags)}


@operation("ecs", "TagResource")
def tag(world: World, call: Call) -> dict[str, Any]:
    thing = _tagged(store_of(world, call), call.params["resourceArn"])
    new = read_tags(call.params["tags"])
    if len(thing.tags | new) > 50:
        raise invalid("The maximum number of tags for a resource is 50.")
    thing.tags.update(new)
    return {}


@operation("ecs", "UntagResource")
def untag(world: World, call: Call) -> dict[str, Any]:
    thing = _tagged(store_of(world, call), call.params["resourceArn"])
    for key in call.params["tagKeys"]:
        thing.tags.pop(key, None)
    return {}


def _tagged(store: Store, arn: str) -> Cluster | Service | TaskDefinition | Task:
    kind, _, name = arn.partition("ecs:")[2].split(":", 2)[-1].partition("/")
    match kind:
        case "cluster":
            return store.cluster(name)
        case "service":
            found = store.services.get(arn)
            if found is None or found.facts["status"] == "INACTIVE":
                raise fault("ecs", "ServiceNotFoundException", "Service not found.")
            return found
        case "task-definition" if definition := store.task_definitions.get(arn):
            return definition
        case "task" if task := store.tasks.get(arn):
            return task
    raise invalid(f"The specified resource is not found: {arn}")


def tagged(world: World, account: str, region: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    store = world.store(Store, account, region)
    for cluster in store.clusters.values():
        if cluster.status != "INACTIVE":
            yield cluster.arn, "ecs:cluster", cluster.tags
    for service in store.services.values():
        if service.facts["status"] != "INACTIVE":
            yield service.arn, "ecs:service", service.tags
    for definition in store.task_definitions.values():
        yield definition.arn, "ecs:task-definition", definition.tags
    for task in store.tasks.values():
        if not task.is_gone:
            yield task.arn, "ecs:task", task.tags


SOURCES.append(tagged)
