# SPDX-License-Identifier: MPL-2.0
"""What happens to every kind of resource, told of one of them: changes of its configuration, and meddling."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from harness import Call, Lab, Subject

# What is read of the lab, by any names: compared before and after.
Facts = Mapping[str, Any]
# Of the objects of a resource, by component.
Ids = Mapping[str, str]


@dataclass(frozen=True)
class Change:
    """A change of the configuration, and all that may come of it."""

    attribute: str
    value: Any
    # As the plan names them, and as they are made.
    calls: list[str]
    facts: Facts
    # Facts that follow from it, whatever they become.
    follows: frozenset[str] = frozenset()
    # Kinds of objects that are made anew for it.
    anew: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Meddling:
    """What somebody does, and where it is named: an attribute, or the beginning of a line of `drift`."""

    act: Callable[[Lab, Ids], None]
    attribute: str | None = None
    line: str | None = None

    def __str__(self) -> str:
        return self.act.__name__.strip("_")


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
    # What changes and meddling begin with.
    config: Mapping[str, Any]
    facts: Callable[[Lab], Facts]
    changes: list[Change]
    meddling: list[Meddling]
    secrets: Secrets
    # Results that any change may change.
    results: frozenset[str] = field(default_factory=frozenset)
    # Words inside blocks that are misspelt: block, word.
    misspelt: Mapping[str, str] = field(default_factory=dict)
    # Calls that a step makes as often as it takes: no other step makes them.
    repeated: frozenset[str] = frozenset()
    # All that may be left out, and what its place is taken by then, if that is not nothing.
    whole: Mapping[str, Any]
    bare: Mapping[str, Any] = field(default_factory=dict)
    # What may be left out, and is none of `whole`: it is no wish that calls fulfil, or cannot be taken back.
    apart: frozenset[str] = frozenset()
    # Another resource that `whole` takes from.
    beside: str = ""

    def made(self, calls: Iterable[Call]) -> list[str]:
        """As steps name them."""
        found: list[str] = []
        for call in calls:
            if call.action not in self.repeated or call.action not in found:
                found.append(call.action)
        return found

    def __str__(self) -> str:
        return self.subject.key
