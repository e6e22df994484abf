# SPDX-License-Identifier: MPL-2.0
"""Who a resource is stands beside its state, and an import block may name it so."""

import json

import pytest

from harness import IDENTITIES, Workspace
from harness.lab import REGION

from ..story import Story


pytestmark = pytest.mark.knowing(IDENTITIES)


@pytest.fixture
def workspace(workspace: Workspace, story: Story) -> Workspace:
    workspace.address = story.subject.address
    return workspace


def _block(story: Story, **identity: str | None) -> str:
    members = "".join(f'    {name} = "{value}"\n' for name, value in identity.items() if value is not None)
    return f"import {{\n  to = {story.subject.address}\n  identity = {{\n{members}  }}\n}}\n"


def _place(story: Story) -> dict[str, str]:
    zone, named, _ = story.subject.import_id.partition("/")
    return {"zone": zone} if named else {"region": REGION}


@pytest.mark.matrix
def test_an_import_by_identity(workspace: Workspace, story: Story) -> None:
    subject, lab = story.subject, workspace.lab
    config = subject.config(**dict(subject.first) | subject.kept | {"tags": None})
    workspace.write(config)
    workspace.apply().must()
    (instance,) = json.loads((workspace.directory / "terraform.tfstate").read_text())["resources"][0]["instances"]
    identity = instance["identity"]
    assert {name: identity[name] for name in ("name", *_place(story))} == {"name": subject.name} | _place(story)
    assert identity["account"]

    births, since = subject.births(lab), lab.now()
    workspace.state_rm().must()
    workspace.write(config, _block(story, **identity))
    workspace.apply().must()
    workspace.must_be_empty()
    assert (subject.births(lab), lab.mutations(since)) == (births, [])


def test_another_account_is_refused(workspace: Workspace, story: Story) -> None:
    subject = story.subject
    identity = {"account": "999999999999", "name": subject.name} | _place(story)
    workspace.write(subject.config(), _block(story, **identity))
    workspace.plan().must_fail("is in another account", "The credentials are of ")
