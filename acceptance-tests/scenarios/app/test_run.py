# SPDX-License-Identifier: MPL-2.0
"""`post_deploy`: the way to the action `drop_run_task` for a CLI without actions."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from harness import APP, Lab, Outcome, Workspace, app_service, until

from . import fargate

GOOD, BETTER, CRASH = (f"registry.example/shop:{tag}" for tag in ("ok", "better", "crash"))
# Ten minutes: longer than it takes to stop an apply and to begin the next.
LONG, TEN_MINUTES = "sleep 300000", 600
RUN = ["ecs:RunTask", "ecs:TagResource"]


def _service(on: str | None = None, command: Sequence[str] = ("./manage", "migrate"), uri: str = GOOD, **more: Any) -> str:
    run = {} if on is None else {"post_deploy": {"command": list(command), "trigger": on}}
    return app_service(image={"uri": uri}, **run, **more)


def _runs(lab: Lab, since: int = 0) -> list[dict[str, Any]]:
    """What was asked of RunTask, lost answers and refusals too."""
    return [call.params for call in lab.journal(since) if call.action == "ecs:RunTask"]


def _tasks(lab: Lab) -> list[dict[str, Any]]:
    """Those that no service keeps, also those that have ended."""
    ecs = lab.client("ecs")
    if not ecs.list_clusters()["clusterArns"]:
        return []
    arns = [
        arn
        for status in ("RUNNING", "STOPPED")
        for arn in ecs.list_tasks(cluster=fargate.CLUSTER, desiredStatus=status)["taskArns"]
    ]
    found = ecs.describe_tasks(cluster=fargate.CLUSTER, tasks=arns, include=["TAGS"])["tasks"] if arns else []
    return [task for task in found if task["group"].startswith("family:")]


def _running(lab: Lab) -> list[dict[str, Any]]:
    return [task for task in _tasks(lab) if task["lastStatus"] == "RUNNING"]


def _record(lab: Lab) -> str | None:
    return {tag["key"]: tag["value"] for tag in fargate.service(lab)["tags"]}.get("drop:post_deploy")


def _ends(lab: Lab) -> None:
    """A long command, and ECS remembers it for as long as anybody needs."""
    lab.timing(task_kept=4 * TEN_MINUTES)
    lab.passes(TEN_MINUTES)


def _interrupted(workspace: Workspace) -> None:
    """By Ctrl-C, while the command runs."""
    with workspace.start_apply() as apply:
        until("the command to run", lambda: _running(workspace.lab))
        apply.interrupt()
        apply.wait().must_fail("Interrupted while waiting for post_deploy")


def _killed(workspace: Workspace) -> None:
    """The provider, as soon as the command was begun."""
    workspace.lab.faults({"action": "kill_after", "service": "ecs", "operation": "RunTask"})
    workspace.apply().must_fail()
    until("the command to run", lambda: _running(workspace.lab))


def _applied_to_its_end(workspace: Workspace) -> Outcome:
    """The command ends while an apply looks."""
    lab, since = workspace.lab, workspace.lab.now()
    with workspace.start_apply() as apply:
        until("it to be looked at", lambda: any(call.action == "ecs:DescribeTasks" for call in lab.journal(since)))
        _ends(lab)
        return apply.wait()


def test_another_value_runs_the_command_once_behind_the_deployment(workspace: Workspace) -> None:
    lab = workspace.lab
    workspace.write(_service())
    workspace.apply().must()
    assert _runs(lab) == []
    for on, uri, revision in (("v1", GOOD, 1), ("registry.example/shop:better", BETTER, 2)):
        since = lab.now()
        workspace.write(_service(on, uri=uri))
        assert [step.call for step in workspace.planned().new_steps()][-2:] == RUN
        workspace.apply().must()
        (asked,) = _runs(lab, since)
        assert asked["taskDefinition"].endswith(f"web:{revision}")
        assert asked["overrides"]["containerOverrides"] == [{"name": "app", "command": ["./manage", "migrate"]}]
        tags = {tag["key"]: tag["value"] for tag in asked["tags"]}
        assert tags == {"drop:resource": "drop_app_service/-/web", "drop:post_deploy": on}
        calls = [call.action for call in lab.mutations(since)]
        assert calls[-2:] == RUN
        assert _record(lab) == workspace.resource["post_deploy"]["trigger"] == on
        workspace.must_be_empty()


def test_a_first_apply_runs_it_when_the_service_is_up(workspace: Workspace) -> None:
    lab = workspace.lab
    workspace.write(_service("v1"))
    workspace.apply().must()
    calls = [call.action for call in lab.mutations()]
    assert calls.index("ecs:CreateService") < calls.index("ecs:RunTask")
    assert len(_runs(lab)) == 1 and _record(lab) == "v1"
    workspace.must_be_empty()
    workspace.destroy().must()
    until("nothing to be left", lambda: not lab.kinds())


def test_nothing_else_runs_it(workspace: Workspace) -> None:
    lab = workspace.lab
    workspace.write(_service("v1"))
    workspace.apply().must()
    since = lab.now()
    for text in (
        _service("v1", ["./manage", "clean"]), _service("v1", ["./manage", "clean"], BETTER),
        _service("v1", tags={"team": "shop"}), _service(), _service(tags={"team": "till"}), _service("v1"),
    ):  # fmt: skip
        workspace.write(text)
        workspace.apply().must()
        assert _record(lab) == "v1", "what was run stays so"
        workspace.must_be_empty()
    assert _runs(lab, since) == []


def test_a_command_that_fails_fails_the_apply_and_is_run_again(workspace: Workspace) -> None:
    lab = workspace.lab
    workspace.write(_service("v1"))
    workspace.apply().must()
    host = workspace.resource["hostname"]
    workspace.write(_service("v2", ["exit 3"], BETTER))
    told = ("the command failed in task", "app exited with 3", "command failed with exit code 3", "/drop/web, drop/app/")
    workspace.apply().must_fail(*told)
    assert fargate.image(lab, host) == BETTER, "the service itself is good"
    assert (_record(lab), workspace.resource["post_deploy"]["trigger"]) == ("v1", "v1")
    since = lab.now()
    assert [step.call for step in workspace.planned().new_steps()] == RUN
    workspace.apply().must_fail("app exited with 3")
    assert len(_runs(lab, since)) == 1
    workspace.write(_service("v2", ["true"], BETTER))
    workspace.apply().must()
    assert _record(lab) == "v2"
    workspace.must_be_empty()


def test_one_that_fails_in_a_first_apply_is_run_again(workspace: Workspace) -> None:
    lab = workspace.lab
    workspace.write(_service("v1", ["exit 3"]))
    workspace.apply().must_fail("app exited with 3")
    births = APP.births(lab)
    workspace.write(_service("v1"))
    workspace.apply().must()
    assert APP.births(lab) == births and len(_runs(lab)) == 2 and _record(lab) == "v1"
    workspace.must_be_empty()


def test_a_deployment_that_is_rolled_back_runs_nothing(workspace: Workspace) -> None:
    lab = workspace.lab
    workspace.write(_service("v1"))
    workspace.apply().must()
    since = lab.now()
    workspace.write(_service("v2", uri=CRASH))
    workspace.apply().must_fail("rolled back")
    assert (_runs(lab, since), _record(lab)) == ([], "v1")
    workspace.write(_service("v2", uri=BETTER))
    workspace.apply().must()
    assert (len(_runs(lab, since)), _record(lab)) == (1, "v2")


@pytest.mark.parametrize("stop", [_interrupted, _killed])
def test_one_that_goes_on_is_watched_by_the_next_apply(
    workspace: Workspace, stop: Callable[[Workspace], None]
) -> None:
    lab = workspace.lab
    workspace.write(_service())
    workspace.apply().must()
    workspace.write(_service("v1", [LONG]))
    stop(workspace)
    (task,) = _running(lab)
    assert _record(lab) is None
    _applied_to_its_end(workspace).must()
    assert [each["taskArn"] for each in _tasks(lab)] == [task["taskArn"]], "there is no second one"
    assert _record(lab) == "v1"
    workspace.must_be_empty()


def test_one_that_was_interrupted_in_a_first_apply_is_watched(workspace: Workspace) -> None:
    lab = workspace.lab
    workspace.write(_service("v1", [LONG]))
    _interrupted(workspace)
    _applied_to_its_end(workspace).must()
    assert (len(_runs(lab)), _record(lab)) == (1, "v1")
    workspace.must_be_empty()


def test_one_that_ended_meanwhile_is_only_remembered(workspace: Workspace) -> None:
    lab = workspace.lab
    workspace.write(_service("v1"))
    workspace.apply().must()
    workspace.write(_service("v2", [LONG]))
    _killed(workspace)
    _ends(lab)
    until("the command to end", lambda: not _running(lab))
    since = lab.now()
    workspace.apply().must()
    assert (_runs(lab, since), _record(lab)) == ([], "v2")
    workspace.must_be_empty()


def test_one_that_fails_while_the_next_apply_watches_fails_it(workspace: Workspace) -> None:
    lab = workspace.lab
    workspace.write(_service("v1"))
    workspace.apply().must()
    workspace.write(_service("v2", [f"{LONG} && exit 3"]))
    _interrupted(workspace)
    since = lab.now()
    _applied_to_its_end(workspace).must_fail("app exited with 3", "command failed with exit code 3")
    assert (_runs(lab, since), _record(lab)) == ([], "v1")
    workspace.write(_service("v2"))
    workspace.apply().must()
    assert _record(lab) == "v2"


def test_a_destroy_waits_for_what_still_runs(workspace: Workspace) -> None:
    lab = workspace.lab
    workspace.write(_service())
    workspace.apply().must()
    workspace.write(_service("v1", [LONG]))
    _interrupted(workspace)
    since = lab.now()
    with workspace.start("destroy", "-json", "-auto-approve") as destroy:
        refused = "ClusterContainsTasksException"
        until("the cluster to be kept for it", lambda: any(call.code == refused for call in lab.journal(since)))
        _ends(lab)
        destroy.wait().must()
    until("nothing to be left", lambda: not lab.kinds())


def test_another_value_waits_for_what_still_runs(workspace: Workspace) -> None:
    lab = workspace.lab
    workspace.write(_service("v1"))
    workspace.apply().must()
    workspace.write(_service("v2", [LONG]))
    _interrupted(workspace)
    workspace.write(_service("v3"))
    _applied_to_its_end(workspace).must()
    two, three = sorted(_tasks(lab), key=lambda task: task["createdAt"])[-2:]
    assert three["createdAt"] >= two["stoppedAt"], "never two at once"
    assert _record(lab) == "v3"


def test_an_answer_that_was_lost_runs_nothing_twice(workspace: Workspace) -> None:
    lab = workspace.lab
    workspace.write(_service())
    workspace.apply().must()
    for nth, on in enumerate(("v1", "v2"), 1):
        lab.faults({"service": "ecs", "operation": "RunTask", "action": "lost"})
        workspace.write(_service(on))
        workspace.apply().must()
        assert (lab.fired(), len(_tasks(lab)), _record(lab)) == (1, nth, on)
    workspace.must_be_empty()


def test_one_that_was_not_remembered_is_not_run_again(workspace: Workspace) -> None:
    lab = workspace.lab
    workspace.write(_service())
    workspace.apply().must()
    denied = {"action": "error", "code": "AccessDeniedException", "status": 400}
    lab.faults(denied | {"service": "ecs", "operation": "TagResource"})
    workspace.write(_service("v1"))
    workspace.apply().must_fail("TagResource", "AccessDeniedException")
    lab.clear_faults()
    workspace.apply().must()
    assert (len(_runs(lab)), _record(lab)) == (1, "v1")
    workspace.must_be_empty()


def test_capacity_is_waited_for(workspace: Workspace) -> None:
    lab = workspace.lab
    workspace.write(_service())
    workspace.apply().must()
    lab.happen(fargate.THING, "scarce", service="ecs", count=2)
    workspace.write(_service("v1"))
    workspace.apply().must()
    assert (len(_runs(lab)), len(_tasks(lab)), _record(lab)) == (3, 1, "v1")
    lab.happen(fargate.THING, "scarce", service="ecs", count=1000)
    workspace.write(_service("v2", timeouts={"update": "2s"}))
    workspace.apply().must_fail("Capacity is unavailable at this time", "request id")
    assert _record(lab) == "v1"


def test_it_is_imported(workspace: Workspace) -> None:
    lab = workspace.lab
    workspace.write(_service("v1"))
    workspace.apply().must()
    workspace.lose_state()
    workspace.import_("web").must()
    assert workspace.resource["post_deploy"]["trigger"] == "v1"
    since = lab.now()
    assert workspace.planned().new_steps() == [], "only the state learns the command"
    workspace.apply().must()
    assert lab.mutations(since) == []
    workspace.must_be_empty()


def test_a_refresh_costs_no_call_for_it(workspace: Workspace) -> None:
    lab = workspace.lab
    calls = []
    for text in (_service(), _service("v1")):
        workspace.write(text)
        workspace.apply().must()
        since = lab.now()
        workspace.must_be_empty()
        calls.append(sorted(call.action for call in lab.journal(since)))
    assert calls[0] == calls[1]


def test_what_is_remembered_may_be_taken_away(workspace: Workspace) -> None:
    lab = workspace.lab
    workspace.write(_service("v1"))
    workspace.apply().must()
    ecs, arn = lab.client("ecs"), fargate.service(lab)["serviceArn"]
    ecs.tag_resource(resourceArn=arn, tags=[{"key": "drop:post_deploy", "value": "v0"}])
    assert [step.call for step in workspace.planned().new_steps()] == RUN
    ecs.untag_resource(resourceArn=arn, tagKeys=["drop:post_deploy"])
    plan = workspace.planned()
    assert [step.call for step in plan.new_steps()] == RUN
    assert any(line.startswith("changed post_deploy.trigger ") for line in plan.change()["before"]["drift"])
    workspace.apply().must()
    assert (len(_runs(lab)), _record(lab)) == (1, "v1"), "ECS still knows that it was run"
    workspace.must_be_empty()


def test_a_service_made_anew_runs_it_again(workspace: Workspace) -> None:
    lab = workspace.lab
    workspace.write(_service("v1"))
    workspace.apply().must()
    workspace.destroy().must()
    since = lab.now()
    workspace.apply().must()
    assert len(_runs(lab, since)) == 1, "its database may be another"


@pytest.mark.parametrize(
    ("run", "words"),
    [
        ({"command": [], "trigger": "v1"}, "must name a command"),
        ({"command": ["true"], "trigger": "a,b"}, "letters, digits, spaces"),
        ({"command": ["true"], "trigger": " "}, "letters, digits, spaces"),
        ({"command": ["true"]}, '"trigger" is required'),
        ({"trigger": "v1"}, '"command" is required'),
    ],
)
def test_what_cannot_be_meant_is_refused(workspace: Workspace, run: dict[str, Any], words: str) -> None:
    workspace.write(app_service(post_deploy=run))
    workspace.validate().must_fail(words)
