# SPDX-License-Identifier: MPL-2.0
"""The cache. The lab keeps none: a purge is checked, counted against the plan's rate, and stands in the journal.

Rates and sizes: https://developers.cloudflare.com/cache/how-to/purge-cache/
"""

import math
from dataclasses import dataclass
from typing import Any

from ..wire import Response
from . import sdk
from .account import account_of
from .envelope import Denied, success
from .limits import too_fast
from .routes import Call, operation

# Which way a body purges, and the SDK's type for it.
WAYS = {
    "purge_everything": "Everything",
    "files": "SingleFile",
    "tags": "FlexPurgeByTags",
    "hosts": "FlexPurgeByHostnames",
    "prefixes": "FlexPurgeByPrefixes",
}
MOST, MOST_FILES_ENTERPRISE = 100, 500
SEPARATORS = 31


@dataclass(frozen=True)
class Rate:
    """A token bucket: so many calls at once, refilled with so many a second."""

    bucket: int
    a_second: float


RATES = {"free": Rate(25, 5 / 60), "pro": Rate(25, 5), "business": Rate(50, 10), "enterprise": Rate(500, 50)}


@operation("PurgeCache", "POST", "/zones/{zone_id}/purge_cache")
def purge(call: Call) -> Response:
    way = _way(call.body)
    if way is None:
        raise _invalid("exactly one of purge_everything, files, tags, hosts, prefixes is needed")
    sdk.check_body(f"cache.cache_purge_params:CachePurge{WAYS[way]}", call.body, call.path)
    if way == "purge_everything":
        if call.body[way] is not True:
            raise _invalid("purge_everything must be true")
    else:
        _check(call, way, call.body[way])
    _count(call)
    return success({"id": call.zone.id})


def _way(body: Any) -> str | None:
    given = [way for way in WAYS if isinstance(body, dict) and way in body]
    return given[0] if len(given) == 1 else None


def _check(call: Call, way: str, items: list[Any]) -> None:
    most = MOST_FILES_ENTERPRISE if way == "files" and call.zone.tier.id == "enterprise" else MOST
    if not 1 <= len(items) <= most:
        raise _invalid(f"1 to {most} {way} can be purged at once")
    for item in items:
        if way in ("hosts", "prefixes"):
            host, _, path = item.partition("/")
            if not host.endswith(call.zone.name) or any(mark in item for mark in (":", "?", "#")):
                raise _invalid(f"{item} is not of this zone, or has a scheme, a query or a fragment")
            if way == "hosts" and path or item.count("/") > SEPARATORS:
                raise _invalid(f"{item} has a path, or too long a one")


def _count(call: Call) -> None:
    """Per account, at the rate of the zone's plan."""
    rate = RATES[call.zone.tier.id]
    purges = account_of(call.world).purges
    full, since = purges.get(call.zone.tier.id, (float(rate.bucket), call.now))
    left = min(rate.bucket, full + (call.now - since) * rate.a_second)
    if left < 1:
        raise too_fast(math.ceil((1 - left) / rate.a_second))
    purges[call.zone.tier.id] = (left - 1, call.now)


def _invalid(text: str) -> Denied:
    return Denied(400, 1012, f"Request must contain one of \"purge_everything\", \"files\", \"tags\", \"hosts\" or "
                             f"\"prefixes\": {text}")  # fmt: skip
