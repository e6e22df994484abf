# SPDX-License-Identifier: MPL-2.0
"""CreateService."""

from typing import Any

from ...errors import NotPerformed
from ...world import Call, Shelf, World
from .. import finds, operation
from .checks import check_workload
from .deployments import begin
from .describe import shown_service
from .store import Facts, Service, client, invalid, moment, read_tags, store_of

READ = {
    "availabilityZoneRebalancing", "capacityProviderStrategy", "clientToken", "cluster", "deploymentConfiguration",
    "deploymentController", "desiredCount", "enableECSManagedTags", "enableExecuteCommand",
    "healthCheckGracePeriodSeconds", "launchType", "loadBalancers", "networkConfiguration", "placementConstraints",
    "placementStrategy", "platformVersion", "propagateTags", "schedulingStrategy", "serviceName", "tags",
    "taskDefinition",
}  # fmt: skip


@operation("ecs", "CreateService")
def create(world: World, call: Call) -> dict[str, Any]:
    """A repeat with the same client token answers the service that is there; otherwise the name is taken."""
    p, store = call.params, store_of(world, call)
    refuse_unread(p, READ, "CreateService")
    cluster = store.cluster(p.get("cluster"))
    tags = read_tags(p.get("tags"))
    twin = store.find_service(cluster, p["serviceName"])
    if twin is not None and twin.facts["status"] == "DRAINING":
        raise invalid("Unable to Start a service that is still Draining.")
    if twin is not None and twin.facts["status"] == "ACTIVE":
        if p.get("clientToken") and p["clientToken"] == twin.token and p == twin.asked:
            return {"service": shown_service(store, twin, True)}
        raise invalid("Creation of service was not idempotent.")
    if "desiredCount" not in p:
        raise invalid("The desiredCount parameter is required for the REPLICA scheduling strategy.")
    definition = store.task_definition(p.get("taskDefinition", ""))
    if definition is None:
        raise client("TaskDefinition not found.")
    if definition.facts["status"] != "ACTIVE":
        raise client("TaskDefinition is inactive")
    facts = _defaults(p) | {
        "serviceArn": store.arn("service", cluster.name, p["serviceName"]),
        "clusterArn": cluster.arn,
        "taskDefinition": definition.arn,
        "status": "ACTIVE",
        "createdAt": moment(world.timeline.now),
        "createdBy": f"arn:aws:iam::{call.account}:root",
    }
    check_workload(world, store, facts, definition)
    service = Service(facts, tags, cluster, p.get("clientToken"), dict(p))
    service.seen_from = world.timeline.now + world.timing.seconds("scaling_lag")
    store.services[service.arn] = service
    begin(world, store, service)
    return {"service": shown_service(store, service, True)}


@finds("ecs", "CreateService")
def created(world: World, call: Call, result: Facts) -> Shelf:
    return Shelf(store_of(world, call).services, result["service"]["serviceArn"])


def refuse_unread(p: Facts, read: set[str], operation_name: str) -> None:
    if unread := sorted(k for k in p.keys() - read if p[k]):
        raise NotPerformed("ecs", operation_name, f"with {', '.join(unread)}")
    configuration = p.get("deploymentConfiguration") or {}
    if configuration.get("strategy", "ROLLING") != "ROLLING" or configuration.get("lifecycleHooks"):
        raise NotPerformed("ecs", operation_name, "with other deployments than ROLLING, or with hooks")
    if (p.get("deploymentController") or {}).get("type", "ECS") != "ECS":
        raise NotPerformed("ecs", operation_name, "with other deployment controllers than ECS")


def with_defaults(configuration: Facts | None, before: Facts | None = None) -> Facts:
    """What is left out keeps its value, or gets its default at the first time, at every depth."""
    standard: Facts = {
        "maximumPercent": 200,
        "minimumHealthyPercent": 100,
        "strategy": "ROLLING",
        "bakeTimeInMinutes": 0,
        "deploymentCircuitBreaker": {"enable": False, "rollback": False},
    }
    merged = standard | (before or {})
    for member, value in (configuration or {}).items():
        old = merged.get(member)
        merged[member] = old | value if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


def _defaults(p: Facts) -> Facts:
    strategy = p.get("capacityProviderStrategy", [])
    if strategy and p.get("launchType"):
        raise invalid("Specifying both a launch type and capacity provider strategy is not supported.")
    grace = p.get("healthCheckGracePeriodSeconds")
    return {
        "serviceName": p["serviceName"],
        "desiredCount": p["desiredCount"],
        "launchType": None if strategy else p.get("launchType", "EC2"),
        "capacityProviderStrategy": strategy,
        "platformVersion": p.get("platformVersion", "LATEST"),
        "platformFamily": "Linux",
        "loadBalancers": p.get("loadBalancers", []),
        "serviceRegistries": [],
        "serviceConnectConfiguration": None,
        "volumeConfigurations": [],
        "networkConfiguration": p.get("networkConfiguration"),
        "deploymentConfiguration": with_defaults(p.get("deploymentConfiguration")),
        "deploymentController": {"type": "ECS"},
        "schedulingStrategy": p.get("schedulingStrategy", "REPLICA"),
        "placementConstraints": [],
        "placementStrategy": [],
        "healthCheckGracePeriodSeconds": 0 if grace is None and p.get("loadBalancers") else grace,
        "enableECSManagedTags": p.get("enableECSManagedTags", False),
        "enableExecuteCommand": p.get("enableExecuteCommand", False),
        "propagateTags": p.get("propagateTags", "NONE"),
        "availabilityZoneRebalancing": p.get("availabilityZoneRebalancing", "ENABLED"),
    }
