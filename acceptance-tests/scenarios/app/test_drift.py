# SPDX-License-Identifier: MPL-2.0
"""What others add is left alone, what was deleted is made again, and tags come and go alone."""

from collections import Counter

import pytest

from harness import APP, Lab, Workspace, app_service

from . import fargate
from .fargate import Ids


def _no_policy(lab: Lab, _ids: Ids) -> None:
    scaling = lab.client("application-autoscaling")
    (policy,) = scaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"]
    which = ("PolicyName", "ServiceNamespace", "ResourceId", "ScalableDimension")
    scaling.delete_scaling_policy(**{name: policy[name] for name in which})


def _no_listener(lab: Lab, ids: Ids) -> None:
    lab.client("elbv2").delete_listener(ListenerArn=ids["http_listener"])


def _no_service(lab: Lab, _ids: Ids) -> None:
    lab.client("ecs").delete_service(cluster=fargate.CLUSTER, service=fargate.SERVICE, force=True)


@pytest.mark.parametrize(
    ("delete", "component"),
    [(_no_policy, "cpu_policy"), (_no_listener, "http_listener"), (_no_service, "ecs_service")],
    ids=["policy", "listener", "service"],
)
def test_what_is_gone_is_made_again(workspace: Workspace, delete: object, component: str) -> None:
    lab = workspace.lab
    assert callable(delete)
    workspace.write(app_service())
    workspace.apply().must()
    before = fargate.facts(lab)
    delete(lab, workspace.resource["components"])
    plan = workspace.planned()
    assert any(line.startswith(f"missing {component} — ") for line in plan.change()["before"]["drift"])
    assert plan.actions() == ["update"]
    workspace.apply_saved().must()
    workspace.must_be_empty()
    assert fargate.facts(lab) == before
    assert fargate.image(lab, workspace.resource["hostname"])


def test_tags_come_and_go_alone(workspace: Workspace) -> None:
    lab = workspace.lab
    workspace.write(app_service(tags={"team": "shop", "tier": "one"}))
    workspace.apply().must()
    before, births, done = fargate.facts(lab), APP.births(lab), fargate.deployments(lab)
    workspace.write(app_service(tags={"team": "till"}))
    plan = workspace.planned()
    since = lab.now()
    workspace.apply_saved().must()
    assert Counter(c.action for c in lab.mutations(since)) == Counter(s.call for s in plan.new_steps())
    after = fargate.facts(lab)
    assert (after.pop("tags")["team"], before.pop("tags")["team"]) == ("till", "shop")
    assert (after, APP.births(lab), fargate.deployments(lab)) == (before, births, done)
    for thing in lab.objects():
        if thing.kind in APP.parts and thing.kind not in ("scalable_target", "scaling_policy"):
            assert (thing.tags.get("team"), "tier" in thing.tags) == ("till", False), thing
    workspace.must_be_empty()


def test_tags_of_others_are_left_alone(workspace: Workspace) -> None:
    lab = workspace.lab
    workspace.write(app_service(tags={"team": "shop"}))
    workspace.apply().must()
    arn = fargate.service(lab)["serviceArn"]
    lab.client("ecs").tag_resource(resourceArn=arn, tags=[{"key": "cost", "value": "42"}])
    workspace.must_be_empty()
    workspace.write(app_service(tags={"team": "till"}))
    workspace.apply().must()
    tags = fargate.facts(lab)["tags"]
    assert (tags["cost"], tags["team"]) == ("42", "till")


def test_ignore_changes_leaves_an_attribute_as_others_set_it(workspace: Workspace) -> None:
    lab = workspace.lab
    blocks = "lifecycle {\n  ignore_changes = [logs]\n}"
    workspace.write(app_service(blocks=blocks, logs={"retention_days": 30}))
    workspace.apply().must()
    group = workspace.resource["components"]["log_group"]
    lab.client("logs").put_retention_policy(logGroupName=group, retentionInDays=1)
    workspace.must_be_empty()
    assert fargate.facts(lab)["retention"] == 1


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
