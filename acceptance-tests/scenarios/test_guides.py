# SPDX-License-Identifier: MPL-2.0
"""What the guides tell people to write. A block marked `terraform` is a whole configuration, one marked `hcl` a part of one."""

import re
import subprocess
from pathlib import Path

import pytest

from harness import Workspace, clis
from harness.hcl import head
from pages import DOCS

from .database import rds

GUIDES = sorted((DOCS / "guides").glob("*.md"))
FENCE = re.compile(r"^( *)```(terraform|hcl)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


def _snippets(guide: Path, kind: str) -> list[str]:
    found = FENCE.findall(guide.read_text())
    return [re.sub(f"^{indent}", "", text, flags=re.MULTILINE) for indent, of, text in found if of == kind]


WHOLE = [pytest.param(text, id=f"{guide.stem}-{n}") for guide in GUIDES for n, text in enumerate(_snippets(guide, "terraform"))]
EVERY = [
    pytest.param(text, id=f"{guide.stem}-{kind}-{n}")
    for guide in GUIDES
    for kind in ("terraform", "hcl")
    for n, text in enumerate(_snippets(guide, kind))
]


@pytest.mark.parametrize("text", WHOLE)
def test_a_whole_configuration_is_valid(one_workspace: Workspace, text: str) -> None:
    sources = "" if "required_providers" in text else head()
    (one_workspace.directory / "main.tf").write_text(sources + text)
    one_workspace.validate().must()


@pytest.mark.parametrize("text", EVERY)
def test_every_part_is_written_as_the_cli_writes_it(text: str) -> None:
    told = subprocess.run([clis()[0].path, "fmt", "-check", "-diff", "-"], input=text, capture_output=True, text=True)
    assert told.returncode == 0, told.stdout + told.stderr


def test_the_quick_start_works_as_it_is_told(one_workspace: Workspace) -> None:
    workspace, guide = one_workspace, DOCS / "guides" / "quickstart.md"
    (database,), (service, edge, unprotected) = _snippets(guide, "terraform"), _snippets(guide, "hcl")
    edge = edge.replace("shop.example", "getdrop.no")
    written = workspace.directory / "main.tf"

    written.write_text(database)
    steps = workspace.planned().after()["steps"]
    assert steps == re.findall(r'^    \+ "(1\.\d+ .*)",$', guide.read_text(), re.MULTILINE)
    workspace.apply().must()
    written.write_text(database + service + edge)
    workspace.apply().must()
    workspace.must_be_empty()

    head, _, _ = database.partition('resource "drop_database"')
    written.write_text(head + unprotected + service + edge)
    workspace.apply().must()
    workspace.destroy().must()
    assert {thing.kind for thing in workspace.lab.objects()} == {"db_snapshot"}


def test_an_instance_is_adopted_as_it_is_told(workspace: Workspace) -> None:
    """With the configuration that the CLI writes of it."""
    lab, (block, *_) = workspace.lab, _snippets(DOCS / "guides" / "adopt.md", "terraform")
    rds.by_hand(lab)
    births = lab.births()
    (workspace.directory / "main.tf").write_text(head() + block)
    assert workspace.plan("-generate-config-out=database.tf").code == 2
    written = (workspace.directory / "database.tf").read_text()
    assert 'resource "drop_database" "main"' in written and "steps" not in written
    workspace.apply().must()
    workspace.must_be_empty()
    assert lab.births() == births
