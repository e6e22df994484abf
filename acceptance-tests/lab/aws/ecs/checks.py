# SPDX-License-Identifier: MPL-2.0
"""What CreateService and UpdateService refuse about the workload of a service."""

from ...errors import NotPerformed
from ...world import World
from .. import elbv2
from ..ec2 import group_of, subnet_of
from .store import Facts, Store, TaskDefinition, invalid


def check_workload(world: World, store: Store, facts: Facts, definition: TaskDefinition) -> None:
    if facts["launchType"] not in ("FARGATE", None):
        raise NotPerformed("ecs", "CreateService", "but on Fargate")
    if facts["schedulingStrategy"] != "REPLICA":
        raise invalid("The scheduling strategy DAEMON is not supported with launch type FARGATE.")
    check_network(store, facts)
    for entry in facts["loadBalancers"]:
        _check_target_group(world, store, entry)
        _check_container(definition, entry)
    if facts["healthCheckGracePeriodSeconds"] and not facts["loadBalancers"]:
        raise invalid("Health check grace period is only valid for services configured to use load balancers")
    _check_percentages(facts["deploymentConfiguration"])


def check_network(store: Store, facts: Facts) -> None:
    vpc = (facts.get("networkConfiguration") or {}).get("awsvpcConfiguration")
    if not vpc or not vpc["subnets"]:
        raise invalid("Network Configuration must be provided when networkMode 'awsvpc' is specified.")
    for subnet in vpc["subnets"]:
        if subnet_of(store.account, store.region, subnet) is None:
            text = f"The subnet ID '{subnet}' does not exist (ErrorCode: InvalidSubnetID.NotFound)"
            raise invalid(f"Error retrieving subnet information for [{subnet}]: {text}")
    for group in vpc.get("securityGroups", []):
        if group_of(store.account, store.region, group) is None:
            text = f"The security group '{group}' does not exist (ErrorCode: InvalidGroup.NotFound)"
            raise invalid(f"Error retrieving security group information for [{group}]: {text}")


def _check_target_group(world: World, store: Store, entry: Facts) -> None:
    arn = entry.get("targetGroupArn")
    if not arn or entry.get("advancedConfiguration"):
        raise NotPerformed("ecs", "CreateService", "but with plain target groups")
    balancing = world.store(elbv2.store.Store, store.account, store.region)
    group = balancing.target_groups.get(arn)
    if group is None:
        raise invalid(f"The specified target group '{arn}' does not exist.")
    if not any(balancing.users_of(arn)):
        raise invalid(f"The target group with targetGroupArn {arn} does not have an associated load balancer.")
    if group.facts["TargetType"] != "ip":
        raise invalid(
            f"The provided target group {arn} has target type {group.facts['TargetType']}, which is incompatible with "
            "the awsvpc network mode specified in the task definition."
        )


def _check_container(definition: TaskDefinition, entry: Facts) -> None:
    name, port = entry.get("containerName"), entry.get("containerPort")
    container = next((c for c in definition.facts["containerDefinitions"] if c["name"] == name), None)
    if container is None:
        raise invalid(f"The container {name} does not exist in the task definition.")
    if port not in [m["containerPort"] for m in container["portMappings"]]:
        raise invalid(f"The container {name} did not have a container port {port} defined.")


def _check_percentages(configuration: Facts) -> None:
    if configuration["maximumPercent"] <= configuration["minimumHealthyPercent"]:
        raise invalid("Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.")
