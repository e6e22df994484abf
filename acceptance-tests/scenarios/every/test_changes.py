# SPDX-License-Identifier: MPL-2.0
"""A create makes the calls that its plan named, and the next plan is empty."""

from collections import Counter

import pytest

from harness import Workspace

from ..story import Story


@pytest.mark.matrix
def test_apply_then_nothing_to_do(workspace: Workspace, story: Story) -> None:
    workspace.write(story.subject.config(**story.config))
    named = Counter(step.call for step in workspace.planned().new_steps())
    since = workspace.lab.now()
    workspace.apply_saved().must()
    assert Counter(story.made(workspace.lab.mutations(since))) == named
    workspace.must_be_empty()
