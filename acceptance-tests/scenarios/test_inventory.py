# SPDX-License-Identifier: MPL-2.0
"""What an account and a zone hold, and the way from there into a state."""

import json
from typing import Any

from harness import DATABASE, EDGE, Workspace, app_service, database, edge, provider

from .app import by_hand as service_by_hand
from .database.rds import by_hand as instance_by_hand
from .database.rds import modify
from .edge import by_hand
from .edge.zone import ZONE, record
from .test_moved import LEGACY

REGION = "us-east-1"


def _asked(**given: str) -> str:
    lines = "".join(f'  {name} = "{value}"\n' for name, value in given.items())
    return f'data "drop_inventory" "it" {{\n{lines}}}\noutput "inventory" {{\n  value = data.drop_inventory.it\n}}\n'


def _shown(workspace: Workspace) -> dict[str, Any]:
    return json.loads((workspace.directory / "terraform.tfstate").read_text())["outputs"]["inventory"]["value"]


def _by_name(shown: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(item["type"], item["name"]): item for item in shown["objects"]}


def test_what_there_is_and_what_can_be_had_of_it(workspace: Workspace) -> None:
    lab = workspace.lab
    workspace.write(database(deletion_protection=False), edge())
    workspace.apply().must()
    instance_by_hand(lab, "legacy", own=False, others=["public"])
    modify(lab, "public", PubliclyAccessible=True)
    by_hand.lead(lab)
    service = service_by_hand.Made(lab)
    _beside(service)
    since = lab.now()
    workspace.write(database(deletion_protection=False), edge(), _asked(zone=ZONE))
    workspace.apply("-refresh=false").must()
    calls = lab.journal(since)
    assert lab.mutations(since) == []
    assert len(calls) <= 15, [call.name for call in calls]

    shown = _shown(workspace)
    found = _by_name(shown)
    assert list(found) == sorted(found)
    ways = {key: (item["owned"], item["why_not"] is None) for key, item in found.items()}
    assert ways == {
        ("drop_app_service", "Report_2"): (False, False),
        ("drop_app_service", "web"): (False, True),
        ("drop_database", "legacy"): (False, True),
        ("drop_database", "orders"): (True, True),
        ("drop_database", "public"): (False, False),
        ("drop_edge", "legacy"): (False, False),
        ("drop_edge", "site"): (True, True),
        ("drop_edge", "www"): (False, True),
    }
    assert "make it private" in found["drop_database", "public"]["why_not"]
    assert "2 records" in found["drop_edge", "legacy"]["why_not"]
    assert f"{service_by_hand.CLUSTER}/Report_2/<name>" in found["drop_app_service", "Report_2"]["why_not"]
    assert shown["region"] == REGION
    pasted = [found[key] for key in (("drop_app_service", "web"), ("drop_database", "legacy"), ("drop_edge", "www"))]
    assert shown["import_blocks"] == "\n".join(item["import_block"] for item in pasted)
    workspace.must_be_empty("-refresh=false")


def _beside(service: service_by_hand.Made) -> None:
    """Another one, whose name cannot be that of a resource."""
    settings = service_by_hand.shown(service.lab)
    network = {"networkConfiguration": settings["networkConfiguration"], "launchType": "FARGATE"}
    service.lab.client("ecs").create_service(
        cluster=service_by_hand.CLUSTER, serviceName="Report_2", taskDefinition=service.revision, desiredCount=0, **network
    )


def test_its_blocks_are_pasted(workspace: Workspace) -> None:
    lab = workspace.lab
    instance_by_hand(lab, "legacy", own=False)
    service_by_hand.Made(lab)
    made = by_hand.lead(lab)
    births = lab.births()
    workspace.write(_asked(zone=ZONE))
    workspace.apply().must()
    blocks = _shown(workspace)["import_blocks"]
    ours = app_service(**service_by_hand.KEPT), database("legacy", **LEGACY), edge("www", **by_hand.KEPT)
    workspace.write(blocks, *ours)
    changes = {c["address"]: c["change"] for c in workspace.planned().document["resource_changes"]}
    assert {address: change["actions"] for address, change in changes.items()} == {
        "drop_app_service.web": ["update"],
        "drop_database.legacy": ["update"],
        "drop_edge.www": ["update"],
    }
    workspace.apply_saved().must()
    assert births.items() <= lab.births().items()
    assert record(lab, by_hand.HOST)["id"] == made["id"]
    workspace.must_be_empty()


def test_hosts_whose_edges_would_be_called_alike(workspace: Workspace) -> None:
    hosts = [f"a-b.{ZONE}", f"a.b.{ZONE}"]
    for host in hosts:
        by_hand.lead(workspace.lab, host)
    workspace.write(_asked(zone=ZONE))
    workspace.apply().must()
    alike = [item for item in _shown(workspace)["objects"] if item["name"] == "a-b"]
    assert [item["id"] for item in alike] == [f"{ZONE}/{host}" for host in hosts]
    for item, host in zip(alike, hosts, strict=True):
        assert f"{ZONE}/{host}/<name>" in item["why_not"]
        assert item["import_block"] is None


def test_an_unfinished_database_is_said_to_be_so(workspace: Workspace) -> None:
    workspace.lab.faults({"action": "error", "operation": "CreateDBInstance", "mutating": True, "times": -1})
    workspace.write(DATABASE.config())
    workspace.apply().must_fail("CreateDBInstance")
    workspace.lab.clear_faults()
    workspace.lose_state()
    workspace.write(_asked())
    workspace.apply().must()
    orders = _by_name(_shown(workspace))["drop_database", "orders"]
    assert (orders["owned"], orders["import_block"]) == (True, None)
    assert "never finished" in orders["why_not"]


def test_an_unfinished_one_is_said_to_be_so(workspace: Workspace) -> None:
    workspace.address = EDGE.address
    workspace.lab.faults({"action": "error", "operation": "CreateRule", "mutating": True, "times": -1})
    workspace.write(EDGE.config())
    workspace.apply().must_fail("CreateRule")
    workspace.lab.clear_faults()
    workspace.lose_state()
    workspace.write(_asked(zone=ZONE))
    workspace.apply().must()
    site = _by_name(_shown(workspace))["drop_edge", "site"]
    assert (site["owned"], site["import_block"]) == (True, None)
    assert "never finished" in site["why_not"]


def test_a_zone_alone_needs_no_region(workspace: Workspace) -> None:
    workspace.variables["AWS_REGION"] = None
    workspace.write(_asked(zone=ZONE))
    workspace.apply().must()
    shown = _shown(workspace)
    assert shown["region"] is None
    assert {call.service for call in workspace.lab.journal()} == {"cloudflare"}
    workspace.write(_asked())
    workspace.plan().must_fail("No region is given", "AWS_REGION")


def test_another_region_is_looked_at_alone(workspace: Workspace) -> None:
    workspace.write(DATABASE.config(), block=provider())
    workspace.apply().must()
    workspace.write(DATABASE.config(), _asked(region="eu-west-1"))
    workspace.apply().must()
    assert _shown(workspace)["objects"] == []
