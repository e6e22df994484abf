# SPDX-License-Identifier: MPL-2.0
"""`action` blocks: invoked by name, and by changes of what they belong to."""

from pathlib import Path

import pytest

from harness import ACTIONS, APP, EDGE, Outcome, Workspace, app_service, database, edge, until

from .app import fargate

GOOD, BETTER, CRASH = (f"registry.example/shop:{tag}" for tag in ("ok", "better", "crash"))
EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "actions"

pytestmark = pytest.mark.knowing(ACTIONS)


def _action(type: str, **config: str) -> str:
    members = "".join(f"    {name} = {value}\n" for name, value in config.items())
    return f'action "{type}" "it" {{\n  config {{\n{members}  }}\n}}\n'


def _trigger(event: str, type: str) -> str:
    trigger = f"action_trigger {{\n    events  = [{event}]\n    actions = [action.{type}.it]\n  }}"
    return f"lifecycle {{\n  {trigger}\n}}"


def _invoke(workspace: Workspace, type: str) -> Outcome:
    return workspace.apply(f"-invoke=action.{type}.it")


@pytest.mark.matrix
def test_each_is_invoked_by_its_name(workspace: Workspace) -> None:
    lab = workspace.lab
    things = (app_service(image={"uri": GOOD}), database(deletion_protection=False), edge())
    workspace.write(*things)
    workspace.apply().must()
    before = fargate.deployments(lab)
    for type, config, call in (
        ("drop_deploy", {"name": '"web"'}, "ecs:UpdateService"),
        ("drop_run_task", {"name": '"web"', "command": '["true"]'}, "ecs:RunTask"),
        ("drop_snapshot", {"name": '"orders"', "snapshot": '"before"'}, "rds:CreateDBSnapshot"),
        ("drop_purge_cache", {"name": '"site"', "zone": f'"{EDGE.zone}"'}, "cloudflare:PurgeCache"),
    ):
        workspace.write(*things, _action(type, **config))
        since = lab.now()
        told = _invoke(workspace, type).must().stdout
        assert '"type":"action_progress"' in told and '"type":"action_complete"' in told, type
        assert [made.action for made in lab.mutations(since)] == [call]
    assert fargate.deployments(lab)[1:] == before
    workspace.must_be_empty()


def test_a_rollback_is_invoked(workspace: Workspace) -> None:
    workspace.address = APP.address
    for image in (GOOD, BETTER):
        workspace.write(app_service(image={"uri": image}), _action("drop_rollback", name='"web"'))
        workspace.apply().must()
    _invoke(workspace, "drop_rollback").must()
    assert fargate.image(workspace.lab, workspace.resource["hostname"]) == GOOD


def test_a_snapshot_comes_before_the_change(workspace: Workspace) -> None:
    lab, snapshot = workspace.lab, _action("drop_snapshot", name='"orders"')
    config = {"blocks": _trigger("before_update", "drop_snapshot"), "deletion_protection": False}
    workspace.write(database(**config), snapshot)
    workspace.apply().must()
    assert "CreateDBSnapshot" not in {call.operation for call in lab.journal()}
    workspace.write(database(**config, tags={"release": "2"}), snapshot)
    plan = workspace.planned()
    (invocation,) = plan.document["action_invocations"]
    assert (invocation["type"], plan.actions()) == ("drop_snapshot", ["update"])
    since = lab.now()
    workspace.apply_saved().must()
    made = [call.operation for call in lab.mutations(since)]
    assert made[0] == "CreateDBSnapshot" and "AddTagsToResource" in made
    workspace.must_be_empty()


@pytest.mark.matrix
def test_an_action_that_fails_fails_the_apply(workspace: Workspace) -> None:
    workspace.address = APP.address
    migrate = _action("drop_run_task", name='"web"', command='["sh", "-c", "exit 3"]')
    workspace.write(app_service(blocks=_trigger("after_create", "drop_run_task"), image={"uri": GOOD}), migrate)
    workspace.apply().must_fail("app exited with 3", "the command failed with exit code 3")
    assert workspace.resource["deployment"]["status"] == "SUCCESSFUL"
    workspace.must_be_empty()


@pytest.mark.matrix
def test_an_action_is_interrupted(workspace: Workspace) -> None:
    lab = workspace.lab
    forever = _action("drop_run_task", name='"web"', command='["sleep", "1000000"]')
    workspace.write(app_service(image={"uri": GOOD}), forever)
    workspace.apply().must()
    with workspace.start_apply("-invoke=action.drop_run_task.it") as running:
        # After Ctrl-C, Terraform gives an action up at the next line of progress, and does not hear how it ended.
        until("the last line of progress", lambda: "RUNNING" in running.told())
        running.interrupt()
        running.wait().must_fail("interrupted", "it is being stopped")
    until("the service's own task to be the only one", lambda: lab.kinds()["task"] == 1)


def test_what_is_misspelt_is_refused(workspace: Workspace) -> None:
    since = workspace.lab.now()
    workspace.write(_action("drop_purge_cache", name='"site"', zone='"a.example"', path='["/x"]'))
    workspace.plan().must_fail('An argument named "path" is not expected here')
    workspace.write(_action("drop_snapshot", name='"orders"', snapshot='"a--b"'))
    workspace.plan().must_fail("single hyphens")
    assert workspace.lab.journal(since) == []


@pytest.mark.parametrize("example", sorted(EXAMPLES.glob("*/action.tf")), ids=lambda path: path.parent.name)
def test_the_examples_are_valid(workspace: Workspace, example: Path) -> None:
    workspace.write(example.read_text())
    workspace.validate().must()
