# SPDX-License-Identifier: MPL-2.0
"""Tasks that no service started."""

import pytest

from .conftest import refusal


@pytest.fixture
def run(stage):
    """RunTask with a command, and a look at the task once it has stopped."""
    vpc = {"subnets": stage.subnets[:1], "securityGroups": [stage.task_group], "assignPublicIp": "ENABLED"}

    def run(*command, tag="ok", wait=True, **given):
        override = {"containerOverrides": [{"name": "app", "command": list(command)}]} if command else {}
        asked = {"cluster": "main", "taskDefinition": stage.define(tag), "launchType": "FARGATE"} | given
        asked.setdefault("networkConfiguration", {"awsvpcConfiguration": vpc})
        answer = stage.ecs.run_task(**asked, overrides=override)
        (task,) = answer["tasks"]
        if wait:
            task = stage.after(lambda: (t := look(stage, task))["lastStatus"] == "STOPPED" and t)
        return task

    return run


def look(stage, task):
    return stage.ecs.describe_tasks(cluster="main", tasks=[task["taskArn"]])["tasks"][0]


def log(stage, task):
    stream = f"app/app/{task['taskArn'].rpartition('/')[2]}"
    events = stage.logs.get_log_events(logGroupName="/app", logStreamName=stream)["events"]
    return [event["message"] for event in events]


@pytest.mark.parametrize(
    ("tag", "command", "code"), [("ok", "migrate", 0), ("ok", "migrate && exit 3", 3), ("crash", "migrate", 1)]
)
def test_a_command_ends_by_itself_and_says_how(stage, run, tag, command, code):
    task = run("sh", "-c", command, tag=tag)
    assert [c["exitCode"] for c in task["containers"]] == [code]
    assert (task["stopCode"], task["group"]) == ("EssentialContainerExited", "family:app")
    assert log(stage, task)[0] == f"running sh -c {command}"


def test_without_a_command_it_runs_until_it_is_stopped(stage, run):
    task = run(wait=False)
    stage.after(lambda: look(stage, task)["lastStatus"] == "RUNNING")
    stage.ecs.stop_task(cluster="main", task=task["taskArn"], reason="enough")
    stopped = stage.after(lambda: (t := look(stage, task))["lastStatus"] == "STOPPED" and t)
    assert (stopped["stoppedReason"], stopped["stopCode"]) == ("enough", "UserInitiated")


def test_a_client_token_runs_it_once(stage, run):
    definition = stage.define()
    first = run("a", wait=False, clientToken="t", taskDefinition=definition)
    again = run("a", wait=False, clientToken="t", taskDefinition=definition)
    assert again["taskArn"] == first["taskArn"]
    assert refusal(lambda: run("b", wait=False, clientToken="t", taskDefinition=definition))[0] == "ConflictException"


def test_one_that_cannot_start_says_why(stage, run):
    task = run("a", tag="missing")
    assert task["stopCode"] == "TaskFailedToStart" and "not found" in task["stoppedReason"]
    assert "exitCode" not in task["containers"][0]


def test_without_capacity_it_succeeds_and_runs_nothing(lab, stage):
    stage.create()
    lab.post("/ecs/main/app/scarce", {"count": 1})
    vpc = {"awsvpcConfiguration": {"subnets": stage.subnets[:1]}}
    asked = {"cluster": "main", "taskDefinition": stage.define(), "networkConfiguration": vpc}
    answer = stage.ecs.run_task(**asked)
    assert answer["tasks"] == [] and answer["failures"][0]["reason"].startswith("Capacity is unavailable")
    assert len(stage.ecs.run_task(**asked)["tasks"]) == 1


def test_tasks_are_listed_by_who_started_them_and_by_nothing_else(stage, run):
    task = run(wait=False, startedBy="somebody")
    by = {"cluster": "main", "startedBy": "somebody"}
    assert stage.ecs.list_tasks(**by)["taskArns"] == [task["taskArn"]]
    assert "startedBy" in refusal(lambda: stage.ecs.list_tasks(**by, desiredStatus="STOPPED"))[1]


def test_what_cannot_be_run_is_refused(stage, run):
    assert refusal(lambda: run("a", taskDefinition="nobody:1"))[0] == "ClientException"
    assert "Network Configuration" in refusal(lambda: run("a", networkConfiguration={}))[1]
    overrides = {"containerOverrides": [{"name": "other", "command": ["a"]}]}
    asked = {"cluster": "main", "taskDefinition": stage.define(), "overrides": overrides}
    vpc = {"awsvpcConfiguration": {"subnets": stage.subnets[:1]}}
    assert "at most 8192" in refusal(lambda: run("sh", "-c", "x" * 8192, wait=False))[1]
    run("sh", "-c", "x" * 8000, wait=False)
    assert "container named other" in refusal(lambda: stage.ecs.run_task(**asked, networkConfiguration=vpc))[1]
