# SPDX-License-Identifier: MPL-2.0
"""Application Auto Scaling, and all kinds together."""

import pytest

from .conftest import refusal
from .fargate import certificate

TARGET = {
    "ServiceNamespace": "ecs",
    "ResourceId": "service/main/app",
    "ScalableDimension": "ecs:service:DesiredCount",
}
POLICY = {
    "TargetValue": 60.0,
    "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"},
}


@pytest.fixture
def scaling(lab):
    return lab.client("application-autoscaling")


def put(scaling, **given):
    settings = TARGET | {"PolicyName": "cpu", "PolicyType": "TargetTrackingScaling"}
    return scaling.put_scaling_policy(**settings, TargetTrackingScalingPolicyConfiguration=POLICY | given)


def test_a_target_needs_its_service(lab, scaling, stage):
    code, text = refusal(scaling.register_scalable_target, **TARGET, MinCapacity=1, MaxCapacity=3)
    assert code == "ValidationException"
    assert "ECS service doesn't exist" in text
    lab.post("/timing", {"scaling_lag": 600})
    stage.create(wait=False)
    assert (
        "ECS service doesn't exist"
        in refusal(scaling.register_scalable_target, **TARGET, MinCapacity=1, MaxCapacity=3)[1]
    )
    lab.post("/pass", {"seconds": 600})
    scaling.register_scalable_target(**TARGET, MinCapacity=1, MaxCapacity=3)


def test_targets(scaling, stage):
    stage.create()
    tags = {"a": "b"}
    wrong = {"MinCapacity": 3, "MaxCapacity": 2}
    assert refusal(scaling.register_scalable_target, **TARGET, **wrong)[0] == "ValidationException"
    assert refusal(scaling.register_scalable_target, **TARGET)[0] == "ValidationException"
    arn = scaling.register_scalable_target(**TARGET, MinCapacity=2, MaxCapacity=4, Tags=tags)["ScalableTargetARN"]
    assert stage.service()["desiredCount"] == 2
    again = scaling.register_scalable_target(**TARGET, MaxCapacity=5)
    assert again["ScalableTargetARN"] == arn
    (shown,) = scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
    assert (shown["MinCapacity"], shown["MaxCapacity"], shown["ScalableTargetARN"]) == (2, 5, arn)
    assert scaling.list_tags_for_resource(ResourceARN=arn)["Tags"] == tags
    scaling.tag_resource(ResourceARN=arn, Tags={"c": "d"})
    scaling.untag_resource(ResourceARN=arn, TagKeys=["a"])
    assert scaling.list_tags_for_resource(ResourceARN=arn)["Tags"] == {"c": "d"}
    assert refusal(scaling.list_tags_for_resource, ResourceARN=arn + "x")[0] == "ResourceNotFoundException"
    scaling.deregister_scalable_target(**TARGET)
    assert refusal(scaling.deregister_scalable_target, **TARGET)[0] == "ObjectNotFoundException"


def test_policies_go_with_their_target(lab, scaling, stage):
    stage.create()
    with pytest.raises(scaling.exceptions.ObjectNotFoundException):
        put(scaling)
    scaling.register_scalable_target(**TARGET, MinCapacity=1, MaxCapacity=3)
    first = put(scaling)
    assert len(first["Alarms"]) == 2
    assert put(scaling, TargetValue=70.0)["PolicyARN"] == first["PolicyARN"]
    (shown,) = scaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"]
    assert shown["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] == 70.0
    assert len(lab.objects("scaling_policy")) == 1
    named = TARGET | {"PolicyName": "other"}
    assert refusal(scaling.delete_scaling_policy, **named)[0] == "ObjectNotFoundException"
    scaling.deregister_scalable_target(**TARGET)
    assert scaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"] == []


def test_every_kind_is_listed_and_goes(lab, scaling, stage):
    stage.create()
    scaling.register_scalable_target(**TARGET, MinCapacity=1, MaxCapacity=3)
    put(scaling)
    kinds = {o["kind"] for o in lab.objects()}
    assert kinds == {
        "certificate",
        "cluster",
        "ecs_service",
        "listener",
        "load_balancer",
        "log_group",
        "network_interface",
        "role",
        "scalable_target",
        "scaling_policy",
        "security_group",
        "security_group_rule",
        "target_group",
        "task",
        "task_definition",
    }
    assert lab.objects() == lab.objects()
    scaling.deregister_scalable_target(**TARGET)
    stage.ecs.delete_service(cluster="main", service="app", force=True)
    definition = stage.service()["taskDefinition"]
    stage.ecs.deregister_task_definition(taskDefinition=definition)
    stage.ecs.delete_task_definitions(taskDefinitions=[definition])
    stage.elb.delete_load_balancer(LoadBalancerArn=stage.balancer["LoadBalancerArn"])
    stage.elb.delete_target_group(TargetGroupArn=stage.target_group["TargetGroupArn"])
    lab.post("/pass", {"seconds": 3})
    stage.ecs.delete_cluster(cluster="main")
    lab.client("acm").delete_certificate(CertificateArn=stage.certificate)
    stage.ec2.delete_security_group(GroupId=stage.task_group)
    stage.ec2.delete_security_group(GroupId=stage.balancer_group)
    stage.logs.delete_log_group(logGroupName="/app")
    stage.iam.delete_role_policy(RoleName="app-execution", PolicyName="own")
    stage.iam.delete_role(RoleName="app-execution")
    assert lab.objects() == []


def test_what_was_just_made_may_not_be_seen(lab, scaling, stage, vpc):
    lab.faults(
        *[
            {"operation": operation, "action": "not_found_for", "seconds": 100, "times": -1}
            for operation in ("Create*", "Register*", "Import*")
        ]
    )
    stage.create(wait=False, serviceName="other")
    lab.post("/pass", {"seconds": 1})
    resource = TARGET | {"ResourceId": "service/main/other"}
    scaling.register_scalable_target(**resource, MinCapacity=1, MaxCapacity=1)
    balancer = stage.elb.create_load_balancer(Name="other", Subnets=stage.subnets[:2])["LoadBalancers"][0]
    group = stage.elb.create_target_group(**stage.target_group_settings() | {"Name": "other"})["TargetGroups"][0]
    stage.logs.create_log_group(logGroupName="/other")
    imported = lab.client("acm").import_certificate(**certificate())["CertificateArn"]
    stage.ecs.create_cluster(clusterName="other")

    def seen():
        return [
            bool(stage.ecs.describe_services(cluster="main", services=["other"])["services"]),
            bool(stage.ecs.describe_clusters(clusters=["other"])["clusters"]),
            bool(stage.ecs.list_task_definitions(familyPrefix="app")["taskDefinitionArns"]),
            bool(scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]),
            balancer["LoadBalancerName"] in str(stage.elb.describe_load_balancers()),
            group["TargetGroupArn"] in str(stage.elb.describe_target_groups()),
            "/other" in str(stage.logs.describe_log_groups()),
            imported in str(lab.client("acm").list_certificates()),
        ]

    assert seen() == [False] * 8
    lab.post("/pass", {"seconds": 100})
    assert seen() == [True] * 8
    assert stage.ecs.describe_services(cluster="main", services=["other"])["services"][0]["runningCount"] == 1


def test_ecs_tags(lab, stage):
    stage.create(tags=[{"key": "a", "value": "b"}], propagateTags="SERVICE")
    service = stage.service()["serviceArn"]
    (task,) = stage.ecs.list_tasks(cluster="main")["taskArns"]
    cluster = "arn:aws:ecs:us-east-1:123456789012:cluster/main"
    definition = stage.service()["taskDefinition"]
    for arn in (service, task, cluster, definition):
        stage.ecs.tag_resource(resourceArn=arn, tags=[{"key": "drop", "value": "1"}, {"key": "gone", "value": ""}])
        stage.ecs.untag_resource(resourceArn=arn, tagKeys=["gone"])
    tags = [{"key": "a", "value": "b"}, {"key": "drop", "value": "1"}]
    assert stage.ecs.list_tags_for_resource(resourceArn=service)["tags"] == tags
    described = stage.ecs.describe_services(cluster="main", services=["app"], include=["TAGS"])["services"][0]
    assert described["tags"] == tags
    (shown,) = stage.ecs.describe_tasks(cluster="main", tasks=[task], include=["TAGS"])["tasks"]
    assert shown["tags"] == tags
    tagging = lab.client("resourcegroupstaggingapi")
    found = tagging.get_resources(TagFilters=[{"Key": "drop"}])["ResourceTagMappingList"]
    assert {f["ResourceARN"] for f in found} == {service, task, cluster, definition}
    only = tagging.get_resources(ResourceTypeFilters=["ecs:service"])["ResourceTagMappingList"]
    assert [f["ResourceARN"] for f in only] == [service]
    missing = refusal(stage.ecs.list_tags_for_resource, resourceArn=service + "x")
    assert missing[0] == "ServiceNotFoundException"


def test_scheduled_actions(scaling, stage):
    action = TARGET | {"ScheduledActionName": "night"}
    limits = {"MinCapacity": 1, "MaxCapacity": 2}
    assert refusal(scaling.put_scheduled_action, **action, Schedule="rate(1 day)")[0] == "ObjectNotFoundException"
    stage.create()
    scaling.register_scalable_target(**TARGET, MinCapacity=1, MaxCapacity=3)
    for wrong in (
        {"ScalableTargetAction": limits},
        {"Schedule": "rate(1 day)"},
        {"Schedule": "nightly", "ScalableTargetAction": limits},
        {"Schedule": "rate(1 day)", "ScalableTargetAction": {"MinCapacity": 3, "MaxCapacity": 2}},
    ):
        assert refusal(scaling.put_scheduled_action, **action, **wrong)[0] == "ValidationException"
    scaling.put_scheduled_action(**action, Schedule="cron(0 22 * * ? *)", ScalableTargetAction=limits)
    scaling.put_scheduled_action(**action, Schedule="cron(0 23 * * ? *)")
    (shown,) = scaling.describe_scheduled_actions(ServiceNamespace="ecs")["ScheduledActions"]
    assert (shown["Schedule"], shown["ScalableTargetAction"]) == ("cron(0 23 * * ? *)", limits)
    asked = TARGET | {"ScheduledActionNames": ["day"]}
    assert scaling.describe_scheduled_actions(**asked)["ScheduledActions"] == []
    scaling.delete_scheduled_action(**action)
    assert refusal(scaling.delete_scheduled_action, **action)[0] == "ObjectNotFoundException"
    scaling.put_scheduled_action(**action, Schedule="rate(1 day)", ScalableTargetAction=limits)
    scaling.deregister_scalable_target(**TARGET)
    scaling.register_scalable_target(**TARGET, MinCapacity=1, MaxCapacity=3)
    assert scaling.describe_scheduled_actions(ServiceNamespace="ecs")["ScheduledActions"] == []
