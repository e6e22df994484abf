# SPDX-License-Identifier: MPL-2.0
"""A deleted service is created again; what belongs to others or is ignored stays."""

import pytest

from harness import Workspace, app_service, database, raw

from . import fargate


def test_what_is_gone_is_made_again(workspace: Workspace) -> None:
    lab = workspace.lab
    workspace.write(app_service())
    workspace.apply().must()
    before = fargate.facts(lab)
    lab.client("ecs").delete_service(cluster=fargate.CLUSTER, service=fargate.SERVICE, force=True)
    plan = workspace.planned()
    assert any(line.startswith("missing ecs_service — ") for line in plan.change()["before"]["drift"])
    assert plan.actions() == ["update"]
    workspace.apply_saved().must()
    workspace.must_be_empty()
    assert fargate.facts(lab) == before
    assert fargate.image(lab, workspace.resource["hostname"])


def test_ignore_changes_leaves_an_attribute_as_others_set_it(workspace: Workspace) -> None:
    lab = workspace.lab
    blocks = "lifecycle {\n  ignore_changes = [logs]\n}"
    workspace.write(app_service(blocks=blocks, logs={"retention_days": 30}))
    workspace.apply().must()
    group = workspace.resource["components"]["log_group"]
    lab.client("logs").put_retention_policy(logGroupName=group, retentionInDays=1)
    workspace.must_be_empty()
    assert fargate.facts(lab)["retention"] == 1


@pytest.mark.parametrize("ignored", ["[image, env]", "all"])
def test_what_others_deploy_is_shown_and_left_where_it_is_ignored(workspace: Workspace, ignored: str) -> None:
    lab = workspace.lab
    blocks = f"lifecycle {{\n  ignore_changes = {ignored}\n}}"
    given = {"database": raw("drop_database.main.ref"), "env": {"COLOUR": "red"}}
    workspace.write(database(deletion_protection=False), app_service(blocks=blocks, **given))
    workspace.apply().must()
    before = workspace.resource
    environment = [{"name": n, "value": v} for n, v in (fargate.environment(lab) | {"COLOUR": "black"}).items()]
    deployed = fargate.register(lab, image="registry.example/shop:good", environment=environment)
    fargate.update(lab, taskDefinition=deployed)
    workspace.must_be_empty()
    workspace.apply().must()
    after = workspace.resource
    assert (after["image"]["uri"], after["env"]) == ("registry.example/shop:good", {"COLOUR": "black"})
    assert after["components"]["task_definition"] == deployed != before["components"]["task_definition"]

    # A later change of something else keeps it.
    if ignored != "all":
        larger = app_service(blocks=blocks, size={"cpu": 512, "memory": 1024}, **given)
        workspace.write(database(deletion_protection=False), larger)
        workspace.apply().must()
        found = fargate.facts(lab)
        assert (found["image"], found["env"]["COLOUR"]) == ("registry.example/shop:good", "black")
        assert found["size"] == ("512", "1024")
        workspace.must_be_empty()
    workspace.destroy().must()
    # A revision of theirs that was not in use any more stays theirs.
    assert [thing.id for thing in lab.objects() if thing.id != deployed] == []


def test_scaling_can_be_given_up_and_taken_up_again(workspace: Workspace) -> None:
    lab = workspace.lab
    workspace.write(app_service())
    workspace.apply().must()
    workspace.write(app_service(scaling={"min": 2}))
    workspace.apply().must()
    found = fargate.facts(lab)
    assert (found["limits"], found["targets"], found["count"]) == ([(2, 2)], [], 2)
    workspace.must_be_empty()
    workspace.write(app_service(scaling={"min": 2, "max": 5, "cpu": {"target": 40}}))
    workspace.apply().must()
    assert fargate.facts(lab)["targets"] == [40.0]
    workspace.must_be_empty()
