# SPDX-License-Identifier: MPL-2.0
"""Two edges and a dashboard user in one zone and phase, at once."""

from collections.abc import Callable
from typing import Any

from harness import EDGE, Running, Workspace, edge, until

from . import zone
from .zone import CACHE, CUSTOM, LIMITS, ZONE

THEIRS = {"action": "block", "expression": '(http.request.uri.path eq "/old")', "description": "Added meanwhile"}


def test_nothing_is_lost_and_the_order_is_kept(workspace: Workspace) -> None:
    lab = workspace.lab
    before = lab.foreign(ZONE)
    workspace.write(edge(), edge("shop", name="shop"))
    workspace.save()
    lab.dashboard(ZONE, CUSTOM, "add", nth=1, rule=THEIRS)
    workspace.apply_saved().must()
    for phase in (CUSTOM, LIMITS, CACHE):
        refs = [rule["ref"] for rule in zone.ours(lab, phase)]
        assert {ref.split(":")[1] for ref in refs} == {"site", "shop"}, refs
        assert lab.foreign(ZONE)["rules"][phase][: len(before["rules"][phase])] == before["rules"][phase]
    workspace.must_be_empty()
    workspace.destroy().must()
    after = lab.foreign(ZONE)
    added = after["rules"][CUSTOM].pop()
    assert added["description"] == THEIRS["description"]
    assert (lab.objects(), after) == ([], before)


def test_nor_between_two_who_know_nothing_of_each_other(workspace: Workspace) -> None:
    """Two states, each with an edge, and people in the dashboard, all at once: coming, changing and going."""
    lab, one = workspace.lab, workspace
    before = lab.foreign(ZONE)
    two = Workspace(one.cli, lab, one.directory / "two", one.protocol, address=EDGE.address)
    names = {one: "site", two: "shop"}

    def at_once(do: Callable[[Workspace], Running]) -> None:
        lab.dashboard(ZONE, CUSTOM, "add", nth=2, rule=THEIRS, index=1)
        lab.dashboard(ZONE, LIMITS, "edit", nth=1, rule={"description": "Edited meanwhile"})
        lab.dashboard(ZONE, CACHE, "move", nth=2, index=2)
        with do(one) as first, do(two) as second:
            first.wait().must()
            second.wait().must()

    for more in ({}, {"firewall": EDGE.changed.attributes["firewall"]}):
        for each, name in names.items():
            each.write(edge(name=name, **more))
        at_once(Workspace.start_apply)
        for each, name in names.items():
            each.must_be_empty()
            for phase in (CUSTOM, LIMITS, CACHE):
                assert [r for r in zone.ours(lab, phase) if r["ref"].startswith(f"drop:{name}:")], (name, phase)
    at_once(lambda each: each.start("destroy", "-json", "-auto-approve"))
    assert lab.objects() == []
    _only_their_own_changes(before, lab.foreign(ZONE))


def test_settings_come_back_when_the_last_two_go_at_once(workspace: Workspace) -> None:
    """Each finds that the other still asks for them, if neither looks again."""
    lab, one = workspace.lab, workspace
    before = lab.foreign(ZONE)
    two = Workspace(one.cli, lab, one.directory / "two", one.protocol, address=EDGE.address)
    kept = []
    for each, name in ((one, "site"), (two, "shop")):
        each.write(edge(name=name))
        each.apply().must()
        kept.append(zone.record(lab, f"_settings._drop-{name}.{ZONE}")["id"])
    holds = {"action": "hold", "operation": "DeleteDnsRecord"}
    lab.faults(*(holds | {"containing": record} for record in kept))
    with one.start("destroy", "-json", "-auto-approve") as first, two.start("destroy", "-json", "-auto-approve") as last:
        until("both to be about to forget how it was", lambda: lab.fired() == 2)
        lab.release()
        first.wait().must()
        last.wait().must()
    assert lab.objects() == []
    assert lab.foreign(ZONE) == before


def _only_their_own_changes(before: dict[str, Any], after: dict[str, Any]) -> None:
    """What people did three times over, and nothing else."""
    assert [rule["description"] for rule in after["rules"][CUSTOM][:3]] == [THEIRS["description"]] * 3
    assert after["rules"][CUSTOM][3:] == before["rules"][CUSTOM]
    assert after["rules"][LIMITS][0]["description"] == "Edited meanwhile"
    assert after["rules"][LIMITS][1:] == before["rules"][LIMITS][1:]
    # Of two rules, the first was moved to the end, three times.
    assert after["rules"][CACHE] == before["rules"][CACHE][::-1]
    assert (after["records"], after["settings"]) == (before["records"], before["settings"])
