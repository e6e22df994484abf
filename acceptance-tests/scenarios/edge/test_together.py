# SPDX-License-Identifier: MPL-2.0
"""Two edges and a dashboard user in one zone and phase, at once."""

from harness import Workspace, edge

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
