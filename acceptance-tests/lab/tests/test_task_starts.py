# SPDX-License-Identifier: MPL-2.0
"""What keeps a task from starting, in AWS's words."""

import json
import re

import pytest

from .conftest import refusal


def reason_of(stage, **given):
    """Why the tasks of a first deployment stopped, once it has failed."""
    stage.create(**given)
    assert stage.deployment()["status"] == "ROLLBACK_FAILED"
    stopped = stage.tasks("STOPPED")
    assert {t["stopCode"] for t in stopped} == {"TaskFailedToStart"}
    (reason,) = {re.sub("request id.*|/[0-9a-f]{32}", "", t["stoppedReason"]).strip() for t in stopped}
    return reason


def test_a_role_cannot_be_assumed_at_once(lab, stage):
    lab.post("/timing", {"role_assumable": 600})
    role = stage.role("late", ["logs:*"])
    definition = stage.define(executionRoleArn=role)
    reason = reason_of(stage, definition=definition)
    assert reason.startswith(
        f"ECS was unable to assume the role '{role}' that was provided for this task. Please verify"
    )
    assert "failed to launch a task with (error ECS was unable to assume the role" in stage.events()
    lab.post("/pass", {"seconds": 600})
    stage.update(forceNewDeployment=True)
    assert stage.finished()["status"] == "SUCCESSFUL"


def test_a_role_that_is_not_there_or_trusts_another(stage):
    missing = "arn:aws:iam::123456789012:role/missing"
    assert f"'{missing}'" in reason_of(stage, definition=stage.define(taskRoleArn=missing))
    trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    stage.iam.update_assume_role_policy(RoleName="app-execution", PolicyDocument=document)
    stage.update(forceNewDeployment=True)
    stage.finished()
    assert any(f"'{stage.execution_role}'" in t["stoppedReason"] for t in stage.tasks("STOPPED"))


@pytest.fixture
def secret(lab):
    value = json.dumps({"username": "app", "password": "x"})
    return lab.client("secretsmanager").create_secret(Name="db", SecretString=value)["ARN"]


def with_secret(stage, source):
    return stage.define(container={"secrets": [{"name": "DATABASE_PASSWORD", "valueFrom": source}]})


ASM = (
    "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: "
    "unable to retrieve secret from asm: service call has been retried 1 time(s): "
)


def grant(stage, secret):
    statement = [{"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": secret}]
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    stage.iam.put_role_policy(RoleName="app-execution", PolicyName="secrets", PolicyDocument=document)


def test_a_secret_must_be_granted(stage, secret):
    reason = reason_of(stage, definition=with_secret(stage, f"{secret}:password::"))
    assert reason.startswith(
        f"{ASM}failed to fetch secret {secret} from secrets manager: AccessDeniedException: User: "
    )
    assert "is not authorized to perform: secretsmanager:GetSecretValue on resource" in reason
    grant(stage, secret)
    stage.update(forceNewDeployment=True)
    assert stage.finished()["status"] == "SUCCESSFUL"
    assert stage.serve()["body"]["secrets"] == ["DATABASE_PASSWORD"]


def test_a_secret_must_have_the_key(stage, secret):
    grant(stage, secret)
    reason = reason_of(stage, definition=with_secret(stage, f"{secret}:port::"))
    assert reason == f"{ASM}retrieved secret from Secrets Manager did not contain json key port"


def test_a_secret_must_exist(lab, stage, secret):
    grant(stage, secret)
    lab.client("secretsmanager").delete_secret(SecretId=secret, ForceDeleteWithoutRecovery=True)
    reason = reason_of(stage, definition=with_secret(stage, secret))
    assert "ResourceNotFoundException: Secrets Manager can't find the specified secret." in reason


def test_a_log_group_must_exist(lab, stage):
    stage.logs.delete_log_group(logGroupName="/app")
    reason = reason_of(stage)
    assert reason.startswith(
        "ResourceInitializationError: failed to validate logger args: create stream has been retried"
    )
    assert "ResourceNotFoundException: The specified log group does not exist." in reason
    options = {
        "awslogs-group": "/app",
        "awslogs-region": "us-east-1",
        "awslogs-stream-prefix": "app",
        "awslogs-create-group": "true",
    }
    making = stage.define(container={"logConfiguration": {"logDriver": "awslogs", "options": options}})
    stage.update(taskDefinition=making)
    assert stage.finished()["status"] == "ROLLBACK_FAILED"
    assert any("not authorized to perform: logs:CreateLogGroup" in t["stoppedReason"] for t in stage.tasks("STOPPED"))
    stage.role("makes-groups", ["logs:*"])
    role = stage.iam.get_role(RoleName="makes-groups")["Role"]["Arn"]
    making = stage.define(
        executionRoleArn=role, container={"logConfiguration": {"logDriver": "awslogs", "options": options}}
    )
    lab.post("/pass", {"seconds": 1})
    stage.update(taskDefinition=making)
    assert stage.finished()["status"] == "SUCCESSFUL"
    assert len(lab.objects("log_group")) == 1


def test_the_log_driver_needs_its_permissions(lab, stage):
    stage.iam.delete_role_policy(RoleName="app-execution", PolicyName="own")
    assert "not authorized to perform: logs:CreateLogStream" in reason_of(stage)
    policy = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
    stage.iam.attach_role_policy(RoleName="app-execution", PolicyArn=policy)
    stage.update(forceNewDeployment=True)
    assert stage.finished()["status"] == "SUCCESSFUL"


def test_an_image_must_be_pulled(lab, stage):
    assert reason_of(stage, tag="missing").endswith("registry.test/team/app:missing: not found")
    image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/app:ok"
    stage.update(taskDefinition=stage.define(container={"image": image}))
    stage.finished()
    assert any("ecr:GetAuthorizationToken" in t["stoppedReason"] for t in stage.tasks("STOPPED"))


def test_a_task_needs_a_way_out(lab, stage):
    network = {"subnets": stage.subnets[:2], "securityGroups": [stage.task_group], "assignPublicIp": "DISABLED"}
    reason = reason_of(stage, networkConfiguration={"awsvpcConfiguration": network})
    assert reason.startswith("CannotPullContainerError: pull image manifest has been retried 5 time(s)")
    assert reason.endswith("i/o timeout")


def test_the_load_balancer_must_reach_the_task(stage):
    stage.ec2.revoke_security_group_ingress(
        GroupId=stage.task_group,
        IpPermissions=[
            {
                "IpProtocol": "tcp",
                "FromPort": 8080,
                "ToPort": 8080,
                "UserIdGroupPairs": [{"GroupId": stage.balancer_group}],
            }
        ],
    )
    stage.create()
    assert stage.deployment()["status"] == "ROLLBACK_FAILED"
    assert "due to (reason Request timed out)" in stage.events()


def test_groups_stay_in_use_for_a_while(lab, stage):
    lab.post("/timing", {"eni_linger": 600})
    stage.create()
    stage.ecs.delete_service(cluster="main", service="app", force=True)
    stage.after(lambda: stage.tasks("STOPPED") and stage.tasks("STOPPED")[0]["lastStatus"] == "STOPPED")
    assert refusal(stage.ec2.delete_security_group, GroupId=stage.task_group)[0] == "DependencyViolation"
    lab.post("/pass", {"seconds": 600})
    stage.ec2.delete_security_group(GroupId=stage.task_group)
    stage.elb.delete_load_balancer(LoadBalancerArn=stage.balancer["LoadBalancerArn"])
    assert refusal(stage.ec2.delete_security_group, GroupId=stage.balancer_group)[0] == "DependencyViolation"
    lab.post("/pass", {"seconds": 600})
    stage.ec2.delete_security_group(GroupId=stage.balancer_group)
