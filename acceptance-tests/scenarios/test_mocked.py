# SPDX-License-Identifier: MPL-2.0
"""`terraform test` and `tofu test` of modules with a mocked provider: no cloud, no credentials, and every value made up."""

from pathlib import Path

import pytest

from harness import MOCKS, Workspace
from harness.hcl import head

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
# A new resource or data source has an example, and with it is here.
PARTS = sorted([*EXAMPLES.glob("resources/*/resource.tf"), *EXAMPLES.glob("data-sources/*/data-source.tf")])

# What a configuration reads out of a value, or hands to an attribute that has a form, a user says of a mock.
MOCKED = """
mock_provider "drop" {
  mock_data "drop_image" {
    defaults = {
      architectures = ["amd64"]
      uri_by_digest = "registry.example/web@sha256:%s"
    }
  }
  mock_data "drop_engine_versions" {
    defaults = { versions = ["17.5"] }
  }
}
""" % ("0a" * 32)


@pytest.mark.matrix
@pytest.mark.knowing(MOCKS)
def test_a_module_can_be_tested_without_a_cloud(workspace: Workspace) -> None:
    runs = []
    for part in PARTS:
        module = f"{part.parent.parent.name}-{part.parent.name}"
        folder = workspace.directory / module
        folder.mkdir()
        (folder / "main.tf").write_text(head() + part.read_text())
        for command in ("plan", "apply"):
            runs.append(f'run "{module}-{command}" {{\n  command = {command}\n  module {{\n    source = "./{module}"\n  }}\n}}\n')
    (workspace.directory / "mocked.tftest.hcl").write_text(MOCKED + "\n".join(runs))
    workspace.write(block="")
    workspace.run("get").must()
    told = workspace.run("test", "-no-color").must()
    assert f"{len(runs)} passed, 0 failed" in told.text
    assert workspace.lab.journal() == []
