# SPDX-License-Identifier: MPL-2.0
"""What a create, an update and a destroy ask of a cloud, and how many of the calls have to wait for one another."""

import json
import tempfile
import time
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness import SUBJECTS, Call, Cli, Lab, Outcome, Subject, Workspace, round_trips
from harness.subjects.edge import ZONE

from .beside import Beside
from .start import Provider
from .table import Cell, Figure, Table

# What a call to Cloudflare takes.
LATENCY = 200
# Of these, an edge's plans make 20, a database's 22: Terraform plans twice.
CREATES = {"edge": 29, "database": 41, "app": 115}
TRIPS = {"edge": 12}
# Calls of a destroy for each that takes something away.
A_REMOVAL = 5


@dataclass(frozen=True)
class Change:
    """One run of a CLI that changes something, from its plan to its last answer."""

    calls: Sequence[Call]
    seconds: float

    @property
    def writes(self) -> int:
        return sum(call.mutating for call in self.calls)

    @property
    def trips(self) -> int:
        return round_trips(self.calls)


def measure(cli: Cli, providers: Sequence[Provider] = ()) -> list[Table]:
    return [_changes(cli), *_beside(cli, providers)]


def _changes(cli: Cli) -> Table:
    table = Table(
        "Changes",
        f"`apply` and `destroy` with {cli}, of one resource alone, plans included. Writes are calls that change something.\n"
        f"Round trips: the longest chain of calls that did not overlap. Each call takes {LATENCY} ms.",
        ["", "calls", "writes", "round trips", "wall"],
    )
    for subject in SUBJECTS:
        with Lab() as lab, tempfile.TemporaryDirectory(prefix="bench-") as directory:
            workspace = Workspace(cli, lab, Path(directory), lease=60)
            # The whole of it may go.
            workspace.write(subject.config(**dict(subject.first) | subject.unprotected))
            created = _run(workspace, workspace.apply)
            table.rows.append(_row(f"{subject}: create", created, CREATES[subject.key], subject))
            workspace.write(subject.config(**dict(subject.first) | subject.changed.attributes))
            table.rows.append(_row(f"{subject}: update", _run(workspace, workspace.apply)))
            destroyed = _run(workspace, workspace.destroy)
            table.rows.append(_row(f"{subject}: destroy", destroyed, A_REMOVAL * destroyed.writes, subject))
    return table


def _row(what: str, change: Change, calls: float | None = None, subject: Subject | None = None) -> list[Cell]:
    trips = TRIPS.get(subject.key) if subject else None
    return [
        what, Figure(len(change.calls), "calls", calls), str(change.writes),
        Figure(change.trips, "trips", trips), Figure(change.seconds, "s"),
    ]  # fmt: skip


def _run(workspace: Workspace, work: Callable[[], Outcome]) -> Change:
    lab = workspace.lab
    lab.faults({"action": "latency", "ms": LATENCY, "times": -1})
    since, begun = lab.now(), time.perf_counter()
    work().must()
    seconds = time.perf_counter() - begun
    lab.clear_faults()
    return Change(lab.journal(since), seconds)


def _zone_id(lab: Lab) -> str:
    asked = urllib.request.Request(f"{lab.cloudflare_url}/zones?name={ZONE}")
    asked.add_header("Authorization", f"Bearer {lab.cloudflare_token}")
    with urllib.request.urlopen(asked) as answer:
        return str(json.load(answer)["result"][0]["id"])


def _beside(cli: Cli, providers: Sequence[Provider]) -> list[Table]:
    """The same edge, in the words of each provider that has words for it."""
    known = [provider for provider in providers if provider.name == Beside.NAME]
    if not known:
        return []
    table = Table(
        "The same edge",
        f"One record, four settings, a cache rule and a rate limit, with {cli}. Each call takes {LATENCY} ms.",
        ["", "calls", "writes", "round trips", "wall"],
    )
    edges: list[tuple[str, Provider | None]] = [("drop", None), *((provider.name, provider) for provider in known)]
    for name, provider in edges:
        with Lab() as lab, tempfile.TemporaryDirectory(prefix="bench-") as directory:
            workspace = Workspace(cli, lab, Path(directory), lease=60)
            if provider is None:
                workspace.write(Beside.ours(ZONE))
            else:
                beside = Beside(provider.binary, Path(directory))
                workspace.install(Beside.SOURCE, beside.installation)
                workspace.write(beside.theirs(_zone_id(lab), ZONE), block="")
            table.rows.append(_row(f"{name}: create", _run(workspace, workspace.apply)))
            table.rows.append(_row(f"{name}: destroy", _run(workspace, workspace.destroy)))
    return [table]
