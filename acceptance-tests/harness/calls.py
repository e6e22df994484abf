# SPDX-License-Identifier: MPL-2.0
"""Which calls a piece of work consists of, so that each can be made to fail."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Self

from .lab import READS, Call

# Behind the name of a call that is only rehearsed, and of one that writes a lease on an anchor that is there.
DRY, LEASE = ":dry", ":lease"
# What such a lease says, and a mark that ends it in success does not.
LEASED = ["incomplete ", "updating "]


@dataclass(frozen=True, order=True)
class CallId:
    """A call by its operation and its n-th use within the work, of the uses that contain a text.

    Dry runs are counted apart: how many there are depends on what is there already, and they change nothing.
    `afresh`, only uses that ask what was not asked before are counted: how often one polls is a matter of time. So is
    how often a lease is renewed, which is why those that write one are counted apart, too.
    """

    service: str
    operation: str
    nth: int
    containing: str = ""
    dry: bool = False
    afresh: bool = False
    lease: bool = False

    def rule(self, action: str, **more: Any) -> dict[str, Any]:
        """A fault at this call."""
        which = {"service": self.service, "operation": self.operation, "containing": self.containing}
        if self.lease:
            which["containing"] = LEASED
        elif self.afresh and not self.operation.startswith("Create"):
            which["lacking"] = LEASED
        return {"action": action, "mutating": self.mutating, "nth": self.nth, "afresh": self.afresh} | which | more

    def said(self, text: str) -> Self:
        """The first of those uses that contain a text."""
        return replace(self, nth=1, containing=text)

    def fits(self, call: Call) -> bool:
        """Whether it is a use of the operation that contains the text, whichever."""
        same = (call.name, call.dry) == (self.name, self.dry)
        alike = self.lease == call.renews_lease or not self.afresh
        return same and alike and self.containing in json.dumps(call.params)

    @property
    def name(self) -> str:
        return f"{self.service}:{self.operation}"

    @property
    def mutating(self) -> bool:
        return not (self.dry or self.operation.startswith(READS))

    @classmethod
    def parse(cls, text: str) -> Self:
        name, _, nth = text.partition("#")
        service, _, operation = name.removesuffix(DRY).removesuffix(LEASE).partition(":")
        return cls(service, operation, int(nth), dry=name.endswith(DRY), afresh=True, lease=name.endswith(LEASE))

    def __str__(self) -> str:
        return f"{self.name}{DRY if self.dry else LEASE if self.lease else ''}#{self.nth}"


def unleased(calls: Iterable[Call]) -> list[CallId]:
    """Every call that asks what was not asked before, in the order of the journal, as it is found again.

    What is left out are polls, what is tried again, and renewals of the lease: how often is a matter of time. The first
    lease that is written on an anchor is taken; what a renewal reads was read before, when it was.
    """
    uses: Counter[CallId] = Counter()
    asked: set[tuple[str, str]] = set()
    found = []
    for call in calls:
        question = call.name, json.dumps(call.params, sort_keys=True)
        if question in asked:
            continue
        asked.add(question)
        kind = CallId(call.service, call.operation, 0, dry=call.dry, afresh=True, lease=call.renews_lease)
        uses[kind] += 1
        if not (kind.lease and uses[kind] > 1):
            found.append(replace(kind, nth=uses[kind]))
    return found


def round_trips(calls: Iterable[Call]) -> int:
    """The longest chain of calls of which each began after the one before it was answered."""
    answered = sorted((call.ended, call.begun) for call in calls if call.ended is not None)
    chain, last = 0, float("-inf")
    for ended, begun in answered:
        if begun >= last:
            chain, last = chain + 1, ended
    return chain
