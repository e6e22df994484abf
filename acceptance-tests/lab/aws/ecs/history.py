# SPDX-License-Identifier: MPL-2.0
"""Service deployments and service revisions, as they can be listed, read and stopped."""

from typing import Any

from ...models import fault
from ...world import Call, World
from .. import operation
from .deployments import stop_requested
from .describe import summary
from .store import Facts, Revision, Service, ServiceDeployment, Store, invalid, moment, page, store_of


@operation("ecs", "ListServiceDeployments")
def list_service_deployments(world: World, call: Call) -> dict[str, Any]:
    """The newest first, 20 a page (model)."""
    p, store = call.params, store_of(world, call)
    service = store.service(store.cluster(p.get("cluster")), p["service"])
    within = p.get("createdAt", {})
    after, before = (_seconds(within.get(k)) for k in ("after", "before"))
    found = [
        d
        for d in service.deployments
        if (not p.get("status") or d.status in p["status"])
        and (after is None or d.created >= after)
        and (before is None or d.created <= before)
    ]
    return page(found, p, "serviceDeployments", 20, lambda d: _brief(service, d))


@operation("ecs", "DescribeServiceDeployments")
def describe_service_deployments(world: World, call: Call) -> dict[str, Any]:
    """Up to 20 (model: serviceDeploymentArns)."""
    store, arns = store_of(world, call), call.params["serviceDeploymentArns"]
    if not 1 <= len(arns) <= 20:
        raise invalid("1 to 20 service deployments can be described at once.")
    known = {d.arn: (s, d) for s in store.services.values() for d in s.deployments}
    shown = [_full(*known[arn]) for arn in arns if arn in known]
    return {"serviceDeployments": shown, "failures": _missing(arns, known)}


@operation("ecs", "DescribeServiceRevisions")
def describe_service_revisions(world: World, call: Call) -> dict[str, Any]:
    store, arns = store_of(world, call), call.params["serviceRevisionArns"]
    if not 1 <= len(arns) <= 20:
        raise invalid("1 to 20 service revisions can be described at once.")
    known = {r.arn: (s, r) for s in store.services.values() for r in s.revisions}
    shown = [_revision(store, *known[arn]) for arn in arns if arn in known]
    return {"serviceRevisions": shown, "failures": _missing(arns, known)}


@operation("ecs", "StopServiceDeployment")
def stop_service_deployment(world: World, call: Call) -> dict[str, Any]:
    """From any state that is not final; one that is being stopped goes on being stopped."""
    p, store = call.params, store_of(world, call)
    arn = p["serviceDeploymentArn"]
    if p.get("stopType", "ROLLBACK") != "ROLLBACK":
        raise invalid("The only valid stop type is ROLLBACK.")
    found = next(((s, d) for s in store.services.values() for d in s.deployments if d.arn == arn), None)
    if found is None:
        raise fault("ecs", "ServiceDeploymentNotFoundException", "Service deployment not found.")
    service, deployment = found
    if deployment.is_over:
        text = f"The service deployment cannot be stopped: it is {deployment.status}."
        raise fault("ecs", "ConflictException", text)
    if deployment.status in ("PENDING", "IN_PROGRESS"):
        stop_requested(world, store, service, deployment)
    return {"serviceDeploymentArn": arn}


def _brief(service: Service, deployment: ServiceDeployment) -> Facts:
    return {
        "serviceDeploymentArn": deployment.arn,
        "serviceArn": service.arn,
        "clusterArn": service.cluster.arn,
        "createdAt": moment(deployment.created),
        "startedAt": moment(deployment.started),
        "finishedAt": moment(deployment.finished),
        "targetServiceRevisionArn": deployment.target.arn,
        "status": deployment.status,
        "statusReason": deployment.reason,
    }


def _full(service: Service, deployment: ServiceDeployment) -> Facts:
    shown = {k: v for k, v in _brief(service, deployment).items() if k != "targetServiceRevisionArn"}
    rollback = deployment.rollback
    return shown | {
        "stoppedAt": moment(deployment.stopped),
        "updatedAt": moment(deployment.finished or deployment.started or deployment.created),
        "sourceServiceRevisions": [summary(service, r) for r in deployment.sources],
        "targetServiceRevision": summary(service, deployment.target),
        "deploymentConfiguration": service.facts["deploymentConfiguration"],
        "rollback": rollback | {"startedAt": moment(rollback["startedAt"])} if rollback else None,
        "deploymentCircuitBreaker": {
            "status": deployment.breaker,
            "failureCount": deployment.failures,
            "threshold": deployment.threshold,
        },
    }


def _revision(store: Store, service: Service, revision: Revision) -> Facts:
    definition = store.task_definitions.get(revision.facts["taskDefinition"])
    containers = definition.facts["containerDefinitions"] if definition else []
    facts = revision.facts
    return facts | {
        "serviceRevisionArn": revision.arn,
        "serviceArn": service.arn,
        "clusterArn": service.cluster.arn,
        "createdAt": moment(revision.created),
        "platformVersion": "1.4.0",
        "containerImages": [{"containerName": c["name"], "image": c["image"]} for c in containers],
        "resolvedConfiguration": {
            "loadBalancers": [{"targetGroupArn": e["targetGroupArn"]} for e in facts["loadBalancers"]]
        },
    }


def _missing(asked: list[str], known: Any) -> list[Facts]:
    return [{"arn": arn, "reason": "MISSING"} for arn in asked if arn not in known]


def _seconds(value: Any) -> float | None:
    if value is None or isinstance(value, int | float):
        return value
    return value.timestamp()
