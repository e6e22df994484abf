# SPDX-License-Identifier: MPL-2.0
"""A host that was led to its origin by hand comes under management as it is, and what is not its own stays."""

import pytest

from harness import EDGE, IDENTITIES, Workspace, edge

from . import by_hand
from .by_hand import HOST, KEPT
from .zone import ZONE, record

MARKS = {"cloudflare:CreateDnsRecord", "cloudflare:EditZoneSetting", "cloudflare:EditDnsRecord"}
FOLLOWS = {"steps", "drift", "foreign_rules", "components"}


def marks_only(workspace: Workspace) -> None:
    """Nothing but marks is planned and done, and then nothing at all."""
    lab = workspace.lab
    plan = workspace.planned()
    assert plan.actions() == ["update"], plan.told()
    steps = [(step.verb, step.component, step.call, step.why) for step in plan.new_steps()]
    assert steps == [
        ("create", "edge_anchor", "cloudflare:CreateDnsRecord", None),
        ("create", "edge_settings", "cloudflare:CreateDnsRecord", None),
        ("update", "edge_settings", "cloudflare:EditZoneSetting", "ssl"),
        ("update", "dns_records", "cloudflare:EditDnsRecord", "comment"),
    ]
    assert plan.changed() <= FOLLOWS, plan.told()
    made = record(lab, HOST)
    before, since = by_hand.rest(lab, made), lab.now()
    workspace.apply_saved().must()
    assert by_hand.rest(lab, made) == before
    marked = record(lab, HOST)
    assert (marked["id"], marked["comment"]) == (made["id"], "drop:resource=drop_edge/-/www")
    # The settings are as they are asked for: only what they were is kept.
    assert {call.action for call in lab.mutations(since)} == MARKS - {"cloudflare:EditZoneSetting"}
    workspace.must_be_empty()


@pytest.mark.parametrize("id", ["www", HOST], ids=["name", "host"])
def test_by_command(workspace: Workspace, id: str) -> None:
    lab = workspace.lab
    by_hand.lead(lab)
    by_hand.never_cache(lab)
    rules = lab.zone(ZONE)["rules"]
    workspace.write(edge(**KEPT))
    workspace.import_(f"{ZONE}/{id}").must()
    marks_only(workspace)
    workspace.destroy().must()
    assert lab.zone(ZONE)["rules"] == rules
    assert HOST not in {record["name"] for record in lab.zone(ZONE)["records"]}


@pytest.mark.matrix
def test_by_block_and_the_ids_of_cloudflare(workspace: Workspace) -> None:
    lab = workspace.lab
    made = by_hand.lead(lab)
    by_hand.never_cache(lab)
    block = f'import {{\n  to = {EDGE.address}\n  id = "{lab.zone(ZONE)["id"]}/{made["id"]}"\n}}\n'
    workspace.write(edge(**KEPT), block)
    marks_only(workspace)


@pytest.mark.knowing(IDENTITIES)
def test_by_identity(workspace: Workspace) -> None:
    workspace.address = EDGE.address
    by_hand.lead(workspace.lab)
    identity = f'identity = {{\n    zone = "{ZONE}"\n    name = "www"\n  }}'
    workspace.write(edge(**KEPT), f"import {{\n  to = {EDGE.address}\n  {identity}\n}}\n")
    marks_only(workspace)


def test_under_a_name_of_ones_own(workspace: Workspace) -> None:
    by_hand.lead(workspace.lab)
    workspace.write(edge(**KEPT | {"name": "site"}))
    workspace.import_(f"{ZONE}/{HOST}/site").must()
    workspace.apply().must()
    assert record(workspace.lab, HOST)["comment"] == "drop:resource=drop_edge/-/site"
    workspace.must_be_empty()


def test_who_destroys_it_at_once_is_told_what_goes(workspace: Workspace) -> None:
    """Once an apply has marked it, it is the edge's, and goes with it without a word."""
    lab = workspace.lab
    for applied in (False, True):
        by_hand.lead(lab)
        workspace.write(edge(**KEPT))
        workspace.import_(f"{ZONE}/{HOST}").must()
        if applied:
            workspace.apply().must()
        destroyed = workspace.destroy().must()
        warned = [told for told in destroyed.warnings if "what was taken over will be deleted" in told.text]
        assert len(warned) == (not applied), f"{destroyed}"
        assert all("dns_records" in told.text and "`state rm`" in told.text for told in warned)
        assert HOST not in {record["name"] for record in lab.zone(ZONE)["records"]}


def test_another_name_is_no_reason_to_destroy(workspace: Workspace) -> None:
    by_hand.lead(workspace.lab)
    workspace.write(edge(**KEPT))
    workspace.import_(f"{ZONE}/www").must()
    workspace.write(edge(**KEPT | {"name": "site"}))
    refused = workspace.plan().must_fail("was taken over with another name", 'Write `name = "www"`')
    assert refused.errors[0].code == 'name = "site"'


def test_an_edge_is_found_by_a_host_of_its_own(workspace: Workspace) -> None:
    workspace.write(EDGE.config())
    workspace.apply().must()
    before = workspace.resource["components"]
    workspace.state_rm().must()
    workspace.import_(f"{ZONE}/site.{ZONE}").must()
    workspace.must_be_empty()
    assert workspace.resource["components"] == before


@pytest.mark.parametrize(
    ("host", "texts"),
    [
        (f"legacy.{ZONE}", ("has 2 records (A, AAAA)", "keep one of them")),
        (f"status.{ZONE}", ("is not proxied",)),
        (f"nothing.{ZONE}", ("was not found", ZONE)),
    ],
    ids=["two origins", "past Cloudflare", "nothing"],
)
def test_what_is_no_edge_is_said(workspace: Workspace, host: str, texts: tuple[str, ...]) -> None:
    workspace.write(edge(**KEPT))
    since = workspace.lab.now()
    workspace.import_(f"{ZONE}/{host}").must_fail(*texts)
    assert workspace.state.instances == []
    assert workspace.lab.mutations(since) == []
