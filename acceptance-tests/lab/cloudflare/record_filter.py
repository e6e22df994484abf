# SPDX-License-Identifier: MPL-2.0
"""Which records a list asks for, and in which order."""

from collections.abc import Callable, Iterator
from typing import Any

from .account import Record

TEXTS: dict[str, Callable[[str, str], bool]] = {
    "exact": str.__eq__,
    "contains": str.__contains__,
    "startswith": str.startswith,
    "endswith": str.endswith,
}
ORDERS: dict[str, Callable[[Record], Any]] = {
    "type": lambda r: r.type,
    "name": lambda r: r.name,
    "content": lambda r: r.content,
    "ttl": lambda r: r.ttl,
    "proxied": lambda r: r.proxied,
}


def chosen(records: list[Record], query: dict[str, Any]) -> list[Record]:
    every = any if query.get("match") == "any" else all
    found = [r for r in records if not (met := list(_met(r, query))) or every(met)]
    if search := query.get("search"):
        found = [r for r in found if any(search.lower() in str(t).lower() for t in (r.name, r.content, r.comment))]
    if order := query.get("order"):
        found.sort(key=ORDERS[order])
    return found[::-1] if query.get("direction") == "desc" else found


def _met(record: Record, query: dict[str, Any]) -> Iterator[bool]:
    for how, wanted in query.get("name", {}).items():
        yield TEXTS[how](record.name, wanted.lower().removesuffix("."))
    for how, wanted in query.get("content", {}).items():
        yield TEXTS[how](record.content.lower(), wanted.lower())
    for how, wanted in query.get("comment", {}).items():
        yield _presence(how, [record.comment] if record.comment else [], wanted)
    if "type" in query:
        yield record.type == query["type"]
    if "proxied" in query:
        yield record.proxied == query["proxied"]
    if tags := list(_tags(record, query)):
        yield any(tags) if query.get("tag_match") == "any" else all(tags)


def _tags(record: Record, query: dict[str, Any]) -> Iterator[bool]:
    pairs = [tag.lower().partition(":")[::2] for tag in record.tags]
    for how, wanted in query.get("tag", {}).items():
        name, _, value = wanted.lower().partition(":")
        yield _presence(how, [v for n, v in pairs if n == name], value)


def _presence(how: str, texts: list[str], wanted: str) -> bool:
    """`present` and `absent` ask whether there is anything, the others what it is."""
    if how in ("present", "absent"):
        return bool(texts) == (how == "present")
    return any(TEXTS[how](text.lower(), wanted.lower()) for text in texts)
