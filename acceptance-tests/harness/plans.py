# SPDX-License-Identifier: MPL-2.0
"""A plan as policies read it."""

import re
from dataclasses import dataclass
from typing import Any

STEP = re.compile(
    r"(?P<run>\d+)\.(?P<n>\d+) (?P<verb>\w+) (?P<component>\S+) via (?P<service>[\w-]+):(?P<operation>\w+)"
    r"(?: — (?P<why>(?!irreversible$).*?))?(?P<irreversible> — irreversible)?$"
)


@dataclass(frozen=True)
class Step:
    """A line of `steps`, taken apart."""

    run: int
    n: int
    verb: str
    component: str
    service: str
    operation: str
    why: str | None
    irreversible: bool

    @classmethod
    def parse(cls, line: str) -> "Step":
        found = STEP.match(line)
        assert found, f"not a step: {line!r}"
        part = found.groupdict()
        return cls(
            int(part["run"]), int(part["n"]), part["verb"], part["component"], part["service"], part["operation"],
            part["why"], part["irreversible"] is not None,
        )  # fmt: skip

    @property
    def call(self) -> str:
        return f"{self.service}:{self.operation}"


@dataclass(frozen=True)
class Plan:
    """`show -json` of a saved plan."""

    document: dict[str, Any]
    # The resource that is spoken of where none is named.
    address: str

    def change(self, address: str | None = None) -> dict[str, Any]:
        address = address or self.address
        found = [c for c in self.document.get("resource_changes", []) if c["address"] == address]
        assert found, f"the plan has no {address}"
        return found[0]["change"]

    def actions(self, address: str | None = None) -> list[str]:
        return self.change(address)["actions"]

    def after(self, address: str | None = None) -> dict[str, Any]:
        return self.change(address)["after"]

    def new_steps(self, address: str | None = None) -> list[Step]:
        """The lines that this plan adds; the earlier ones must all be there still, in front of them."""
        change = self.change(address)
        before = (change["before"] or {}).get("steps") or []
        after = change["after"]["steps"]
        assert after[: len(before)] == before, f"steps are not append-only: {before} became {after}"
        return [Step.parse(line) for line in after[len(before) :]]

    def changed(self, address: str | None = None) -> set[str]:
        """The attributes that will be other than they were, or are not known yet."""
        change = self.change(address)
        before, after, unknown = change["before"] or {}, change["after"] or {}, change["after_unknown"] or {}
        differs = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
        return differs | {name for name, is_unknown in unknown.items() if is_unknown is True}

    def told(self) -> str:
        """What it would do, for a message."""
        lines = []
        for item in self.document.get("resource_changes", []):
            address, change = item["address"], item["change"]
            if change["actions"] == ["no-op"]:
                continue
            before, after = change["before"] or {}, change["after"] or {}
            values = {name: (before.get(name), after.get(name, "unknown")) for name in sorted(self.changed(address))}
            lines.append(f"{address} {change['actions']}: {values}")
        return "\n".join(lines) or "outputs only"
