# SPDX-License-Identifier: MPL-2.0
"""Destroy is whole, and forgetting touches nothing."""

from harness import Workspace

from ..story import Story


def test_nothing_is_left(workspace: Workspace, story: Story) -> None:
    workspace.write(story.subject.config(**dict(story.config) | story.subject.unprotected))
    workspace.apply().must()
    workspace.destroy().must()
    assert workspace.lab.objects() == []
    assert workspace.state.instances == []


def test_the_wish_to_forget_is_granted(workspace: Workspace, story: Story) -> None:
    lab, subject = workspace.lab, story.subject
    workspace.write(subject.config())
    workspace.apply().must()
    births, since = subject.births(lab), lab.now()
    workspace.write(f"removed {{\n  from = {subject.address}\n  lifecycle {{\n    destroy = false\n  }}\n}}\n")
    workspace.apply().must()
    assert workspace.state.instances == []
    assert (subject.births(lab), lab.mutations(since)) == (births, [])
