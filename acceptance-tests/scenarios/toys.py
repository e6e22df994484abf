# SPDX-License-Identifier: MPL-2.0
"""The plugin crate's toy provider beside ours: it has a write-only attribute to hand secrets to."""

from harness import Workspace
from harness.stand_in import example


def install(workspace: Workspace) -> None:
    """Makes the CLI find it, and a directory that is its cloud."""
    place = workspace.directory / "toy"
    (place / "cloud").mkdir(parents=True)
    (place / "terraform-provider-toy").symlink_to(example("toy"))
    workspace.install("example.com/tf-plugin/toy", place)
    workspace.variables["TOY_PROTOCOL"] = str(workspace.protocol)


def write(workspace: Workspace, *parts: str) -> None:
    """The whole configuration."""
    workspace.write(f'provider "toy" {{\n  directory = "{workspace.directory / "toy" / "cloud"}"\n}}\n', *parts)


def thing(name: str, secret: str) -> str:
    """A resource that is told a secret, which it is to keep nowhere."""
    return f'resource "toy_thing" "{name}" {{\n  name        = "{name}"\n  password_wo = {secret}\n}}\n'


def told(workspace: Workspace) -> list[int]:
    """How long the secrets were that its things were told, in no order."""
    said = (workspace.directory / "toy" / "cloud" / ".log").read_text().splitlines()
    return sorted(int(line.split()[3]) for line in said if line.startswith("a password of"))
