# SPDX-License-Identifier: MPL-2.0
"""DB subnet groups."""

import re
from typing import Any

from ...models import fault
from ...world import Call, Shelf, World
from .. import finds, operation
from ..ec2 import network, subnet_of, subnets_in
from .account import check_quota, quota
from .pages import page
from .store import Facts, Store, SubnetGroup, invalid, store_of
from .tags import read_tags

NAME = re.compile(r"[A-Za-z][A-Za-z0-9 ._-]{0,254}")


@operation("rds", "CreateDBSubnetGroup")
def create(world: World, call: Call) -> dict[str, Any]:
    p, store = call.params, store_of(world, call)
    name = _name(p["DBSubnetGroupName"])
    tags = read_tags(p.get("Tags"))
    if name in store.subnet_groups:
        raise fault("rds", "DBSubnetGroupAlreadyExistsFault", f"The DB subnet group '{name}' already exists.")
    if not p["DBSubnetGroupDescription"]:
        raise invalid("The parameter DBSubnetGroupDescription must be provided and must not be blank.")
    check_quota(world, store, "DBSubnetGroups", "DBSubnetGroupQuotaExceededFault")
    vpc_id = _check_subnets(world, store, p["SubnetIds"])
    group = SubnetGroup(name, p["DBSubnetGroupDescription"], vpc_id, sorted(set(p["SubnetIds"])), tags)
    store.subnet_groups[name] = group
    return {"DBSubnetGroup": shown_group(store, group)}


@operation("rds", "DescribeDBSubnetGroups")
def describe(world: World, call: Call) -> dict[str, Any]:
    p, store = call.params, store_of(world, call)
    asked = p.get("DBSubnetGroupName")
    groups = [store.subnet_group(asked)] if asked else list(store.subnet_groups.values())
    shown = [shown_group(store, group) for group in groups]
    return page(shown, p, "DBSubnetGroups", key=lambda g: g["DBSubnetGroupName"])


@operation("rds", "ModifyDBSubnetGroup")
def modify(world: World, call: Call) -> dict[str, Any]:
    """Subnets are replaced; the list is required even if only the description changes (model)."""
    p, store = call.params, store_of(world, call)
    group = store.subnet_group(p["DBSubnetGroupName"])
    vpc_id = _check_subnets(world, store, p["SubnetIds"])
    interfaces = network(store.account, store.region).enis
    lost = set(group.subnet_ids) - set(p["SubnetIds"])
    for instance in store.instances.values():
        held = {interfaces[i].subnet.id for i in instance.interfaces if i in interfaces}
        if instance.subnet_group == group.name and held & lost:
            text = f"Some of the subnets to be deleted are currently in use: {', '.join(sorted(held & lost))}"
            raise fault("rds", "SubnetAlreadyInUse", text)
    group.vpc_id, group.subnet_ids = vpc_id, sorted(set(p["SubnetIds"]))
    group.description = p.get("DBSubnetGroupDescription") or group.description
    return {"DBSubnetGroup": shown_group(store, group)}


@operation("rds", "DeleteDBSubnetGroup")
def delete(world: World, call: Call) -> dict[str, Any]:
    store = store_of(world, call)
    group = store.subnet_group(call.params["DBSubnetGroupName"])
    user = next((i.id for i in store.instances.values() if i.subnet_group == group.name), None)
    if user or group.name == "default":
        text = (
            f"Cannot delete the subnet group '{group.name}' because at least one database instance: {user} is "
            "still using it."
            if user
            else "The default DB subnet group cannot be deleted."
        )
        raise fault("rds", "InvalidDBSubnetGroupStateFault", text)
    del store.subnet_groups[group.name]
    return {}


def default_group(store: Store) -> SubnetGroup:
    """RDS makes it over the default VPC when an instance is created without a group."""
    if "default" not in store.subnet_groups:
        vpc = network(store.account, store.region).default_vpc
        ids = sorted(s.id for s in subnets_in(store.account, store.region, vpc.id))
        store.subnet_groups["default"] = SubnetGroup("default", "default", vpc.id, ids, {})
    return store.subnet_groups["default"]


def shown_group(store: Store, group: SubnetGroup) -> Facts:
    subnets = [s for i in group.subnet_ids if (s := subnet_of(store.account, store.region, i))]
    return {
        "DBSubnetGroupName": group.name,
        "DBSubnetGroupDescription": group.description,
        "VpcId": group.vpc_id,
        "SubnetGroupStatus": "Complete",
        "Subnets": [
            {
                "SubnetIdentifier": subnet.id,
                "SubnetAvailabilityZone": {"Name": subnet.availability_zone},
                "SubnetOutpost": {},
                "SubnetStatus": "Active",
            }
            for subnet in subnets
        ],
        "DBSubnetGroupArn": store.arn("subgrp", group.name),
        "SupportedNetworkTypes": ["IPV4"],
    }


def _name(name: str) -> str:
    """Model: DBSubnetGroupName: letters, digits, `._- `, a letter first, at most 255, not `default`."""
    if not NAME.fullmatch(name) or name.lower() == "default":
        raise invalid(
            f"The parameter DBSubnetGroupName is not a valid identifier: {name!r}. It begins with a letter, has at "
            "most 255 letters, digits, periods, underscores, spaces and hyphens, and is not 'default'."
        )
    return name.lower()


def _check_subnets(world: World, store: Store, ids: list[str]) -> str:
    subnets = {i: subnet_of(store.account, store.region, i) for i in ids}
    if bad := sorted(i for i, subnet in subnets.items() if subnet is None):
        raise fault("rds", "InvalidSubnet", f"Some input subnets in :[{', '.join(bad)}] are invalid.")
    found = [subnet for subnet in subnets.values() if subnet is not None]
    vpcs = sorted({subnet.vpc_id for subnet in found})
    if len(vpcs) > 1:
        raise fault("rds", "InvalidSubnet", f"Subnets are in different VPCs: {', '.join(vpcs)}.")
    zones = sorted({subnet.availability_zone for subnet in found})
    if len(zones) < 2:
        text = (
            "The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. Current AZ coverage: "
            f"{', '.join(zones)}. Add subnets to cover at least 2 AZs."
        )
        raise fault("rds", "DBSubnetGroupDoesNotCoverEnoughAZs", text)
    if len(found) > (limit := quota(world, "SubnetsPerDBSubnetGroup")):
        raise fault("rds", "DBSubnetQuotaExceededFault", f"A DB subnet group has at most {limit} subnets.")
    return vpcs[0]


@finds("rds", "CreateDBSubnetGroup")
def created(world: World, call: Call, _result: Any) -> Shelf:
    return Shelf(store_of(world, call).subnet_groups, call.params["DBSubnetGroupName"].lower())
