# SPDX-License-Identifier: MPL-2.0
"""A value marked sensitive appears in no step, no log and no diagnostic."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from harness import Outcome, Workspace

from ..stories import STORIES
from ..story import Secrets, Story


def _log(workspace: Workspace) -> Path:
    log = workspace.directory / "provider.log"
    workspace.variables |= {"TF_LOG_PROVIDER": "TRACE", "TF_LOG_PATH": str(log)}
    return log


def _variables(secrets: Secrets) -> str:
    blocks = [f'variable "{n}" {{\n  sensitive = true\n  default = "{v}"\n}}\n' for n, v in secrets.values.items()]
    return "".join(blocks)


def _hushed(values: Mapping[str, str], text: str, where: str) -> None:
    told = {name for name, value in values.items() if value in text}
    assert not told, f"{where} tells {told}"


def _check(workspace: Workspace, story: Story, log: Path, *outcomes: Outcome) -> None:
    values = story.secrets.values
    for outcome in outcomes:
        _hushed(values, "\n".join(d.text for d in outcome.diagnostics), "a diagnostic")
        _hushed(values, outcome.stderr, "stderr")
    for instance in workspace.state.of(story.subject.type):
        _hushed(values, "\n".join(instance["steps"] + instance["drift"]), "steps or drift")
    ours = [line for line in log.read_text().splitlines() if "terraform-provider-drop" in line]
    assert ours, "the provider logged nothing: the check would prove nothing"
    _hushed(values, "\n".join(ours), "the log")


@pytest.mark.matrix
def test_on_success(workspace: Workspace, story: Story) -> None:
    log, secrets = _log(workspace), story.secrets
    workspace.write(story.subject.config(**secrets.config), _variables(secrets))
    plan = workspace.plan()
    _hushed(secrets.values, "\n".join(workspace.saved().after()["steps"]), "the planned steps")
    applied = workspace.apply_saved().must()
    workspace.write(story.subject.config(**dict(secrets.config) | secrets.later), _variables(secrets))
    changed = workspace.apply().must()
    _check(workspace, story, log, plan, applied, changed)


@pytest.mark.parametrize(("story", "operation"), [(s, o) for s in STORIES for o in s.secrets.operations], ids=str)
def test_on_failure(workspace: Workspace, story: Story, operation: str) -> None:
    secrets = story.secrets
    log = _log(workspace)
    workspace.write(story.subject.config(**secrets.config), _variables(secrets))
    workspace.lab.faults({"action": "error", "operation": operation, "mutating": True, "times": -1})
    failed = workspace.apply().must_fail(operation)
    workspace.lab.clear_faults()
    _check(workspace, story, log, failed)


@pytest.mark.parametrize(("story", "variable", "value"), [(s, *r) for s in STORIES for r in s.secrets.refused], ids=str)
def test_when_it_is_refused(workspace: Workspace, story: Story, variable: str, value: str) -> None:
    secrets = story.secrets
    log = _log(workspace)
    workspace.write(story.subject.config(**secrets.config), _variables(secrets))
    refused = workspace.plan("-var", f"{variable}={value}").must_fail()
    assert value not in refused.text, refused
    assert value not in log.read_text()
