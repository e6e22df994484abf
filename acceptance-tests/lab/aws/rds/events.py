# SPDX-License-Identifier: MPL-2.0
"""The event log of a region."""

from typing import Any

from ...world import Call, World
from .. import operation
from .pages import page
from .store import conflict, moment, store_of


@operation("rds", "DescribeEvents")
def describe_events(world: World, call: Call) -> dict[str, Any]:
    """The last hour unless asked otherwise, at most 14 days (model: StartTime, Duration)."""
    p = call.params
    if p.get("SourceIdentifier") and not p.get("SourceType"):
        raise conflict("SourceType must be provided when SourceIdentifier is.")
    until = p.get("EndTime") or moment(world.timeline.now)
    since = p.get("StartTime") or moment(until.timestamp() - 60 * p.get("Duration", 60))
    wanted = [
        (i, event)
        for i, event in enumerate(store_of(world, call).events)
        if since <= event["Date"] <= until
        and p.get("SourceType") in (None, event["SourceType"])
        and p.get("SourceIdentifier") in (None, event["SourceIdentifier"])
        and (not p.get("EventCategories") or set(p["EventCategories"]) & set(event["EventCategories"]))
    ]
    answer = page(wanted, p, "Events", key=lambda item: f"{item[0]:09}")
    answer["Events"] = [event for _, event in answer["Events"]]
    return answer
