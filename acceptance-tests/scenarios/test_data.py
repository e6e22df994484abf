# SPDX-License-Identifier: MPL-2.0
"""The data sources, as both CLIs read them: what they show is what the resources show, and nothing is changed."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from harness import APP, DATABASE, SUBJECTS, Subject, Workspace, app_service, database, render

from .database.rds import by_hand

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "data-sources"
ACCOUNT, REGION = "123456789012", "us-east-1"


def _data(type: str, **given: Any) -> str:
    """A data source, and an output of the same name that shows it whole."""
    lines = "".join(f"  {name} = {render(value)}\n" for name, value in given.items())
    return f'data "{type}" "it" {{\n{lines}}}\noutput "{type}" {{\n  value = data.{type}.it\n}}\n'


def _lookup(subject: Subject, name: str | None = None) -> str:
    place = {"zone": subject.zone} if subject.zone else {}
    return _data(subject.type, name=name or subject.name, **place)


def _shown(workspace: Workspace, type: str) -> dict[str, Any]:
    return json.loads((workspace.directory / "terraform.tfstate").read_text())["outputs"][type]["value"]


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.key)
def test_what_exists_is_found_by_name(workspace: Workspace, subject: Subject) -> None:
    lab, workspace.address = workspace.lab, subject.address
    workspace.write(subject.config(**subject.first))
    workspace.apply().must()
    since = lab.now()
    workspace.write(subject.config(**subject.first), _lookup(subject))
    workspace.apply().must()
    shown = _shown(workspace, subject.type)
    assert {"name", "id", "ref", "components"} < shown.keys()
    assert shown == {name: workspace.resource[name] for name in shown}
    assert lab.mutations(since) == []
    workspace.must_be_empty()


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.key)
def test_what_is_not_there_is_said(workspace: Workspace, subject: Subject) -> None:
    workspace.write(_lookup(subject))
    place = f"{subject.zone} of account" if subject.zone else f"{REGION} of account {ACCOUNT}"
    workspace.plan().must_fail(f'{subject.type} "{subject.name}" was not found', place, "Mend `name`")


def test_a_service_of_which_only_the_beginning_is_there_is_not_shown(workspace: Workspace) -> None:
    workspace.lab.faults({"action": "error", "operation": "CreateCluster", "times": -1})
    workspace.write(APP.config())
    workspace.apply().must_fail("CreateCluster")
    workspace.lab.clear_faults()
    workspace.write(_lookup(APP))
    workspace.plan("-refresh=false").must_fail('drop_app_service "web" is not whole', "no ecs_service")


def test_an_instance_made_by_other_means_is_found(workspace: Workspace) -> None:
    by_hand(workspace.lab, "legacy")
    (instance,) = workspace.lab.client("rds").describe_db_instances()["DBInstances"]
    workspace.write(_lookup(DATABASE, "legacy"))
    workspace.apply().must()
    shown = _shown(workspace, "drop_database")
    told = (shown["id"], shown["endpoint"], shown["port"], shown["secret_arn"], shown["region"])
    endpoint = instance["Endpoint"]
    secret = instance["MasterUserSecret"]["SecretArn"]
    assert told == (instance["DBInstanceArn"], endpoint["Address"], endpoint["Port"], secret, REGION)
    workspace.must_be_empty()


def test_a_service_reaches_the_database_of_another_state(workspace: Workspace) -> None:
    workspace.write(database(deletion_protection=False))
    workspace.apply().must()
    workspace.keep_state("databases")
    workspace.lose_state()
    workspace.address = APP.address
    looked_up = 'data "drop_database" "main" {\n  name = "orders"\n}\n'
    workspace.write(looked_up, app_service(blocks="database = data.drop_database.main.ref"))
    workspace.apply().must()
    assert workspace.resource["database"]["name"] == "orders"
    workspace.must_be_empty()




def test_engine_versions_are_those_that_rds_offers(workspace: Workspace) -> None:
    workspace.write(_data("drop_engine_versions", engine="postgres", major="16"))
    workspace.apply().must()
    shown = _shown(workspace, "drop_engine_versions")
    rds = workspace.lab.client("rds")
    offered = rds.describe_db_engine_versions(Engine="postgres", EngineVersion="16")["DBEngineVersions"]
    (default,) = rds.describe_db_engine_versions(Engine="postgres", EngineVersion="16", DefaultOnly=True)[
        "DBEngineVersions"
    ]
    numbers = [tuple(map(int, version.split("."))) for version in shown["versions"]]
    assert numbers == sorted(numbers, reverse=True)
    assert set(shown["versions"]) == {version["EngineVersion"] for version in offered}
    assert (shown["default"], shown["region"]) == (default["EngineVersion"], REGION)
    workspace.must_be_empty()


@pytest.mark.parametrize(
    ("given", "texts"),
    [
        ({"engine": "postgres", "major": "9"}, ("RDS offers no postgres 9", "17, 16, 15, 14, 13")),
        ({"engine": "postgres", "major": "new"}, ("must be a major version",)),
        ({"engine": "sqlite"}, ("postgres",)),
    ],
    ids=["not offered", "no number", "no engine"],
)
def test_engine_versions_that_cannot_be(workspace: Workspace, given: dict[str, str], texts: tuple[str]) -> None:
    workspace.write(_data("drop_engine_versions", **given))
    workspace.plan().must_fail(*texts)


def test_deployments_are_listed_newest_first(workspace: Workspace) -> None:
    workspace.address = APP.address
    workspace.write(app_service())
    workspace.apply().must()
    first = workspace.resource["deployment"]
    workspace.write(app_service(image={"uri": "registry.example/shop:crash"}))
    workspace.apply().must_fail("rolled back")
    last = workspace.resource["deployment"]
    # The lookup comes while planning, whatever the service's own plan is.
    workspace.write(app_service(), _data("drop_deployments", name="web"))
    workspace.apply().must()
    newest, *others, oldest = _shown(workspace, "drop_deployments")["deployments"]
    assert (newest["id"], oldest["id"]) == (last["id"], first["id"])
    assert (newest["status"], newest["reason"]) == ("ROLLBACK_SUCCESSFUL", last["reason"])
    assert newest["rolled_back_to"] == oldest["task_definition"] != newest["task_definition"]
    assert (oldest["status"], oldest["rolled_back_to"], others) == ("SUCCESSFUL", None, [])


def test_deployments_of_nothing_are_an_error(workspace: Workspace) -> None:
    workspace.write(_data("drop_deployments", name="web"))
    workspace.plan().must_fail('drop_app_service "web" was not found', f"{REGION} of account {ACCOUNT}")


@pytest.mark.parametrize("example", sorted(path.name for path in EXAMPLES.iterdir()))
def test_an_example_is_valid(workspace: Workspace, example: str) -> None:
    workspace.write()
    shutil.copy(EXAMPLES / example / "data-source.tf", workspace.directory)
    workspace.validate().must()
