# SPDX-License-Identifier: MPL-2.0
"""The state file, read as it lies there: without starting a provider, and with what `show` leaves out."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self


@dataclass(frozen=True)
class Instance:
    """One object of one resource."""

    address: str
    attributes: dict[str, Any]
    tainted: bool
    deposed: str | None

    def __getitem__(self, name: str) -> Any:
        return self.attributes[name]


@dataclass(frozen=True)
class State:
    """What a state holds of resources that are managed."""

    instances: list[Instance]

    @classmethod
    def read(cls, path: Path) -> Self:
        # A CLI that was killed may leave an empty file.
        if not path.exists() or not path.read_text():
            return cls([])
        found = []
        for resource in json.loads(path.read_text())["resources"]:
            if resource["mode"] != "managed":
                continue
            for item in resource["instances"]:
                key = f"[{json.dumps(item['index_key'])}]" if "index_key" in item else ""
                address = f"{resource['type']}.{resource['name']}{key}"
                tainted = item.get("status") == "tainted"
                found.append(Instance(address, item["attributes"], tainted, item.get("deposed")))
        return cls(found)

    def of(self, type: str) -> list[Instance]:
        """Every object of a type, deposed ones included."""
        return [i for i in self.instances if i.address.startswith(f"{type}.")]

    def get(self, address: str) -> Instance | None:
        """The current object at an address."""
        return next((i for i in self.instances if i.address == address and i.deposed is None), None)

    def one(self, address: str) -> Instance:
        """The current object at an address, which must be there."""
        found = self.get(address)
        assert found is not None, f"{address} is not in the state; there is {[i.address for i in self.instances]}"
        return found
