# SPDX-License-Identifier: MPL-2.0
"""A directory that a CLI installs from in place of its registry."""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from harness import Cli

from .artefacts import Artefacts

SOURCE = "getdrop/drop"
REQUIRED = f'terraform {{\n  required_providers {{\n    drop = {{ source = "{SOURCE}" }}\n  }}\n}}\n'


def mirror(artefacts: Artefacts, cli: Cli, root: Path) -> Path:
    """Puts the archives under `root` where `cli` looks for them; answers the file that tells it to."""
    folder = root / "mirror" / address(cli)
    folder.mkdir(parents=True)
    for archive in artefacts.archives.values():
        shutil.copy2(archive, folder)
    settings = root / "cli.tfrc"
    # Nothing beside the mirror: what it lacks is not looked for elsewhere.
    settings.write_text(f'provider_installation {{\n  filesystem_mirror {{ path = "{root / "mirror"}" }}\n}}\n')
    return settings


def address(cli: Cli) -> str:
    """What `cli` takes the source for, its own registry's host included."""
    environment = os.environ | {"TF_CLI_CONFIG_FILE": os.devnull}
    with tempfile.TemporaryDirectory() as directory:
        (Path(directory) / "main.tf").write_text(REQUIRED)
        told = subprocess.run(
            [cli.path, "providers"], cwd=directory, env=environment, capture_output=True, text=True, check=True
        ).stdout
    found = re.search(rf"provider\[(\S+/{SOURCE})\]", told)
    if not found:
        raise ValueError(f"{cli} names no provider {SOURCE}: {told}")
    return found[1]
