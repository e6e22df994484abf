# SPDX-License-Identifier: MPL-2.0
"""Bad input: a diagnostic that points at the attribute and names the way out, and nothing is created."""

from typing import Any

import pytest

from harness import Workspace, edge

from ..refusal import Bad
from .zone import ZONE


def _firewall(**more: Any) -> dict[str, Any]:
    return {"firewall": more}


def _route(label: str = f"site.{ZONE}/*", **more: Any) -> dict[str, Any]:
    return {"route": {label: more}}


def _limit(**more: Any) -> dict[str, Any]:
    return _firewall(rate_limit={"login": {"path": "/login", "requests": 20} | more})


# Where the plan compares as a whole.
WHOLE = 'resource "drop_edge"'
FREE = {"zone": "braidmgr.com", "route": {"site.braidmgr.com/*": {"host": "origin.example"}}, "tls": None}
OFFLINE = [
    Bad(_firewall(countries={"allow": ["NOR"]}), "allow", ["two"]),
    Bad(_firewall(countries={"allow": ["XZ"]}), "allow", ["codes of countries"]),
    Bad(_limit(period="soon"), "period"),
    Bad(_limit(requests=0), "requests"),
    Bad(_limit(path="login"), "path"),
    Bad(_route(host="origin.example", cache="soon"), "cache"),
    Bad({"tls": {"min_version": "1.4"}}, "min_version", ["1.3"]),
]
COMPARED = [
    Bad(FREE | _limit(period="60s"), "period", ["10s"]),
    Bad({"zone": "elsewhere.example", "route": {"site.elsewhere.example/*": {"host": "origin.example"}}}, "zone"),
    Bad(_route(f"mail.{ZONE}/*", host="origin.example"), WHOLE, [f"mail.{ZONE} has a A record already"]),
]


@pytest.mark.parametrize("bad", OFFLINE, ids=str)
def test_what_is_wrong_by_itself_is_found_without_a_cloud(one_workspace: Workspace, bad: Bad) -> None:
    workspace = one_workspace
    workspace.write(edge(**bad.config))
    outcome = workspace.validate().must_fail(*bad.says)
    assert bad.points_at in outcome.errors[0].code, outcome
    assert workspace.lab.journal() == []


@pytest.mark.parametrize("bad", COMPARED, ids=["period", "zone", "record"])
def test_what_the_zone_has_not_is_found_in_the_plan(one_workspace: Workspace, bad: Bad) -> None:
    workspace = one_workspace
    workspace.write(edge(**bad.config))
    outcome = workspace.plan().must_fail(*bad.says)
    assert bad.points_at in outcome.errors[0].code, outcome
    assert workspace.lab.mutations() == []


def test_a_token_that_is_refused_is_said(one_workspace: Workspace) -> None:
    workspace = one_workspace
    workspace.variables["CLOUDFLARE_API_TOKEN"] = "wrong-token"
    workspace.write(edge())
    refused = workspace.plan().must_fail("CLOUDFLARE_API_TOKEN")
    assert "wrong-token" not in refused.text
    assert workspace.lab.mutations() == []
