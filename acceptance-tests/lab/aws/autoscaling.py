# SPDX-License-Identifier: MPL-2.0
"""Application Auto Scaling of ECS services. Wholly the lab's own: targets, policies, schedules, tags. It scales nothing by itself.

Rules come from botocore's application-autoscaling model; what is not in it stands in ../../ASSUMPTIONS.md.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from ..errors import NotPerformed, Refusal
from ..models import fault
from ..objects import birth
from ..world import Call, Shelf, World
from . import REGISTRY, ecs, finds, lists, operation
from .iam import ensure_service_linked_role
from .tagging import SOURCES

SERVICE = "application-autoscaling"
REGISTRY.complete.add(SERVICE)
Facts = dict[str, Any]
# As Application Auto Scaling writes times; what is inside the parentheses is looked at no further.
SCHEDULE = re.compile(r"(cron|rate|at)\([^()]+\)")
SUSPENDED = ("DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended")


@dataclass(eq=False)
class Target:
    facts: Facts
    tags: dict[str, str]
    policies: dict[str, Facts] = field(default_factory=dict)
    scheduled: dict[str, Facts] = field(default_factory=dict)

    @property
    def arn(self) -> str:
        return self.facts["ScalableTargetARN"]


class Store:
    """Targets by resource id: all are of the dimension ecs:service:DesiredCount."""

    def __init__(self, account: str, region: str) -> None:
        self.account = account
        self.region = region
        self.targets: dict[str, Target] = {}

    def target(self, resource: str) -> Target:
        if resource not in self.targets:
            text = (
                "No scalable target registered for service namespace: ecs, resource ID: "
                f"{resource}, scalable dimension: ecs:service:DesiredCount"
            )
            raise fault(SERVICE, "ObjectNotFoundException", text)
        return self.targets[resource]

    def by_arn(self, arn: str) -> Target:
        found = next((t for t in self.targets.values() if t.arn == arn), None)
        if found is None:
            raise fault(SERVICE, "ResourceNotFoundException", f"The resource {arn} does not exist.")
        return found


@operation(SERVICE, "RegisterScalableTarget")
def register(world: World, call: Call) -> dict[str, Any]:
    """An upsert; every call brings the task count within the limits (model: operation)."""
    p, store = _ecs_only(call), _store(world, call)
    service = _service(world, call, p["ResourceId"])
    target = store.targets.get(p["ResourceId"])
    facts = dict(target.facts) if target else _fresh(world, call, p)
    facts |= {k: p[k] for k in ("MinCapacity", "MaxCapacity") if k in p}
    facts["SuspendedState"] = facts["SuspendedState"] | p.get("SuspendedState", {})
    if facts["MinCapacity"] is None or facts["MaxCapacity"] is None:
        raise _invalid("Min and max capacity must be specified when registering a new scalable target")
    if not 0 <= facts["MinCapacity"] <= facts["MaxCapacity"]:
        raise _invalid("Maximum capacity cannot be less than minimum capacity")
    if target and p.get("Tags"):
        raise _invalid("Tags can be given to a new scalable target only; use TagResource")
    ensure_service_linked_role(call.account, "ecs.application-autoscaling.amazonaws.com")
    if target is None:
        target = Target(facts, dict(p.get("Tags", {})))
        store.targets[p["ResourceId"]] = target
    target.facts = facts
    within = min(max(service.desired, facts["MinCapacity"]), facts["MaxCapacity"])
    if within != service.desired:
        where = {"id": p["ResourceId"].removeprefix("service/"), "region": call.region, "account": call.account}
        ecs.happenings.scale(world, where, {"count": within})
    return {"ScalableTargetARN": target.arn}


@operation(SERVICE, "DescribeScalableTargets")
def describe_targets(world: World, call: Call) -> dict[str, Any]:
    p, store = _ecs_only(call), _store(world, call)
    found = [t.facts for r, t in store.targets.items() if r in p.get("ResourceIds", [r])]
    return _page(found, p, "ScalableTargets", 50)


@operation(SERVICE, "DeregisterScalableTarget")
def deregister(world: World, call: Call) -> dict[str, Any]:
    """Takes its policies and scheduled actions along (model: operation)."""
    p, store = _ecs_only(call), _store(world, call)
    store.target(p["ResourceId"])
    del store.targets[p["ResourceId"]]
    return {}


@operation(SERVICE, "PutScalingPolicy")
def put_policy(world: World, call: Call) -> dict[str, Any]:
    p, store = _ecs_only(call), _store(world, call)
    target = store.target(p["ResourceId"])
    if p.get("PolicyType", "StepScaling") != "TargetTrackingScaling":
        raise NotPerformed(SERVICE, "PutScalingPolicy", "but for target tracking")
    configuration = p.get("TargetTrackingScalingPolicyConfiguration") or {}
    if ("PredefinedMetricSpecification" in configuration) == ("CustomizedMetricSpecification" in configuration):
        raise _invalid("Specify either a predefined or a customized metric")
    before = target.policies.get(p["PolicyName"], {})
    base = f"arn:aws:autoscaling:{call.region}:{call.account}:scalingPolicy"
    facts = p | {
        "PolicyARN": before.get("PolicyARN")
        or f"{base}:{uuid4()}:resource/ecs/{p['ResourceId']}:policyName/{p['PolicyName']}",
        "CreationTime": before.get("CreationTime") or ecs.store.moment(world.timeline.now),
        "Alarms": before.get("Alarms") or _alarms(call, p["ResourceId"]),
    }
    target.policies[p["PolicyName"]] = facts
    return {"PolicyARN": facts["PolicyARN"], "Alarms": facts["Alarms"]}


@operation(SERVICE, "DescribeScalingPolicies")
def describe_policies(world: World, call: Call) -> dict[str, Any]:
    """10 a page (model: MaxResults)."""
    p, store = _ecs_only(call), _store(world, call)
    targets = [t for r, t in store.targets.items() if r == p.get("ResourceId", r)]
    found = [f for t in targets for n, f in t.policies.items() if n in (p.get("PolicyNames") or [n])]
    return _page(found, p, "ScalingPolicies", 10)


@operation(SERVICE, "DeleteScalingPolicy")
def delete_policy(world: World, call: Call) -> dict[str, Any]:
    p, store = _ecs_only(call), _store(world, call)
    if store.target(p["ResourceId"]).policies.pop(p["PolicyName"], None) is None:
        text = f"No scaling policy {p['PolicyName']} found for service namespace: ecs, resource ID: {p['ResourceId']}"
        raise fault(SERVICE, "ObjectNotFoundException", text)
    return {}


@operation(SERVICE, "PutScheduledAction")
def put_scheduled(world: World, call: Call) -> dict[str, Any]:
    """An upsert: what is not given stays as it was (model: operation)."""
    p, store = _ecs_only(call), _store(world, call)
    target = store.target(p["ResourceId"])
    before = target.scheduled.get(p["ScheduledActionName"], {})
    if not p.get("Schedule") and not before:
        raise _invalid("Schedule must be specified when creating a new scheduled action")
    if not SCHEDULE.fullmatch(p.get("Schedule", "rate(1 day)")):
        raise _invalid(f"Schedule expression {p['Schedule']} is not valid")
    limits = p.get("ScalableTargetAction") or before.get("ScalableTargetAction") or {}
    if not limits:
        raise _invalid("Minimum capacity, maximum capacity, or both must be specified")
    if limits.get("MinCapacity", 0) > limits.get("MaxCapacity", limits.get("MinCapacity", 0)):
        raise _invalid("Maximum capacity cannot be less than minimum capacity")
    base = f"arn:aws:autoscaling:{call.region}:{call.account}:scheduledAction"
    name = p["ScheduledActionName"]
    target.scheduled[name] = before | p | {
        "ScalableTargetAction": limits,
        "ScheduledActionARN": before.get("ScheduledActionARN")
        or f"{base}:{uuid4()}:resource/ecs/{p['ResourceId']}:scheduledActionName/{name}",
        "CreationTime": before.get("CreationTime") or ecs.store.moment(world.timeline.now),
    }
    return {}


@operation(SERVICE, "DescribeScheduledActions")
def describe_scheduled(world: World, call: Call) -> dict[str, Any]:
    """50 a page (model: MaxResults)."""
    p, store = _ecs_only(call), _store(world, call)
    targets = [t for r, t in store.targets.items() if r == p.get("ResourceId", r)]
    names = p.get("ScheduledActionNames")
    found = [f for t in targets for n, f in t.scheduled.items() if n in (names or [n])]
    return _page(found, p, "ScheduledActions", 50)


@operation(SERVICE, "DeleteScheduledAction")
def delete_scheduled(world: World, call: Call) -> dict[str, Any]:
    p, store = _ecs_only(call), _store(world, call)
    if store.target(p["ResourceId"]).scheduled.pop(p["ScheduledActionName"], None) is None:
        text = (
            f"No scheduled action {p['ScheduledActionName']} found for service namespace: ecs, "
            f"resource ID: {p['ResourceId']}"
        )
        raise fault(SERVICE, "ObjectNotFoundException", text)
    return {}


@operation(SERVICE, "ListTagsForResource")
def list_tags(world: World, call: Call) -> dict[str, Any]:
    return {"Tags": dict(_store(world, call).by_arn(call.params["ResourceARN"]).tags)}


@operation(SERVICE, "TagResource")
def tag(world: World, call: Call) -> dict[str, Any]:
    target = _store(world, call).by_arn(call.params["ResourceARN"])
    if len(target.tags | call.params["Tags"]) > 50:
        raise fault(SERVICE, "TooManyTagsException", "A scalable target can have no more than 50 tags.")
    target.tags.update(call.params["Tags"])
    return {}


@operation(SERVICE, "UntagResource")
def untag(world: World, call: Call) -> dict[str, Any]:
    target = _store(world, call).by_arn(call.params["ResourceARN"])
    for key in call.params["TagKeys"]:
        target.tags.pop(key, None)
    return {}


@finds(SERVICE, "RegisterScalableTarget")
def registered(world: World, call: Call, _result: Any) -> Shelf:
    return Shelf(_store(world, call).targets, call.params["ResourceId"])


@lists
def everything(world: World) -> list[Facts]:
    found = []
    for store in world.stores(Store):
        for resource, target in store.targets.items():
            item = {"service": SERVICE, "region": store.region, "birth": birth(target)}
            found.append(item | {"kind": "scalable_target", "id": resource, "tags": dict(target.tags)})
            found += [
                item | {"kind": "scaling_policy", "id": f"{resource}/{name}", "tags": {}} for name in target.policies
            ]
            found += [
                item | {"kind": "scheduled_action", "id": f"{resource}/{name}", "tags": {}} for name in target.scheduled
            ]
    return found


def tagged(world: World, account: str, region: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    for target in world.store(Store, account, region).targets.values():
        yield target.arn, "application-autoscaling:scalable-target", target.tags


SOURCES.append(tagged)


def _store(world: World, call: Call) -> Store:
    return world.store(Store, call.account, call.region)


def _invalid(message: str) -> Refusal:
    return fault(SERVICE, "ValidationException", message)


def _ecs_only(call: Call) -> Facts:
    dimension = call.params.get("ScalableDimension", "ecs:service:DesiredCount")
    if (call.params["ServiceNamespace"], dimension) != ("ecs", "ecs:service:DesiredCount"):
        raise NotPerformed(SERVICE, call.operation, "but for ECS services")
    return call.params


def _service(world: World, call: Call, resource: str) -> Any:
    """A service just made is not seen yet; for how long is assumed."""
    kind, _, path = resource.partition("/")
    cluster_name, _, name = path.partition("/")
    held = world.store(ecs.store.Store, call.account, call.region)
    cluster = held.clusters.get(cluster_name)
    service = held.find_service(cluster, name) if cluster and kind == "service" else None
    seen = service is not None and service.seen_from <= world.timeline.now
    if not seen or service.facts["status"] != "ACTIVE":
        raise _invalid(f"ECS service doesn't exist: {resource}")
    return service


def _fresh(world: World, call: Call, p: Facts) -> Facts:
    role = (
        "aws-service-role/ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService"
    )
    base = f"arn:aws:application-autoscaling:{call.region}:{call.account}"
    return {
        "ServiceNamespace": "ecs",
        "ResourceId": p["ResourceId"],
        "ScalableDimension": "ecs:service:DesiredCount",
        "MinCapacity": None,
        "MaxCapacity": None,
        "RoleARN": f"arn:aws:iam::{call.account}:role/{role}",
        "CreationTime": ecs.store.moment(world.timeline.now),
        "SuspendedState": dict.fromkeys(SUSPENDED, False),
        "ScalableTargetARN": f"{base}:scalable-target/{uuid4().hex}",
    }


def _alarms(call: Call, resource: str) -> list[Facts]:
    """Target tracking keeps two alarms of its own."""
    names = [f"TargetTracking-{resource}-{end}-{uuid4()}" for end in ("AlarmHigh", "AlarmLow")]
    base = f"arn:aws:cloudwatch:{call.region}:{call.account}:alarm"
    return [{"AlarmName": name, "AlarmARN": f"{base}:{name}"} for name in names]


def _page(things: list[Facts], p: Facts, member: str, most: int) -> Facts:
    start, size = int(p.get("NextToken") or 0), min(p.get("MaxResults", most), most)
    answer: Facts = {member: things[start : start + size]}
    if start + size < len(things):
        answer["NextToken"] = str(start + size)
    return answer
