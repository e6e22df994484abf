# SPDX-License-Identifier: MPL-2.0
"""A service made by hand comes under management as it is, and what may serve others too stays when it goes."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from harness import IDENTITIES, Lab, Workspace, app_service, database

from . import by_hand
from .by_hand import CLUSTER, FAMILY, IMAGE, KEPT, NAME, SCALED, Made, definition, ended, revisions, shown

ID = f"us-east-1/{CLUSTER}/{NAME}"
BLOCK = f'import {{\n  to = drop_app_service.web\n  id = "{ID}"\n}}\n'
# What the service is told to be, beside its tags.
SETTINGS = (
    "taskDefinition", "desiredCount", "launchType", "loadBalancers", "networkConfiguration", "deploymentConfiguration",
    "healthCheckGracePeriodSeconds", "createdAt",
)  # fmt: skip


def tags_only(workspace: Workspace, births: dict[str, int]) -> None:
    """Nothing but tags is planned or done, nothing is deployed, and then nothing at all."""
    lab = workspace.lab
    plan = workspace.planned()
    assert plan.actions() == ["update"], plan.told()
    assert {(step.component, step.call, step.why) for step in plan.new_steps()} == {
        ("ecs_service", "ecs:TagResource", "tags"),
        ("task_definition", "ecs:TagResource", "tags"),
    }, plan.told()
    assert plan.changed() <= {"steps", "drift", "deployment"}, plan.told()
    since, before = lab.now(), (facts(lab), revisions(lab), ended(lab))
    workspace.apply_saved().must()
    assert {call.name for call in lab.mutations(since)} == {"ecs:TagResource"}
    assert (facts(lab), revisions(lab), ended(lab)) == before
    assert lab.births() == births
    workspace.must_be_empty()


def lasting(lab: Lab) -> dict[str, int]:
    """Who is who among what does not go with a deployment."""
    return {key: birth for key, birth in lab.births().items() if not key.startswith("task ")}


def facts(lab: Lab) -> dict[str, Any]:
    found = shown(lab)
    return {name: found.get(name) for name in SETTINGS}


def taken_over(workspace: Workspace, config: dict[str, Any], **made: Any) -> Made:
    """One that was imported, and bears our tags."""
    service = Made(workspace.lab, **made)
    workspace.write(app_service(**config))
    workspace.import_(ID).must()
    workspace.apply().must()
    return service


def test_by_id(workspace: Workspace) -> None:
    lab = workspace.lab
    made = Made(lab)
    births = lab.births()
    workspace.write(app_service(**KEPT))
    workspace.import_(ID).must()
    tags_only(workspace, births)
    resource = workspace.resource
    assert resource["id"] == made.arn
    assert resource["url"] == f"http://{made.host}"
    assert (resource["ref"]["http"]["certificate"], resource["ref"]["http"]["port"]) == (None, 80)
    shared = {component for component, id in resource["components"].items() if id.startswith("shared:")}
    assert shared == {
        "cluster", "execution_role", "http_listener", "load_balancer", "log_group", "target_group", "task_role",
        "task_security_group",
    }  # fmt: skip


def test_by_block_with_https_and_scaling(workspace: Workspace) -> None:
    lab = workspace.lab
    made = Made(lab, https=True, task_role=False)
    made.scale()
    births = lab.births()
    workspace.write(app_service(**SCALED), BLOCK)
    tags_only(workspace, births)
    resource = workspace.resource
    assert resource["url"] == f"https://{made.host}"
    assert (resource["ref"]["http"]["certificate"], resource["ref"]["http"]["port"]) == ("self-signed", 443)
    assert resource["components"]["cpu_policy"] == "busy"
    assert "task_role" not in resource["components"]


@pytest.mark.knowing(IDENTITIES)
def test_by_identity(workspace: Workspace) -> None:
    workspace.address = "drop_app_service.web"
    Made(workspace.lab)
    births = workspace.lab.births()
    identity = f'identity = {{\n    region = "us-east-1"\n    name = "{NAME}"\n  }}'
    workspace.write(app_service(**KEPT), f"import {{\n  to = {workspace.address}\n  {identity}\n}}\n")
    tags_only(workspace, births)


def test_what_was_taken_over_is_deployed_and_removed(workspace: Workspace) -> None:
    lab = workspace.lab
    made = taken_over(workspace, KEPT, https=True)
    births = lasting(lab)

    better = {"image": {"uri": "registry.example/shop:good"}}
    workspace.write(app_service(**KEPT | better))
    plan = workspace.planned()
    assert [(step.component, step.call) for step in plan.new_steps()] == [
        ("task_definition", "ecs:RegisterTaskDefinition"),
        ("ecs_service", "ecs:UpdateService"),
    ]
    workspace.apply_saved().must()
    workspace.must_be_empty()
    told = definition(lab)
    (container,) = told["containerDefinitions"]
    assert (told["family"], container["name"], container["image"]) == (FAMILY, "nginx", "registry.example/shop:good")
    assert container["logConfiguration"]["options"]["awslogs-stream-prefix"] == "web"
    assert [told[f"{role}RoleArn"] for role in ("execution", "task")] == made.roles
    assert lab.serve(made.host, path="/health")["body"]["image"] == "registry.example/shop:good"
    assert births.items() <= lasting(lab).items()

    workspace.write(app_service(**KEPT | better | {"scaling": {"min": 3, "max": 4}}))
    assert [step.call for step in workspace.planned().new_steps()] == [
        "application-autoscaling:RegisterScalableTarget"
    ]
    workspace.apply_saved().must()
    workspace.must_be_empty()

    others = made.register()
    workspace.destroy().must()
    assert {thing.kind for thing in lab.objects()} >= {"cluster", "load_balancer", "listener", "target_group", "role"}
    assert not {"ecs_service", "scalable_target", "scaling_policy"} & {thing.kind for thing in lab.objects()}
    assert revisions(lab) == [others]
    gone = {key for key in births if key not in lasting(lab)}
    assert {key.split()[0] for key in gone} <= {"ecs_service", "task_definition"}, gone


def test_a_deployment_that_is_rolled_back_fails_with_its_log(workspace: Workspace) -> None:
    taken_over(workspace, KEPT)
    workspace.write(app_service(**KEPT | {"image": {"uri": "registry.example/shop:unhealthy"}}))
    workspace.apply().must_fail("was rolled back", f"{by_hand.LOGS}, web/nginx/")
    assert definition(workspace.lab)["containerDefinitions"][0]["image"] == IMAGE


@pytest.mark.parametrize("by", [NAME, "block"])
def test_it_is_found_again_by_its_name(workspace: Workspace, by: str) -> None:
    made = Made(workspace.lab)
    workspace.write(app_service(**KEPT | {"name": "store"}))
    workspace.import_(f"{ID}/store").must()
    workspace.apply().must()
    before, since = workspace.resource["components"], workspace.lab.now()
    workspace.state_rm().must()
    workspace.import_("store" if by == NAME else ID).must()
    workspace.must_be_empty()
    assert workspace.resource["components"] == before
    assert workspace.resource["id"] == made.arn
    assert workspace.lab.mutations(since) == []


def test_it_is_shown_by_its_name(workspace: Workspace) -> None:
    made = taken_over(workspace, KEPT)
    kinds = ("drop_app_service", "drop_deployments")
    shown = "".join(f'data "{kind}" "web" {{\n  name = "{NAME}"\n}}\n' for kind in kinds)
    shown += "output \"shown\" {\n  value = [data.drop_app_service.web, data.drop_deployments.web]\n}\n"
    workspace.write(app_service(**KEPT), shown)
    workspace.apply().must()
    service, deployments = json.loads((workspace.directory / "terraform.tfstate").read_text())["outputs"]["shown"]["value"]
    assert (service["id"], service["url"]) == (made.arn, f"http://{made.host}")
    assert [each["id"] for each in deployments["deployments"]] == ended(workspace.lab)


def test_a_database_is_reached_by_a_role_of_its_own(workspace: Workspace) -> None:
    lab = workspace.lab
    made = taken_over(workspace, KEPT)
    orders = database(deletion_protection=False, skip_final_snapshot=True)
    workspace.write(app_service(**KEPT, database=by_hand.REF), orders)
    workspace.apply().must()
    workspace.must_be_empty()
    told = definition(lab)
    assert told["executionRoleArn"] not in made.roles and told["taskRoleArn"] == made.roles[1]
    secrets = {secret["name"] for secret in told["containerDefinitions"][0]["secrets"]}
    assert secrets == {"DATABASE_USERNAME", "DATABASE_PASSWORD"}
    assert lab.client("iam").list_role_policies(RoleName="shop-execution")["PolicyNames"] == ["own"]
    before = workspace.resource["components"]
    workspace.state_rm().must()
    workspace.import_(NAME).must()
    workspace.must_be_empty()
    assert workspace.resource["components"] == before
    workspace.destroy().must()
    assert {role.id for role in lab.objects() if role.kind == "role"} == {"shop-execution", "shop-task"}


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"name": "other"}, ("was taken over with another name", f'Write `name = "{NAME}"`')),
        ({"http": {"port": 8080, "health": {"path": "/ready"}}}, ("a target group of somebody else's",)),
        (
            {"http": {"port": 8080, "certificate_arn": "arn:aws:acm:us-east-1:123456789012:certificate/a"}},
            ("a load balancer of somebody else's", "at its listener"),
        ),
        ({"logs": {"retention_days": 7}}, ("a log group of somebody else's",)),
    ],
    ids=["name", "health", "certificate", "logs"],
)
def test_what_is_not_its_own_is_not_set_from_here(
    workspace: Workspace, changed: dict[str, Any], says: tuple[str, ...]
) -> None:
    lab = workspace.lab
    Made(lab)
    workspace.write(app_service(**KEPT))
    workspace.import_(ID).must()
    births, since = lab.births(), lab.now()
    workspace.write(app_service(**KEPT | changed))
    workspace.plan().must_fail(*says)
    assert (lab.births(), lab.mutations(since)) == (births, [])


def _neighbour(made: Made) -> None:
    settings = shown(made.lab)
    members = ("taskDefinition", "launchType", "networkConfiguration")
    made.lab.client("ecs").create_service(
        cluster=CLUSTER, serviceName="neighbour", desiredCount=1, **{name: settings[name] for name in members}
    )


def _at_another_port(made: Made) -> None:
    elb = made.lab.client("elbv2")
    (listener,) = elb.describe_listeners(LoadBalancerArn=made.load_balancer)["Listeners"]
    made.listen(8080, listener["DefaultActions"])
    elb.delete_listener(ListenerArn=listener["ListenerArn"])


def _cooled_down(made: Made) -> None:
    made.scale(policy={"ScaleInCooldown": 300})


def _by_memory(made: Made) -> None:
    metric = {"PredefinedMetricType": "ECSServiceAverageMemoryUtilization"}
    made.scale(policy={"PredefinedMetricSpecification": metric})


def _nothing(_: Made) -> None:
    pass


NO_BREAKER = {"deploymentConfiguration": {"deploymentCircuitBreaker": {"enable": False, "rollback": False}}}


@pytest.mark.parametrize(
    ("made", "meddle", "says"),
    [
        ({"service": NO_BREAKER}, _nothing, ("not rolled back", "aws ecs update-service")),
        ({"container": {"command": ["run"], "user": "nobody"}}, _nothing, ("command, user", "next deployment would lose")),
        ({"container": {"image": "registry.example/shop"}}, _nothing, ("image: must be an image with a tag",)),
        ({"definition": {"runtimePlatform": {"cpuArchitecture": "ARM64"}}}, _nothing, ("runtimePlatform",)),
        ({"balancer": {"Scheme": "internal"}}, _nothing, ("load balancer is internal",)),
        ({}, _neighbour, ("neighbour runs the same task definition",)),
        ({}, _at_another_port, ("not sent to it by default",)),
        ({}, _cooled_down, ("without cooldowns", "which busy is not")),
        ({}, _by_memory, ("which busy is not",)),
    ],
    ids=[
        "no roll-back", "command", "image", "processor", "internal", "neighbour", "port", "cooldown", "memory",
    ],
)  # fmt: skip
def test_what_it_cannot_be_is_not_taken_over(
    workspace: Workspace, made: dict[str, Any], meddle: Callable[[Made], None], says: tuple[str, ...]
) -> None:
    lab = workspace.lab
    meddle(Made(lab, **made))
    workspace.write(app_service(**KEPT))
    since = lab.now()
    workspace.import_(ID).must_fail("cannot be taken over", "Nothing was changed", *says)
    assert workspace.state.instances == []
    assert lab.mutations(since) == []


def test_what_is_not_there_is_said(workspace: Workspace) -> None:
    workspace.write(app_service(**KEPT))
    workspace.import_(f"us-east-1/{CLUSTER}/nothing").must_fail("was not found", "us-east-1")
