# SPDX-License-Identifier: MPL-2.0
"""Application Load Balancers: an interface in every subnet, some minutes of provisioning, listeners that go along."""

import re
import secrets
from typing import Any

from ...errors import NotPerformed, Refusal
from ...models import fault
from ...world import Call, Shelf, World
from .. import finds, operation
from ..ec2 import attach_interface, detach_interface, group_of, network, regroup_interface, subnet_of
from ..iam import ensure_service_linked_role
from .attributes import LOAD_BALANCER
from .listeners import remove_listener
from .store import Facts, LoadBalancer, Store, invalid, moment, page, store_of
from .tags import read_tags

NAME = re.compile(r"(?!internal-)[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?")
READ = {"Name", "Subnets", "SubnetMappings", "SecurityGroups", "Scheme", "Tags", "Type", "IpAddressType"}
ZONE_ID = "Z35SXDOTRQ7X7K"


@operation("elbv2", "CreateLoadBalancer")
def create(world: World, call: Call) -> dict[str, Any]:
    """A repeat with the same settings answers the one that is there (model: operation)."""
    p, store = call.params, store_of(world, call)
    if p.get("Type", "application") != "application" or (unread := p.keys() - READ):
        raise NotPerformed("elbv2", "CreateLoadBalancer", f"with {', '.join(unread) if p.keys() - READ else p['Type']}")
    check_name("load balancer", p["Name"])
    tags = read_tags(p.get("Tags"))
    subnets = p.get("Subnets") or [m["SubnetId"] for m in p.get("SubnetMappings", [])]
    vpc_id = _check_subnets(store, subnets)
    groups = _check_groups(store, vpc_id, p.get("SecurityGroups") or [_default_group(store, vpc_id)])
    scheme = p.get("Scheme", "internet-facing")
    settings = {"Scheme": scheme, "IpAddressType": p.get("IpAddressType", "ipv4"), "Type": "application"}
    if twin := next((b for b in store.load_balancers.values() if b.name == p["Name"]), None):
        same = settings.items() <= twin.facts.items()
        if same and sorted(twin.subnets) == sorted(subnets) and sorted(twin.groups) == sorted(groups):
            return {"LoadBalancers": [shown(store, twin)]}
        text = f"A load balancer with the same name '{p['Name']}' exists, but with different settings"
        raise fault("elbv2", "DuplicateLoadBalancerNameException", text)
    ensure_service_linked_role(call.account, "elasticloadbalancing.amazonaws.com")
    arn = store.arn("loadbalancer", "app", p["Name"])
    host = f"{p['Name']}-{secrets.randbelow(10**9):010}.{call.region}.elb.amazonaws.com"
    facts = settings | {
        "LoadBalancerArn": arn,
        "LoadBalancerName": p["Name"],
        "DNSName": f"internal-{host}" if scheme == "internal" else host,
        "CanonicalHostedZoneId": ZONE_ID,
        "CreatedTime": moment(world.timeline.now),
        "VpcId": vpc_id,
    }
    balancer = LoadBalancer(facts, tags, dict(LOAD_BALANCER), list(subnets), groups)
    store.load_balancers[arn] = balancer
    _place(store, balancer)

    def active() -> None:
        balancer.state = "active"

    world.timeline.after(world.timing.seconds("load_balancer"), active)
    return {"LoadBalancers": [shown(store, balancer)]}


@operation("elbv2", "DescribeLoadBalancers")
def describe(world: World, call: Call) -> dict[str, Any]:
    p, store = call.params, store_of(world, call)
    if len(p.get("LoadBalancerArns", [])) > 20 or len(p.get("Names", [])) > 20:
        raise invalid("You can specify at most 20 load balancers in a single call.")
    found = sorted(store.load_balancers.values(), key=lambda b: b.name)
    if p.get("LoadBalancerArns"):
        found = [store.load_balancer(arn) for arn in p["LoadBalancerArns"]]
    elif names := p.get("Names"):
        found = [b for b in found if b.name in names]
        if missing := set(names) - {b.name for b in found}:
            text = f"Load balancers '[{', '.join(sorted(missing))}]' not found"
            raise fault("elbv2", "LoadBalancerNotFoundException", text)
    return page([shown(store, b) for b in found], p, "LoadBalancers")


@operation("elbv2", "DeleteLoadBalancer")
def delete(world: World, call: Call) -> dict[str, Any]:
    """Takes its listeners along; succeeds if it is gone already (model). Its interfaces linger."""
    store = store_of(world, call)
    balancer = store.load_balancers.get(call.params["LoadBalancerArn"])
    if balancer is None:
        return {}
    if balancer.attributes["deletion_protection.enabled"] == "true":
        text = f"Load balancer '{balancer.arn}' cannot be deleted because deletion protection is enabled"
        raise fault("elbv2", "OperationNotPermittedException", text)
    for listener in store.listeners_of(balancer.arn):
        remove_listener(world, store, listener)
    del store.load_balancers[balancer.arn]
    interfaces = list(balancer.interfaces)

    def gone() -> None:
        for interface in interfaces:
            detach_interface(store.account, store.region, interface)

    world.timeline.after(world.timing.seconds("eni_linger"), gone)
    return {}


@operation("elbv2", "SetSecurityGroups")
def set_security_groups(world: World, call: Call) -> dict[str, Any]:
    p, store = call.params, store_of(world, call)
    balancer = store.load_balancer(p["LoadBalancerArn"])
    balancer.groups = _check_groups(store, balancer.facts["VpcId"], p["SecurityGroups"])
    for interface in balancer.interfaces:
        regroup_interface(store.account, store.region, interface, balancer.groups)
    return {"SecurityGroupIds": balancer.groups}


@operation("elbv2", "SetSubnets")
def set_subnets(world: World, call: Call) -> dict[str, Any]:
    p, store = call.params, store_of(world, call)
    balancer = store.load_balancer(p["LoadBalancerArn"])
    subnets = p.get("Subnets") or [m["SubnetId"] for m in p.get("SubnetMappings", [])]
    if _check_subnets(store, subnets) != balancer.facts["VpcId"]:
        raise fault("elbv2", "InvalidSubnetException", "The subnets are not in the load balancer's VPC")
    balancer.subnets = list(subnets)
    for interface in balancer.interfaces:
        detach_interface(store.account, store.region, interface)
    _place(store, balancer)
    return {"AvailabilityZones": _zones(store, balancer), "IpAddressType": balancer.facts["IpAddressType"]}


@operation("elbv2", "SetIpAddressType")
def set_ip_address_type(world: World, call: Call) -> dict[str, Any]:
    balancer = store_of(world, call).load_balancer(call.params["LoadBalancerArn"])
    balancer.facts["IpAddressType"] = call.params["IpAddressType"]
    return {"IpAddressType": call.params["IpAddressType"]}


@finds("elbv2", "CreateLoadBalancer")
def created(world: World, call: Call, result: Facts) -> Shelf:
    return Shelf(store_of(world, call).load_balancers, result["LoadBalancers"][0]["LoadBalancerArn"])


def check_name(what: str, name: str) -> None:
    """Model: Name of CreateLoadBalancer and CreateTargetGroup."""
    if not NAME.fullmatch(name):
        raise invalid(
            f"The {what} name '{name}' must have 1 to 32 letters, digits and hyphens, and must not begin or end with "
            "a hyphen, or begin with 'internal-'"
        )


def shown(store: Store, balancer: LoadBalancer) -> Facts:
    return balancer.facts | {
        "State": {"Code": balancer.state},
        "AvailabilityZones": _zones(store, balancer),
        "SecurityGroups": balancer.groups,
    }


def _zones(store: Store, balancer: LoadBalancer) -> list[Facts]:
    found = [(i, subnet_of(store.account, store.region, i)) for i in balancer.subnets]
    return [{"ZoneName": s.availability_zone, "SubnetId": i, "LoadBalancerAddresses": []} for i, s in found if s]


def _check_subnets(store: Store, ids: list[str]) -> str:
    found = [(i, subnet_of(store.account, store.region, i)) for i in ids]
    for subnet_id, subnet in found:
        if subnet is None:
            text = f"The subnet ID '{subnet_id}' does not exist"
            raise fault("elbv2", "SubnetNotFoundException", text)
    zones = [s.availability_zone for _, s in found]
    if len(set(zones)) < 2:
        raise invalid("At least two subnets in two different Availability Zones must be specified")
    if len(set(zones)) < len(zones):
        text = "A load balancer cannot be attached to multiple subnets in the same Availability Zone"
        raise fault("elbv2", "InvalidConfigurationRequestException", text)
    if len({s.vpc_id for _, s in found}) > 1:
        raise fault("elbv2", "InvalidConfigurationRequestException", "The subnets are not in one VPC")
    return found[0][1].vpc_id


def _check_groups(store: Store, vpc_id: str, ids: list[str]) -> list[str]:
    for group_id in ids:
        group = group_of(store.account, store.region, group_id)
        if group is None:
            text = f"The specified security group does not exist: '{group_id}'"
            raise fault("elbv2", "InvalidSecurityGroupException", text)
        if group.vpc_id != vpc_id:  # code and text: users' reports
            raise fault("elbv2", "InvalidConfigurationRequestException", "One or more security groups are invalid")
    return list(ids)


def _default_group(store: Store, vpc_id: str) -> str:
    groups = network(store.account, store.region).groups[vpc_id].values()
    found = next((g.id for g in groups if g.name == "default"), None)
    if found is None:
        raise Refusal("InvalidSecurityGroup", f"VPC '{vpc_id}' has no default security group")
    return found


def _place(store: Store, balancer: LoadBalancer) -> None:
    text = f"ELB {balancer.arn.partition('loadbalancer/')[2]}"
    balancer.interfaces = [
        attach_interface(store.account, store.region, subnet, balancer.groups, "amazon-elb", text)
        for subnet in balancer.subnets
    ]
