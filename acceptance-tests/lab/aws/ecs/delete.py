# SPDX-License-Identifier: MPL-2.0
"""DeleteService: the service drains, and is INACTIVE when its last task has stopped."""

from typing import Any

from ...world import Call, World
from .. import operation
from .deployments import look_whether_drained
from .describe import shown_service
from .scheduler import Scheduler
from .store import invalid, store_of
from .tasks import stop


@operation("ecs", "DeleteService")
def delete(world: World, call: Call) -> dict[str, Any]:
    """`force` is needed while it is scaled above 0 (model: force) or is being deployed."""
    p, store = call.params, store_of(world, call)
    service = store.service(store.cluster(p.get("cluster")), p["service"])
    if service.facts["status"] == "INACTIVE":
        return {"service": shown_service(store, service, False)}
    if not p.get("force") and service.facts["status"] == "ACTIVE":
        if service.desired > 0:
            raise invalid("The service cannot be stopped while it is scaled above 0.")
        if not service.deployments[0].is_over:
            raise invalid("The service cannot be stopped while deployments are active.")
    if service.facts["status"] == "ACTIVE":
        service.facts |= {"status": "DRAINING", "desiredCount": 0}
        service.deployments.clear()
        keeper = Scheduler(world, store, service)
        for task in list(service.tasks):
            reason = f"Scaling activity initiated by (deployment {task.rollout.id})"
            stop(world, store, task, keeper, "ServiceSchedulerInitiated", reason)
        look_whether_drained(world, store, service)
    return {"service": shown_service(store, service, False)}
