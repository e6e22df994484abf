# SPDX-License-Identifier: MPL-2.0
"""An edge comes, changes in place, is repaired, and goes; the zone is then as it was."""

from collections.abc import Callable

from harness import EDGE, Lab, Workspace, edge

from . import zone
from .zone import CACHE, CUSTOM, LIMITS, ZONE

HOST = f"site.{ZONE}"
MEDDLING: list[tuple[Callable[[Lab], None], str]] = [
    (lambda lab: zone.edit_rule(lab, CUSTOM, enabled=False), "custom_rules"),
    (lambda lab: zone.edit_rule(lab, CACHE, expression='(http.host eq "elsewhere.getdrop.no")'), "cache_rules"),
    (lambda lab: zone.delete_rule(lab, LIMITS), "rate_limits"),
    (lambda lab: zone.edit_record(lab, HOST, content="elsewhere.example"), "dns_records"),
    (lambda lab: zone.edit_record(lab, HOST, proxied=False), "dns_records"),
    (lambda lab: zone.ask(lab, "PATCH", "settings/min_tls_version", {"value": "1.0"}), "edge_settings"),
]


def _plain(value: object) -> object:
    """Of a zone, what people set."""
    passing = ("id", "version", "last_updated", "modified_on", "created_on", "comment")
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items() if name not in passing}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value


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


def test_meddling_is_named_and_put_back(one_workspace: Workspace) -> None:
    workspace, lab = one_workspace, one_workspace.lab
    workspace.write(edge())
    workspace.apply().must()
    wanted = _plain(lab.zone(ZONE))
    for meddle, component in MEDDLING:
        meddle(lab)
        plan = workspace.planned()
        assert plan.actions() == ["update"], component
        assert {step.component for step in plan.new_steps()} == {component}
        workspace.apply_saved().must()
        assert _plain(lab.zone(ZONE)) == wanted, component
        workspace.must_be_empty()


def test_settings_come_back_after_a_killed_create(one_workspace: Workspace) -> None:
    """Killed behind its third setting; what was there before is known all the same."""
    workspace, lab = one_workspace, one_workspace.lab
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


def test_a_setting_that_another_edge_wants_stays(one_workspace: Workspace) -> None:
    workspace, lab = one_workspace, one_workspace.lab
    before = lab.foreign(ZONE)
    workspace.write(edge(), edge("shop", name="shop"))
    workspace.apply().must()
    workspace.write(edge("shop", name="shop"))
    workspace.apply().must()
    assert lab.zone(ZONE)["settings"]["min_tls_version"] == "1.2"
    workspace.destroy().must()
    assert (lab.objects(), lab.foreign(ZONE)) == ([], before)
