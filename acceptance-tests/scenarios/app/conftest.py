# SPDX-License-Identifier: MPL-2.0
"""Workspaces here speak of the service."""

import pytest

from harness import APP, Workspace


@pytest.fixture
def workspace(workspace: Workspace) -> Workspace:
    workspace.address = APP.address
    return workspace
