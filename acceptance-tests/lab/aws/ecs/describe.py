# SPDX-License-Identifier: MPL-2.0
"""How a service shows."""

from typing import Any

from ...world import Call, World
from .. import operation
from .store import Facts, Revision, Rollout, Service, Store, Task, invalid, moment, page, store_of, tag_list

OF_ROLLOUT = ("networkConfiguration", "launchType", "capacityProviderStrategy", "platformFamily", "taskDefinition")


@operation("ecs", "DescribeServices")
def describe_services(world: World, call: Call) -> dict[str, Any]:
    """Up to 10 of one cluster; missing ones are told in `failures` (API failure reasons page)."""
    p, store = call.params, store_of(world, call)
    cluster = store.cluster(p.get("cluster"))
    if not 1 <= len(p["services"]) <= 10:
        raise invalid("1 to 10 services can be described at once.")
    found, failures = [], []
    for asked in p["services"]:
        if service := store.find_service(cluster, asked):
            found.append(shown_service(store, service, "TAGS" in p.get("include", [])))
        else:
            arn = store.arn("service", cluster.name, asked.rpartition("/")[2])
            failures.append({"arn": arn, "reason": "MISSING"})
    return {"services": found, "failures": failures}


@operation("ecs", "ListServices")
def list_services(world: World, call: Call) -> dict[str, Any]:
    p, store = call.params, store_of(world, call)
    cluster = store.cluster(p.get("cluster"))
    held = [s for s in store.services.values() if s.cluster is cluster and s.facts["status"] != "INACTIVE"]
    found = [s for s in held if p.get("launchType") in (None, s.facts["launchType"])]
    return page(found, p, "serviceArns", 10, lambda s: s.arn)


def shown_service(store: Store, service: Service, tags: bool) -> Facts:
    gone = service.facts["status"] == "INACTIVE"
    current = list(dict.fromkeys(r.revision for r in service.rollouts))
    return service.facts | counts(service.tasks) | {
        "deployments": [] if gone else [_rollout(service, r) for r in service.rollouts],
        "events": service.events,
        "currentServiceDeployment": service.deployments[0].arn if service.deployments else None,
        "currentServiceRevisions": [] if gone else [summary(service, r) for r in current],
        "tags": tag_list(service.tags) if tags else [],
        "roleArn": f"arn:aws:iam::{store.account}:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS",
    }  # fmt: skip


def counts(tasks: list[Task]) -> Facts:
    live = [t for t in tasks if t.is_live]
    running = sum(t.facts["lastStatus"] == "RUNNING" for t in live)
    return {"runningCount": running, "pendingCount": len(live) - running}


def summary(service: Service, revision: Revision) -> Facts:
    seen = counts([t for t in service.tasks if t.rollout.revision is revision])
    wanted = service.desired if service.rollouts and service.primary.revision is revision else 0
    return {
        "arn": revision.arn,
        "requestedTaskCount": wanted,
        "runningTaskCount": seen["runningCount"],
        "pendingTaskCount": seen["pendingCount"],
    }


def _rollout(service: Service, rollout: Rollout) -> Facts:
    facts = {k: rollout.revision.facts[k] for k in OF_ROLLOUT}
    return facts | counts([t for t in service.tasks if t.rollout is rollout]) | {
        "id": rollout.id,
        "status": rollout.status,
        "desiredCount": service.desired if rollout.status == "PRIMARY" else 0,
        "failedTasks": rollout.failed,
        "createdAt": moment(rollout.created),
        "updatedAt": moment(rollout.created),
        "platformVersion": "1.4.0",
        "rolloutState": rollout.state,
        "rolloutStateReason": rollout.reason,
    }  # fmt: skip
