# SPDX-License-Identifier: MPL-2.0
"""EC2: moto's, with the refusals it forgets, and what other services need of the network."""

import re
from typing import Any

from moto.ec2.models import EC2Backend, ec2_backends

from .. import upstream
from ..errors import NotPerformed, Refusal
from ..wire import Response
from ..world import Call, Shelf, World
from . import finds, guard, operation

GROUP_ID = re.compile(r"sg-[0-9a-f]{8,17}")
# CreateSecurityGroup, GroupDescription.
DESCRIPTION = re.compile(r"[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{0,255}")


def network(account: str, region: str) -> EC2Backend:
    return ec2_backends[account][region]


def subnet_of(account: str, region: str, subnet_id: str) -> Any | None:
    zones = network(account, region).subnets.values()
    return next((zone[subnet_id] for zone in zones if subnet_id in zone), None)


def subnets_in(account: str, region: str, vpc_id: str) -> list[Any]:
    zones = network(account, region).subnets.values()
    found = [s for zone in zones for s in zone.values() if s.vpc_id == vpc_id]
    return sorted(found, key=lambda s: s.availability_zone)


def group_of(account: str, region: str, group_id: str) -> Any | None:
    return network(account, region).get_security_group_from_id(group_id)


def zones_in(account: str, region: str) -> list[str]:
    return sorted(z.name for z in network(account, region).describe_availability_zones())


def furnish_default_vpc(backend: EC2Backend) -> None:
    """A default VPC has an internet gateway and a route to it ("Default VPC components" page); moto leaves them out."""
    vpc = backend.default_vpc
    if vpc is None or any(vpc.id == g.vpc.id for g in backend.internet_gateways.values() if g.vpc):
        return
    gateway = backend.create_internet_gateway()
    backend.attach_internet_gateway(gateway.id, vpc.id)
    main = next(t for t in backend.route_tables.values() if t.vpc_id == vpc.id)
    backend.create_route(main.id, "0.0.0.0/0", None, gateway_id=gateway.id)


def attach_interface(account: str, region: str, subnet_id: str, groups: list[str], owner: str, text: str) -> str:
    """An interface a managed service keeps in somebody's subnet: in use, and not theirs to delete."""
    interface = network(account, region).create_network_interface(subnet_id, "", group_ids=groups, description=text)
    interface.requester_managed = True
    interface.requester_id = owner
    interface.status = "in-use"
    return interface.id


def regroup_interface(account: str, region: str, interface_id: str, groups: list[str]) -> None:
    backend = network(account, region)
    backend.enis[interface_id]._group_set = [g for i in groups if (g := backend.get_security_group_from_id(i))]


def detach_interface(account: str, region: str, interface_id: str) -> None:
    network(account, region).enis.pop(interface_id, None)


@guard("ec2")
def check_group_ids(call: Call) -> None:
    """`Invalid id: "sg-zz" (expecting "sg-...")`: users' reports. Filters are not looked at."""
    p = call.params
    pairs = [pair for permission in p.get("IpPermissions", []) for pair in permission.get("UserIdGroupPairs", [])]
    given = [p.get("GroupId"), *p.get("GroupIds", []), *(pair.get("GroupId") for pair in pairs)]
    for group in given:
        if isinstance(group, str) and not GROUP_ID.fullmatch(group):
            raise Refusal("InvalidGroupId.Malformed", f'Invalid id: "{group}" (expecting "sg-...")')


@operation("ec2", "DescribeVpcEndpointServices")
def describe_vpc_endpoint_services(_world: World, _call: Call) -> Response:
    """moto's answer depends on what was asked before, and is wrong."""
    raise NotPerformed("ec2", "DescribeVpcEndpointServices")


@operation("ec2", "CreateSecurityGroup")
def create_security_group(_world: World, call: Call) -> Response:
    """Names are unique in a VPC whatever their case, and may not look like an id (CreateSecurityGroup, GroupName)."""
    name = call.params.get("GroupName", "")
    backend = network(call.account, call.region)
    vpc_id = call.params.get("VpcId") or backend.default_vpc.id
    if name.lower().startswith("sg-"):
        raise Refusal(
            "InvalidParameterValue", "Invalid value for parameter groupName. Group names cannot begin with sg-"
        )
    if vpc_id not in backend.vpcs:
        raise Refusal("InvalidVpcID.NotFound", f"The vpc ID '{vpc_id}' does not exist")
    if not DESCRIPTION.fullmatch(call.params.get("Description", "")):
        text = (
            "Invalid security group description. Valid descriptions are strings less than 256 characters from the "
            "following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*"
        )
        raise Refusal("InvalidParameterValue", text)
    if any(g.name.lower() == name.lower() for g in backend.groups.get(vpc_id, {}).values()):
        text = f"The security group '{name}' already exists for VPC '{vpc_id}'"
        raise Refusal("InvalidGroup.Duplicate", text)
    return upstream.forward(call)


@operation("ec2", "DeleteSecurityGroup")
def delete_security_group(_world: World, call: Call) -> Response:
    """A group that an interface carries, or that another group's rule names, is refused (EC2 error codes page)."""
    backend = network(call.account, call.region)
    group_id = call.params.get("GroupId")
    group = backend.get_security_group_from_id(group_id) if group_id else None
    if group is not None:
        carried = any(g.id == group.id for eni in backend.enis.values() for g in eni.group_set)
        named = any(_names(other, group.id) for vpc in backend.groups.values() for other in vpc.values())
        if carried or named:
            raise Refusal("DependencyViolation", f"resource {group.id} has a dependent object")
        if group.name == "default":
            raise Refusal(
                "CannotDelete", f'the specified group: "{group.id}" name: "default" cannot be deleted by a user'
            )
    return upstream.forward(call)


def _names(other: Any, group_id: str) -> bool:
    rules = [*other.ingress_rules, *other.egress_rules]
    return other.id != group_id and any((r.source_group or {}).get("GroupId") == group_id for r in rules)


@operation("ec2", "DeleteNetworkInterface", "DetachNetworkInterface")
def delete_network_interface(_world: World, call: Call) -> Response:
    """An interface in use cannot be deleted (EC2 error codes page: InvalidParameterValue, "currently in use")."""
    interface = network(call.account, call.region).enis.get(call.params.get("NetworkInterfaceId"))
    if interface is not None and interface.requester_managed:
        text = f"Network interface '{interface.id}' is currently in use and is managed by {interface.requester_id}."
        raise Refusal("InvalidParameterValue", text)
    return upstream.forward(call)


@operation("ec2", "DeleteSubnet")
def delete_subnet(_world: World, call: Call) -> Response:
    subnet_id = call.params.get("SubnetId")
    interfaces = network(call.account, call.region).enis.values()
    if any(eni.subnet.id == subnet_id for eni in interfaces):
        text = f"The subnet '{subnet_id}' has dependencies and cannot be deleted."
        raise Refusal("DependencyViolation", text)
    return upstream.forward(call)


@finds("ec2", "CreateSecurityGroup")
def created_group(_world: World, call: Call, _result: Any) -> Shelf:
    backend = network(call.account, call.region)
    vpc_id = call.params.get("VpcId") or backend.default_vpc.id
    groups = backend.groups[vpc_id]
    return Shelf(groups, next(i for i, g in groups.items() if g.name == call.params["GroupName"]))
