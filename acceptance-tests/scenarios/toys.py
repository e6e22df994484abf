# SPDX-License-Identifier: MPL-2.0
"""The plugin crate's toy provider beside ours: it has a write-only attribute to hand secrets to."""

import os
from pathlib import Path

from harness import Workspace, installation
from harness.cli import REPOSITORY

HEAD = """\
terraform {
  required_providers {
    drop = { source = "getdrop/drop" }
    toy  = { source = "example.com/tf-plugin/toy" }
  }
}
provider "drop" {}
"""


def install(workspace: Workspace) -> None:
    """Makes the CLI find it, and a directory that is its cloud."""
    binary = Path(os.environ.get("TOY_BIN") or REPOSITORY / "target" / "debug" / "examples" / "toy").resolve()
    if not binary.is_file():
        raise FileNotFoundError(f"{binary}: build it with `cargo build -p tf-plugin --examples`, or set TOY_BIN")
    place = workspace.directory / "toy"
    (place / "cloud").mkdir(parents=True)
    (place / "terraform-provider-toy").symlink_to(binary)
    homes = {"getdrop/drop": installation(), "example.com/tf-plugin/toy": place}
    lines = "".join(f'    "{address}" = "{home}"\n' for address, home in homes.items())
    settings = f"provider_installation {{\n  dev_overrides {{\n{lines}  }}\n  direct {{}}\n}}\n"
    Path(workspace.environment["TF_CLI_CONFIG_FILE"]).write_text(settings)
    workspace.variables["TOY_PROTOCOL"] = str(workspace.protocol)


def write(workspace: Workspace, *parts: str) -> None:
    """The whole configuration."""
    toy = f'provider "toy" {{\n  directory = "{workspace.directory / "toy" / "cloud"}"\n}}\n'
    (workspace.directory / "main.tf").write_text("\n".join([HEAD, toy, *parts]))


def thing(name: str, secret: str) -> str:
    """A resource that is told a secret, which it is to keep nowhere."""
    return f'resource "toy_thing" "{name}" {{\n  name        = "{name}"\n  password_wo = {secret}\n}}\n'


def told(workspace: Workspace) -> list[int]:
    """How long the secrets were that its things were told, in no order."""
    said = (workspace.directory / "toy" / "cloud" / ".log").read_text().splitlines()
    return sorted(int(line.split()[3]) for line in said if line.startswith("a password of"))
