# SPDX-License-Identifier: MPL-2.0
"""Credentials, accounts and endpoints that do not fit: the plan says which, and nothing is created."""

import socket

from harness import Workspace, database, provider


def test_a_wrong_account(workspace: Workspace) -> None:
    workspace.write(database(), block=provider('    allowed_account_ids = ["210987654321"]'))
    workspace.plan().must_fail("123456789012", "allowed_account_ids", "210987654321")
    assert {call.name for call in workspace.lab.journal()} == {"sts:GetCallerIdentity"}


def test_no_region(workspace: Workspace) -> None:
    workspace.variables["AWS_REGION"] = None
    workspace.write(database())
    workspace.plan().must_fail("no region", "AWS_REGION")
    assert workspace.lab.mutations() == []


def test_no_credentials(workspace: Workspace) -> None:
    workspace.variables |= {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}
    workspace.write(database())
    workspace.plan().must_fail("credentials")
    assert workspace.lab.mutations() == []


def test_expired_credentials(workspace: Workspace) -> None:
    workspace.lab.faults({"action": "expired", "times": -1})
    workspace.write(database())
    workspace.plan().must_fail("ExpiredToken", "request id")
    assert workspace.lab.mutations() == []


def test_an_endpoint_that_nobody_answers(workspace: Workspace) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        workspace.variables["AWS_ENDPOINT_URL"] = url
        workspace.write(database())
        workspace.plan().must_fail("sts:GetCallerIdentity")
    assert workspace.lab.journal() == []
