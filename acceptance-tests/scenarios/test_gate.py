# SPDX-License-Identifier: MPL-2.0
"""The gate of the guide to CI, word for word, over plans of both CLIs: what it lets through, and what it holds."""

import re
from typing import Any

import jq

from harness import APP, DATABASE, Workspace, app_service, raw
from pages import DOCS

PROGRAMS = re.compile(r"terraform show -json tf\.plan \| jq (-\w) '([^']+)'")
GUIDE = (DOCS / "guides" / "ci.md").read_text()
(LINES,) = [program for option, program in PROGRAMS.findall(GUIDE) if option == "-r"]
(GATE,) = [program for option, program in PROGRAMS.findall(GUIDE) if option == "-e"]
# Something of another provider: its id is known only when it is applied.
BUILD = 'resource "terraform_data" "build" {{\n  input = "registry.example/shop:{}"\n}}\n'
UNKNOWN = app_service(image={"uri": raw("terraform_data.build.output")})


def _let_through(plan: dict[str, Any]) -> bool:
    return jq.compile(GATE).input_value(plan).first()


def _passes(workspace: Workspace) -> bool:
    plan = workspace.planned()
    assert plan.told() != "outputs only", "nothing is changed that could be held"
    return _let_through(plan.document)


def _lines(workspace: Workspace) -> list[str]:
    return jq.compile(LINES).input_value(workspace.saved().document).all()


def _image(tag: str) -> str:
    return app_service(image={"uri": f"registry.example/shop:{tag}"})


def test_releases_pass_and_all_else_is_held(workspace: Workspace) -> None:
    workspace.address = APP.address
    workspace.write(_image("ok"))
    assert not _passes(workspace), "a create"
    workspace.apply_saved().must()
    workspace.must_be_empty()
    assert _let_through(workspace.saved().document), "a plan of nothing"

    workspace.write(_image("better"))
    assert _passes(workspace), _lines(workspace)
    (text,) = re.findall(r"^```text\n(drop_app_service.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
    assert _lines(workspace) == re.sub(r": \d+\.", ": 2.", text).splitlines()

    workspace.write(_image("better"), BUILD.format("ok"))
    assert not _passes(workspace), "a resource of another provider beside a release"
    workspace.write(app_service(scaling={"min": 1, "max": 5, "cpu": {"target": 70}}))
    assert not _passes(workspace), _lines(workspace)
    workspace.write(_image("better"), DATABASE.config())
    assert not _passes(workspace), "a new database beside a release"
    workspace.write()
    assert not _passes(workspace), "a delete"


def test_what_is_not_known_yet_is_held(workspace: Workspace) -> None:
    workspace.address = APP.address
    workspace.write(UNKNOWN, BUILD.format("ok"))
    workspace.apply().must()
    workspace.write(UNKNOWN, BUILD.format("better"))
    assert not _passes(workspace)
    assert workspace.saved().change()["after_unknown"]["steps"] is True
    assert _lines(workspace) == [f"{APP.address}: known after apply"]
    plan = workspace.saved().document
    alone = [change for change in plan["resource_changes"] if change["address"] == APP.address]
    assert not _let_through(plan | {"resource_changes": alone}), "for the other resource alone"


def test_what_cannot_be_undone_is_held(workspace: Workspace) -> None:
    """Also where no call is made: without its last snapshot a database is gone for good."""
    workspace.address = DATABASE.address
    workspace.write(DATABASE.config(deletion_protection=False, skip_final_snapshot=False))
    workspace.apply().must()
    workspace.write(DATABASE.config(deletion_protection=False, skip_final_snapshot=True))
    assert not _passes(workspace)
    assert _lines(workspace) == []
    workspace.write()
    assert not _passes(workspace)


def test_what_no_cli_tells_here_is_held(workspace: Workspace) -> None:
    """No update has a line that cannot be undone so far; actions that changes trigger come with Terraform 1.14."""
    workspace.address = APP.address
    workspace.write(_image("ok"))
    workspace.apply().must()
    workspace.write(_image("better"))
    assert _passes(workspace)
    plan = workspace.saved()
    assert not _let_through(plan.document | {"action_invocations": [{"address": "action.drop_run_task.migrate"}]})
    plan.after()["steps"].append("2.3 delete log_group via logs:DeleteLogGroup — irreversible")
    assert not _let_through(plan.document)
