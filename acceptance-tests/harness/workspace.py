# SPDX-License-Identifier: MPL-2.0
"""A directory with a configuration and a state, and one CLI to work in it."""

import json
import shutil
from pathlib import Path
from typing import Any

from .cli import Cli, installation, overrides
from .hcl import DROP, head, provider
from .lab import Lab
from .outcome import Outcome
from .plans import Plan
from .process import PATIENCE, Running
from .state import Instance, State
from .subjects import DATABASE

SAVED = "saved.plan"


class Workspace:
    """Runs a CLI with the provider under test; no registry is ever asked."""

    def __init__(
        self, cli: Cli, lab: Lab, directory: Path, protocol: int = 6, lease: float = 1, address: str = DATABASE.address
    ) -> None:
        self.cli, self.lab, self.directory, self.protocol = cli, lab, directory, protocol
        # The resource that is spoken of where none is named.
        self.address = address
        directory.mkdir(parents=True, exist_ok=True)
        self._sources = dict(DROP)
        self._installed: dict[str, Path] = {}
        self.install("getdrop/drop", installation())
        # On top of the lab's; None takes one away.
        self.variables: dict[str, str | None] = {
            "DROP_PROTOCOL": str(protocol),
            # Faults come through at once; a test that wants retries asks for them.
            "AWS_MAX_ATTEMPTS": "1",
            # The lab takes tenths of a second for what the clouds take minutes for.
            "DROP_POLL_MILLISECONDS": "20",
        }
        self.lease(lease)

    def install(self, source: str, directory: Path) -> None:
        """A provider whose binary lies in a directory of its own; it is known by the last part of its address."""
        self._sources[source.rpartition("/")[2]] = source
        self._installed[source] = directory
        self._settings = overrides(self.directory, self._installed)

    def lease(self, seconds: float) -> None:
        """How long leases last from now on; a long one is not renewed during a short run, and counts no calls."""
        self.variables["DROP_LEASE_SECONDS"] = f"{seconds:g}"

    @property
    def environment(self) -> dict[str, str]:
        own = {
            "CHECKPOINT_DISABLE": "1",
            "TF_CLI_CONFIG_FILE": str(self._settings),
            "TF_IN_AUTOMATION": "1",
            "TF_INPUT": "0",
        }
        every = self.lab.environment() | own | self.variables
        return {name: value for name, value in every.items() if value is not None}

    def write(self, *parts: str, block: str | None = None) -> None:
        """The whole configuration. `block` replaces the provider's block."""
        text = "\n".join([head(self._sources), provider() if block is None else block, *parts])
        (self.directory / "main.tf").write_text(text)

    def start(self, *arguments: str) -> Running:
        """Any command, in the background."""
        return Running([str(self.cli.path), *arguments], self.directory, self.environment)

    def run(self, *arguments: str, seconds: float = PATIENCE) -> Outcome:
        """Any command, to its end."""
        with self.start(*arguments) as running:
            return running.wait(seconds)

    def plan(self, *arguments: str) -> Outcome:
        """Plans into a file; the exit code says 0 for nothing to do, 1 for an error, 2 for changes."""
        return self.run("plan", "-json", "-detailed-exitcode", f"-out={SAVED}", *arguments)

    def save(self, *arguments: str) -> Outcome:
        """A plan that succeeds, to be applied later."""
        outcome = self.plan(*arguments)
        assert outcome.code in (0, 2), f"{outcome}"
        return outcome

    def saved(self) -> Plan:
        """The last plan, as policies read it."""
        return Plan(self.show(SAVED), self.address)

    def planned(self, *arguments: str) -> Plan:
        """A plan that succeeds."""
        self.save(*arguments)
        return self.saved()

    def must_be_empty(self, *arguments: str) -> Outcome:
        """The plan that everything ends with."""
        outcome = self.plan(*arguments)
        if outcome.code == 2:
            raise AssertionError(f"the plan is not empty: {self.saved().told()}")
        return outcome.must()

    def apply(self, *arguments: str, seconds: float = PATIENCE) -> Outcome:
        return self.run("apply", "-json", "-auto-approve", *arguments, seconds=seconds)

    def start_apply(self, *arguments: str) -> Running:
        return self.start("apply", "-json", "-auto-approve", *arguments)

    def apply_saved(self) -> Outcome:
        """Applies the last plan: a run in which every call belongs to the apply."""
        return self.run("apply", "-json", SAVED)

    def destroy(self, *arguments: str) -> Outcome:
        return self.run("destroy", "-json", "-auto-approve", *arguments)

    def import_(self, id: str, address: str | None = None) -> Outcome:
        return self.run("import", "-no-color", address or self.address, id)

    def taint(self, address: str | None = None) -> Outcome:
        return self.run("taint", address or self.address)

    def untaint(self, address: str | None = None) -> Outcome:
        return self.run("untaint", address or self.address)

    def state_rm(self, address: str | None = None) -> Outcome:
        return self.run("state", "rm", address or self.address)

    def validate(self) -> Outcome:
        return self.run("validate", "-json")

    def show(self, plan: str | None = None) -> dict[str, Any]:
        """`show -json` of a saved plan, or of the state."""
        return json.loads(self.run("show", "-json", *([plan] if plan else [])).must().stdout)

    @property
    def state(self) -> State:
        return State.read(self.directory / "terraform.tfstate")

    @property
    def resource(self) -> Instance:
        """The resource as the state holds it."""
        return self.state.one(self.address)

    def keep_state(self, name: str) -> None:
        """Puts a copy of the state aside, as a backup would."""
        shutil.copy(self.directory / "terraform.tfstate", self.directory / name)

    def roll_back(self, name: str) -> None:
        shutil.copy(self.directory / name, self.directory / "terraform.tfstate")

    def lose_state(self) -> None:
        (self.directory / "terraform.tfstate").unlink()
