# SPDX-License-Identifier: MPL-2.0
"""Bad input: a diagnostic that points at the attribute and names the way out, and nothing is created."""

import pytest

from harness import Workspace, app_service, database, raw

from ..refusal import Bad


def _http(**more: object) -> dict[str, object]:
    return {"http": {"port": 8080} | more}


def _health(**more: object) -> dict[str, object]:
    return _http(health=more)


OFFLINE = [
    Bad({"name": "Web"}, "name", ["lower-case"]),
    Bad({"image": {"uri": "registry.example/shop"}}, "uri", ["tag or digest"]),
    Bad({"backend": "lambda"}, "backend", ["ecs"]),
    Bad({"size": {"cpu": 256, "memory": 1536}}, "memory", ["512, 1024 or 2048"]),
    Bad({"size": {"cpu": 512, "memory": 512}}, "memory", ["the nearest is 1024"]),
    Bad({"size": {"cpu": 300, "memory": 512}}, "cpu", ["256, 512, 1024"]),
    Bad({"scaling": {"min": 3, "max": 2}}, "max", ["less than scaling.min", "3 or more"]),
    Bad({"scaling": {"min": 0}}, "min", ["1 to 5000"]),
    Bad({"scaling": {"min": 1, "cpu": {"target": 101}}}, "target", ["1 to 100"]),
    Bad({"http": {"port": 0}}, "port", ["1 to 65535"]),
    Bad(_health(interval="10s", timeout="10s"), "timeout", ["not less than its interval", "shorter timeout"]),
    Bad(_health(interval="2s"), "interval", ["5s"]),
    Bad(_health(retries=1), "retries", ["2 to 10"]),
    Bad(_health(path="health"), "path", ["begin with /"]),
    Bad(_http(certificate_arn="shop.example"), "certificate_arn", ["ARN of a certificate"]),
    Bad({"logs": {"retention_days": 31}}, "retention_days", ["the next one is 60"]),
    Bad({"env": {"2ND": "x"}}, "env", ["begin with no digit"]),
    Bad({"tags": {"aws:cost": "1"}}, "tags", ["aws:"]),
    Bad({"timeouts": {"create": "soon"}}, "create", ["duration"]),
]
ARN = "arn:aws:acm:{region}:123456789012:certificate/12345678-1234-1234-1234-123456789012"


@pytest.mark.parametrize("bad", OFFLINE, ids=str)
def test_what_is_wrong_by_itself_is_found_without_a_cloud(workspace: Workspace, bad: Bad) -> None:
    workspace.write(app_service(**bad.config))
    outcome = workspace.validate().must_fail(*bad.says)
    assert bad.points_at in outcome.errors[0].code, outcome
    assert workspace.lab.journal() == []


@pytest.mark.parametrize(
    ("arn", "says"),
    [
        (ARN.format(region="us-east-1"), "There is no such certificate"),
        (ARN.format(region="eu-north-1"), "another region"),
    ],
    ids=["unknown", "elsewhere"],
)
def test_certificates_are_looked_up_in_the_plan(workspace: Workspace, arn: str, says: str) -> None:
    workspace.write(app_service(**_http(certificate_arn=arn)))
    outcome = workspace.plan().must_fail(says)
    assert "certificate_arn" in outcome.errors[0].code, outcome
    assert workspace.lab.mutations() == []


def test_what_a_database_sets_cannot_be_set_beside_it(workspace: Workspace) -> None:
    workspace.write(database(deletion_protection=False))
    workspace.apply().must()
    given = raw("drop_database.main.ref")
    workspace.write(
        database(deletion_protection=False), app_service(database=given, env={"DATABASE_PASSWORD": "mine"})
    )
    outcome = workspace.plan().must_fail("DATABASE_PASSWORD", "set by `database`")
    assert "env" in outcome.errors[0].code, outcome


def test_only_a_database_is_taken_for_one(workspace: Workspace) -> None:
    workspace.write(app_service())
    workspace.apply().must()
    other = app_service("other", name="other", database=raw("drop_app_service.web.ref"))
    workspace.write(app_service(), other)
    workspace.plan().must_fail("not the ref of a database", "drop_database.<name>.ref")


def test_a_database_of_another_region_is_refused(workspace: Workspace) -> None:
    there = database(region="eu-north-1", deletion_protection=False)
    workspace.write(there)
    workspace.apply().must()
    workspace.write(there, app_service(database=raw("drop_database.main.ref")))
    outcome = workspace.plan().must_fail("another region", "us-east-1")
    assert "database" in outcome.errors[0].code, outcome
