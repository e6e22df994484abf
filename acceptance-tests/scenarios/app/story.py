# SPDX-License-Identifier: MPL-2.0
"""`drop_app_service` changed and meddled with."""

from harness import APP, Lab, database, raw

from ..story import Change, Meddling, Secrets, Story
from . import fargate
from .fargate import CLUSTER, SERVICE, Ids

REVISED = ["ecs:RegisterTaskDefinition", "ecs:UpdateService"]
SCALABLE = {
    "ServiceNamespace": "ecs",
    "ResourceId": f"service/{CLUSTER}/{SERVICE}",
    "ScalableDimension": "ecs:service:DesiredCount",
}


def _another_revision(lab: Lab, _ids: Ids) -> None:
    fargate.update(lab, taskDefinition=fargate.register(lab, environment=[{"name": "COLOUR", "value": "black"}]))


def _grace(lab: Lab, _ids: Ids) -> None:
    fargate.update(lab, healthCheckGracePeriodSeconds=7)


def _no_breaker(lab: Lab, _ids: Ids) -> None:
    off = {"deploymentCircuitBreaker": {"enable": False, "rollback": False}}
    fargate.update(lab, deploymentConfiguration=off)


def _retention(lab: Lab, ids: Ids) -> None:
    lab.client("logs").put_retention_policy(logGroupName=ids["log_group"], retentionInDays=1)


def _no_retention(lab: Lab, ids: Ids) -> None:
    lab.client("logs").delete_retention_policy(logGroupName=ids["log_group"])


def _path(lab: Lab, ids: Ids) -> None:
    lab.client("elbv2").modify_target_group(TargetGroupArn=ids["target_group"], HealthCheckPath="/elsewhere")


def _matcher(lab: Lab, ids: Ids) -> None:
    lab.client("elbv2").modify_target_group(TargetGroupArn=ids["target_group"], Matcher={"HttpCode": "200-499"})


def _limits(lab: Lab, _ids: Ids) -> None:
    lab.client("application-autoscaling").register_scalable_target(**SCALABLE, MaxCapacity=9)


def _policy(lab: Lab, ids: Ids) -> None:
    grant = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    role = ids["execution_role"].rpartition("/")[2]
    lab.client("iam").put_role_policy(RoleName=role, PolicyName="drop", PolicyDocument=fargate.document(grant))


def _closed(lab: Lab, ids: Ids) -> None:
    """The load balancer is reached by nobody any more."""
    ec2 = lab.client("ec2")
    only = [{"Name": "group-id", "Values": [ids["alb_security_group"]]}]
    rules = ec2.describe_security_group_rules(Filters=only)["SecurityGroupRules"]
    ours = [rule["SecurityGroupRuleId"] for rule in rules if not rule["IsEgress"]]
    ec2.revoke_security_group_ingress(GroupId=ids["alb_security_group"], SecurityGroupRuleIds=ours)


def _service_tag(lab: Lab, ids: Ids) -> None:
    lab.client("ecs").untag_resource(resourceArn=fargate.service(lab)["serviceArn"], tagKeys=["team"])


def _balancer_tag(lab: Lab, ids: Ids) -> None:
    elb = lab.client("elbv2")
    elb.add_tags(ResourceArns=[ids["load_balancer"]], Tags=[{"Key": "team", "Value": "nobody"}])


SECRETS = Secrets(
    values={
        "image": "registry.example/hush-image:ok",
        "env": "hush-env-value",
        "path": "/hush-path",
        "tag": "hush-tag-value",
        "key": "hush-tag-key",
    },
    config={
        "image": {"uri": raw("var.image")},
        "env": {"TOKEN": raw("var.env")},
        "http": {"port": 8080, "health": {"path": raw("var.path")}},
        "tags": raw("{ (var.key) = var.tag }"),
    },
    later={"size": {"cpu": 512, "memory": 1024}},
    operations=["CreateLogGroup", "PutRolePolicy", "CreateTargetGroup", "RegisterTaskDefinition", "CreateService"],
    refused=[
        ("image", "hush image"),
        ("path", "hush-path"),
        ("tag", "hush" * 100),
        ("key", "aws:hush"),
    ],
)
STORY = Story(
    subject=APP,
    config={
        "env": {"COLOUR": "red"},
        "tags": {"team": "shop"},
        "http": {"port": 8080, "health": {"path": "/health"}},
        "logs": {"retention_days": 30},
    },
    facts=fargate.facts,
    changes=[
        Change("image", {"uri": "registry.example/shop:good"}, REVISED, {"image": "registry.example/shop:good"}),
        Change("env", {"COLOUR": "green"}, REVISED, {"env": {"COLOUR": "green"}}),
        Change("size", {"cpu": 512, "memory": 2048}, REVISED, {"size": ("512", "2048")}),
        Change("http", {"port": 9090, "health": {"path": "/health"}}, REVISED, {"ports": [9090]},
               frozenset({"balanced"})),
        Change("http", {"port": 9090, "health": {"path": "/ready"}}, ["elasticloadbalancing:ModifyTargetGroup"], {},
               frozenset({"check"})),
        Change("http", {"port": 9090, "health": {"path": "/ready", "grace": "9s"}}, ["ecs:UpdateService"],
               {"grace": 9}),
        Change("scaling", {"min": 2, "max": 4, "cpu": {"target": 70}},
               ["application-autoscaling:RegisterScalableTarget"], {"limits": [(2, 4)], "count": 2}),
        Change("scaling", {"min": 2, "max": 4, "cpu": {"target": 55}},
               ["application-autoscaling:PutScalingPolicy"], {"targets": [55.0]}),
        Change("logs", {"retention_days": 7}, ["logs:PutRetentionPolicy"], {"retention": 7}),
    ],
    meddling=[
        Meddling(_another_revision, line="changed ecs_service.task_definition"),
        Meddling(_grace, attribute="http"),
        Meddling(_no_breaker, line="changed ecs_service.breaker"),
        Meddling(_retention, attribute="logs"),
        Meddling(_no_retention, line="changed log_group.retention_days"),
        Meddling(_path, attribute="http"),
        Meddling(_matcher, line="changed target_group.matcher"),
        Meddling(_limits, attribute="scaling"),
        Meddling(_policy, line="changed execution_role.policy"),
        Meddling(_closed, line="changed alb_security_group.ports"),
        Meddling(_service_tag, line="changed ecs_service.tags"),
        Meddling(_balancer_tag, line="changed load_balancer.tags"),
    ],
    secrets=SECRETS,
    results=frozenset({"deployment", "components", "ref"}),
    misspelt={"logs": "days", "timeouts": "creat"},
    whole={
        "env": {"COLOUR": "red"},
        "database": raw("drop_database.main.ref"),
        "redeploy": "once",
        "tags": {"team": "shop"},
        "size": {"cpu": 512, "memory": 1024},
        "scaling": {"min": 1, "max": 3, "cpu": {"target": 70}},
        "logs": {"retention_days": 7},
        "run": {"command": ["./manage", "migrate"], "on": "v1"},
    },
    apart=frozenset({"region", "backend", "names", "timeouts"}),
    beside=database(),
)  # fmt: skip
