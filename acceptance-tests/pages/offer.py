# SPDX-License-Identifier: MPL-2.0
"""What the provider offers, as CLIs print it."""

import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from harness import Cli, binary
from harness.cli import overrides
from harness.hcl import head
from harness.wire import Plugin


def offer(cli: Cli, protocol: int = 6) -> dict[str, Any]:
    """The provider's part of `providers schema -json`, and what not every CLI prints of it."""
    with tempfile.TemporaryDirectory(prefix="pages-") as place:
        directory = Path(place)
        (directory / "main.tf").write_text(head())
        environment = os.environ | {
            "CHECKPOINT_DISABLE": "1", "DROP_PROTOCOL": str(protocol), "TF_CLI_CONFIG_FILE": str(overrides(directory)),
        }  # fmt: skip
        told = subprocess.run(
            [cli.path, "providers", "schema", "-json"], cwd=directory, env=environment, capture_output=True, check=True
        ).stdout
    (schema,) = json.loads(told)["provider_schemas"].values()
    return schema if "action_schemas" in schema else too_new(binary(), protocol) | schema


def too_new(provider: Path, protocol: int) -> dict[str, Any]:
    """Lists and actions, which Terraform prints from 1.14 on, asked of the provider itself."""
    with Plugin.start(str(protocol), binary=provider) as plugin:
        schema = plugin.client().call("GetProviderSchema")
    lists = {name: {"block": _block(of.block)} for name, of in schema.list_resource_schemas.items()}
    actions = {name: {"block": _block(of.schema.block)} for name, of in schema.action_schemas.items()}
    return {"list_resource_schemas": lists, "action_schemas": actions}


def _block(block: Any) -> dict[str, Any]:
    """In the CLI's form."""
    flags = ("required", "optional", "computed", "sensitive", "write_only", "deprecated")
    attributes = {
        of.name: {"type": json.loads(of.type)} | {flag: getattr(of, flag) for flag in flags} for of in block.attributes
    }
    nested = {
        of.type_name: {
            "nesting_mode": of.NestingMode.Name(of.nesting).lower(), "min_items": of.min_items, "block": _block(of.block),
        }
        for of in block.block_types
    }  # fmt: skip
    return {"attributes": attributes, "block_types": nested}
