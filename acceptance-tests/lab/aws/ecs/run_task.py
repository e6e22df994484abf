# SPDX-License-Identifier: MPL-2.0
"""RunTask: tasks that belong to no service, and are not replaced when they end."""

import json
from typing import Any

from ...errors import NotPerformed
from ...models import fault
from ...world import Call, World
from .. import operation
from .checks import check_network
from .create import refuse_unread
from .store import Facts, Store, Task, TaskDefinition, client, invalid, read_tags, store_of, tag_list
from .tasks import Start, begin

READ = {
    "clientToken", "cluster", "count", "enableECSManagedTags", "group", "launchType", "networkConfiguration",
    "overrides", "platformVersion", "propagateTags", "startedBy", "tags", "taskDefinition",
}  # fmt: skip
MOST = 10
# "A total of 8192 characters are allowed for overrides. This limit includes the JSON formatting characters" (API reference);
# the text as in https://github.com/aws-samples/sample-autonomous-cloud-coding-agents/issues/502.
LONGEST = 8192
SCARCE = "Capacity is unavailable at this time. Please try again later or in a different availability zone"


class Alone:
    """Nobody keeps such a task."""

    def ready(self, task: Task) -> None: ...

    def failed(self, task: Task) -> None: ...

    def stopped(self, task: Task) -> None: ...

    def unhealthy(self, task: Task, target_group: str, port: int, why: str) -> None: ...

    def tend(self) -> None: ...


@operation("ecs", "RunTask")
def run_task(world: World, call: Call) -> dict[str, Any]:
    """A repeat with the same client token answers what the first one did (model: clientToken). Where Fargate has no
    capacity, the call succeeds and says so among its failures (https://repost.aws/knowledge-center/ecs-fargate-runtask-capacity,
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/api_failures_messages.html)."""
    p, store = call.params, store_of(world, call)
    token = p.get("clientToken")
    if token in store.runs:
        asked, answered = store.runs[token]
        if asked != p:
            text = "The provided client token was used with other parameters."
            raise fault("ecs", "ConflictException", text)
        return answered
    refuse_unread(p, READ, "RunTask")
    cluster = store.cluster(p.get("cluster"))
    definition = _definition(store, p["taskDefinition"])
    if p.get("launchType", "FARGATE") != "FARGATE":
        raise NotPerformed("ecs", "RunTask", "but on Fargate")
    count = p.get("count", 1)
    if not 1 <= count <= MOST:
        raise invalid(f"count must be between 1 and {MOST}.")
    check_network(store, p)
    overrides = _overrides(definition, p.get("overrides") or {})
    if store.scarce:
        store.scarce -= 1
        return {"tasks": [], "failures": [{"reason": SCARCE}]}
    tags = (dict(definition.tags) if p.get("propagateTags") == "TASK_DEFINITION" else {}) | read_tags(p.get("tags"))
    group = p.get("group") or f"family:{definition.facts['family']}"
    vpc = p["networkConfiguration"]["awsvpcConfiguration"]
    made = []
    for nth in range(count):
        start = Start(cluster, definition, vpc, group, p.get("startedBy", ""), tags, nth, overrides)
        made.append(begin(world, store, start, Alone()))
    answer: Facts = {"tasks": [_shown(task) for task in made], "failures": []}
    if token:
        store.runs[token] = (dict(p), answer)
    return answer


def _definition(store: Store, name: str) -> TaskDefinition:
    found = store.task_definition(name)
    if found is None:
        raise client("TaskDefinition not found.")
    if found.facts["status"] != "ACTIVE":
        raise client("TaskDefinition is inactive")
    return found


def _overrides(definition: TaskDefinition, given: Facts) -> list[Facts]:
    if others := sorted(given.keys() - {"containerOverrides"}):
        raise NotPerformed("ecs", "RunTask", f"with overrides of {', '.join(others)}")
    if len(json.dumps(given, separators=(",", ":"), ensure_ascii=False)) > LONGEST:
        raise invalid(f"Container Overrides length must be at most {LONGEST}")
    names = {c["name"] for c in definition.facts["containerDefinitions"]}
    for override in given.get("containerOverrides", []):
        if others := sorted(override.keys() - {"name", "command"}):
            raise NotPerformed("ecs", "RunTask", f"with overrides of a container's {', '.join(others)}")
        if override.get("name") not in names:
            name = override.get("name")
            raise invalid(f"Override for container named {name} is not a container in the TaskDefinition.")
    return list(given.get("containerOverrides", []))


def _shown(task: Task) -> Facts:
    """As it is now, whatever becomes of it."""
    return dict(task.facts) | {"containers": [dict(c) for c in task.containers], "tags": tag_list(task.tags)}
