# SPDX-License-Identifier: MPL-2.0
"""`terraform-provider-drop permissions`: the least that a plan takes, printed from its JSON without a cloud."""

import fnmatch
import json
import re
from pathlib import Path
from typing import Any

from harness import Workspace, app_service, database, edge, raw
from harness.cli import installation
from harness.shell import run

# Calls that no policy needs to allow.
FREE = {"sts:GetCallerIdentity"}


def printed(workspace: Workspace, *options: str) -> str:
    """What it prints of the plan that the workspace makes."""
    path = workspace.directory / "plan.json"
    path.write_text(json.dumps(workspace.planned().document))
    return permissions(workspace, path, *options)


def permissions(workspace: Workspace, path: Path, *options: str) -> str:
    """What it prints of a plan in JSON, with no cloud to call."""
    environment = {key: value for key, value in workspace.lab.environment().items() if not key.startswith("AWS_")}
    return run([str(installation() / "terraform-provider-drop"), "permissions", *options, str(path)], environment)


def _allowed(policy: dict[str, Any]) -> set[str]:
    allowed: set[str] = set()
    for statement in policy["Statement"]:
        actions = statement["Action"]
        allowed |= {actions} if isinstance(actions, str) else set(actions)
    return allowed


def _life(team: str | None) -> tuple[str, ...]:
    """A database, a service on it and an edge; later with other values everywhere."""
    blocks = "database = drop_database.main.ref"
    if team is None:
        return database(deletion_protection=False), app_service(blocks=blocks), edge()
    return (
        database(deletion_protection=False, tags={"team": team}, parameters={"work_mem": "8192"}),
        app_service(blocks=blocks, env={"COLOUR": "red"}, tags={"team": team}),
        edge(tls={"min_version": "1.3"}),
    )


def test_every_call_of_a_life_is_allowed(workspace: Workspace) -> None:
    lab = workspace.lab
    workspace.write(*_life(None))
    shown = json.loads(printed(workspace, "--account-id", "123456789012"))
    since = lab.now()
    workspace.apply_saved().must()
    workspace.must_be_empty()
    workspace.write(*_life("shop"))
    later = json.loads(printed(workspace))
    workspace.apply_saved().must()
    gone = lab.now()
    workspace.destroy().must()

    called = {call.action for call in lab.journal(since) if call.service != "cloudflare"} - FREE
    assert len(called) > 40
    allowed = _allowed(shown["iam_policy"]) | _allowed(later["iam_policy"])
    # Read where it is granted, to save a call for each role; never needed.
    assert called - allowed <= {"iam:GetAccountAuthorizationDetails"}
    assert {call.action for call in lab.mutations(gone) if call.service != "cloudflare"} <= allowed
    reads = _allowed(shown["iam_policy_plan"])
    assert reads < allowed and not any(re.search(":(Create|Put|Delete|Modify|Update)", action) for action in reads)
    assert shown["cloudflare_token"] == later["cloudflare_token"]
    assert "DNS Write" in shown["cloudflare_token"]


def test_objects_are_named_as_they_are_created(workspace: Workspace) -> None:
    """The ARNs of a plan are those of the objects that its apply creates."""
    workspace.write(*_life(None))
    policy = json.loads(printed(workspace, "--only", "iam_policy", "--account-id", "123456789012"))
    workspace.apply_saved().must()
    patterns = [arn for s in policy["Statement"] for arn in s["Resource"] if isinstance(s["Resource"], list)]
    components = workspace.state.one("drop_app_service.web")["components"]
    arns = [id for id in components.values() if id.startswith("arn:") and ":ec2:" not in id]
    arns.append(workspace.state.one("drop_database.main")["id"])
    assert len(arns) >= 6
    for arn in arns:
        if ":application-autoscaling:" in arn or ":autoscaling:" in arn:
            continue
        assert any(fnmatch.fnmatchcase(arn, pattern) for pattern in patterns), f"{arn} is not among {patterns}"


def test_what_is_unknown_is_allowed_as_if_it_were_asked_for(workspace: Workspace) -> None:
    build = 'resource "terraform_data" "release" {\n  input = "2.0"\n}\n'
    workspace.address = "drop_app_service.web"
    post_deploy = {"command": ["./manage", "migrate"], "trigger": raw("terraform_data.release.output")}
    workspace.write(build, app_service(post_deploy=post_deploy))
    assert "ecs:RunTask" in printed(workspace, "--only=iam_policy")
    workspace.write(app_service())
    assert "ecs:RunTask" not in printed(workspace, "--only=iam_policy")


def test_parts_are_printed_alone_and_misuse_is_said(workspace: Workspace) -> None:
    workspace.write(edge())
    token = printed(workspace, "--only", "cloudflare_token").splitlines()
    assert "DNS Write" in token and not any(":" in line for line in token)
    assert json.loads(printed(workspace, "--only", "iam_policy")) is None
    path = workspace.directory / "plan.json"
    path.write_text(json.dumps({"format_version": "1.0"}))
    try:
        permissions(workspace, path)
    except AssertionError as refused:
        assert "is not a plan in JSON" in str(refused)
    else:
        raise AssertionError("a state was taken for a plan")
