# SPDX-License-Identifier: MPL-2.0
"""Bad input: a diagnostic that points at the attribute and names the way out, and nothing is created."""

from harness import Workspace, app_service, edge, raw

from .zone import ZONE

SELF_SIGNED = {"route": {f"site.{ZONE}/*": {"origin": raw("drop_app_service.web.ref")}}, "tls": {"mode": "strict"}}


def test_a_token_that_is_refused_is_said(workspace: Workspace) -> None:
    workspace.variables["CLOUDFLARE_API_TOKEN"] = "wrong-token"
    workspace.write(edge())
    refused = workspace.plan().must_fail("CLOUDFLARE_API_TOKEN", "Invalid access token")
    assert "wrong-token" not in refused.text
    assert workspace.lab.mutations() == []


def test_strict_tls_to_a_self_signed_certificate_is_refused(workspace: Workspace) -> None:
    """Also while the service is not there yet."""
    since = workspace.lab.now()
    workspace.write(app_service(), edge(**SELF_SIGNED))
    refused = workspace.plan().must_fail("self-signed certificate", "certificate_arn", 'it is "full" then')
    assert refused.errors[0].code == 'mode = "strict"', refused
    assert workspace.lab.mutations(since) == []


def test_a_setting_that_cannot_be_edited_is_refused_if_it_is_to_change(workspace: Workspace) -> None:
    lab = workspace.lab
    lab.setting(ZONE, "min_tls_version", editable=False)
    workspace.write(edge(tls={"min_version": "1.3"}))
    refused = workspace.plan().must_fail(f"{ZONE} does not let min_tls_version be changed", "set tls.min_version to that")
    assert refused.errors[0].code == 'min_version = "1.3"', refused
    assert lab.mutations() == []
    workspace.write(edge(tls={"min_version": lab.zone(ZONE)["settings"]["min_tls_version"]}))
    workspace.apply().must()
    workspace.must_be_empty()
    workspace.destroy().must()
    assert lab.objects() == []
