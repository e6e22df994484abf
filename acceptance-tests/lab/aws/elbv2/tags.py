# SPDX-License-Identifier: MPL-2.0
"""Tags of load balancers, listeners and target groups."""

from collections.abc import Iterator
from typing import Any

from ...models import fault
from ...world import Call, World
from .. import operation
from ..tagging import SOURCES
from .store import Listener, LoadBalancer, Store, TargetGroup, invalid, store_of


def read_tags(given: list[dict[str, str]] | None) -> dict[str, str]:
    tags = {t["Key"]: t.get("Value", "") for t in given or []}
    if len(tags) < len(given or []):
        raise fault("elbv2", "DuplicateTagKeysException", "A tag key was specified more than once.")
    check_tags(tags)
    return tags


def check_tags(tags: dict[str, str]) -> None:
    if len(tags) > 50:
        raise fault("elbv2", "TooManyTagsException", "You've reached the limit on the number of tags per resource.")
    if any(k.lower().startswith("aws:") for k in tags):
        raise invalid("Tag keys may not start with 'aws:'")


@operation("elbv2", "AddTags")
def add_tags(world: World, call: Call) -> dict[str, Any]:
    store, new = store_of(world, call), read_tags(call.params["Tags"])
    things = [_tagged(store, arn) for arn in call.params["ResourceArns"]]
    for thing in things:
        check_tags(thing.tags | new)
    for thing in things:
        thing.tags.update(new)
    return {}


@operation("elbv2", "RemoveTags")
def remove_tags(world: World, call: Call) -> dict[str, Any]:
    store = store_of(world, call)
    for thing in [_tagged(store, arn) for arn in call.params["ResourceArns"]]:
        for key in call.params["TagKeys"]:
            thing.tags.pop(key, None)
    return {}


@operation("elbv2", "DescribeTags")
def describe_tags(world: World, call: Call) -> dict[str, Any]:
    """Up to 20 at once (model: ResourceArns)."""
    arns = call.params["ResourceArns"]
    if len(arns) > 20:
        raise invalid("You can specify at most 20 resources in a single call.")
    shown = [
        {"ResourceArn": a, "Tags": [{"Key": k, "Value": v} for k, v in _tagged(store_of(world, call), a).tags.items()]}
        for a in arns
    ]
    return {"TagDescriptions": shown}


def _tagged(store: Store, arn: str) -> LoadBalancer | Listener | TargetGroup:
    if ":targetgroup/" in arn:
        return store.target_group(arn)
    if ":listener/" in arn:
        return store.listener(arn)
    if ":loadbalancer/" in arn:
        return store.load_balancer(arn)
    raise invalid(f"'{arn}' is not a valid load balancer, target group or listener ARN")


def tagged(world: World, account: str, region: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    store = world.store(Store, account, region)
    for kind, things in (
        ("loadbalancer", store.load_balancers),
        ("listener", store.listeners),
        ("targetgroup", store.target_groups),
    ):
        for arn, thing in things.items():
            yield arn, f"elasticloadbalancing:{kind}", thing.tags


SOURCES.append(tagged)
