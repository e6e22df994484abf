# SPDX-License-Identifier: MPL-2.0
"""What the documentation shows, as it stands there: applied, planned empty, destroyed."""

import shutil
from pathlib import Path

import pytest

from harness import IDENTITIES, Workspace

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
KINDS = ("resources", "data-sources", "ephemeral-resources", "functions")
PARTS = sorted(path for kind in KINDS for path in EXAMPLES.glob(f"{kind}/*/*.tf"))
# The most lines of the quickstart's plan that describe its resources.
LINES = 176
BY_IDENTITY = [path for path in PARTS if path.name == "import-by-identity.tf"]


@pytest.mark.parametrize("part", [part for part in PARTS if part not in BY_IDENTITY], ids=lambda part: str(part.relative_to(EXAMPLES)))
def test_what_a_page_shows_is_valid(workspace: Workspace, part: Path) -> None:
    workspace.write(part.read_text(), block="")
    workspace.validate().must()


@pytest.mark.knowing(IDENTITIES)
@pytest.mark.parametrize("part", BY_IDENTITY, ids=lambda part: part.parent.name)
def test_an_import_by_identity_is_valid(workspace: Workspace, part: Path) -> None:
    workspace.write(part.read_text(), part.with_name("resource.tf").read_text(), block="")
    workspace.validate().must()


@pytest.mark.parametrize("example", ["quickstart", "systems/drop-fintech"])
def test_an_example_works_as_it_stands(workspace: Workspace, example: str) -> None:
    shutil.copy(EXAMPLES / example / "main.tf", workspace.directory)
    workspace.apply().must()
    workspace.must_be_empty()
    workspace.apply("-var", "protected=false").must()
    workspace.destroy("-var", "protected=false").must()
    assert {thing.kind for thing in workspace.lab.objects()} == {"db_snapshot"}


def test_the_plan_of_the_quickstart_is_read_at_a_glance(workspace: Workspace) -> None:
    """Three resources of some thirty cloud objects: a person reads the whole plan."""
    shutil.copy(EXAMPLES / "quickstart" / "main.tf", workspace.directory)
    printed = workspace.run("plan", "-no-color").must().stdout
    shown = printed.partition("will perform the following actions:")[2].partition("Plan: ")[0].strip().splitlines()
    assert len(shown) <= LINES, f"{len(shown)} lines\n" + "\n".join(shown)
