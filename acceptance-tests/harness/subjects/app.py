# SPDX-License-Identifier: MPL-2.0
"""`drop_app_service`: holds no data, and is not protected."""

from typing import Any

from ..calls import CallId
from ..hcl import resource
from ..lab import Lab
from ..subject import Places, Subject, Variation, Wait

CREATE = CallId("ecs", "CreateService", 1)
TAG = CallId("logs", "TagResource", 1)


def app_service(label: str = "web", blocks: str = "", **attributes: Any) -> str:
    """A service that scales, small unless told otherwise."""
    given = {
        "name": "web",
        "image": {"uri": "registry.example/shop:ok"},
        "http": {"port": 8080, "health": {"path": "/health"}},
        "scaling": {"min": 1, "max": 3, "cpu": {"target": 70}},
    }
    return resource("drop_app_service", label, given | attributes, blocks)


def _definition(lab: Lab) -> dict[str, Any]:
    """What the tasks are started from."""
    ecs = lab.client("ecs")
    (cluster,) = ecs.list_clusters()["clusterArns"]
    arns = ecs.list_services(cluster=cluster)["serviceArns"]
    (service,) = ecs.describe_services(cluster=cluster, services=arns)["services"]
    return ecs.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]


def _environment(definition: dict[str, Any]) -> dict[str, str]:
    return {pair["name"]: pair["value"] for pair in definition["containerDefinitions"][0]["environment"]}


def _resumed(lab: Lab) -> None:
    assert _environment(_definition(lab)) == {"COLOUR": "blue"}


def _changed(lab: Lab) -> None:
    definition = _definition(lab)
    (group,) = lab.client("logs").describe_log_groups()["logGroups"]
    (check,) = lab.client("elbv2").describe_target_groups()["TargetGroups"]
    scaling = lab.client("application-autoscaling")
    (limits,) = scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
    (policy,) = scaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"]
    told = (
        _environment(definition), definition["memory"], group["retentionInDays"], check["HealthCheckPath"],
        limits["MaxCapacity"], policy["TargetTrackingScalingPolicyConfiguration"]["TargetValue"],
    )  # fmt: skip
    assert told == ({"COLOUR": "green"}, "1024", 14, "/ready", 4, 60), told


APP = Subject(
    key="app",
    type="drop_app_service",
    label="web",
    name="web",
    import_id="web",
    render=app_service,
    # Revisions of the task definition are kept to go back to, so their number grows; tasks come and go.
    parts={
        "log_group": 1, "role": 2, "security_group": 2, "certificate": 1, "load_balancer": 1, "listener": 2,
        "target_group": 1, "cluster": 1, "ecs_service": 1, "scalable_target": 1, "scaling_policy": 1,
    },
    anchor="log_group",
    places=Places(
        anchor=CallId("logs", "CreateLogGroup", 1),
        look=CallId("logs", "DescribeLogGroups", 1),
        mark=TAG,
        finish=TAG.said('"complete '),
        great=CREATE,
        late=CallId("application-autoscaling", "PutScalingPolicy", 1),
    ),
    first={"env": {"COLOUR": "red"}, "tags": {"tier": "one"}},
    changed=Variation(
        {
            "env": {"COLOUR": "green"},
            "tags": {"team": "shop"},
            "size": {"cpu": 512, "memory": 1024},
            "http": {"port": 8080, "health": {"path": "/ready"}},
            "scaling": {"min": 1, "max": 4, "cpu": {"target": 60}},
            "logs": {"retention_days": 14},
        },
        _changed,
    ),
    changeable=Variation({"env": {"COLOUR": "blue"}}, _resumed),
    create_only=None,
    renamed={"name": "shop"},
    wait=Wait("ecs_service", "task_pending", CREATE, "DescribeServiceDeployments"),
)  # fmt: skip
