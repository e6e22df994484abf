# SPDX-License-Identifier: MPL-2.0
"""Tags of every RDS kind, by ARN."""

from collections.abc import Iterator
from typing import Any

from ...models import fault
from ...world import Call, World
from .. import operation
from ..tagging import SOURCES
from .store import Store, invalid, store_of

KINDS = {"db": "instances", "snapshot": "snapshots", "subgrp": "subnet_groups", "pg": "parameter_groups"}
NOT_FOUND = {
    "db": "DBInstanceNotFoundFault",
    "snapshot": "DBSnapshotNotFoundFault",
    "subgrp": "DBSubnetGroupNotFoundFault",
    "pg": "DBParameterGroupNotFoundFault",
}
ALLOWED = set(" _.:/=+-@")


def read_tags(tags: list[dict[str, str]] | None) -> dict[str, str]:
    """Model, shape Tag: keys 1-128, values to 256, no `aws:`/`rds:`, letters, digits, space and _.:/=+-@"""
    result: dict[str, str] = {}
    for tag in tags or []:
        key, value = tag.get("Key", ""), tag.get("Value", "")
        if not 1 <= len(key) <= 128 or len(value) > 256:
            raise invalid(f"The tag key {key!r} has 1 to 128 characters, its value at most 256.")
        if key.startswith(("aws:", "rds:")):
            raise invalid(f"Tag keys cannot begin with 'aws:' or 'rds:': {key}")
        if not all(c.isalnum() or c in ALLOWED for c in key + value):
            raise invalid(f"The tag {key!r} has characters other than letters, digits, spaces and _.:/=+-@")
        if key in result:
            raise invalid(f"Duplicate tag key {key}")
        result[key] = value
    if len(result) > 50:
        raise invalid("A resource can have at most 50 tags.")
    return result


def shown_tags(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


@operation("rds", "AddTagsToResource")
def add_tags(world: World, call: Call) -> dict[str, Any]:
    tags = _tags_of(store_of(world, call), call.params["ResourceName"])
    merged = tags | read_tags(call.params["Tags"])
    if len(merged) > 50:
        raise invalid("A resource can have at most 50 tags.")
    tags.update(merged)
    return {}


@operation("rds", "RemoveTagsFromResource")
def remove_tags(world: World, call: Call) -> dict[str, Any]:
    tags = _tags_of(store_of(world, call), call.params["ResourceName"])
    for key in call.params["TagKeys"]:
        tags.pop(key, None)
    return {}


@operation("rds", "ListTagsForResource")
def list_tags(world: World, call: Call) -> dict[str, Any]:
    return {"TagList": shown_tags(_tags_of(store_of(world, call), call.params["ResourceName"]))}


def _tags_of(store: Store, arn: str) -> dict[str, str]:
    parts = arn.split(":", 6)
    if len(parts) < 7 or parts[:3] != ["arn", "aws", "rds"] or parts[5] not in KINDS:
        raise invalid(f"Invalid resource name: {arn}")
    _, _, _, region, account, kind, name = parts
    if (account, region) != (store.account, store.region):
        raise invalid(f"The specified resource name does not match an RDS resource in this region: {arn}")
    thing = getattr(store, KINDS[kind]).get(name)
    if thing is None:
        raise fault("rds", NOT_FOUND[kind], f"{name} not found.")
    return thing.tags


def _tagged(world: World, account: str, region: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    store = world.store(Store, account, region)
    for kind, place in KINDS.items():
        for name, thing in getattr(store, place).items():
            yield store.arn(kind, name), f"rds:{kind}", thing.tags


SOURCES.append(_tagged)
