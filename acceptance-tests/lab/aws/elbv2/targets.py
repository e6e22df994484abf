# SPDX-License-Identifier: MPL-2.0
"""Targets and what the load balancer thinks of them.

A new target needs one good check, an unhealthy one HealthyThresholdCount of them, and any target goes down after
UnhealthyThresholdCount bad ones ("Health checks for Application Load Balancer target groups" page). Checks are not
made one by one: what a target answers now decides what it will be after so many intervals.
"""

from typing import Any

from ...world import Call, World
from .. import operation
from ..apps import apps_in
from ..ec2 import network
from ..reach import may_reach
from .store import Facts, Store, Target, TargetGroup, store_of

Verdict = tuple[bool, str | None, str | None]


def register(world: World, store: Store, group: TargetGroup, address: str, port: int) -> None:
    target = group.targets.get((address, port))
    if target is None or target.state == "draining":
        target = Target(address, port)
        group.targets[address, port] = target
    assess(world, store, group, target)


def deregister(world: World, store: Store, group: TargetGroup, address: str, port: int) -> float:
    """The target drains; answers how long."""
    target = group.targets.get((address, port))
    if target is None:
        return 0.0
    target.turn += 1
    target.state, target.reason = "draining", "Target.DeregistrationInProgress"
    target.description = "Target deregistration is in progress"
    delay = world.timing.configured(int(group.attributes["deregistration_delay.timeout_seconds"]))

    def gone() -> None:
        if group.targets.get((address, port)) is target:
            del group.targets[address, port]

    world.timeline.after(delay, gone)
    return delay


def assess(world: World, store: Store, group: TargetGroup, target: Target) -> None:
    """Something may have changed: the check that is waited for counts from here."""
    if target.state == "draining":
        return
    if not any(store.users_of(group.arn)):
        target.turn += 1
        target.state, target.reason = Target.state, Target.reason
        target.description = Target.description
        return
    if target.state == "unused":
        target.state, target.reason = "initial", "Elb.RegistrationInProgress"
        target.description = "Target registration is in progress"
    verdict = _look(world, store, group, target)
    if (target.state == "healthy") == verdict[0] and target.state != "initial":
        target.turn += 1
        return
    _decide_later(world, store, group, target, verdict[0])


def assess_address(world: World, store: Store, address: str) -> None:
    for group in store.target_groups.values():
        for target in group.targets.values():
            if target.id == address:
                assess(world, store, group, target)


def health(group: TargetGroup, address: str, port: int) -> str | None:
    target = group.targets.get((address, port))
    return target.state if target else None


def _decide_later(world: World, store: Store, group: TargetGroup, target: Target, good: bool) -> None:
    target.turn += 1
    turn, facts = target.turn, group.facts
    checks = facts["UnhealthyThresholdCount"]
    if good:
        checks = 1 if target.state == "initial" else facts["HealthyThresholdCount"]

    def due() -> None:
        if target.turn != turn or group.targets.get((target.id, target.port)) is not target:
            return
        now, reason, description = _look(world, store, group, target)
        if now != good:
            _decide_later(world, store, group, target, now)
            return
        target.state, target.reason, target.description = "healthy" if good else "unhealthy", reason, description
        if app := apps_in(world, store.account, store.region).get(target.id):
            app.checked(group.arn, good, description or "")

    world.timeline.after(world.timing.configured(checks * facts["HealthCheckIntervalSeconds"]), due)


def _look(world: World, store: Store, group: TargetGroup, target: Target) -> Verdict:
    """What one health check would find (model: TargetHealth, Reason)."""
    balancer = next(iter(store.users_of(group.arn)), None)
    port = target.port
    if group.facts["HealthCheckPort"] != "traffic-port":
        port = int(group.facts["HealthCheckPort"])
    interfaces = network(store.account, store.region).enis.values()
    groups = [g.id for i in interfaces if i.private_ip_address == target.id for g in i.group_set]
    if balancer is None or not may_reach(store.account, store.region, balancer.groups, groups, port):
        return False, "Target.Timeout", "Request timed out"
    app = apps_in(world, store.account, store.region).get(target.id)
    status = app.status(port, group.facts["HealthCheckPath"]) if app else None
    if status is None:
        return False, "Target.FailedHealthChecks", "Health checks failed"
    if not matches(group.facts["Matcher"]["HttpCode"], status):
        return False, "Target.ResponseCodeMismatch", f"Health checks failed with these codes: [{status}]"
    return True, None, None


def matches(codes: str, status: int) -> bool:
    """`200`, `200,202` or `200-299` (model: Matcher)."""
    ranges = [part.partition("-") for part in codes.replace(" ", "").split(",")]
    return any(int(low) <= status <= int(high or low) for low, _, high in ranges)


@operation("elbv2", "RegisterTargets")
def register_targets(world: World, call: Call) -> dict[str, Any]:
    store = store_of(world, call)
    group = store.target_group(call.params["TargetGroupArn"])
    for given in call.params["Targets"]:
        register(world, store, group, given["Id"], given.get("Port", group.facts["Port"]))
    return {}


@operation("elbv2", "DeregisterTargets")
def deregister_targets(world: World, call: Call) -> dict[str, Any]:
    store = store_of(world, call)
    group = store.target_group(call.params["TargetGroupArn"])
    for given in call.params["Targets"]:
        deregister(world, store, group, given["Id"], given.get("Port", group.facts["Port"]))
    return {}


@operation("elbv2", "DescribeTargetHealth")
def describe_target_health(world: World, call: Call) -> dict[str, Any]:
    group = store_of(world, call).target_group(call.params["TargetGroupArn"])
    if (asked := call.params.get("Targets")) is None:
        return {"TargetHealthDescriptions": [_shown(group, t) for t in group.targets.values()]}
    return {"TargetHealthDescriptions": [shown for wanted in asked for shown in _of(group, wanted)]}


def _of(group: TargetGroup, wanted: Facts) -> list[Facts]:
    """A target that is not registered is shown all the same (model: TargetHealth, `Target.NotRegistered`)."""
    ports = [wanted["Port"]] if "Port" in wanted else []
    found = [t for t in group.targets.values() if t.id == wanted["Id"] and t.port in (ports or [t.port])]
    if found:
        return [_shown(group, target) for target in found]
    health = {"State": "unused", "Reason": "Target.NotRegistered", "Description": "Target is not registered"}
    port = wanted.get("Port", group.facts["Port"])
    return [{"Target": {"Id": wanted["Id"], "Port": port}, "TargetHealth": health}]


def _shown(group: TargetGroup, target: Target) -> Facts:
    checked_at = group.facts["HealthCheckPort"]
    return {
        "Target": {"Id": target.id, "Port": target.port},
        "HealthCheckPort": str(target.port) if checked_at == "traffic-port" else checked_at,
        "TargetHealth": {"State": target.state, "Reason": target.reason, "Description": target.description},
    }
