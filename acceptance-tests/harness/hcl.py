# SPDX-License-Identifier: MPL-2.0
"""Configurations as text."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

DROP = {"drop": "getdrop/drop"}


@dataclass(frozen=True)
class Raw:
    """An expression."""

    text: str


def raw(text: str) -> Raw:
    """An expression, written as it is."""
    return Raw(text)


def head(sources: Mapping[str, str] = DROP) -> str:
    """Where providers come from, by the names they go by here."""
    lines = "".join(f'    {name} = {{ source = "{source}" }}\n' for name, source in sources.items())
    return f"terraform {{\n  required_providers {{\n{lines}  }}\n}}\n"


def provider(aws: str = "") -> str:
    """The provider's block; `aws` is what stands inside its block of that name."""
    return f'provider "drop" {{\n  aws {{\n{aws}\n  }}\n}}\n' if aws else 'provider "drop" {}\n'


def database(label: str = "main", blocks: str = "", **attributes: Any) -> str:
    """A database, small unless told otherwise. A dict whose name is that of a block becomes one."""
    given = {"name": "orders", "skip_final_snapshot": True} | attributes
    return resource("drop_database", label, given, blocks)


def resource(type: str, label: str, attributes: Mapping[str, Any], blocks: str = "") -> str:
    """A resource's block; an attribute that is None is left out."""
    lines = [line for name, value in attributes.items() if value is not None for line in _member(name, value)]
    body = "".join(f"  {line}\n" for line in [*lines, *blocks.splitlines()])
    return f'resource "{type}" "{label}" {{\n{body}}}\n'


# A dict of one of these names is a block; of any other, a map.
BLOCKS = {
    "storage", "backup", "maintenance", "timeouts",
    "image", "size", "http", "health", "scaling", "cpu", "logs", "post_deploy",
    "tls", "firewall", "countries",
}  # fmt: skip


def _named(key: Any) -> dict[str, Any]:
    return {"name": key}


def _route(key: str) -> dict[str, Any]:
    host, slash, path = key.partition("/")
    return {"host": host} if path == "*" else {"host": host, "path": f"{slash}{path}"}


# A dict of one of these names is repeated blocks by what identifies them, which becomes attributes.
KEYED: dict[str, Callable[[Any], dict[str, Any]]] = {"route": _route, "rate_limit": _named, "schedule": _named}


def _member(name: str, value: Any) -> list[str]:
    if not isinstance(value, dict) or name not in BLOCKS | KEYED.keys():
        return [f"{name} = {render(value)}"]
    if name in BLOCKS:
        return _block(name, value)
    return [line for key, body in value.items() for line in _block(name, KEYED[name](key) | body)]


def _block(head: str, body: Mapping[str, Any]) -> list[str]:
    inner = [line for name, value in body.items() for line in _member(name, value)]
    return [f"{head} {{", *(f"  {line}" for line in inner), "}"]


def render(value: Any) -> str:
    """A value as an expression."""
    match value:
        case Raw():
            return value.text
        case dict():
            return "{ " + ", ".join(f"{json.dumps(k)} = {render(v)}" for k, v in value.items()) + " }"
        case list():
            return "[" + ", ".join(render(v) for v in value) + "]"
        case str():
            return json.dumps(value).replace("${", "$${").replace("%{", "%%{")
    return json.dumps(value)
