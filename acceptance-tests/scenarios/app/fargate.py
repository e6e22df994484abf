# SPDX-License-Identifier: MPL-2.0
"""What can be seen of a service and of all that stands around it, and what people do beside Terraform."""

import json
from collections.abc import Mapping
from typing import Any

from harness import Lab, until

CLUSTER, SERVICE = "web", "web"
# What the lab's own steps go by.
THING = f"{CLUSTER}/{SERVICE}"
Ids = Mapping[str, str]


def service(lab: Lab) -> dict[str, Any]:
    answer = lab.client("ecs").describe_services(cluster=CLUSTER, services=[SERVICE], include=["TAGS"])
    return answer["services"][0]


def definition(lab: Lab) -> dict[str, Any]:
    """What the service shall run."""
    arn = service(lab)["taskDefinition"]
    return lab.client("ecs").describe_task_definition(taskDefinition=arn)["taskDefinition"]


def environment(lab: Lab) -> dict[str, str]:
    return {pair["name"]: pair["value"] for pair in definition(lab)["containerDefinitions"][0]["environment"]}


def deployments(lab: Lab) -> list[str]:
    """Every one that was begun, the last first."""
    found = lab.client("ecs").list_service_deployments(cluster=CLUSTER, service=SERVICE)["serviceDeployments"]
    return [deployment["serviceDeploymentArn"] for deployment in found]


def image(lab: Lab, host: str) -> str | None:
    """Of the task that answers on the internet, if one does well."""
    answer = lab.serve(host, path="/health")
    return answer["body"]["image"] if answer["status"] == 200 else None


def facts(lab: Lab) -> dict[str, Any]:
    """All that was asked for, by the words of the services; ids only where they are a wish."""
    found = until("the tasks to be as many as wished", lambda: _steady(service(lab)))
    task = definition(lab)
    container = task["containerDefinitions"][0]
    (group,) = lab.client("logs").describe_log_groups()["logGroups"]
    return {
        "image": container["image"],
        "env": environment(lab),
        "secrets": sorted(secret["name"] for secret in container.get("secrets", [])),
        "ports": [mapping["containerPort"] for mapping in container["portMappings"]],
        "size": (task["cpu"], task["memory"]),
        "count": found["desiredCount"],
        "grace_period": found["healthCheckGracePeriodSeconds"],
        "breaker": found["deploymentConfiguration"]["deploymentCircuitBreaker"],
        "groups": found["networkConfiguration"]["awsvpcConfiguration"]["securityGroups"],
        "balanced": [(each["targetGroupArn"], each["containerPort"]) for each in found["loadBalancers"]],
        "tags": {tag["key"]: tag["value"] for tag in found["tags"]},
        "retention": group.get("retentionInDays"),
        "policies": _policies(lab),
        "rules": _rules(lab),
    } | _balancing(lab) | _scaling(lab)  # fmt: skip


def _steady(found: dict[str, Any]) -> dict[str, Any] | None:
    return found if found["runningCount"] == found["desiredCount"] and len(found["deployments"]) == 1 else None


def _balancing(lab: Lab) -> dict[str, Any]:
    elb = lab.client("elbv2")
    (group,) = elb.describe_target_groups()["TargetGroups"]
    (balancer,) = elb.describe_load_balancers()["LoadBalancers"]
    attributes = elb.describe_target_group_attributes(TargetGroupArn=group["TargetGroupArn"])["Attributes"]
    listeners = elb.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    return {
        "check": {name: value for name, value in group.items() if name.startswith(("HealthCheck", "Unh", "Healthy"))},
        "delay": {a["Key"]: a["Value"] for a in attributes}["deregistration_delay.timeout_seconds"],
        "listeners": {each["Port"]: each["DefaultActions"] for each in listeners},
        "certificate": [c["CertificateArn"] for each in listeners for c in each.get("Certificates", [])],
        "guards": sorted(balancer["SecurityGroups"]),
    }


def _scaling(lab: Lab) -> dict[str, Any]:
    scaling = lab.client("application-autoscaling")
    limits = scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
    policies = scaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"]
    return {
        "limits": [(each["MinCapacity"], each["MaxCapacity"]) for each in limits],
        "targets": [each["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] for each in policies],
    }


def _policies(lab: Lab) -> dict[str, Any]:
    iam = lab.client("iam")
    roles = [thing.id for thing in lab.objects() if thing.kind == "role"]
    return {
        (role, name): iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        for role in roles
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]
    }


def _rules(lab: Lab) -> set[tuple[str, ...]]:
    """Who may reach what: group, ports, from where."""
    groups = {thing.id for thing in lab.objects() if thing.kind == "security_group"}
    rules = lab.client("ec2").describe_security_group_rules()["SecurityGroupRules"]
    return {
        (
            rule["GroupId"],
            f"{rule.get('FromPort')}-{rule.get('ToPort')}",
            rule.get("CidrIpv4") or rule.get("CidrIpv6") or rule["ReferencedGroupInfo"]["GroupId"],
        )
        for rule in rules
        if rule["GroupId"] in groups and not rule["IsEgress"]
    }


def update(lab: Lab, **members: Any) -> None:
    """A change made in the console, to its end."""
    lab.client("ecs").update_service(cluster=CLUSTER, service=SERVICE, **members)
    until("the deployment to end", lambda: _steady(service(lab)))


def register(lab: Lab, **members: Any) -> str:
    """Another revision of what runs, in which the container has these members."""
    told = definition(lab)
    kept = ("family", "networkMode", "requiresCompatibilities", "cpu", "memory", "executionRoleArn", "taskRoleArn")
    container = told["containerDefinitions"][0] | members
    made = lab.client("ecs").register_task_definition(
        **{name: told[name] for name in kept if name in told}, containerDefinitions=[container]
    )
    return made["taskDefinition"]["taskDefinitionArn"]


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
