# SPDX-License-Identifier: MPL-2.0
"""CloudWatch Logs: groups, retention, tags, and the streams that containers write. Wholly the lab's own."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ..errors import NotPerformed
from ..models import fault
from ..objects import birth
from ..world import Call, Shelf, World
from . import REGISTRY, finds, lists, operation
from .tagging import SOURCES

REGISTRY.complete.add("logs")
Facts = dict[str, Any]
# Model: RetentionInDays.
RETENTION = {1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}


@dataclass(eq=False)
class Stream:
    name: str
    arn: str
    created: int
    events: list[Facts] = field(default_factory=list)


@dataclass(eq=False)
class Group:
    name: str
    arn: str
    created: int
    tags: dict[str, str]
    kms_key: str | None
    log_class: str
    retention: int | None = None
    streams: dict[str, Stream] = field(default_factory=dict)


class Store:
    def __init__(self, account: str, region: str) -> None:
        self.account = account
        self.region = region
        self.groups: dict[str, Group] = {}

    def group(self, name: str) -> Group:
        """By name or ARN."""
        found = self.groups.get(name.partition(":log-group:")[2].removesuffix(":*") or name)
        if found is None:
            raise fault("logs", "ResourceNotFoundException", "The specified log group does not exist.")
        return found

    def stream(self, group: str, name: str) -> Stream:
        found = self.group(group).streams.get(name)
        if found is None:
            raise fault("logs", "ResourceNotFoundException", "The specified log stream does not exist.")
        return found

    def tagged(self, arn: str) -> Group:
        """Tags go by the ARN without the trailing `:*` (model: resourceArn of TagResource)."""
        found = next((g for g in self.groups.values() if g.arn == arn), None)
        if found is None:
            raise fault("logs", "ResourceNotFoundException", "The specified resource does not exist.")
        return found


def write(world: World, account: str, region: str, group: str, stream: str, lines: list[str]) -> None:
    """What a container's log driver does. Raises the refusal that the driver would get."""
    store = world.store(Store, account, region)
    held = store.group(group)
    if stream not in held.streams:
        held.streams[stream] = _new_stream(world, held, stream)
    now = _milliseconds(world)
    held.streams[stream].events += [{"timestamp": now, "message": x, "ingestionTime": now} for x in lines]


def create_group(world: World, account: str, region: str, name: str, **given: Any) -> None:
    store = world.store(Store, account, region)
    if not re.fullmatch(r"[._\-/#A-Za-z0-9]{1,512}", name) or name.startswith("aws/"):
        raise fault("logs", "InvalidParameterException", f"'{name}' is not a valid log group name")
    if name in store.groups:
        raise fault("logs", "ResourceAlreadyExistsException", "The specified log group already exists")
    arn = f"arn:aws:logs:{region}:{account}:log-group:{name}"
    tags, kms_key = dict(given.get("tags") or {}), given.get("kmsKeyId")
    log_class = given.get("logGroupClass", "STANDARD")
    store.groups[name] = Group(name, arn, _milliseconds(world), tags, kms_key, log_class)


@operation("logs", "CreateLogGroup")
def create_log_group(world: World, call: Call) -> Facts:
    p = call.params
    create_group(
        world, call.account, call.region, p["logGroupName"], **{k: v for k, v in p.items() if k != "logGroupName"}
    )
    return {}


@operation("logs", "DeleteLogGroup")
def delete_log_group(world: World, call: Call) -> Facts:
    store = _store(world, call)
    del store.groups[store.group(call.params["logGroupName"]).name]
    return {}


@operation("logs", "DescribeLogGroups")
def describe_log_groups(world: World, call: Call) -> Facts:
    """A pattern is compared with case, and few members come back then; ARNs are for monitoring accounts (model)."""
    p, store = call.params, _store(world, call)
    prefix, pattern = p.get("logGroupNamePrefix"), p.get("logGroupNamePattern")
    if prefix and pattern:
        raise fault(
            "logs", "InvalidParameterException", "logGroupNamePrefix and logGroupNamePattern exclude each other"
        )
    found = [store.groups[n] for n in sorted(store.groups)]
    if wanted := p.get("logGroupIdentifiers"):
        if arns := [name for name in wanted if name.startswith("arn:")]:
            text = f"{arns[0]} is an ARN, which only a monitoring account may give"
            raise fault("logs", "InvalidParameterException", text)
        found = [g for g in found if g.name in wanted]
    found = [g for g in found if g.name.startswith(prefix or "") and (pattern or "") in g.name]
    shown = [_shown(g) for g in found]
    if pattern:
        shown = [{k: v for k, v in g.items() if k in ("arn", "creationTime", "logGroupName")} for g in shown]
    return _page(shown, p, "logGroups")


@operation("logs", "PutRetentionPolicy")
def put_retention_policy(world: World, call: Call) -> Facts:
    group, days = _store(world, call).group(call.params["logGroupName"]), call.params["retentionInDays"]
    if days not in RETENTION:
        shown = ", ".join(str(d) for d in sorted(RETENTION))
        raise fault("logs", "InvalidParameterException", f"retentionInDays is one of {shown}, not {days}")
    group.retention = days
    return {}


@operation("logs", "DeleteRetentionPolicy")
def delete_retention_policy(world: World, call: Call) -> Facts:
    _store(world, call).group(call.params["logGroupName"]).retention = None
    return {}


@operation("logs", "ListTagsForResource")
def list_tags(world: World, call: Call) -> Facts:
    return {"tags": dict(_store(world, call).tagged(call.params["resourceArn"]).tags)}


@operation("logs", "TagResource")
def tag(world: World, call: Call) -> Facts:
    group = _store(world, call).tagged(call.params["resourceArn"])
    if len(group.tags | call.params["tags"]) > 50:
        raise fault("logs", "TooManyTagsException", "A resource can have no more than 50 tags.")
    group.tags.update(call.params["tags"])
    return {}


@operation("logs", "UntagResource")
def untag(world: World, call: Call) -> Facts:
    group = _store(world, call).tagged(call.params["resourceArn"])
    for key in call.params["tagKeys"]:
        group.tags.pop(key, None)
    return {}


@operation("logs", "CreateLogStream")
def create_log_stream(world: World, call: Call) -> Facts:
    group, name = _store(world, call).group(call.params["logGroupName"]), call.params["logStreamName"]
    if name in group.streams:
        raise fault("logs", "ResourceAlreadyExistsException", "The specified log stream already exists")
    group.streams[name] = _new_stream(world, group, name)
    return {}


@operation("logs", "PutLogEvents")
def put_log_events(world: World, call: Call) -> Facts:
    p = call.params
    stream, now = _store(world, call).stream(p["logGroupName"], p["logStreamName"]), _milliseconds(world)
    stream.events += [e | {"ingestionTime": now} for e in p["logEvents"]]
    stream.events.sort(key=lambda e: e["timestamp"])
    return {"nextSequenceToken": str(len(stream.events))}


@operation("logs", "DescribeLogStreams")
def describe_log_streams(world: World, call: Call) -> Facts:
    p = call.params
    group = _store(world, call).group(p.get("logGroupName") or p.get("logGroupIdentifier", ""))
    found = [s for n, s in sorted(group.streams.items()) if n.startswith(p.get("logStreamNamePrefix", ""))]
    if p.get("orderBy") == "LastEventTime":
        if p.get("logStreamNamePrefix"):
            text = "Cannot order by LastEventTime with a logStreamNamePrefix."
            raise fault("logs", "InvalidParameterException", text)
        found.sort(key=lambda s: s.events[-1]["timestamp"] if s.events else 0)
    if p.get("descending"):
        found.reverse()
    return _page([_shown_stream(s) for s in found], p, "logStreams")


@operation("logs", "GetLogEvents")
def get_log_events(world: World, call: Call) -> Facts:
    """The newest unless `startFromHead`; at either end the token stays the same (model: nextForwardToken)."""
    p = call.params
    name = p.get("logGroupName") or p.get("logGroupIdentifier", "")
    events = _between(_store(world, call).stream(name, p["logStreamName"]).events, p)
    size, token = p.get("limit", 10000), p.get("nextToken", "")
    if not re.fullmatch(r"([fb]/\d+)?", token):
        raise fault("logs", "InvalidParameterException", "The specified nextToken is invalid.")
    first = 0 if p.get("startFromHead") else max(len(events) - size, 0)
    last = min(first + size, len(events))
    if token.startswith("f/"):
        first, last = int(token[2:]), min(int(token[2:]) + size, len(events))
    elif token:
        first, last = max(int(token[2:]) - size, 0), int(token[2:])
    return {"events": events[first:last], "nextForwardToken": f"f/{last}", "nextBackwardToken": f"b/{first}"}


@operation("logs", "FilterLogEvents")
def filter_log_events(world: World, call: Call) -> Facts:
    """Patterns of plain words: all must occur."""
    p = call.params
    group = _store(world, call).group(p.get("logGroupName") or p.get("logGroupIdentifier", ""))
    words = p.get("filterPattern", "").split()
    if any(c in p.get("filterPattern", "") for c in '{["?%'):
        raise NotPerformed("logs", "FilterLogEvents", "with other patterns than plain words")
    names, prefix = p.get("logStreamNames"), p.get("logStreamNamePrefix", "")
    found = [
        event | {"logStreamName": stream.name, "eventId": f"{event['timestamp']:020}{number:036}"}
        for stream in group.streams.values()
        if (not names or stream.name in names) and stream.name.startswith(prefix)
        for number, event in enumerate(_between(stream.events, p))
        if all(word in event["message"] for word in words)
    ]
    found.sort(key=lambda e: e["timestamp"])
    return _page(found, p, "events", most=10000) | {"searchedLogStreams": []}


@finds("logs", "CreateLogGroup")
def created(world: World, call: Call, _result: Any) -> Shelf:
    return Shelf(_store(world, call).groups, call.params["logGroupName"])


@lists
def everything(world: World) -> list[Facts]:
    return [
        {"service": "logs", "kind": "log_group", "id": group.name, "region": store.region, "tags": dict(group.tags)}
        | {"birth": birth(group)}
        for store in world.stores(Store)
        for group in store.groups.values()
    ]


def tagged(world: World, account: str, region: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    for group in world.store(Store, account, region).groups.values():
        yield group.arn, "logs:log-group", group.tags


SOURCES.append(tagged)


def _store(world: World, call: Call) -> Store:
    return world.store(Store, call.account, call.region)


def _milliseconds(world: World) -> int:
    return int(world.timeline.now * 1000)


def _new_stream(world: World, group: Group, name: str) -> Stream:
    return Stream(name, f"{group.arn}:log-stream:{name}", _milliseconds(world))


def _between(events: list[Facts], p: Facts) -> list[Facts]:
    """From startTime on, before endTime (model)."""
    start, end = p.get("startTime", 0), p.get("endTime")
    return [e for e in events if start <= e["timestamp"] and (end is None or e["timestamp"] < end)]


def _page(things: list[Facts], p: Facts, member: str, most: int = 50) -> Facts:
    start, size = int(p.get("nextToken") or 0), p.get("limit", most)
    answer: Facts = {member: things[start : start + size]}
    if start + size < len(things):
        answer["nextToken"] = str(start + size)
    return answer


def _shown(group: Group) -> Facts:
    return {
        "logGroupName": group.name,
        "arn": f"{group.arn}:*",
        "logGroupArn": group.arn,
        "creationTime": group.created,
        "retentionInDays": group.retention,
        "kmsKeyId": group.kms_key,
        "logGroupClass": group.log_class,
        "metricFilterCount": 0,
        "storedBytes": sum(len(e["message"]) for s in group.streams.values() for e in s.events),
    }


def _shown_stream(stream: Stream) -> Facts:
    shown = {"logStreamName": stream.name, "arn": stream.arn, "creationTime": stream.created, "storedBytes": 0}
    if stream.events:
        shown |= {
            "firstEventTimestamp": stream.events[0]["timestamp"],
            "lastEventTimestamp": stream.events[-1]["timestamp"],
            "lastIngestionTime": stream.events[-1]["ingestionTime"],
        }
    return shown
