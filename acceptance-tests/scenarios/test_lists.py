# SPDX-License-Identifier: MPL-2.0
"""Lists: what drop made, wherever its state is kept, as imports would read it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness import APP, DATABASE, EDGE, SUBJECTS, Subject, Workspace, database, edge

from .database import rds
from .database.test_import import LEGACY, OWN_GROUPS
from .edge import by_hand
from .offers import Offers, configured, offers

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "list-resources"
ACCOUNT, REGION = "123456789012", "us-east-1"


@pytest.fixture
def provider(workspace: Workspace) -> Iterator[Offers]:
    with offers(workspace) as provider:
        yield provider


def _place(subject: Subject) -> dict[str, str]:
    return {"zone": str(subject.zone)} if subject.zone else {"region": REGION}


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.key)
def test_what_drop_made_is_listed(workspace: Workspace, provider: Offers, subject: Subject) -> None:
    lab, workspace.address = workspace.lab, subject.address
    assert provider.list(subject.type) == []
    workspace.write(subject.config(**subject.first))
    workspace.apply().must()
    since = lab.now()
    (found,) = provider.list(subject.type)
    place = _place(subject)
    assert found.name == f"{subject.name} ({next(iter(place.values()))})"
    assert found.identity.items() >= (place | {"name": subject.name}).items()
    assert found.identity["account"] == (ACCOUNT if "region" in place else workspace.resource["id"].rpartition("/")[2])
    assert found.object is None
    (whole,) = provider.list(subject.type, include=True, **place)
    state = workspace.resource.attributes
    assert whole.object and whole.object.keys() == state.keys()
    for name in ("id", "name", "ref", "components", "creation_id"):
        assert whole.object[name] == state[name], name
    assert lab.mutations(since) == []


def test_many_are_limited_and_picked_by_their_names(workspace: Workspace, provider: Offers) -> None:
    names = ("orders", "orders-old", "users")
    workspace.write(*(database(name, name=name, deletion_protection=False) for name in names))
    workspace.apply().must()
    listed = lambda **given: [event.identity["name"] for event in provider.list(DATABASE.type, **given)]  # noqa: E731
    assert listed() == list(names)
    assert listed(name_prefix="orders") == ["orders", "orders-old"]
    assert listed(limit=2, include=True) == ["orders", "orders-old"]
    assert listed(region="eu-north-1") == []


def test_the_edges_of_all_zones_or_of_one(workspace: Workspace, provider: Offers) -> None:
    other = "lomashwood.co.uk"
    rest = {"tls": None, "firewall": None}
    there = edge("there", name="there", zone=other, route={f"there.{other}/*": {"origin_host": "origin.example"}}, **rest)
    workspace.write(edge(), there)
    workspace.apply().must()
    zones = {(event.identity["name"], event.identity["zone"]) for event in provider.list(EDGE.type, include=True)}
    assert zones == {("site", EDGE.zone), ("there", other)}
    assert [event.name for event in provider.list(EDGE.type, zone=other)] == [f"there ({other})"]
    assert "nosuch.example" in provider.refused(EDGE.type, zone="nosuch.example")


def test_what_was_taken_over_is_listed(workspace: Workspace, provider: Offers) -> None:
    """With groups of its own and with those of others, and a host."""
    lab = workspace.lab
    rds.by_hand(lab)
    rds.by_hand(lab, "plain", own=False)
    by_hand.lead(lab)
    plain = database("plain", **LEGACY | {"name": "plain"})
    workspace.write(database("legacy", **OWN_GROUPS), plain, edge("www", **by_hand.KEPT))
    for address, id in (
        ("drop_database.legacy", "legacy"), ("drop_database.plain", "plain"), ("drop_edge.www", f"{EDGE.zone}/www")
    ):  # fmt: skip
        workspace.import_(id, address).must()
    assert provider.list(DATABASE.type) == provider.list(EDGE.type) == []
    workspace.apply().must()
    assert [event.identity["name"] for event in provider.list(DATABASE.type, include=True)] == ["legacy", "plain"]
    assert [event.identity["name"] for event in provider.list(EDGE.type, include=True)] == ["www"]


def test_what_is_unfinished_or_somebody_elses_is_not_listed(workspace: Workspace, provider: Offers) -> None:
    lab = workspace.lab
    lab.client("logs").create_log_group(logGroupName="by-hand", tags={"team": "shop"})
    lab.faults({"action": "error", "operation": "CreateCluster", "times": -1})
    workspace.write(APP.config())
    workspace.apply().must_fail("CreateCluster")
    lab.clear_faults()
    assert provider.list(APP.type, include=True) == []


def test_a_list_that_is_denied_says_so(workspace: Workspace, provider: Offers) -> None:
    denied = {"action": "error", "code": "AccessDeniedException", "status": 400, "times": -1}
    workspace.lab.faults(denied | {"operation": "GetResources"})
    told = provider.refused(APP.type)
    assert "AccessDeniedException" in told and "drop_app_service in us-east-1" in told


def test_a_list_without_a_token_says_where_it_comes_from(workspace: Workspace) -> None:
    workspace.variables["CLOUDFLARE_API_TOKEN"] = ""
    with offers(workspace) as provider:
        assert "CLOUDFLARE_API_TOKEN" in provider.refused(EDGE.type)


def test_a_zone_that_is_denied_is_left_out_and_told(workspace: Workspace, provider: Offers) -> None:
    other = "lomashwood.co.uk"
    rest = {"tls": None, "firewall": None}
    there = edge("there", name="there", zone=other, route={f"there.{other}/*": {"origin_host": "origin.example"}}, **rest)
    workspace.write(edge(), there)
    workspace.apply().must()
    assert len(provider.list(EDGE.type)) == 2
    denied = {"action": "error", "code": "10000", "status": 403, "service": "cloudflare"}
    workspace.lab.faults(denied | {"containing": workspace.lab.zone(EDGE.zone)["id"], "times": -1})
    with offers(workspace) as anew:
        names, told = anew.listed(EDGE.type)
    assert names == [f"there ({other})"]
    assert "is left out" in told and "10000" in told


@pytest.mark.parametrize("type", [APP.type, DATABASE.type, EDGE.type])
def test_an_example_asks_for_what_there_is(workspace: Workspace, provider: Offers, type: str) -> None:
    example = (EXAMPLES / type / "list-resource.tfquery.hcl").read_text()
    assert f'list "{type}"' in example
    known = {attribute.name for attribute in provider.schema.list_resource_schemas[type].block.attributes}
    assert configured(example) <= known
