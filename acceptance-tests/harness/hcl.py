# SPDX-License-Identifier: MPL-2.0
"""Configurations as text."""

import json
from dataclasses import dataclass
from typing import Any

HEAD = """\
terraform {
  required_providers {
    drop = { source = "getdrop/drop" }
  }
}
"""


@dataclass(frozen=True)
class Raw:
    """An expression."""

    text: str


def raw(text: str) -> Raw:
    """An expression, written as it is."""
    return Raw(text)


def provider(aws: str = "") -> str:
    """The provider's block; `aws` is what stands inside its block of that name."""
    return f'provider "drop" {{\n  aws {{\n{aws}\n  }}\n}}\n' if aws else 'provider "drop" {}\n'


def database(label: str = "main", blocks: str = "", **attributes: Any) -> str:
    """A database, small unless told otherwise. A dict whose name is that of a block becomes one."""
    given = {"name": "orders", "skip_final_snapshot": True} | attributes
    lines = [_member(name, value) for name, value in given.items() if value is not None]
    body = "".join(f"  {line}\n" for line in [*lines, *blocks.splitlines()])
    return f'resource "drop_database" "{label}" {{\n{body}}}\n'


BLOCKS = {"storage", "backup", "maintenance", "timeouts"}


def _member(name: str, value: Any) -> str:
    if name in BLOCKS:
        inner = "".join(f"    {_member(k, v)}\n" for k, v in value.items())
        return f"{name} {{\n{inner}  }}"
    return f"{name} = {render(value)}"


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
