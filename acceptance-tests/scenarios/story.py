# SPDX-License-Identifier: MPL-2.0
"""What the scenarios of every kind of resource need to know of one of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from harness import Call, Subject


@dataclass(frozen=True, kw_only=True)
class Secrets:
    """One value for every attribute that takes a text of one's own. A name is no secret: every object bears it."""

    # By the names of the variables that hold them.
    values: Mapping[str, str]
    config: Mapping[str, Any]
    # What an update changes beside them.
    later: Mapping[str, Any]
    # A create that fails in one of these tells nothing.
    operations: list[str]
    # Nor does a plan that refuses one of these: variable, value.
    refused: list[tuple[str, str]]


@dataclass(frozen=True, kw_only=True, eq=False)
class Story:
    """One kind of resource."""

    subject: Subject
    # With something in every block.
    config: Mapping[str, Any]
    secrets: Secrets
    # Words inside blocks that are misspelt: block, word.
    misspelt: Mapping[str, str] = field(default_factory=dict)
    # Calls that a step makes as often as it takes: no other step makes them.
    repeated: frozenset[str] = frozenset()

    def made(self, calls: Iterable[Call]) -> list[str]:
        """As steps name them."""
        found: list[str] = []
        for call in calls:
            if call.action not in self.repeated or call.action not in found:
                found.append(call.action)
        return found

    def __str__(self) -> str:
        return self.subject.key
