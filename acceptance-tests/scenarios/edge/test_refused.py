# SPDX-License-Identifier: MPL-2.0
"""Bad input: a diagnostic that points at the attribute and names the way out, and nothing is created."""

from typing import Any

import pytest

from harness import Workspace, app_service, edge, raw

from ..refusal import Bad
from .zone import CUSTOM, ZONE


def _firewall(**more: Any) -> dict[str, Any]:
    return {"firewall": more}


def _route(label: str = f"site.{ZONE}/*", **more: Any) -> dict[str, Any]:
    return {"route": {label: more}}


def _limit(**more: Any) -> dict[str, Any]:
    return _firewall(rate_limit={"login": {"path": "/login", "requests": 20} | more})


SELF_SIGNED = {"route": {f"site.{ZONE}/*": {"origin": raw("drop_app_service.web.ref")}}, "tls": {"mode": "strict"}}


def _free(**firewall: Any) -> dict[str, Any]:
    """In a zone on the Free plan, which holds one custom rule of others."""
    return {
        "zone": "braidmgr.com",
        "route": {"site.braidmgr.com/*": {"origin_host": "origin.example"}},
        "tls": None,
        "firewall": firewall,
    }


def _limits(*names: str, **more: Any) -> dict[str, Any]:
    return {name: {"path": f"/{name}", "requests": 20, "all_hosts": True} | more for name in names}


OFFLINE = [
    Bad(_firewall(countries={"allow": ["NOR"]}), "allow", ["two"]),
    Bad(_firewall(countries={"allow": ["XZ"]}), "allow", ["codes of countries"]),
    Bad(_limit(period="soon"), "period"),
    Bad(_limit(requests=0), "requests"),
    Bad(_limit(path="login"), "path"),
    Bad(_route(origin_host="origin.example", cache="soon"), "cache"),
    Bad({"tls": {"min_version": "1.4"}}, "min_version", ["1.3"]),
]
COMPARED = {
    "period": Bad(_free(rate_limit=_limits("login", period="60s")), "period", ["The Free plan", '"10s"', "Pro"]),
    "count": Bad(_free(rate_limit=_limits("login", "signup")), 'name = "signup"',
                 ["on the Free plan has at most 1 rate limits", "asks for 2", "Pro"]),
    "host": Bad(_free(rate_limit=_limits("login", all_hosts=False)), "all_hosts", ["all_hosts = true"]),
    "zone": Bad({"zone": "elsewhere.example", "route": {"site.elsewhere.example/*": {"origin_host": "origin.example"}}},
                "zone", ["elsewhere.example"]),
    "record": Bad(_route(f"mail.{ZONE}/*", origin_host="origin.example"), 'origin_host = "origin.example"',
                  [f"mail.{ZONE} has a A record already", "give it the comment"]),
}  # fmt: skip


@pytest.mark.parametrize("bad", OFFLINE, ids=str)
def test_what_is_wrong_by_itself_is_found_without_a_cloud(workspace: Workspace, bad: Bad) -> None:
    workspace.write(edge(**bad.config))
    outcome = workspace.validate().must_fail(*bad.says)
    assert bad.points_at in outcome.errors[0].code, outcome
    assert workspace.lab.journal() == []


@pytest.mark.parametrize("bad", COMPARED.values(), ids=COMPARED)
def test_what_the_zone_has_not_is_found_in_the_plan(workspace: Workspace, bad: Bad) -> None:
    workspace.write(edge(**bad.config))
    outcome = workspace.plan().must_fail(*bad.says)
    assert bad.points_at in outcome.errors[0].code, outcome
    assert workspace.lab.mutations() == []


def test_a_token_that_is_refused_is_said(workspace: Workspace) -> None:
    workspace.variables["CLOUDFLARE_API_TOKEN"] = "wrong-token"
    workspace.write(edge())
    refused = workspace.plan().must_fail("CLOUDFLARE_API_TOKEN", "Invalid access token")
    assert "wrong-token" not in refused.text
    assert workspace.lab.mutations() == []


@pytest.mark.parametrize("when", ["at once", "later"])
def test_strict_tls_to_a_self_signed_certificate_is_refused(workspace: Workspace, when: str) -> None:
    """Also while the service is not there yet."""
    if when == "later":
        workspace.write(app_service())
        workspace.apply().must()
    since = workspace.lab.now()
    workspace.write(app_service(), edge(**SELF_SIGNED))
    refused = workspace.plan().must_fail("self-signed certificate", "certificate_arn", 'it is "full" then')
    assert refused.errors[0].code == 'mode = "strict"', refused
    assert workspace.lab.mutations(since) == []


def test_rules_of_others_count_too(workspace: Workspace) -> None:
    lab = workspace.lab
    for n in range(4):
        lab.dashboard("braidmgr.com", CUSTOM, "add", rule={"description": f"theirs {n}"})
    workspace.write(edge(**_free(countries={"block": ["XX"]})))
    refused = workspace.plan().must_fail("on the Free plan has at most 5 custom rules", "5 others")
    assert "block" in refused.errors[0].code, refused
    assert lab.mutations() == []


def test_a_setting_that_cannot_be_edited_is_refused_if_it_is_to_change(workspace: Workspace) -> None:
    lab = workspace.lab
    lab.setting(ZONE, "min_tls_version", editable=False)
    workspace.write(edge(tls={"min_version": "1.3"}))
    refused = workspace.plan().must_fail(f"{ZONE} does not let min_tls_version be changed", "Leave the attribute out")
    assert refused.errors[0].code == 'min_version = "1.3"', refused
    assert lab.mutations() == []
    workspace.write(edge(tls={"min_version": lab.zone(ZONE)["settings"]["min_tls_version"]}))
    workspace.apply().must()
    workspace.must_be_empty()
    workspace.destroy().must()
    assert lab.objects() == []
