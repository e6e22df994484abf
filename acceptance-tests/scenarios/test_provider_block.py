# SPDX-License-Identifier: MPL-2.0
"""What of the provider's block would send calls elsewhere, or nowhere, is refused before any is made."""

import pytest

from harness import Workspace, database, provider


@pytest.mark.parametrize(
    ("aws", "texts"),
    [
        ('endpoints = { elbv2 = "http://127.0.0.1:9" }', ('names "elbv2"', "elasticloadbalancing")),
        ('endpoints = { rds = "127.0.0.1:9" }', ("rds that must begin with https:// or http://",)),
        ('allowed_account_ids = ["123456789012", "shop"]', ('"shop", which is no account id', "12 digits")),
        ('region = "Virginia"', ("must be the name of a region",)),
    ],
    ids=["no such service", "no address", "no account", "no region"],
)
def test_what_is_misspelt_is_refused(workspace: Workspace, aws: str, texts: tuple[str, ...]) -> None:
    workspace.write(database(), block=provider(f"    {aws}"))
    workspace.plan().must_fail(*texts)
    assert workspace.lab.journal() == []
