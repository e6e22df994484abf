# SPDX-License-Identifier: MPL-2.0
"""Each test is told of every kind of resource, in workspaces that speak of it."""

import pytest

from harness import Workspace

from ..stories import STORIES
from ..story import Story


@pytest.fixture(params=STORIES, ids=str)
def story(request: pytest.FixtureRequest) -> Story:
    return request.param


@pytest.fixture
def workspace(workspace: Workspace, story: Story) -> Workspace:
    workspace.address = story.subject.address
    return workspace
