# SPDX-License-Identifier: MPL-2.0
"""`terraform query`: what it shows, and that what it writes imports without a change."""

import json
from pathlib import Path
from typing import Any

import pytest

from harness import APP, DATABASE, EDGE, QUERIES, Workspace

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "list-resources"
KINDS = (DATABASE, APP, EDGE)

pytestmark = pytest.mark.knowing(QUERIES)


def _ask(workspace: Workspace, *blocks: str) -> None:
    (workspace.directory / "all.tfquery.hcl").write_text("\n".join(blocks))


def _found(workspace: Workspace, *arguments: str) -> list[dict[str, Any]]:
    told = workspace.run("query", "-json", *arguments).must().stdout
    messages = [json.loads(line) for line in told.splitlines()]
    return [message["list_resource_found"] for message in messages if message["type"] == "list_resource_found"]


def _list(type: str, config: str = "", **more: str) -> str:
    given = "".join(f"  {name} = {value}\n" for name, value in more.items())
    return f'list "{type}" "all" {{\n  provider = drop\n{given}  config {{\n    {config}\n  }}\n}}\n'


@pytest.mark.matrix
def test_what_is_found_is_imported_as_it_is_written(workspace: Workspace) -> None:
    lab = workspace.lab
    workspace.write(*(subject.config(**subject.first) for subject in KINDS))
    workspace.apply().must()
    was = {subject.type: workspace.state.one(subject.address).attributes for subject in KINDS}
    _ask(workspace, *(_list(subject.type) for subject in KINDS))
    assert {found["resource_type"]: found["identity"]["name"] for found in _found(workspace)} == {
        subject.type: subject.name for subject in KINDS
    }

    births, since = lab.births(), lab.now()
    workspace.lose_state()
    workspace.write()
    _found(workspace, "-generate-config-out=found.tf")
    plan = workspace.planned()
    assert {change["change"]["actions"][0] for change in plan.document["resource_changes"]} == {"no-op"}
    workspace.apply_saved().must()
    workspace.must_be_empty()
    assert (lab.births(), lab.mutations(since)) == (births, [])
    for subject in KINDS:
        now = workspace.state.one(f"{subject.type}.all_0").attributes
        assert {name: now[name] for name in ("id", "ref", "components")} == {
            name: was[subject.type][name] for name in ("id", "ref", "components")
        }


def test_what_cannot_be_read_back_is_not_written(workspace: Workspace) -> None:
    """Nothing tells which command a service ran last: without it the block would run another one."""
    lab = workspace.lab
    workspace.address = f"{APP.type}.all_0"
    workspace.write(APP.config(post_deploy={"command": ["./manage.py", "migrate"], "trigger": "1"}))
    workspace.apply().must()
    _ask(workspace, _list(APP.type))
    since = lab.now()
    workspace.lose_state()
    workspace.write()
    _found(workspace, "-generate-config-out=found.tf")
    written = (workspace.directory / "found.tf").read_text()
    assert "image {" in written and "post_deploy {" not in written
    workspace.apply().must()
    assert lab.mutations(since) == []
    workspace.must_be_empty()
    (workspace.directory / "found.tf").write_text(written.replace("image {", 'post_deploy {\n    command = null\n    trigger = "2"\n  }\n  image {'))
    workspace.plan().must_fail("Missing value for post_deploy.command", "leave the block `post_deploy` out")
    assert lab.mutations(since) == []


def test_a_list_is_narrowed_and_cut_short(workspace: Workspace) -> None:
    names = ("orders", "orders-old", "users")
    workspace.write(*(DATABASE.config(label=name, name=name) for name in names))
    workspace.apply().must()
    _ask(workspace, _list(DATABASE.type, 'name_prefix = "orders"', limit="1", include_resource="true"))
    (found,) = _found(workspace)
    assert found["identity"]["name"] == "orders"
    assert found["resource_object"]["id"] == workspace.state.one("drop_database.orders").attributes["id"]


def test_what_cannot_be_listed_says_why(workspace: Workspace) -> None:
    workspace.write()
    _ask(workspace, _list(EDGE.type, 'zone = "nosuch.example"'))
    workspace.run("query", "-json").must_fail("nosuch.example")
    _ask(workspace, _list(EDGE.type, 'zones = ["getdrop.no"]'))
    workspace.run("query", "-json").must_fail('An argument named "zones" is not expected here')


def test_the_examples_are_valid(workspace: Workspace) -> None:
    workspace.write()
    for example in EXAMPLES.glob("*/*.tfquery.hcl"):
        _ask(workspace, example.read_text())
        workspace.run("validate", "-json", "-query").must()
