# SPDX-License-Identifier: MPL-2.0
"""What cannot be understood is said before any cloud is asked, and nothing is lost."""

import json

import pytest

from harness import Workspace

from ..story import Story


def test_a_state_of_a_newer_schema(workspace: Workspace, story: Story) -> None:
    workspace.write(story.subject.config())
    workspace.apply().must()
    path = workspace.directory / "terraform.tfstate"
    state = json.loads(path.read_text())
    state["serial"] += 1
    (resource,) = state["resources"]
    resource["instances"][0]["schema_version"] = 99
    newer = json.dumps(state)
    path.write_text(newer)
    since = workspace.lab.now()
    workspace.plan().must_fail(story.subject.address, "newer provider version")
    workspace.destroy().must_fail(story.subject.address, "newer provider version")
    assert workspace.lab.journal(since) == []
    assert json.loads(path.read_text())["resources"] == state["resources"]


@pytest.mark.parametrize(
    ("place", "name", "problem"),
    [("Some Where", "a", "must be"), ("https:", "/a.example", "must be"), (None, "", "The name is missing")],
    ids=["no place", "an address", "no name"],
)
def test_an_id_of_the_wrong_form(
    workspace: Workspace, story: Story, place: str | None, name: str, problem: str
) -> None:
    subject = story.subject
    workspace.write(subject.config())
    what = "zone" if subject.zone else "region"
    place = place or subject.zone or "us-east-1"
    told = f"Write the id as `<{what}>/<name>`"
    workspace.import_(f"{place}/{name}").must_fail(f"This is no id of a {subject.type}", problem, told)
    assert workspace.state.instances == []
    assert workspace.lab.journal() == []


def test_an_attribute_that_is_not_known(workspace: Workspace, story: Story) -> None:
    workspace.write(story.subject.config(blocks='colour = "red"'))
    refused = workspace.plan().must_fail("Unsupported argument", '"colour"')
    assert refused.errors[0].code == 'colour = "red"'
    assert workspace.lab.journal() == []
