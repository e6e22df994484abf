# SPDX-License-Identifier: MPL-2.0
"""UpdateService: what changes the workload begins a deployment, the rest changes in place."""

from typing import Any

from ...world import Call, Shelf, World
from .. import changes, operation
from .checks import check_workload
from .create import refuse_unread, with_defaults
from .deployments import WORKLOAD, begin
from .describe import shown_service
from .scheduler import Scheduler
from .store import client, cluster_name, store_of

IN_PLACE = (
    "desiredCount", "healthCheckGracePeriodSeconds", "enableExecuteCommand", "enableECSManagedTags", "propagateTags",
    "availabilityZoneRebalancing", "capacityProviderStrategy",
)  # fmt: skip
READ = {*IN_PLACE, "taskDefinition", "networkConfiguration", "platformVersion", "loadBalancers", "cluster", "service",
        "deploymentConfiguration", "forceNewDeployment", "deploymentController"}  # fmt: skip


@operation("ecs", "UpdateService")
def update(world: World, call: Call) -> dict[str, Any]:
    """A workload sent as it is, without forceNewDeployment, begins nothing."""
    p, store = call.params, store_of(world, call)
    refuse_unread(p, READ, "UpdateService")
    service = store.active_service(store.cluster(p.get("cluster")), p["service"])
    facts = service.facts | {k: p[k] for k in (*IN_PLACE, *WORKLOAD) if k in p}
    facts["deploymentConfiguration"] = with_defaults(
        p.get("deploymentConfiguration"), service.facts["deploymentConfiguration"]
    )
    definition = store.task_definition(facts["taskDefinition"])
    if definition is None:
        raise client("TaskDefinition not found.")
    if p.get("taskDefinition") and definition.facts["status"] != "ACTIVE":
        raise client("TaskDefinition is inactive")
    facts["taskDefinition"] = definition.arn
    check_workload(world, store, facts, definition)
    changed = any(facts[k] != service.facts[k] for k in WORKLOAD)
    service.facts = facts
    if changed or p.get("forceNewDeployment"):
        begin(world, store, service)
    else:
        service.steady = service.steady and "desiredCount" not in p
        Scheduler(world, store, service).tend()
    return {"service": shown_service(store, service, True)}


@changes("ecs", "UpdateService")
def changed(world: World, call: Call) -> Shelf | None:
    store = store_of(world, call)
    cluster = store.clusters.get(cluster_name(call.params.get("cluster")))
    found = store.find_service(cluster, call.params["service"]) if cluster else None
    return Shelf(store.services, found.arn) if found else None
