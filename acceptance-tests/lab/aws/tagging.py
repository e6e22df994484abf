# SPDX-License-Identifier: MPL-2.0
"""Resource Groups Tagging API: one index over moto's objects and our own."""

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from typing import Any

from moto.core.resource_tagging import iter_taggable_backends, make_tag_matcher, match_resource_type

from ..errors import Refusal
from ..lag import Index
from ..world import Call, World
from . import operation

SERVICE = "resourcegroupstaggingapi"
# General reference, "ARNs"; `service[:resourceType]` (model: ResourceTypeFilters).
ARN = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:[0-9]{0,12}:.+", re.DOTALL)
TYPE = re.compile(r"[a-z0-9-]+(:[A-Za-z0-9/_.-]+)?")

# (arn, type, tags) of the objects that moto does not hold, by region.
Source = Callable[[World, str, str], Iterator[tuple[str, str, dict[str, str]]]]
SOURCES: list[Source] = []


@operation(SERVICE, "GetResources")
def get_resources(world: World, call: Call) -> dict[str, Any]:
    """Only what is, or was, tagged; ResourceARNList excludes the filters (API_GetResources)."""
    p = call.params
    arns = p.get("ResourceARNList")
    if arns and (p.get("TagFilters") or p.get("ResourceTypeFilters") or p.get("ResourcesPerPage")):
        text = "ResourceARNList cannot be combined with TagFilters, ResourceTypeFilters or ResourcesPerPage"
        raise Refusal("InvalidParameterException", text)
    per_page = p.get("ResourcesPerPage", 50)
    if not 1 <= per_page <= 100:
        raise Refusal("InvalidParameterException", "ResourcesPerPage must be between 1 and 100")
    for arn in arns or []:
        if not ARN.fullmatch(arn):
            raise Refusal("InvalidParameterException", f"{arn} is not a valid ARN")
    for kind in p.get("ResourceTypeFilters", []):
        if not TYPE.fullmatch(kind):
            raise Refusal("InvalidParameterException", f"{kind} is not a valid resource type")
    wanted = make_tag_matcher(p.get("TagFilters"))
    found = sorted(
        (arn, tags)
        for arn, kind, tags in _indexed(world, call.account, call.region)
        if tags and wanted(tags) and match_resource_type(kind, p.get("ResourceTypeFilters"))
        and (not arns or arn in arns)
    )  # fmt: skip
    after = _position(p.get("PaginationToken", ""))
    rest = [item for item in found if item[0] > after]
    page = rest if arns else rest[:per_page]
    token = base64.b64encode(page[-1][0].encode()).decode() if len(page) < len(rest) else ""
    mappings = [{"ResourceARN": a, "Tags": [{"Key": k, "Value": v} for k, v in t.items()]} for a, t in page]
    return {"ResourceTagMappingList": mappings, "PaginationToken": token}


def look(world: World, call: Call) -> None:
    """Where the index lags, it must be known when tags have changed."""
    if world.lag.index or world.lag.tombstones:
        index = world.store(Index, call.account, call.region)
        index.look(world.timeline.now, _tagged(world, call.account, call.region))


def _indexed(world: World, account: str, region: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    if world.lag.index or world.lag.tombstones:
        return world.store(Index, account, region).shown(world.timeline.now, world.lag)
    return _tagged(world, account, region)


def _tagged(world: World, account: str, region: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    for backend in iter_taggable_backends(account, region):
        for resource in backend.iter_tagged_resources():
            yield resource.arn, resource.resource_type, resource.tags
    for source in SOURCES:
        yield from source(world, account, region)


def _position(token: str) -> str:
    try:
        return base64.b64decode(token, validate=True).decode()
    except (binascii.Error, ValueError):
        raise Refusal("PaginationTokenExpiredException", "The pagination token is not valid") from None
