# SPDX-License-Identifier: MPL-2.0
"""Workspaces here speak of the edge."""

import pytest

from harness import EDGE, Workspace


@pytest.fixture
def workspace(workspace: Workspace) -> Workspace:
    workspace.address = EDGE.address
    return workspace
