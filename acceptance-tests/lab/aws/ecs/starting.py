# SPDX-License-Identifier: MPL-2.0
"""What keeps a Fargate task from starting, in the words of its `stoppedReason`.

Wordings: "Stopped tasks error messages" in the developer guide, and users' reports of the messages.
"""

import json
import re
from uuid import uuid4

from moto.secretsmanager.models import secretsmanager_backends

from ...errors import Refusal
from ...world import World
from .. import logs, reach
from ..ec2 import network, subnet_of
from ..iam import allows, can_be_assumed, role_of
from .behaviour import log_target, tag_of
from .store import Facts, Store, Task

SERVICE = "ecs-tasks.amazonaws.com"
PULL = "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: "
SECRET = PULL + "unable to retrieve secret from asm: service call has been retried 1 time(s): "
LOGGER = "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: "
# A name of an image (github.com/distribution/reference, regexp.go).
_HOST = r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[0-9a-fA-F:]+\])"
_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_VERSION = r"(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@[a-z0-9]+:[0-9a-f]{32,})?"
REFERENCE = re.compile(rf"(?:{_HOST}(?::[0-9]+)?/)?{_PART}(?:/{_PART})*{_VERSION}")


def default_groups(store: Store, subnet_id: str) -> list[str]:
    vpc_id = subnet_of(store.account, store.region, subnet_id).vpc_id
    return [g.id for g in network(store.account, store.region).groups[vpc_id].values() if g.name == "default"]


def role_problem(world: World, store: Store, task: Task) -> str | None:
    for member in ("executionRoleArn", "taskRoleArn"):
        arn = task.definition.facts.get(member)
        if arn and not can_be_assumed(world, store.account, arn, SERVICE):
            return (
                f"ECS was unable to assume the role '{arn}' that was provided for this task. Please verify that the "
                "role being passed has the proper trust relationship and permissions and that your IAM user has "
                "permissions to pass this role."
            )
    return None


def start_problem(world: World, store: Store, task: Task) -> str | None:
    """In the order of a start: network, registry, secrets, image, log driver."""
    containers = task.definition.facts["containerDefinitions"]
    problems = (
        problem(world, store, task, c)
        for problem in (_network, _registry, _secrets, _image, _logger)
        for c in containers
    )
    return next((p for p in problems if p), None)


def _network(_world: World, store: Store, task: Task, container: Facts) -> str | None:
    interface = network(store.account, store.region).enis[task.interface]
    groups = [g.id for g in interface.group_set]
    way_out = reach.has_way_out(store.account, store.region, interface.subnet.id, task.public)
    if way_out and reach.may_call_out(store.account, store.region, groups, 443):
        return None
    first = container["image"].partition("/")[0]
    host = first if "." in first else "registry-1.docker.io"
    if host.endswith(".amazonaws.com"):
        return PULL + (
            "unable to retrieve ecr registry auth: service call has been retried 3 time(s): RequestError: send request "
            f'failed caused by: Post "https://api.ecr.{store.region}/": dial tcp: i/o timeout. '
            "Please check your task network configuration."
        )
    return (
        f"CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref "
        f'{container["image"]}: failed to do request: Head "https://{host}/v2/": dial tcp: i/o timeout'
    )


def _registry(_world: World, store: Store, task: Task, container: Facts) -> str | None:
    host = container["image"].partition("/")[0]
    role = task.definition.facts.get("executionRoleArn", "")
    if ".dkr.ecr." not in host or allows(store.account, role, "ecr:GetAuthorizationToken", "*"):
        return None
    return PULL + (
        "unable to retrieve ecr registry auth: service call has been retried 1 time(s): "
        + _denied(store, task, "ecr:GetAuthorizationToken", "*")
    )


def _secrets(_world: World, store: Store, task: Task, container: Facts) -> str | None:
    for secret in container.get("secrets", []):
        if problem := _secret(store, task, secret["valueFrom"]):
            return problem
    return None


def _secret(store: Store, task: Task, source: str) -> str | None:
    """`arn:aws:secretsmanager:region:account:secret:name[:json-key:version-stage:version-id]`."""
    if not source.startswith("arn:aws:secretsmanager:"):
        return PULL + "unable to retrieve secrets from ssm: the lab keeps no parameters"
    parts = source.split(":")
    arn, key = ":".join(parts[:7]), parts[7] if len(parts) > 7 else ""
    failed = f"{SECRET}failed to fetch secret {arn} from secrets manager: "
    held = secretsmanager_backends[store.account][parts[3]].secrets
    found = next((s for s in held.values() if s.arn == arn or s.arn[:-7] == arn), None)
    role = task.definition.facts["executionRoleArn"]
    if not allows(store.account, role, "secretsmanager:GetSecretValue", found.arn if found else arn):
        return failed + _denied(store, task, "secretsmanager:GetSecretValue", arn)
    if found is None or found.deleted_date is not None:
        return failed + _api("ResourceNotFoundException: Secrets Manager can't find the specified secret.")
    if not key:
        return None
    current = found.versions.get(found.default_version_id) or {}
    try:
        values = json.loads(current.get("secret_string") or "")
    except ValueError:
        return SECRET + "invalid character in secret: it is not JSON, and a json key was asked for"
    if key not in values:
        return SECRET + f"retrieved secret from Secrets Manager did not contain json key {key}"
    return None


def _image(_world: World, _store: Store, _task: Task, container: Facts) -> str | None:
    if not REFERENCE.fullmatch(container["image"]):
        # ECS itself takes up to 255 characters; the runtime refuses what is no reference (user guide,
        # "CannotPullContainer task errors in Amazon ECS").
        return "CannotPullContainerError: invalid reference format"
    if tag_of(container["image"]) != "missing":
        return None
    return (
        "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref "
        f"{container['image']}: {container['image']}: not found"
    )


def _logger(world: World, store: Store, task: Task, container: Facts) -> str | None:
    target = log_target(container, task.id)
    if target is None:
        return None
    group, stream = target
    options, role = container["logConfiguration"]["options"], task.definition.facts["executionRoleArn"]
    arn = f"arn:aws:logs:{options.get('awslogs-region', store.region)}:{store.account}:log-group:{group}"
    for action, resource in (
        ("logs:CreateLogStream", f"{arn}:log-stream:{stream}"),
        ("logs:PutLogEvents", f"{arn}:log-stream:{stream}"),
    ):
        if not allows(store.account, role, action, resource):
            failed = "failed to create Cloudwatch log stream: "
            return LOGGER + failed + _denied(store, task, action, resource) + " : exit status 1"
    if (
        group not in world.store(logs.Store, store.account, store.region).groups
        and options.get("awslogs-create-group") == "true"
    ):
        if not allows(store.account, role, "logs:CreateLogGroup", arn):
            failed = "failed to create Cloudwatch log group: "
            return LOGGER + failed + _denied(store, task, "logs:CreateLogGroup", arn) + " : exit status 1"
        logs.create_group(world, store.account, store.region, group)
    try:
        logs.write(world, store.account, store.region, group, stream, [])
    except Refusal as refused:
        failed = f"failed to create Cloudwatch log stream: {_api(f'{refused.code}: {refused.message}')}"
        return f"{LOGGER}{failed} : exit status 1"
    return None


def _denied(store: Store, task: Task, action: str, resource: str) -> str:
    role = role_of(store.account, task.definition.facts.get("executionRoleArn", ""))
    user = f"arn:aws:sts::{store.account}:assumed-role/{role.name if role else '?'}/{task.id}"
    return _api(
        f"AccessDeniedException: User: {user} is not authorized to perform: {action} on resource: {resource} "
        f"because no identity-based policy allows the {action} action"
    )


def _api(text: str) -> str:
    return f"{text} status code: 400, request id: {uuid4()}"
