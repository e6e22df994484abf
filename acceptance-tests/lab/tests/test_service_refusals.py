# SPDX-License-Identifier: MPL-2.0
"""What ECS refuses, and how a service, its cluster and its definitions end."""

import pytest

from .conftest import refusal


def test_a_service_is_made_once(stage):
    given = stage.settings(clientToken="one")
    first = stage.ecs.create_service(**given)["service"]
    assert stage.ecs.create_service(**given)["service"]["serviceArn"] == first["serviceArn"]
    code, text = refusal(stage.ecs.create_service, **given | {"clientToken": "two"})
    assert (code, text) == ("InvalidParameterException", "Creation of service was not idempotent.")
    assert refusal(stage.ecs.create_service, **given | {"desiredCount": 2})[1] == text


def test_a_service_drains_before_its_name_is_free(lab, stage):
    stage.create()
    lab.post("/timing", {"scale": 1000})
    name = {"cluster": "main", "service": "app"}
    assert "scaled above 0" in refusal(stage.ecs.delete_service, **name)[1]
    stage.update("slow", desiredCount=0)
    assert "deployments are active" in refusal(stage.ecs.delete_service, **name)[1]
    assert stage.ecs.delete_service(**name, force=True)["service"]["status"] == "DRAINING"
    again = refusal(stage.ecs.create_service, **stage.settings())
    assert again == ("InvalidParameterException", "Unable to Start a service that is still Draining.")
    assert refusal(stage.update, desiredCount=1)[0] == "ServiceNotActiveException"
    assert refusal(stage.ecs.delete_cluster, cluster="main")[0] == "ClusterContainsServicesException"
    stage.after(lambda: stage.service()["status"] == "INACTIVE", 50)
    lab.post("/timing", {"scale": 1})
    assert "ecs_service" not in {o["kind"] for o in lab.objects()}
    stage.create()
    stage.ecs.delete_service(**name, force=True)
    stage.after(lambda: stage.service()["status"] == "INACTIVE")
    assert stage.ecs.delete_cluster(cluster="main")["cluster"]["status"] == "INACTIVE"
    (gone,) = stage.ecs.describe_clusters(clusters=["main"])["clusters"]
    assert gone["status"] == "INACTIVE"
    assert refusal(stage.ecs.describe_services, cluster="main", services=["app"])[0] == "ClusterNotFoundException"


def test_inactive_services_are_forgotten(lab, stage):
    stage.create()
    stage.ecs.delete_service(cluster="main", service="app", force=True)
    lab.post("/pass", {"seconds": 70})
    answer = stage.ecs.describe_services(cluster="main", services=["app"])
    arn = "arn:aws:ecs:us-east-1:123456789012:service/main/app"
    assert (answer["services"], answer["failures"]) == ([], [{"arn": arn, "reason": "MISSING"}])


def entry(stage, **given):
    return {"loadBalancers": [stage.settings()["loadBalancers"][0] | given]}


def network(stage, **given):
    return {"networkConfiguration": {"awsvpcConfiguration": {"subnets": stage.subnets[:2]} | given}}


@pytest.mark.parametrize(
    ("wrong", "code", "text"),
    [
        (lambda s: {"cluster": "other"}, "ClusterNotFoundException", "Cluster not found."),
        (lambda s: {"definition": "app:99"}, "ClientException", "TaskDefinition not found."),
        (lambda s: {"networkConfiguration": None}, "InvalidParameterException", "Network Configuration must be"),
        (lambda s: network(s, subnets=["subnet-0"]), "InvalidParameterException", "InvalidSubnetID.NotFound"),
        (lambda s: network(s, securityGroups=["sg-0"]), "InvalidParameterException", "InvalidGroup.NotFound"),
        (lambda s: entry(s, containerName="web"), "InvalidParameterException", "container web does not exist"),
        (lambda s: entry(s, containerPort=81), "InvalidParameterException", "did not have a container port 81"),
        (lambda s: {"loadBalancers": None, "healthCheckGracePeriodSeconds": 9}, "InvalidParameterException", "grace"),
        (
            lambda s: {"deploymentConfiguration": {"maximumPercent": 100, "minimumHealthyPercent": 100}},
            "InvalidParameterException",
            "cannot be 100",
        ),
        (lambda s: {"desiredCount": None}, "InvalidParameterException", "desiredCount"),
        (lambda s: {"deploymentConfiguration": {"strategy": "BLUE_GREEN"}}, "NotImplemented", "ROLLING"),
    ],
)
def test_refused_services(lab, stage, wrong, code, text):
    got = refusal(stage.ecs.create_service, **stage.settings(**wrong(stage)))
    assert got[0] == code
    assert text in got[1]
    assert [o for o in lab.objects() if o["kind"] == "ecs_service"] == []


def test_a_target_group_needs_a_load_balancer(stage):
    lone = stage.elb.create_target_group(**stage.target_group_settings() | {"Name": "lone"})
    arn = lone["TargetGroups"][0]["TargetGroupArn"]
    code, text = refusal(stage.ecs.create_service, **stage.settings(**entry(stage, targetGroupArn=arn)))
    assert (code, text) == (
        "InvalidParameterException",
        f"The target group with targetGroupArn {arn} does not have an associated load balancer.",
    )


def test_clusters(lab):
    ecs = lab.client("ecs")
    tags = [{"key": "a", "value": "b"}]
    first = ecs.create_cluster(clusterName="main", tags=tags)["cluster"]
    again = ecs.create_cluster(clusterName="main", tags=[{"key": "a", "value": "c"}])["cluster"]
    assert again == first
    found = ecs.describe_clusters(clusters=["main", "other"], include=["TAGS"])
    assert found["clusters"][0]["tags"] == tags
    assert found["failures"] == [{"arn": "arn:aws:ecs:us-east-1:123456789012:cluster/other", "reason": "MISSING"}]
    assert refusal(ecs.delete_cluster, cluster="other")[0] == "ClusterNotFoundException"
    ecs.delete_cluster(cluster="main")
    assert lab.objects("cluster") == []
    assert ecs.create_cluster(clusterName="main")["cluster"]["status"] == "ACTIVE"


def test_task_definitions(lab, stage):
    first, second = stage.define(), stage.define()
    assert second == first[:-1] + "2"
    latest = stage.ecs.describe_task_definition(taskDefinition="app", include=["TAGS"])["taskDefinition"]
    assert (latest["taskDefinitionArn"], latest["revision"]) == (second, 2)
    assert latest["containerDefinitions"][0]["portMappings"] == [
        {"containerPort": 8080, "hostPort": 8080, "protocol": "tcp"}
    ]
    refused = stage.ecs.delete_task_definitions(taskDefinitions=[first])
    assert "still in ACTIVE status" in refused["failures"][0]["reason"]
    assert stage.ecs.deregister_task_definition(taskDefinition=first)["taskDefinition"]["status"] == "INACTIVE"
    assert stage.ecs.list_task_definitions(familyPrefix="app")["taskDefinitionArns"] == [second]
    gone = stage.ecs.delete_task_definitions(taskDefinitions=[first])["taskDefinitions"]
    assert gone[0]["status"] == "DELETE_IN_PROGRESS"
    lab.post("/pass", {"seconds": 1})
    assert refusal(stage.ecs.describe_task_definition, taskDefinition=first) == (
        "ClientException",
        "Unable to describe task definition.",
    )
    assert [o["id"] for o in lab.objects("task_definition")] == [second]
    assert stage.define().endswith(":3"), "numbers are not used again"


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"cpu": "256", "memory": "4096"}, "No Fargate configuration exists for given values: 256 CPU, 4096 memory"),
        ({"cpu": "300"}, "No Fargate configuration exists"),
        ({"networkMode": "bridge"}, "Fargate only supports network mode 'awsvpc'"),
        ({"executionRoleArn": ""}, "execution role ARN to support log driver awslogs"),
        ({"container": {"image": ""}}, "should not be null or empty"),
        ({"container": {"portMappings": [{"containerPort": 80, "hostPort": 81}]}}, "must match"),
        ({"family": "a b"}, "Family name"),
        ({"container": {"environment": [{"name": "A", "value": "x" * 65536}]}}, "Max allowed length is '65536' bytes"),
    ],
)
def test_refused_task_definitions(stage, given, text):
    code, got = refusal(stage.define, **given)
    assert code == "ClientException"
    assert text in got


def test_sizes_are_normalised(stage):
    arn = stage.define(cpu="1 vCPU", memory="2 GB")
    found = stage.ecs.describe_task_definition(taskDefinition=arn)["taskDefinition"]
    assert (found["cpu"], found["memory"]) == ("1024", "2048")
