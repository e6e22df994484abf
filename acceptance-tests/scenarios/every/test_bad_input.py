# SPDX-License-Identifier: MPL-2.0
"""What cannot be understood is said before any cloud is asked, and nothing is lost."""

import json

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


def test_an_attribute_that_is_not_known(workspace: Workspace, story: Story) -> None:
    workspace.write(story.subject.config(blocks='colour = "red"'))
    refused = workspace.plan().must_fail("Unsupported argument", '"colour"')
    assert refused.errors[0].code == 'colour = "red"'
    assert workspace.lab.journal() == []


def test_a_name_that_turns_out_to_be_null_destroys_nothing(workspace: Workspace, story: Story) -> None:
    lab, subject = workspace.lab, story.subject

    def written(name: str) -> tuple[str, str]:
        variable = f'variable "name" {{\n  type    = string\n  default = {name}\n}}\n'
        config = subject.config(**subject.unprotected)
        return variable, config.replace(f'name = "{subject.name}"', "name = var.name", 1)

    workspace.write(*written(json.dumps(subject.name)))
    workspace.apply().must()
    births, since = lab.births(), lab.now()
    workspace.write(*written("null"))
    for run in (workspace.plan, workspace.apply):
        refused = run().must_fail("Missing value for name", 'The argument "name" is required')
        assert [error.code for error in refused.errors] == ["name = var.name"]
    assert (lab.births(), lab.mutations(since)) == (births, [])
