# SPDX-License-Identifier: MPL-2.0
"""What happens to a service by itself, on command: POST /_lab/ecs/<cluster>/<service>/<event>?region=…"""

from typing import Any

from ...world import World
from .. import elbv2, event
from .scheduler import Scheduler
from .store import Facts, Service, Store, Task
from .tasks import fail, stop


@event("ecs", "scale")
def scale(world: World, where: Facts, body: Facts) -> dict[str, Any]:
    """Autoscaling sets the task count to `count`."""
    store, service = _service(world, where)
    if not isinstance(body.get("count"), int) or body["count"] < 0:
        raise ValueError('give the task count: {"count": 3}')
    before, service.facts["desiredCount"] = service.desired, body["count"]
    text = f"has set desired count to {body['count']} (from {before}) by application autoscaling."
    service.note(world.timeline.now, text)
    service.steady = False
    Scheduler(world, store, service).tend()
    return {"from": before, "to": body["count"]}


@event("ecs", "restart-tasks")
def restart_tasks(world: World, where: Facts, _body: Facts) -> dict[str, Any]:
    """Fargate retires the tasks: they are replaced without a deployment."""
    store, service = _service(world, where)
    keeper = Scheduler(world, store, service)
    tasks = [t for t in service.tasks if t.is_live]
    for task in tasks:
        stop(world, store, task, keeper, "TerminationNotice", "Task stopped for scheduled Fargate maintenance.")
    keeper.tend()
    return {"stopped": [t.arn for t in tasks]}


@event("ecs", "crash-tasks")
def crash_tasks(world: World, where: Facts, body: Facts) -> dict[str, Any]:
    """`count` tasks, or all, exit with `code`."""
    store, service = _service(world, where)
    tasks = [t for t in service.tasks if t.is_live and t.facts["lastStatus"] == "RUNNING"][: body.get("count")]
    for task in tasks:
        for container in task.containers:
            container |= {"exitCode": body.get("code", 1), "lastStatus": "STOPPED"}
        keeper = Scheduler(world, store, service)
        fail(world, store, task, keeper, "EssentialContainerExited", "Essential container in task exited")
    return {"stopped": [t.arn for t in tasks]}


@event("ecs", "answer")
def answer(world: World, where: Facts, body: Facts) -> dict[str, Any]:
    """The tasks that run now answer with `status` from now on."""
    store, service = _service(world, where)
    tasks: list[Task] = [t for t in service.tasks if t.is_live]
    balancing = world.store(elbv2.store.Store, store.account, store.region)
    for task in tasks:
        task.status_of_health = int(body["status"])
        elbv2.targets.assess_address(world, balancing, task.address)
    return {"tasks": [t.arn for t in tasks]}


@event("ecs", "scarce")
def scarce(world: World, where: Facts, body: Facts) -> dict[str, Any]:
    """Fargate has no capacity for the next `count` calls of RunTask."""
    store, _ = _service(world, where)
    store.scarce = int(body.get("count", 1))
    return {"count": store.scarce}


def _service(world: World, where: Facts) -> tuple[Store, Service]:
    cluster, _, name = where["id"].partition("/")
    store = world.store(Store, where["account"], where["region"])
    return store, store.active_service(store.cluster(cluster), name)
