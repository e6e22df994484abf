# SPDX-License-Identifier: MPL-2.0
"""Holds requests to the official Python SDK's types: a member it does not know, or of another type, is refused.

The SDK is imported with the first call that needs it: it takes half a second, which a lab that serves AWS only need not
spend.
"""

import importlib
import re
import sys
from functools import lru_cache
from typing import TYPE_CHECKING, Any, get_args, get_origin, get_type_hints

from .envelope import LAB_CHECK, Denied

if TYPE_CHECKING:
    from pydantic import TypeAdapter

# What tells the members of a union apart.
DISCRIMINATORS = ("action", "type")
# Members of the SDK's types that travel in the path or the query.
OUTSIDE = {"zone_id", "account_id", "ruleset_id", "dry_run", "include_shadow_metadata"}


def check_body(
    name: str, body: Any, path: dict[str, str], pointer: str = "", lists: dict[str, str] | None = None
) -> None:
    """Raises unless `body` is what the SDK's type `module:Type` describes; `lists` types what lists hold."""
    if not isinstance(body, dict):
        raise _denied(pointer or "the body", "should be an object", pointer)
    if stray := OUTSIDE & body.keys():
        raise _denied(", ".join(sorted(stray)), "belongs into the address, not into the body", pointer)
    kind = _variant(name, body, pointer)
    known = {k: v for k, v in path.items() if k in _members(kind)}
    for member, item_type in (lists or {}).items():
        if isinstance(items := body.get(member), list):
            for i, item in enumerate(items):
                check_body(item_type, item, {}, f"{pointer}/{member}/{i}")
            body = body | {member: []}
    _validate(kind, known | body, strict=True, pointer=pointer)


def check_query(name: str | None, query: dict[str, str], path: dict[str, str]) -> dict[str, Any]:
    """The query as values, with dotted names (`name.exact`) made nested."""
    nested: dict[str, Any] = {}
    for key, value in query.items():
        *outer, last = key.split(".")
        place = nested
        for step in outer:
            place = place.setdefault(step, {})
            if not isinstance(place, dict):
                raise _denied(key, "is both a value and a structure", "")
        place[last] = value
    if name is None:
        if query:
            raise _denied(", ".join(sorted(query)), "is no parameter of this operation", "")
        return {}
    kind = _load(name)
    known = {k: v for k, v in path.items() if k in _members(kind)}
    checked = _validate(kind, known | nested, strict=False, pointer="")
    return {k: v for k, v in checked.items() if k not in known}


def answered(name: str, member: str) -> Any:
    """The type of one member of an answer, for values that the request's type leaves open."""
    return _load(name).model_fields[member].annotation


def problem(kind: Any, value: Any) -> str | None:
    """What is wrong with a value of some SDK type, in pydantic's words."""
    from pydantic import ValidationError

    try:
        _adapter(kind).validate_python(value, strict=True)
    except ValidationError as error:
        return error.errors()[0]["msg"]
    return None


def _validate(kind: Any, value: Any, strict: bool, pointer: str) -> Any:
    from pydantic import ValidationError

    try:
        return _adapter(kind).validate_python(value, strict=strict)
    except ValidationError as error:
        found = error.errors()
        first = next((e for e in found if e["type"] == "extra_forbidden"), found[0])
        where = [str(step) for step in first["loc"] if not re.search(r"[\[\]()]|^[A-Z]", str(step))]
        raise _denied(".".join(where), first["msg"], pointer + "".join(f"/{step}" for step in where)) from None


def _denied(where: str, what: str, pointer: str) -> Denied:
    text = f"the lab's check against the official SDK's types: {where}: {what}"
    return Denied(400, LAB_CHECK, text, pointer or None)


def _variant(name: str, body: dict[str, Any], pointer: str) -> Any:
    """The member of a union that the body claims to be."""
    kind = _load(name)
    variants = _variants(name)
    if not variants:
        return kind
    for member in DISCRIMINATORS:
        if member in next(iter(variants.values()))[1]:
            claimed = body.get(member)
            if claimed not in variants:
                raise _denied(member, f"{claimed!r} is not one of {', '.join(sorted(variants))}", pointer)
            return variants[claimed][0]
    raise TypeError(f"{name} has no member that tells its variants apart")


@lru_cache
def _variants(name: str) -> dict[str, tuple[Any, frozenset[str]]]:
    found: dict[str, tuple[Any, frozenset[str]]] = {}
    for kind in get_args(_load(name)):
        hints = get_type_hints(kind)
        member = next(m for m in DISCRIMINATORS if m in hints)
        for literal in get_args(hints[member]):
            found[literal] = (kind, frozenset(hints))
    return found


def _members(kind: Any) -> frozenset[str]:
    return frozenset(get_type_hints(kind))


@lru_cache
def _load(name: str) -> Any:
    module, _, kind = name.partition(":")
    loaded = getattr(importlib.import_module(f"cloudflare.types.{module}"), kind)
    _close()
    return loaded


@lru_cache
def _adapter(kind: Any) -> "TypeAdapter[Any]":
    from pydantic import TypeAdapter

    return TypeAdapter(kind)


_closed: set[str] = set()


def _close() -> None:
    """Makes the SDK's dictionaries refuse unknown members, and know theirs by the names they have on the wire."""
    from pydantic import ConfigDict
    from typing_extensions import is_typeddict

    for name in [n for n in sys.modules if n.startswith("cloudflare.types.") and n not in _closed]:
        _closed.add(name)
        members = vars(sys.modules[name])
        if "Iterable" in members:
            members["Iterable"] = list  # pydantic checks the items of an Iterable only when they are taken
        for kind in list(members.values()):
            if is_typeddict(kind) and kind.__module__ == name:
                wire = _wire_names(kind)
                kind.__pydantic_config__ = ConfigDict(extra="forbid", alias_generator=lambda n, w=wire: w.get(n, n))


def _wire_names(kind: Any) -> dict[str, str]:
    """Member -> its name on the wire, where the SDK renames it."""
    if not any("alias=" in str(annotation) for annotation in kind.__annotations__.values()):
        return {}
    names = {}
    for member, hint in get_type_hints(kind, include_extras=True).items():
        for note in _notes(hint):
            if alias := getattr(note, "alias", None):
                names[member] = alias
    return names


def _notes(hint: Any) -> list[Any]:
    found = list(getattr(hint, "__metadata__", ()))
    for below in get_args(hint) if get_origin(hint) else ():
        if not isinstance(below, str):
            found += list(getattr(below, "__metadata__", ()))
    return found
