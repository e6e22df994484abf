# SPDX-License-Identifier: MPL-2.0
"""A kind of resource as the sequences and the faults see it: what to write, what to count, where it can go wrong."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .calls import CallId
from .lab import Lab

Attributes = Mapping[str, Any]


def _nothing(_lab: Lab) -> None:
    pass


@dataclass(frozen=True)
class Variation:
    """Another configuration of the same resource, and how its effect is seen in the lab."""

    attributes: Attributes
    # Fails unless the lab has it all.
    shows: Callable[[Lab], object] = _nothing
    # The kinds of objects that are made anew for it.
    anew: frozenset[str] = frozenset()
    # How many more there are of some kinds.
    more: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Places:
    """The calls of a create that rows speak of."""

    # Creates the anchor: the first change.
    anchor: CallId
    # Looks at the anchor.
    look: CallId
    # Writes what the anchor says of its resource.
    mark: CallId
    # Says that it is complete: the last change.
    finish: CallId
    # A create in the middle, of what takes longest.
    great: CallId
    # A change soon before the last.
    late: CallId


@dataclass(frozen=True)
class Wait:
    """A wait of a create: the phase of the lab that makes it long, the call that begins it, and what polls it."""

    component: str
    phase: str
    begun_by: CallId
    poll: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Subject:
    """One kind of resource: there is one of each, in the table."""

    # In commands and in ids of tests.
    key: str
    type: str
    label: str
    name: str
    import_id: str
    render: Callable[..., str]
    # The kinds of objects that a complete one is made of, and how many of each, but for what comes and goes with them.
    parts: Mapping[str, int]
    # The anchor's kind.
    anchor: str
    places: Places
    # What a create with more than the defaults is asked for, and what an update makes of it.
    first: Attributes
    changed: Variation
    # One field that can be changed in place, one that only a create sets, and another name.
    changeable: Variation
    create_only: Variation | None
    renamed: Attributes
    # A tainted complete one is replaced unless it holds data; what holds data leaves a snapshot, if it is `kept`.
    holds_data: bool = False
    kept: Attributes = field(default_factory=dict)
    # The attribute that protects it from being deleted, and how somebody switches that off by hand.
    protection: str | None = None
    unprotect: Callable[[Lab], None] = _nothing
    wait: Wait | None = None
    # How a call fails so that nobody tries again; a server error, unless told otherwise.
    refusal: Attributes = field(default_factory=dict)
    # The Cloudflare zone that it shares with others.
    zone: str | None = None
    # Whether its objects take commands.
    at_rest: Callable[[Lab], bool] = lambda _lab: True

    @property
    def address(self) -> str:
        return f"{self.type}.{self.label}"

    @property
    def identity(self) -> str:
        """As its objects are signed."""
        return f"{self.type}/-/{self.name}"

    @property
    def import_block(self) -> str:
        return f'import {{\n  to = {self.address}\n  id = "{self.import_id}"\n}}\n'

    @property
    def unprotected(self) -> dict[str, Any]:
        return {self.protection: False} if self.protection else {}

    def config(self, label: str | None = None, blocks: str = "", **attributes: Any) -> str:
        """Its block, small unless told otherwise."""
        return self.render(label or self.label, blocks, **attributes)

    def births(self, lab: Lab) -> dict[str, int]:
        """Who is who among the objects it is made of."""
        return {f"{o.kind} {o.id}": o.birth for o in lab.objects() if o.kind in self.parts}

    def __str__(self) -> str:
        return self.key
