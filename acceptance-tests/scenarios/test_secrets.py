# SPDX-License-Identifier: MPL-2.0
"""A value marked sensitive appears in no step, no log and no diagnostic."""

from pathlib import Path
from typing import Any

import pytest

from harness import SAVED, Outcome, Plan, Workspace, database, raw

# One for every attribute that takes a text of one's own. (The name is no secret: every object is called by it.)
SECRETS = {
    "username": "hushuser",
    "database": "hushbase",
    "parameter": "8675309",
    "tag": "hush-tag-value",
    "key": "hush-tag-key",
}
VARIABLES = "".join(
    f'variable "{name}" {{\n  sensitive = true\n  default = "{value}"\n}}\n' for name, value in SECRETS.items()
)


def _config(**more: Any) -> str:
    attributes: dict[str, Any] = {
        "username": raw("var.username"),
        "database": raw("var.database"),
        "parameters": {"log_min_duration_statement": raw("var.parameter")},
        "tags": raw("{ (var.key) = var.tag }"),
    }
    return database(**attributes | more)


def _log(workspace: Workspace) -> Path:
    log = workspace.directory / "provider.log"
    workspace.variables |= {"TF_LOG_PROVIDER": "TRACE", "TF_LOG_PATH": str(log)}
    return log


def _hushed(text: str, where: str) -> None:
    told = {name for name, value in SECRETS.items() if value in text}
    assert not told, f"{where} tells {told}"


def _check(workspace: Workspace, log: Path, *outcomes: Outcome) -> None:
    for outcome in outcomes:
        _hushed("\n".join(d.text for d in outcome.diagnostics), "a diagnostic")
        _hushed(outcome.stderr, "stderr")
    for instance in workspace.state.databases:
        _hushed("\n".join(instance["steps"] + instance["drift"]), "steps or drift")
    lines = log.read_text().splitlines()
    ours = [line for line in lines if "terraform-provider-drop" in line]
    assert ours, "the provider logged nothing: the check would prove nothing"
    _hushed("\n".join(ours), "the log")


def test_on_success(workspace: Workspace) -> None:
    log = _log(workspace)
    workspace.write(_config(), VARIABLES)
    plan = workspace.plan()
    _hushed("\n".join(Plan(workspace.show(SAVED)).after()["steps"]), "the planned steps")
    applied = workspace.apply_saved().must()
    workspace.write(_config(size="db.t4g.small"), VARIABLES)
    changed = workspace.apply().must()
    _check(workspace, log, plan, applied, changed)


@pytest.mark.parametrize(
    "operation",
    ["CreateDBSubnetGroup", "CreateSecurityGroup", "ModifyDBParameterGroup", "CreateDBInstance", "AddTagsToResource"],
)
def test_on_failure(one_workspace: Workspace, operation: str) -> None:
    workspace = one_workspace
    log = _log(workspace)
    workspace.write(_config(), VARIABLES)
    workspace.lab.faults({"action": "error", "operation": operation, "times": -1})
    failed = workspace.apply().must_fail(operation)
    workspace.lab.clear_faults()
    _check(workspace, log, failed)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("username", "9hushuser"),
        ("username", "rdsadmin"),
        ("database", "hush base"),
        ("tag", "hush" * 100),
        ("key", "aws:hush"),
    ],
)
def test_when_it_is_refused(one_workspace: Workspace, variable: str, value: str) -> None:
    workspace = one_workspace
    log = _log(workspace)
    workspace.write(_config(), VARIABLES)
    refused = workspace.plan("-var", f"{variable}={value}").must_fail()
    assert value not in refused.text, refused
    assert value not in log.read_text()
