# SPDX-License-Identifier: MPL-2.0
"""`tfplugindocs validate`, which looks at the pages as a registry does."""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from harness.cli import REPOSITORY


def _tool() -> Path | None:
    """`$TFPLUGINDOCS`, the repository's own (`make docs-check` builds it), or the one on PATH."""
    own = REPOSITORY / ".tools" / "docs" / "tfplugindocs"
    places = [os.environ.get("TFPLUGINDOCS"), own, shutil.which("tfplugindocs")]
    return next((Path(place) for place in places if place and Path(place).is_file()), None)


TOOL = _tool()


def version() -> str:
    """For the head of a report."""
    return str(TOOL) if TOOL else "tfplugindocs is not here, and does not look at the pages: `make docs-check` builds it"


def validate(schema: dict[str, Any], tool: Path) -> subprocess.CompletedProcess[str]:
    """It looks for the schema under the short name, or under HashiCorp's own address."""
    with tempfile.TemporaryDirectory(prefix="pages-") as place:
        file = Path(place) / "schema.json"
        file.write_text(json.dumps({"format_version": "1.0", "provider_schemas": {"drop": schema}}))
        command = [tool, "validate", "--provider-name=drop", f"--provider-dir={REPOSITORY}", f"--providers-schema={file}"]
        return subprocess.run(command, capture_output=True, text=True, check=False)
