# SPDX-License-Identifier: MPL-2.0
"""Another provider under its official address: its types, and no cloud behind them."""

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .cli import REPOSITORY
from .hcl import resource
from .workspace import Workspace


@dataclass(frozen=True)
class OtherType:
    """A type of another provider: what stands in its state, by attribute, and the types of those that are no texts."""

    provider: str
    name: str
    version: int
    state: Mapping[str, Any]
    # Written in the configuration; the others are what its cloud has told of the object.
    written: frozenset[str]
    sensitive: frozenset[str] = field(default_factory=frozenset)

    def resource(self, label: str) -> str:
        """Its block."""
        given = {name: value for name, value in self.state.items() if name in self.written}
        return resource(self.name, label, given)

    @property
    def described(self) -> dict[str, Any]:
        """As the stand-in reads it."""
        return {"version": self.version, "attributes": {n: self._attribute(n, v) for n, v in self.state.items()}}

    def _attribute(self, name: str, value: Any) -> dict[str, Any]:
        told = {"type": _type(value), "sensitive": name in self.sensitive}
        return told if name in self.written else told | {"value": sorted(value) if isinstance(value, set) else value}


def _type(value: Any) -> Any:
    match value:
        case bool():
            return "bool"
        case int() | float():
            return "number"
        case set():
            return ["set", "string"]
        case [dict(), *_]:
            return ["list", ["object", {name: _type(member) for name, member in value[0].items()}]]
        case list():
            return ["list", "string"]
        case dict():
            return ["map", "string"]
    return "string"


def example(name: str) -> Path:
    """A provider among the plugin crate's examples: what stands beside $TOY_BIN, or the debug build."""
    toy = Path(os.environ.get("TOY_BIN") or REPOSITORY / "target" / "debug" / "examples" / "toy")
    path = toy.with_name(name).resolve()
    if not path.is_file():
        raise FileNotFoundError(f"{path}: build it with `cargo build -p tf-plugin --examples`, or set TOY_BIN")
    return path


def stand_in(workspace: Workspace, *types: OtherType) -> None:
    """Installs what a state of these types wants."""
    described = workspace.directory / "stand-in.json"
    described.write_text(json.dumps({type.name: type.described for type in types}))
    workspace.variables |= {"STAND_IN": str(described), "STAND_IN_PROTOCOL": str(workspace.protocol)}
    for provider in {type.provider for type in types}:
        directory = workspace.directory / "installed" / provider
        directory.mkdir(parents=True)
        name = provider.rpartition("/")[2]
        shutil.copy2(example("stand_in"), directory / f"terraform-provider-{name}")
        workspace.install(provider, directory)
