# SPDX-License-Identifier: MPL-2.0
"""What a state has forgotten comes back as it is."""

import pytest

from harness import Workspace

from ..story import Story


@pytest.mark.parametrize("by", ["command", "block"])
def test_what_was_forgotten_comes_back(workspace: Workspace, story: Story, by: str) -> None:
    lab, subject = workspace.lab, story.subject
    # Which of its tags were wished for, no object says.
    config = subject.config(**dict(subject.first) | subject.kept | {"tags": None})
    workspace.write(config)
    workspace.apply().must()
    before, births, since = workspace.resource, subject.births(lab), lab.now()
    workspace.state_rm().must()
    if by == "command":
        workspace.import_(subject.import_id).must()
    else:
        workspace.write(config, subject.import_block)
        workspace.apply().must()
    workspace.must_be_empty()
    assert workspace.resource["components"] == before["components"]
    assert workspace.resource["creation_id"] == before["creation_id"]
    assert (subject.births(lab), lab.mutations(since)) == (births, [])
