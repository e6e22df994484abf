# SPDX-License-Identifier: MPL-2.0
"""What `providers schema -json` says that there is, in the words of a page."""

from typing import Any

from .page import Entry

NAMES = {"string": "String", "number": "Number", "bool": "Boolean", "dynamic": "any type"}
COLLECTIONS = {"list": "List", "set": "Set", "map": "Map"}


def entries(block: dict[str, Any], path: str = "") -> dict[str, Entry]:
    """Every attribute, every member of an object, and every block."""
    found: dict[str, Entry] = {}
    for name, attribute in block.get("attributes", {}).items():
        flag = {word: attribute.get(word, False) for word in ("required", "optional", "computed", "sensitive")}
        found[path + name] = Entry(
            _name(attribute["type"]), **flag,
            write_only=attribute.get("write_only", False), deprecated=attribute.get("deprecated", False),
        )  # fmt: skip
        found |= _members(attribute["type"], f"{path}{name}.")
    for name, nested in block.get("block_types", {}).items():
        required = nested.get("min_items", 0) > 0
        found[path + name] = Entry(nested["nesting_mode"], required=required, optional=not required)
        found |= entries(nested["block"], f"{path}{name}.")
    return found


def signature(name: str, function: dict[str, Any]) -> str:
    """As a page writes it."""
    taken = [f"{parameter['name']}: {_hcl(parameter['type'])}" for parameter in function.get("parameters", [])]
    if rest := function.get("variadic_parameter"):
        taken.append(f"{rest['name']}: {_hcl(rest['type'])}...")
    return f"provider::drop::{name}({', '.join(taken)}) -> {_hcl(function['return_type'])}"


def _members(type: Any, path: str) -> dict[str, Entry]:
    if isinstance(type, str):
        return {}
    if type[0] in COLLECTIONS:
        return _members(type[1], path)
    found: dict[str, Entry] = {}
    for name, member in type[1].items():
        found[path + name] = Entry(_name(member))
        found |= _members(member, f"{path}{name}.")
    return found


def _name(type: Any) -> str:
    if isinstance(type, str):
        return NAMES[type]
    return f"{COLLECTIONS[type[0]]} of {_name(type[1])}" if type[0] in COLLECTIONS else type[0].title()


def _hcl(type: Any) -> str:
    if isinstance(type, str):
        return {"dynamic": "any"}.get(type, type)
    if type[0] in COLLECTIONS:
        return f"{type[0]}({_hcl(type[1])})"
    members = (f"{name} = {_hcl(member)}" for name, member in sorted(type[1].items()))
    return f"object({{{', '.join(members)}}})"
