# SPDX-License-Identifier: MPL-2.0
"""One run of one row, and the sentences rows are made of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGKILL
from types import MappingProxyType
from typing import Any

from harness import READS, CallId, Cli, Lab, Outcome, Places, Subject, Variation, Workspace, until

# A rival watches a lease for as long as its own would be good, and the holder renews at a third of that: the one that is
# to find the other at work has the long one, the other the short one.
LONG = 60.0
SHORT = 1.0
# Adopting waits a quarter of it.
RESUMING = 4.0


class Absorbed(Exception):
    """The provider overcame the failure by asking again: there is no failed create to go on from."""


@dataclass
class Case:
    """A kind of resource, a CLI, a protocol, a lab, and the call at which things go wrong."""

    subject: Subject
    cli: Cli
    protocol: int
    lab: Lab
    directory: Path
    at: CallId | None
    _workspaces: dict[str, Workspace] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._foreign = self._of_others()

    def workspace(self, name: str = "one") -> Workspace:
        """A state of its own."""
        if name not in self._workspaces:
            self._workspaces[name] = Workspace(
                self.cli, self.lab, self.directory / name, self.protocol, SHORT, self.subject.address
            )
        return self._workspaces[name]

    def start(self, *parts: str, **attributes: Any) -> Workspace:
        """The first state, with a resource to be created."""
        workspace = self.workspace()
        workspace.write(self.subject.config(**attributes), *parts)
        return workspace

    @property
    def places(self) -> Places:
        return self.subject.places

    @property
    def call(self) -> CallId:
        assert self.at, "this row needs a call to go wrong at"
        return self.at

    def fail(self, workspace: Workspace, at: CallId | None = None, lease: float = LONG) -> Outcome:
        """An apply in which one call is answered with a server error."""
        return self._strike(workspace, (at or self.call).rule("error", **self.subject.refusal), lease=lease)

    def kill(self, workspace: Workspace, at: CallId | None = None, lease: float = LONG) -> Outcome:
        """An apply whose provider is killed when one call has been performed."""
        return self._strike(workspace, (at or self.call).rule("kill_after"), lease=lease)

    def kill_cli(self, workspace: Workspace) -> None:
        """An apply whose CLI is killed during one call. The provider hears of it, puts the lease down, and ends."""
        # The call lasts longer than the second that the provider gives a lost connection to come back. On a machine so
        # busy that this is not enough, it goes on until it hears; what it must not do unheard is to finish.
        rules = self.call.rule("kill_before", target="parent"), self.call.rule("latency", ms=2000)
        finish = self.places.finish.rule("error", times=-1, **self.subject.refusal)
        since = self.lab.now()

        def gone() -> bool:
            pids = {call.pid for call in self.lab.journal(since) if call.pid}
            return not any(Path(f"/proc/{pid}").exists() for pid in pids)

        told = self._strike(
            workspace, *rules, finish, lease=LONG, then=lambda: until("the provider to end without its CLI", gone)
        )
        assert told.code == -SIGKILL, f"the CLI was not killed\n{told}"

    def fail_again(self, workspace: Workspace) -> Outcome:
        """An apply that goes on with the create and stops: at the same call if that changes something.

        A read has other reads before it now, which nothing may depend on: then it stops at the great step, or, where
        that was made beside what failed, at the last.
        """
        if self.call.name == self.places.mark.name:
            call = self.places.finish
        elif self.call.operation.startswith(READS):
            made = any(self.places.great.fits(call) and call.status == 200 for call in self.lab.journal())
            call = self.places.finish if made else self.places.great
        else:
            call = CallId(self.call.service, self.call.operation, 1)
        return self.fail(workspace, call, RESUMING)

    def _strike(
        self, workspace: Workspace, *rules: dict[str, Any], lease: float, then: Callable[[], object] = lambda: None
    ) -> Outcome:
        workspace.lease(lease)
        workspace.save()
        since = self.lab.now()
        self.lab.faults(*rules)
        outcome = workspace.apply_saved()
        then()
        fired = self.lab.fired()
        self.lab.clear_faults()
        workspace.lease(SHORT)
        assert fired, f"{rules} met no call: {[str(c) for c in self.lab.journal()]}"
        if outcome.ok and self.at and (self.at.operation.startswith(READS) or self.overcome(since)):
            raise Absorbed
        return outcome.must_fail()

    def overcome(self, since: int) -> bool:
        """Whether the call that failed was made again, and answered."""
        calls = [call for call in self.lab.journal(since) if self.call.fits(call)]
        failed = [n for n, call in enumerate(calls) if call.faults]
        return any(call.status == 200 for n in failed for call in calls[n + 1 :] if call.params == calls[n].params)

    def untaint(self, workspace: Workspace) -> None:
        """If the failure came so late that there was something to remember."""
        if workspace.state.of(self.subject.type):
            workspace.untaint().must()

    def marks(self) -> list[str]:
        """What the anchors say of themselves."""
        return [o.mark for o in self.lab.objects() if o.kind == self.subject.anchor and o.mark]

    def births(self) -> dict[str, int]:
        """Who is who."""
        return self.subject.births(self.lab)

    def complete(self, more: Mapping[str, int] = MappingProxyType({})) -> None:
        """Everything there is, and nothing twice."""
        parts = {kind: n for kind, n in self.lab.kinds().items() if kind in self.subject.parts}
        assert parts == {kind: n + more.get(kind, 0) for kind, n in self.subject.parts.items()}, parts

    def same(self, before: dict[str, int], variation: Variation | None = None) -> None:
        """Everything is there, and what was there before is there still, unless it was to be made anew."""
        self.complete(variation.more if variation else {})
        anew = variation.anew if variation else frozenset()
        after = self.births()
        for thing, birth in before.items():
            if thing.split()[0] in anew:
                assert after.get(thing) != birth, f"{thing} was to be made anew"
            else:
                assert after.get(thing) == birth, f"{thing} is not the same any more"

    def untouched(self, before: dict[str, int], since: int) -> None:
        """The same objects, and nobody tried to delete any."""
        assert self.births() == before
        self.nothing_deleted(since)

    def nothing_deleted(self, since: int) -> None:
        """Nobody tried to."""
        assert [str(c) for c in self.lab.journal(since) if c.operation.startswith("Delete")] == []

    def anew(self, before: dict[str, int]) -> None:
        """Everything is there, and nothing of it was before."""
        self.complete()
        after = self.births()
        assert not before.items() & after.items(), (before, after)

    def nothing_left(self, snapshots: int = 0) -> None:
        """So many snapshots were promised, if it holds data."""
        left = self.lab.objects()
        kept = [o for o in left if o.kind == "db_snapshot" and o.more["type"] == "manual"]
        assert left == kept, left
        assert len(kept) == (snapshots if self.subject.holds_data else 0), kept
        assert self._of_others() == self._foreign, "what is not ours is not as it was"

    def _of_others(self) -> dict[str, Any]:
        """What of a shared zone is not ours, to the byte."""
        return self.lab.foreign(self.subject.zone) if self.subject.zone else {}

    def finish(self, workspace: Workspace, snapshots: int = 0) -> None:
        """The plan is empty, the object complete; a destroy then leaves nothing but what was promised."""
        workspace.must_be_empty()
        for instance in workspace.state.of(self.subject.type):
            assert not instance.tainted, instance
            assert instance["drift"] == [], instance
        # By hand, to save an apply.
        self.subject.unprotect(self.lab)
        workspace.destroy().must()
        self.nothing_left(snapshots)
