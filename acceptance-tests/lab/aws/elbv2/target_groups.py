# SPDX-License-Identifier: MPL-2.0
"""Target groups. What is not a health check cannot change (model: ModifyTargetGroup)."""

from typing import Any

from ...errors import NotPerformed
from ...models import fault
from ...world import Call, Shelf, World
from .. import finds, operation
from ..ec2 import network
from .attributes import TARGET_GROUP
from .load_balancers import check_name
from .store import Facts, Store, TargetGroup, invalid, page, store_of
from .tags import read_tags
from .targets import assess

CHECKS = {
    "HealthCheckProtocol": "HTTP",
    "HealthCheckPort": "traffic-port",
    "HealthCheckEnabled": True,
    "HealthCheckPath": "/",
    "HealthCheckIntervalSeconds": 30,
    "HealthCheckTimeoutSeconds": 5,
    "HealthyThresholdCount": 5,
    "UnhealthyThresholdCount": 2,
    "Matcher": {"HttpCode": "200"},
}


@operation("elbv2", "CreateTargetGroup")
def create(world: World, call: Call) -> dict[str, Any]:
    """A repeat with the same settings answers the one that is there (model: operation)."""
    p, store = call.params, store_of(world, call)
    if p.get("Protocol") not in ("HTTP", "HTTPS") or p.get("TargetType", "instance") not in ("ip", "instance"):
        raise NotPerformed("elbv2", "CreateTargetGroup", "but for HTTP and HTTPS, to addresses or instances")
    check_name("target group", p["Name"])
    tags = read_tags(p.get("Tags"))
    if "Port" not in p or "VpcId" not in p:
        raise invalid("A port and a VPC ID must be specified")
    if p["VpcId"] not in network(call.account, call.region).vpcs:
        raise invalid(f"The VPC ID '{p['VpcId']}' is not found")
    facts = CHECKS | {
        "TargetGroupName": p["Name"],
        "Protocol": p["Protocol"],
        "ProtocolVersion": "HTTP1",
        "Port": p["Port"],
        "VpcId": p["VpcId"],
        "TargetType": "instance",
        "IpAddressType": "ipv4",
    }
    facts |= {k: v for k, v in p.items() if k not in ("Name", "Tags")}
    _check(facts)
    if twin := next((g for g in store.target_groups.values() if g.name == p["Name"]), None):
        if facts.items() <= twin.facts.items():
            return {"TargetGroups": [shown(store, twin)]}
        text = f"A target group with the same name '{p['Name']}' exists, but with different settings"
        raise fault("elbv2", "DuplicateTargetGroupNameException", text)
    facts["TargetGroupArn"] = store.arn("targetgroup", p["Name"])
    group = TargetGroup(facts, tags, dict(TARGET_GROUP))
    store.target_groups[group.arn] = group
    return {"TargetGroups": [shown(store, group)]}


@operation("elbv2", "DescribeTargetGroups")
def describe(world: World, call: Call) -> dict[str, Any]:
    p, store = call.params, store_of(world, call)
    found = sorted(store.target_groups.values(), key=lambda g: g.name)
    if p.get("TargetGroupArns"):
        found = [store.target_group(arn) for arn in p["TargetGroupArns"]]
    elif names := p.get("Names"):
        found = [g for g in found if g.name in names]
        if set(names) - {g.name for g in found}:
            raise fault("elbv2", "TargetGroupNotFoundException", "One or more target groups not found")
    elif p.get("LoadBalancerArn"):
        balancer = store.load_balancer(p["LoadBalancerArn"])
        found = [g for g in found if balancer in store.users_of(g.arn)]
    return page([shown(store, g) for g in found], p, "TargetGroups")


@operation("elbv2", "ModifyTargetGroup")
def modify(world: World, call: Call) -> dict[str, Any]:
    p, store = call.params, store_of(world, call)
    group = store.target_group(p["TargetGroupArn"])
    changed = group.facts | p
    _check(changed)
    group.facts = changed
    for target in group.targets.values():
        assess(world, store, group, target)
    return {"TargetGroups": [shown(store, group)]}


@operation("elbv2", "DeleteTargetGroup")
def delete(world: World, call: Call) -> dict[str, Any]:
    """Succeeds if it is gone already; refused while an action names it (model: operation)."""
    store, arn = store_of(world, call), call.params["TargetGroupArn"]
    if any(arn in listener.target_groups for listener in store.listeners.values()):
        text = f"Target group '{arn}' is currently in use by a listener or a rule"
        raise fault("elbv2", "ResourceInUseException", text)
    store.target_groups.pop(arn, None)
    return {}


@finds("elbv2", "CreateTargetGroup")
def created(world: World, call: Call, result: Facts) -> Shelf:
    return Shelf(store_of(world, call).target_groups, result["TargetGroups"][0]["TargetGroupArn"])


def shown(store: Store, group: TargetGroup) -> Facts:
    return group.facts | {"LoadBalancerArns": [b.arn for b in store.users_of(group.arn)]}


def _check(facts: Facts) -> None:
    if facts["HealthCheckTimeoutSeconds"] >= facts["HealthCheckIntervalSeconds"]:
        raise invalid("Health check interval must be greater than the timeout.")
    if not facts["HealthCheckPath"].startswith("/"):
        raise invalid(f"Health check path '{facts['HealthCheckPath']}' must begin with a '/' character")
