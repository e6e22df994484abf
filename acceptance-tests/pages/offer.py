# SPDX-License-Identifier: MPL-2.0
"""What the provider offers: as a CLI prints it, and what is too new for the CLIs at hand."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from harness import Cli, binary
from harness.cli import overrides
from harness.hcl import HEAD

# The client belongs to the tests of the plugin crate, which are no package.
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "plugin"))

from toy_wire import Plugin  # noqa: E402


def offer(cli: Cli, protocol: int = 6) -> dict[str, Any]:
    """The provider's part of `providers schema -json`."""
    with tempfile.TemporaryDirectory(prefix="pages-") as place:
        directory = Path(place)
        (directory / "main.tf").write_text(HEAD)
        environment = os.environ | {
            "CHECKPOINT_DISABLE": "1", "DROP_PROTOCOL": str(protocol), "TF_CLI_CONFIG_FILE": str(overrides(directory)),
        }  # fmt: skip
        told = subprocess.run(
            [cli.path, "providers", "schema", "-json"], cwd=directory, env=environment, capture_output=True, check=True
        ).stdout
    (schema,) = json.loads(told)["provider_schemas"].values()
    return schema


def too_new() -> dict[str, list[str]]:
    """Names of lists and actions, which Terraform prints from 1.14 on, asked of the provider itself."""
    os.environ["TOY_BIN"] = str(binary())
    with Plugin.start("6") as plugin:
        schema = plugin.client().call("GetProviderSchema")
    return {
        "list_resource_schemas": sorted(schema.list_resource_schemas),
        "action_schemas": sorted(schema.action_schemas),
    }
