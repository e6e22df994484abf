# SPDX-License-Identifier: MPL-2.0
"""ListTasks, DescribeTasks, StopTask. A stopped task can be described for a while (at least an hour on AWS)."""

from typing import Any

from ...world import Call, World
from .. import operation
from .run_task import Alone
from .scheduler import Scheduler
from .store import Facts, Store, Task, invalid, page, store_of, tag_list
from .tasks import stop


@operation("ecs", "ListTasks")
def list_tasks(world: World, call: Call) -> dict[str, Any]:
    """Those meant to run unless stopped ones are asked for (model: desiredStatus). What is listed by startedBy can be
    filtered by nothing else (model: startedBy)."""
    p, store = call.params, store_of(world, call)
    cluster = store.cluster(p.get("cluster"))
    others = {"containerInstance", "desiredStatus", "family", "launchType", "serviceName"} & p.keys()
    if p.get("startedBy") and others:
        raise invalid(f"startedBy cannot be combined with {', '.join(sorted(others))}.")
    wanted = p.get("desiredStatus", "RUNNING")
    found = [
        t for t in store.tasks.values() if t.facts["clusterArn"] == cluster.arn and t.facts["desiredStatus"] == wanted
    ]
    if name := p.get("serviceName"):
        service = store.service(cluster, name)
        found = [t for t in found if t.facts["group"] == f"service:{service.name}"]
    if family := p.get("family"):
        found = [t for t in found if t.definition.facts["family"] == family]
    if by := p.get("startedBy"):
        found = [t for t in found if t.facts["startedBy"] == by]
    return page(found[::-1], p, "taskArns", 100, lambda t: t.arn)


@operation("ecs", "DescribeTasks")
def describe_tasks(world: World, call: Call) -> dict[str, Any]:
    """Up to 100 (model: tasks)."""
    p, store = call.params, store_of(world, call)
    cluster = store.cluster(p.get("cluster"))
    if not 1 <= len(p["tasks"]) <= 100:
        raise invalid("1 to 100 tasks can be described at once.")
    found, failures = [], []
    for asked in p["tasks"]:
        arn = asked if asked.startswith("arn:") else store.arn("task", cluster.name, asked)
        if task := store.tasks.get(arn):
            found.append(_shown(task, "TAGS" in p.get("include", [])))
        else:
            failures.append({"arn": arn, "reason": "MISSING"})
    return {"tasks": found, "failures": failures}


@operation("ecs", "StopTask")
def stop_task(world: World, call: Call) -> dict[str, Any]:
    p, store = call.params, store_of(world, call)
    cluster = store.cluster(p.get("cluster"))
    arn = p["task"] if p["task"].startswith("arn:") else store.arn("task", cluster.name, p["task"])
    task = store.tasks.get(arn)
    if task is None:
        raise invalid("The referenced task was not found.")
    keeper = _keeper(world, store, task)
    stop(world, store, task, keeper, "UserInitiated", p.get("reason") or "Task stopped by user")
    keeper.tend()
    return {"task": _shown(task, False)}


def _keeper(world: World, store: Store, task: Task) -> Scheduler | Alone:
    if task.rollout is None:
        return Alone()
    service = next(s for s in store.services.values() if task in s.tasks or task.facts["group"] == f"service:{s.name}")
    return Scheduler(world, store, service)


def _shown(task: Task, tags: bool) -> Facts:
    return task.facts | {"containers": task.containers, "tags": tag_list(task.tags) if tags else []}
