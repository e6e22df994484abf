# SPDX-License-Identifier: MPL-2.0
"""A deployment is judged by how it ends: one that was rolled back fails the apply, and what served before serves on."""

import pytest

from harness import APP, Workspace, app_service, until

from . import fargate

GOOD, BETTER = "registry.example/shop:ok", "registry.example/shop:better"
# What the stopped task, or the service, says; and the last thing that the container wrote.
BAD = {
    "crash": ("Essential container in task exited", "shutting down with exit code 1"),
    "unhealthy": ("failed ELB health checks", "a dependency is down"),
}


def _service(uri: str = GOOD, **more: object) -> str:
    return app_service(image={"uri": uri}, **more)


@pytest.mark.parametrize("tag", BAD)
def test_a_bad_deployment_is_rolled_back_and_said(workspace: Workspace, tag: str) -> None:
    lab = workspace.lab
    workspace.write(_service())
    workspace.apply().must()
    host, before = workspace.resource["hostname"], fargate.service(lab)["taskDefinition"]
    births = APP.births(lab)
    workspace.write(_service(f"registry.example/shop:{tag}"))
    workspace.apply().must_fail("rolled back", *BAD[tag])
    assert fargate.image(lab, host) == GOOD
    assert fargate.service(lab)["taskDefinition"] == before
    deployment = workspace.resource["deployment"]
    assert (deployment["status"], deployment["rolled_back_to"]) == ("ROLLBACK_SUCCESSFUL", before)
    assert workspace.planned().actions() == ["update"], "what was asked for is still to be done"

    workspace.write(_service(BETTER))
    workspace.apply().must()
    assert fargate.image(lab, host) == BETTER
    deployment = workspace.resource["deployment"]
    assert (deployment["status"], deployment["rolled_back_to"]) == ("SUCCESSFUL", None)
    assert APP.births(lab) == births
    workspace.must_be_empty()


def test_taking_a_bad_deployment_back_is_enough(workspace: Workspace) -> None:
    lab = workspace.lab
    workspace.write(_service())
    workspace.apply().must()
    workspace.write(_service("registry.example/shop:crash"))
    workspace.apply().must_fail("rolled back")
    workspace.write(_service())
    workspace.apply().must()
    assert fargate.image(lab, workspace.resource["hostname"]) == GOOD
    workspace.must_be_empty()


@pytest.mark.parametrize("tag", BAD)
def test_a_first_deployment_that_fails_is_kept_and_resumed(workspace: Workspace, tag: str) -> None:
    lab = workspace.lab
    workspace.write(_service(f"registry.example/shop:{tag}"))
    workspace.apply().must_fail(*BAD[tag])
    births = APP.births(lab)
    assert "ecs_service" in {thing.split()[0] for thing in births}
    workspace.write(_service())
    workspace.apply().must()
    assert APP.births(lab).items() >= births.items()
    assert fargate.image(lab, workspace.resource["hostname"]) == GOOD
    workspace.must_be_empty()


def test_the_same_deployment_twice_is_one(workspace: Workspace) -> None:
    lab = workspace.lab
    workspace.write(_service())
    workspace.apply().must()
    done, since = fargate.deployments(lab), lab.now()
    for _ in range(2):
        workspace.apply().must()
    assert (fargate.deployments(lab), lab.mutations(since)) == (done, [])


def test_a_slow_image_and_one_that_warms_up_are_waited_for(workspace: Workspace) -> None:
    lab = workspace.lab
    for tag in ("slow", "warming"):
        uri = f"registry.example/shop:{tag}"
        workspace.write(_service(uri, http={"port": 8080, "health": {"path": "/health", "grace_period": "600s"}}))
        workspace.apply().must()
        assert fargate.image(lab, workspace.resource["hostname"]) == uri
    workspace.must_be_empty()


def test_the_task_count_between_the_limits_is_autoscalings_own(workspace: Workspace) -> None:
    lab = workspace.lab
    workspace.write(_service())
    workspace.apply().must()
    lab.happen(fargate.THING, "scale", service="ecs", count=3)
    fargate.facts(lab)
    workspace.must_be_empty()
    workspace.write(_service(BETTER))
    workspace.apply().must()
    assert fargate.service(lab)["desiredCount"] == 3, "a deployment is no reason to run fewer tasks"
    workspace.must_be_empty()


def test_tasks_that_are_replaced_are_no_drift(workspace: Workspace) -> None:
    lab = workspace.lab
    workspace.write(_service())
    workspace.apply().must()
    for event in ("restart-tasks", "crash-tasks"):
        lab.happen(fargate.THING, event, service="ecs")
        workspace.must_be_empty()
    until("a task to serve again", lambda: fargate.image(lab, workspace.resource["hostname"]))


def test_plain_http_is_sent_to_https(workspace: Workspace) -> None:
    lab = workspace.lab
    workspace.write(_service())
    workspace.apply().must()
    host = workspace.resource["hostname"]
    assert workspace.resource["url"] == f"https://{host}"
    answer = lab.serve(host, scheme="http", path="/basket?n=1")
    assert (answer["status"], answer["location"]) == (301, f"https://{host}:443/basket?n=1")


def test_a_failed_deployment_reads_in_plain_words(workspace: Workspace) -> None:
    """An ordinary word among the values is no secret: it stands in every message about a deployment."""
    ordinary = {"env": {"ROLE": "service", "MODE": "deployment"}, "tags": {"team": "task"}}
    workspace.write(_service("registry.example/shop:crash", **ordinary))
    failed = workspace.apply().must_fail("the deployment failed", "last stopped task", *BAD["crash"])
    assert "(env)" not in failed.text and "(tags)" not in failed.text, failed
