# SPDX-License-Identifier: MPL-2.0
"""`purge_trigger`: the way to the action `drop_purge_cache` for a CLI without actions."""

from typing import Any

from harness import EDGE, Lab, Workspace, edge, until

from . import zone

RECORD = f"_purge._drop-site.{zone.ZONE}"


FIRST = ["cloudflare:CreateDnsRecord", "cloudflare:PurgeCache", "cloudflare:EditDnsRecord"]


def _remembered(lab: Lab) -> bool:
    return RECORD in {record["name"] for record in lab.zone(zone.ZONE)["records"]}


def _purged(lab: Lab, since: int = 0) -> list[Any]:
    return [call.params["hosts"] for call in lab.journal(since) if call.action == "cloudflare:PurgeCache"]


def test_a_change_of_it_purges_the_hosts_and_nothing_else_does(workspace: Workspace) -> None:
    lab = workspace.lab
    host = f"site.{zone.ZONE}"
    workspace.write(edge())
    workspace.apply().must()
    assert _purged(lab) == []
    for given in ("registry.example/shop:1.4.2", "v2"):
        since = lab.now()
        workspace.write(edge(purge_trigger=given))
        workspace.apply().must()
        assert _purged(lab, since) == [[host]]
        assert workspace.resource["purge_trigger"] == given
        workspace.must_be_empty()
    since = lab.now()
    workspace.write(edge(purge_trigger="v2", tls={"min_version": "1.3"}))
    workspace.apply().must()
    assert _purged(lab, since) == []
    workspace.write(edge(tls={"min_version": "1.3"}))
    workspace.apply().must()
    assert _purged(lab, since) == []
    assert not _remembered(lab)
    workspace.must_be_empty()


def test_what_is_changed_with_it_is_changed_before(workspace: Workspace) -> None:
    lab = workspace.lab
    workspace.write(edge())
    workspace.apply().must()
    since = lab.now()
    route = {f"site.{zone.ZONE}/*": {"origin_host": "other.example", "cache": "2h"}}
    workspace.write(edge(route=route, purge_trigger="v2"))
    workspace.apply().must()
    calls = [call.action for call in lab.mutations(since)]
    purge = calls.index("cloudflare:PurgeCache")
    assert {"cloudflare:EditRule"} <= set(calls[:purge])
    assert "cloudflare:EditRule" not in calls[purge:]


def test_a_purge_that_failed_is_done_by_the_next_apply(workspace: Workspace) -> None:
    lab = workspace.lab
    workspace.write(edge(purge_trigger="v1"))
    workspace.apply().must()
    lab.faults({"service": "cloudflare", "operation": "PurgeCache", "action": "error", "status": 403, "code": "10000"})
    workspace.write(edge(purge_trigger="v2"))
    workspace.apply().must_fail("PurgeCache")
    lab.clear_faults()
    since = lab.now()
    workspace.apply().must()
    assert len(_purged(lab, since)) == 1
    workspace.must_be_empty()
    workspace.destroy().must()
    assert not _remembered(lab)


def test_a_first_purge_that_was_interrupted_is_done_by_the_next_apply_or_taken_back(workspace: Workspace) -> None:
    lab = workspace.lab
    workspace.write(edge())
    workspace.apply().must()
    workspace.write(edge(purge_trigger="v1"))
    assert [step.call for step in workspace.planned().new_steps()] == FIRST
    lab.faults({"service": "cloudflare", "operation": "PurgeCache", "action": "error", "status": 403, "code": "10000"})
    workspace.apply().must_fail("PurgeCache")
    assert _remembered(lab) and workspace.resource["purge_trigger"] is None
    lab.clear_faults()
    workspace.write(edge())
    workspace.apply().must()
    assert not _remembered(lab)
    workspace.must_be_empty()
    for operation in ("CreateDnsRecord", "PurgeCache", "EditDnsRecord"):
        since = lab.now()
        lab.faults({"action": "kill_after", "service": "cloudflare", "operation": operation, "nth": 1})
        workspace.write(edge(purge_trigger=operation))
        workspace.apply().must_fail()
        lab.clear_faults()
        workspace.apply().must()
        assert len(_purged(lab, since)) == (2 if operation == "PurgeCache" else 1)
        workspace.must_be_empty()
        workspace.write(edge())
        workspace.apply().must()


def test_a_purge_that_is_turned_away_is_made_later_and_can_be_stopped(workspace: Workspace) -> None:
    lab = workspace.lab
    workspace.write(edge(purge_trigger="v1"))
    workspace.apply().must()
    lab.faults({"service": "cloudflare", "operation": "PurgeCache", "action": "throttle", "times": -1})
    workspace.write(edge(purge_trigger="v2"))
    with workspace.start("apply", "-auto-approve") as running:
        until("the purge to be turned away twice", lambda: lab.fired() > 1)
        running.interrupt()
        running.wait().must_fail("Interrupted while waiting for cache_purge", "apply again to do the rest")
    lab.clear_faults()
    since = lab.now()
    workspace.apply().must()
    assert len(_purged(lab, since)) == 1
    workspace.must_be_empty()


def test_it_is_imported(workspace: Workspace) -> None:
    workspace.write(edge(purge_trigger="v1"))
    workspace.apply().must()
    workspace.lose_state()
    workspace.import_(EDGE.import_id).must()
    assert workspace.resource["purge_trigger"] == "v1"
    since = workspace.lab.now()
    workspace.must_be_empty()
    assert _purged(workspace.lab, since) == []
