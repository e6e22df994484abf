# SPDX-License-Identifier: MPL-2.0
"""State of the official providers, taken over by `moved` blocks. For that one apply the CLIs want the other provider
installed; it is never configured, and a stand-in will do."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from harness import DATABASE, EDGE, Lab, OtherType, Workspace, database, edge, stand_in

from . import leaks
from .database import rds
from .edge import by_hand
from .edge.zone import ZONE, record

SECRET = "hush-the-old-password"
FOLLOWS = {"steps", "drift", "pending_changes", "foreign_rules", "components"}
LEGACY: dict[str, Any] = {
    "name": "legacy", "version": "16", "instance_class": "db.t4g.small", "username": "boss", "database_name": "shop",
    "deletion_protection": False, "skip_final_snapshot": True, "storage": {"gb": 50},
    "backup": {"retention_days": 3, "window": "01:00-01:30"}, "maintenance": {"window": "tue:03:00-tue:03:30"},
}  # fmt: skip


def moved(old: OtherType, new: str) -> str:
    return f"moved {{\n  from = {old.name}.main\n  to = {new}\n}}\n"


def db_instance(lab: Lab) -> OtherType:
    """https://github.com/hashicorp/terraform-provider-aws/blob/main/website/docs/r/db_instance.html.markdown"""
    found = rds.instance(lab, "legacy")
    state = {
        "identifier": "legacy", "engine": "postgres", "engine_version": "16", "instance_class": "db.t4g.small",
        "allocated_storage": 50, "storage_type": "gp3", "username": "boss", "password": SECRET, "db_name": "shop",
        "skip_final_snapshot": True, "apply_immediately": False, "publicly_accessible": False,
        "backup_retention_period": 3, "backup_window": "01:00-01:30", "maintenance_window": "tue:03:00-tue:03:30",
        "db_subnet_group_name": "legacy-net", "parameter_group_name": "legacy-pg",
    }  # fmt: skip
    told = {
        "id": found["DbiResourceId"], "arn": found["DBInstanceArn"], "resource_id": found["DbiResourceId"],
        "engine_version_actual": found["EngineVersion"], "address": found["Endpoint"]["Address"],
        "port": found["Endpoint"]["Port"], "endpoint": f"{found['Endpoint']['Address']}:{found['Endpoint']['Port']}",
        "status": "available", "max_allocated_storage": 0, "multi_az": False, "deletion_protection": False,
        "replicate_source_db": "", "tags": {"team": "shop"}, "tags_all": {"team": "shop"},
        "vpc_security_group_ids": {g["VpcSecurityGroupId"] for g in found["VpcSecurityGroups"]},
    }  # fmt: skip
    return OtherType("hashicorp/aws", "aws_db_instance", 2, state | told, frozenset(state), frozenset({"password"}))


def other_way(workspace: Workspace, old: OtherType) -> None:
    """The state in which users of the official provider begin."""
    stand_in(workspace, old)
    workspace.write(old.resource("main"))
    workspace.apply().must()


def only_adopted(workspace: Workspace, old: OtherType, calls: Iterable[str]) -> None:
    """Nothing is made anew or destroyed, only these calls are planned and made, and nothing is left to do then."""
    calls, plan = set(calls), workspace.planned()
    changes = plan.document["resource_changes"]
    assert [(c["address"], c["change"]["actions"]) for c in changes] == [(workspace.address, ["update"])], plan.told()
    assert changes[0]["previous_address"] == f"{old.name}.main"
    assert {step.call for step in plan.new_steps()} == calls, plan.told()
    assert plan.changed() <= FOLLOWS, plan.told()
    since = workspace.lab.now()
    workspace.apply_saved().must()
    assert {call.action for call in workspace.lab.mutations(since)} <= calls
    workspace.must_be_empty()


def hushed(workspace: Workspace, secret: str) -> None:
    """The copy that the CLI keeps of the former state is the other provider's."""
    assert leaks.places(secret, workspace) == ["terraform.tfstate.backup"]
    seen = set(leaks.places(workspace.address, workspace))
    assert {leaks.LOG, "saved.plan/tfplan"} <= seen, seen


@pytest.mark.matrix
def test_a_database_of_the_official_provider(workspace: Workspace) -> None:
    lab = workspace.lab
    rds.by_hand(lab, password=SECRET)
    lab.client("rds").add_tags_to_resource(
        ResourceName=rds.instance(lab, "legacy")["DBInstanceArn"], Tags=[{"Key": "team", "Value": "shop"}]
    )
    births, facts = lab.births(), rds.facts(lab, "legacy") | {"TagList": []}
    old = db_instance(lab)
    other_way(workspace, old)
    assert SECRET in (workspace.directory / "terraform.tfstate").read_text()
    leaks.trace(workspace)
    workspace.write(database(**LEGACY | {"tags": {"team": "shop"}}), moved(old, "drop_database.main"))
    only_adopted(workspace, old, {"rds:AddTagsToResource"})
    assert (lab.births(), rds.facts(lab, "legacy") | {"TagList": []}) == (births, facts)
    hushed(workspace, SECRET)
    workspace.destroy().must()


@pytest.mark.matrix
def test_what_replaces_and_is_left_out_destroys_nothing(workspace: Workspace) -> None:
    lab = workspace.lab
    rds.by_hand(lab, password=SECRET)
    births = lab.births()
    old = db_instance(lab)
    other_way(workspace, old)
    left_out = {key: value for key, value in LEGACY.items() if key not in ("username", "database_name")}
    since = lab.now()
    for options in ((), ("-refresh=false",)):
        workspace.write(database(**left_out), moved(old, "drop_database.main"))
        workspace.plan(*options).must_fail(
            "was taken over with another username", 'Write `username = "boss"`', 'Write `database_name = "shop"`'
        )
    assert (lab.births(), lab.mutations(since)) == (births, [])


def dns_record(lab: Lab, **members: Any) -> OtherType:
    """https://github.com/cloudflare/terraform-provider-cloudflare/blob/main/docs/resources/dns_record.md"""
    made = by_hand.lead(lab, **members)
    state = {
        "zone_id": lab.zone(ZONE)["id"], "name": by_hand.HOST, "type": made["type"], "content": made["content"],
        "proxied": made["proxied"], "ttl": 1, "comment": made["comment"],
    }  # fmt: skip
    told = {"id": made["id"], "created_on": made["created_on"], "proxiable": True, "tags": []}
    return OtherType("cloudflare/cloudflare", "cloudflare_dns_record", 500, state | told, frozenset(state))


def test_a_record_of_the_official_provider(workspace: Workspace) -> None:
    lab, workspace.address = workspace.lab, EDGE.address
    old = dns_record(lab)
    by_hand.never_cache(lab)
    made = record(lab, by_hand.HOST)
    before = by_hand.rest(lab, made)
    other_way(workspace, old)
    workspace.write(edge(**by_hand.KEPT), moved(old, EDGE.address))
    workspace.plan("-refresh=false").must_fail("was taken over and not looked at yet", "without -refresh=false")
    marks = {"cloudflare:CreateDnsRecord", "cloudflare:EditZoneSetting", "cloudflare:EditDnsRecord"}
    only_adopted(workspace, old, marks)
    assert by_hand.rest(lab, made) == before
    assert workspace.resource["id"].startswith(f"{ZONE}/www/")


def test_a_relative_name_is_not_taken_for_that_of_an_edge(workspace: Workspace) -> None:
    """A record that the state calls `www`, in a zone with an edge of that name: the edge is not what is meant."""
    lab = workspace.lab
    workspace.address = EDGE.address
    www = {"name": "www", "route": {f"api.{ZONE}/*": {"origin_host": "origin.example"}}, "firewall": None}
    workspace.write(edge(**by_hand.KEPT | www))
    workspace.apply().must()
    workspace.state_rm().must()
    old = dns_record(lab)
    old = replace(old, state={**old.state, "name": "www"})
    other_way(workspace, old)
    since = lab.now()
    workspace.write(edge(**by_hand.KEPT), moved(old, EDGE.address))
    workspace.plan().must_fail("there is an edge of that name", f"{ZONE}/{by_hand.HOST}/<name>")
    assert lab.mutations(since) == []


def test_what_the_configuration_asks_for_comes_by_the_same_apply(workspace: Workspace) -> None:
    lab = workspace.lab
    workspace.address = EDGE.address
    old = dns_record(lab)
    other_way(workspace, old)
    route = {f"{by_hand.HOST}/*": {"origin_host": "origin.example", "cache": "1h"}}
    workspace.write(edge(**by_hand.KEPT | {"route": route}), moved(old, EDGE.address))
    plan = workspace.planned()
    assert plan.actions() == ["update"], plan.told()
    assert "cache_rules" in {step.component for step in plan.new_steps()}
    workspace.apply_saved().must()
    assert record(lab, by_hand.HOST)["id"] == old.state["id"]
    workspace.must_be_empty()


@pytest.mark.parametrize(
    ("members", "texts"),
    [
        ({"proxied": False}, ("is not proxied", "proxied = true")),
        ({"type": "TXT", "content": '"hello"', "proxied": False}, ("of type TXT", "A, AAAA or CNAME")),
    ],
    ids=["past Cloudflare", "no host"],
)
def test_a_record_that_is_no_edge(workspace: Workspace, members: dict[str, Any], texts: tuple[str, ...]) -> None:
    old = dns_record(workspace.lab, **members)
    other_way(workspace, old)
    since = workspace.lab.now()
    workspace.write(edge(**by_hand.KEPT), moved(old, EDGE.address))
    workspace.plan().must_fail("This cloudflare_dns_record cannot become a drop_edge", "Nothing was changed", *texts)
    assert workspace.lab.mutations(since) == []


CLUSTERS = [("aurora-postgresql", "aurora-postgres"), ("aurora-mysql", "no cluster of PostgreSQL"), ("postgres", "one standby")]


@pytest.mark.parametrize(("engine", "why"), CLUSTERS, ids=[engine for engine, _ in CLUSTERS])
def test_a_cluster_is_refused_with_what_to_do(workspace: Workspace, engine: str, why: str) -> None:
    state = {"cluster_identifier": "orders", "engine": engine, "master_password": SECRET}
    old = OtherType("hashicorp/aws", "aws_rds_cluster", 0, state, frozenset(state), frozenset({"master_password"}))
    other_way(workspace, old)
    since = workspace.lab.now()
    workspace.write(DATABASE.config(), moved(old, DATABASE.address))
    refused = workspace.plan().must_fail(
        "This aws_rds_cluster cannot become a drop_database", why, "give its endpoint to services in `env`",
        "nothing is lost", "take the `moved` block out again", "put the `aws_rds_cluster` block back",
    )  # fmt: skip
    assert SECRET not in refused.text
    assert workspace.lab.journal(since) == []
    assert [instance.address for instance in workspace.state.instances] == ["aws_rds_cluster.main"]
    # What it says to do leaves all as it was.
    workspace.write(old.resource("main"))
    workspace.must_be_empty()


def test_what_is_no_such_thing_is_refused(workspace: Workspace) -> None:
    old = OtherType("hashicorp/aws", "aws_s3_bucket", 0, {"bucket": "b"}, frozenset({"bucket"}))
    other_way(workspace, old)
    workspace.write(DATABASE.config(), moved(old, DATABASE.address))
    workspace.plan().must_fail("A aws_s3_bucket cannot become a drop_database", "state of aws_db_instance.", "`removed`")
