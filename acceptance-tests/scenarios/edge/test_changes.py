# SPDX-License-Identifier: MPL-2.0
"""An edge comes, changes in place, is repaired, and goes; the zone is then as it was."""

from collections.abc import Callable
from typing import Any

import pytest

from harness import EDGE, Lab, Workspace, edge

from . import zone
from .zone import CACHE, CUSTOM, LIMITS, ZONE

HOST = f"site.{ZONE}"
GONE: list[tuple[Callable[[Lab], None], str]] = [
    (lambda lab: zone.delete_rule(lab, LIMITS), "rate_limits"),
    (lambda lab: zone.delete_rule(lab, CACHE), "cache_rules"),
    (lambda lab: zone.delete_record(lab, HOST), "dns_records"),
]


def _route(**members: Any) -> dict[str, Any]:
    return {f"{HOST}/*": {"origin_host": "origin.example", "cache": "1h"} | members}


def _limits(*names: str) -> dict[str, Any]:
    return {"rate_limit": {name: {"path": f"/{name}", "requests": 20, "period": "1m"} for name in names}}


PATHS = {"/static/*": "365d"}
TLS = {"min_version": "1.2"}
# What is added to, or taken from, what is there.
SLICES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "cached path": ({"route": _route()}, {"route": _route(cache_paths=PATHS)}),
    "rate limit": ({"firewall": _limits("login")}, {"firewall": _limits("login", "signup")}),
    "host": ({"route": _route()}, {"route": _route() | {f"www.{ZONE}/*": {"origin_host": "origin.example"}}}),
    "setting": ({"tls": TLS}, {"tls": TLS | {"redirect_http": True}}),
    "setting and its like": ({"tls": TLS}, {"tls": TLS | {"redirect_http": True, "hsts": "180d"}}),
}


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


def test_what_is_gone_is_made_again(workspace: Workspace) -> None:
    lab = workspace.lab
    workspace.write(edge())
    workspace.apply().must()
    wanted = zone.facts(lab)
    for delete, component in GONE:
        delete(lab)
        plan = workspace.planned()
        assert plan.actions() == ["update"], component
        assert {step.component for step in plan.new_steps()} == {component}
        workspace.apply_saved().must()
        assert zone.facts(lab) == wanted, component
        workspace.must_be_empty()


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


@pytest.mark.parametrize("what", SLICES)
def test_the_calls_of_a_slice_are_named(workspace: Workspace, what: str) -> None:
    """To add to a slice and to take from it are other calls than to change what is there."""
    lab = workspace.lab
    less, more = SLICES[what]
    workspace.write(edge(**less))
    workspace.apply().must()
    before = zone.facts(lab)
    for config in (more, less):
        workspace.write(edge(**config))
        named = {step.call for step in workspace.planned().new_steps()}
        since = lab.now()
        workspace.apply_saved().must()
        assert {call.action for call in lab.mutations(since)} == named
        workspace.must_be_empty()
    assert zone.facts(lab) == before


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
