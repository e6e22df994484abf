# SPDX-License-Identifier: MPL-2.0
"""An edge comes, changes in place, is repaired, and goes; the zone is then as it was."""

from typing import Any

from harness import EDGE, Workspace, edge

from .zone import CACHE, CUSTOM, LIMITS, ZONE

HOST = f"site.{ZONE}"


def _route(**members: Any) -> dict[str, Any]:
    return {f"{HOST}/*": {"origin_host": "origin.example", "cache": "1h"} | members}


def _limits(*names: str) -> dict[str, Any]:
    return {"rate_limit": {name: {"path": f"/{name}", "requests": 20, "period": "1m"} for name in names}}


def test_it_comes_changes_and_goes(workspace: Workspace) -> None:
    lab = workspace.lab
    before = lab.foreign(ZONE)
    workspace.write(edge())
    workspace.apply().must()
    workspace.must_be_empty()
    listed = workspace.resource["foreign_rules"]
    assert [f"{phase} {n}: {rule['description']}" for phase in (CUSTOM, LIMITS, CACHE)
            for n, rule in enumerate(before["rules"][phase], 1)] == listed  # fmt: skip
    births = EDGE.births(lab)
    workspace.write(EDGE.config(**EDGE.changed.attributes))
    assert workspace.planned().actions() == ["update"]
    workspace.apply_saved().must()
    EDGE.changed.shows(lab)
    assert EDGE.births(lab).items() >= births.items()
    workspace.must_be_empty()
    assert lab.foreign(ZONE)["rules"] == before["rules"]
    workspace.destroy().must()
    assert (lab.objects(), lab.foreign(ZONE)) == ([], before)


def test_a_new_name_takes_over_hosts_settings_and_rules(workspace: Workspace) -> None:
    """The edge of the old name goes first: what it holds stands in nobody's way."""
    lab = workspace.lab
    before = lab.foreign(ZONE)
    workspace.write(edge(route=_route(), tls={"min_version": "1.2"}, firewall=_limits("login")))
    workspace.apply().must()
    workspace.write(edge(name="shop", route=_route(), tls={"min_version": "1.3"}, firewall=_limits("login")))
    assert workspace.planned().actions() == ["delete", "create"]
    workspace.apply_saved().must()
    workspace.must_be_empty()
    workspace.destroy().must()
    assert (lab.objects(), lab.foreign(ZONE)) == ([], before)


def test_settings_come_back_after_a_killed_create(workspace: Workspace) -> None:
    """Killed behind its third setting; what was there before is known all the same."""
    lab = workspace.lab
    before = lab.foreign(ZONE)
    workspace.write(edge(tls={"min_version": "1.3", "redirect_http": True, "hsts": "180d"}))
    workspace.save()
    lab.faults({"action": "kill_after", "operation": "EditZoneSetting", "nth": 3})
    workspace.apply_saved().must_fail()
    assert lab.fired() == 1
    lab.clear_faults()
    workspace.apply().must()
    workspace.must_be_empty()
    workspace.destroy().must()
    assert (lab.objects(), lab.foreign(ZONE)) == ([], before)


def test_a_setting_that_another_edge_wants_stays(workspace: Workspace) -> None:
    lab = workspace.lab
    before = lab.foreign(ZONE)
    workspace.write(edge(), edge("shop", name="shop"))
    workspace.apply().must()
    workspace.write(edge("shop", name="shop"))
    workspace.apply().must()
    assert lab.zone(ZONE)["settings"]["min_tls_version"] == "1.2"
    workspace.destroy().must()
    assert (lab.objects(), lab.foreign(ZONE)) == ([], before)
