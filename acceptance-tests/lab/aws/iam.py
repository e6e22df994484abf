# SPDX-License-Identifier: MPL-2.0
"""IAM: moto's, with service-linked roles as AWS answers them, and what other services ask of a role."""

import json
from fnmatch import fnmatchcase
from typing import Any

from moto.iam.models import AWSManagedPolicy, IAMBackend, Role, iam_backends

from .. import upstream
from ..errors import NotPerformed, Refusal
from ..models import fault
from ..wire import Response
from ..world import Call, Shelf, World
from . import changes, finds, operation

SERVICE_LINKED = {
    "ecs.amazonaws.com": "AWSServiceRoleForECS",
    "elasticloadbalancing.amazonaws.com": "AWSServiceRoleForElasticLoadBalancing",
    "ecs.application-autoscaling.amazonaws.com": "AWSServiceRoleForApplicationAutoScaling_ECSService",
    "rds.application-autoscaling.amazonaws.com": "AWSServiceRoleForApplicationAutoScaling_RDSCluster",
    "rds.amazonaws.com": "AWSServiceRoleForRDS",
}
INLINE_POLICIES = 10240
# The AWS managed policies that can be attached: all of them would cost seconds at the first use of IAM.
MANAGED = {
    "service-role/AmazonECSTaskExecutionRolePolicy": [
        "ecr:GetAuthorizationToken",
        "ecr:BatchCheckLayerAvailability",
        "ecr:GetDownloadUrlForLayer",
        "ecr:BatchGetImage",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
    ],
}


class Assumable:
    """When each role can be assumed, by its id: IAM is eventually consistent."""

    def __init__(self, _account: str, _region: str) -> None:
        self.since: dict[str, float] = {}


def unknown_until(world: World, account: str, role: str, until: float) -> None:
    """No service sees the role before, so that none can assume it."""
    since = world.store(Assumable, account, "aws").since
    since[role] = max(until, since.get(role, 0.0))


def role_of(account: str, arn: str) -> Role | None:
    return next((r for r in _backend(account).roles.values() if r.arn == arn), None)


def can_be_assumed(world: World, account: str, arn: str, service: str) -> bool:
    """By a service of AWS: the role is there, trusts it, and has been so for long enough."""
    role = role_of(account, arn)
    if role is None or world.store(Assumable, account, "aws").since.get(role.id, 0) > world.timeline.now:
        return False
    return any(
        s.get("Effect") == "Allow"
        and "sts:AssumeRole" in _list(s.get("Action"))
        and service in _list((s.get("Principal") or {}).get("Service"))
        for s in _statements(role.assume_role_policy_document)
    )


def allows(account: str, arn: str, action: str, resource: str) -> bool:
    """Whether the role's own policies allow it. Conditions are taken as met, boundaries are not looked at."""
    role = role_of(account, arn)
    if role is None:
        return False
    documents = [*role.policies.values(), *(_current(p) for p in role.managed_policies.values())]
    said = [s for d in documents for s in _statements(d) if _speaks_of(s, action, resource)]
    return any(s["Effect"] == "Allow" for s in said) and not any(s["Effect"] == "Deny" for s in said)


def ensure_service_linked_role(account: str, service: str) -> None:
    """What a service does at the first use of an account."""
    if not _linked(account, service):
        _make_linked(account, service)


@operation("iam", "CreateServiceLinkedRole")
def create_service_linked_role(_world: World, call: Call) -> dict[str, Any]:
    service = call.params["AWSServiceName"]
    if service not in SERVICE_LINKED:
        raise Refusal(
            "InvalidInput", f"Service {service} is not known to the lab; it knows {', '.join(SERVICE_LINKED)}"
        )
    if _linked(call.account, service):
        text = (
            f"Service role name {SERVICE_LINKED[service]} has been taken in this account, "
            "please try a different suffix."
        )
        raise Refusal("InvalidInput", text)
    role = _make_linked(call.account, service)
    shown = {"Path": role.path, "RoleName": role.name, "RoleId": role.id, "Arn": role.arn}
    document = {"CreateDate": role.create_date, "AssumeRolePolicyDocument": role.assume_role_policy_document}
    return {"Role": shown | document}


@operation("iam", "TagRole")
def tag_role(_world: World, call: Call) -> Response:
    _check_tags(call.params["Tags"])
    return upstream.forward(call)


def _check_tags(tags: list[dict[str, str]]) -> None:
    """Keys that begin with `aws:` are AWS's own (user guide, "Tags for IAM resources")."""
    if any(tag["Key"].lower().startswith("aws:") for tag in tags):
        raise fault("iam", "InvalidInputException", "Tag keys that begin with aws: are reserved for system use.")


@operation("iam", "CreateRole", "UpdateAssumeRolePolicy")
def trust(world: World, call: Call) -> Response:
    """What is trusted now can assume the role only after a while; how long is assumed."""
    _check_tags(call.params.get("Tags", []))
    p, held = call.params, _backend(call.account).roles.values()
    _check_trust(p.get("AssumeRolePolicyDocument") or p.get("PolicyDocument", ""))
    if call.operation == "CreateRole" and any(r.name.lower() == p["RoleName"].lower() for r in held):
        # "Names are not distinguished by case" (model: RoleName).
        raise fault("iam", "EntityAlreadyExistsException", f"Role with name {p['RoleName']} already exists.")
    answer = upstream.forward(call)
    if answer.status < 400:
        role = _backend(call.account).get_role(call.params["RoleName"])
        until = world.timeline.now + world.timing.seconds("role_assumable")
        world.store(Assumable, call.account, "aws").since[role.id] = until
    return answer


@operation("iam", "AttachRolePolicy")
def attach_role_policy(_world: World, call: Call) -> Response:
    arn = call.params["PolicyArn"]
    if arn.startswith("arn:aws:iam::aws:policy/") and arn not in _backend(call.account).managed_policies:
        raise NotPerformed("iam", "AttachRolePolicy", f"of AWS managed policies but {', '.join(MANAGED)}")
    return upstream.forward(call)


@operation("iam", "PutRolePolicy")
def put_role_policy(_world: World, call: Call) -> Response:
    """All inline policies of a role together have 10,240 characters, white space not counted (quotas page)."""
    p = call.params
    role = next((r for r in _backend(call.account).roles.values() if r.name == p["RoleName"]), None)
    if role is not None:
        documents = role.policies | {p["PolicyName"]: p["PolicyDocument"]}
        if sum(len("".join(d.split())) for d in documents.values()) > INLINE_POLICIES:
            text = f"Maximum policy size of {INLINE_POLICIES} bytes exceeded for role {role.name}"
            raise fault("iam", "LimitExceededException", text)
    return upstream.forward(call)


@operation("iam", "DeleteRolePolicy")
def delete_role_policy(world: World, call: Call) -> Response:
    """A role whose policy was just taken away may still count as one that has policies: terraform-provider-aws repeats
    DeleteRole on DeleteConflict. Here for as long as reads are stale."""
    answer = upstream.forward(call)
    role = next((r for r in _backend(call.account).roles.values() if r.name == call.params["RoleName"]), None)
    if role is not None and world.lag.stale:
        role._lab_policies_until = world.timeline.now + world.lag.stale
    return answer


@operation("iam", "DeleteRole")
def delete_role(world: World, call: Call) -> Response:
    role = next((r for r in _backend(call.account).roles.values() if r.name == call.params["RoleName"]), None)
    if getattr(role, "_lab_policies_until", 0.0) > world.timeline.now:
        raise fault("iam", "DeleteConflictException", "Cannot delete entity, must delete policies first.")
    return upstream.forward(call)


@changes("iam", "PutRolePolicy", "DeleteRolePolicy")
def changed_role(_world: World, call: Call) -> Shelf | None:
    roles = _backend(call.account).roles
    found = next((i for i, r in roles.items() if r.name == call.params["RoleName"]), None)
    return Shelf(roles, found) if found else None


@finds("iam", "CreateRole")
def created_role(_world: World, call: Call, _result: Any) -> Shelf:
    roles = _backend(call.account).roles
    return Shelf(roles, next(i for i, r in roles.items() if r.name == call.params["RoleName"]))


def furnish_policies(backend: IAMBackend) -> None:
    """Puts the AWS managed policies where moto looks for them."""
    for name, actions in MANAGED.items():
        path, _, own = name.rpartition("/")
        allowed = [{"Effect": "Allow", "Action": actions, "Resource": "*"}]
        data = {
            "Path": f"/{path}/" if path else "/",
            "DefaultVersionId": "v1",
            "Document": {"Version": "2012-10-17", "Statement": allowed},
            "CreateDate": "2015-02-06T18:39:46+00:00",
            "UpdateDate": "2015-02-06T18:39:46+00:00",
        }
        policy = AWSManagedPolicy.from_data(own, backend.account_id, backend.region_name, data)
        backend.managed_policies[policy.arn] = policy
        backend.aws_managed_policies.append(policy)


def _check_trust(document: str) -> None:
    try:
        statements = _statements(document)
    except ValueError:
        raise fault("iam", "MalformedPolicyDocumentException", "This policy contains invalid Json") from None
    if any("Principal" not in s or "Effect" not in s for s in statements):
        raise fault("iam", "MalformedPolicyDocumentException", "Missing required field Principal")


def _backend(account: str) -> IAMBackend:
    return iam_backends[account]["aws"]


def _linked(account: str, service: str) -> bool:
    return any(r.name == SERVICE_LINKED[service] for r in _backend(account).roles.values())


def _make_linked(account: str, service: str) -> Role:
    trusted = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return _backend(account).create_role(
        SERVICE_LINKED[service],
        json.dumps({"Version": "2012-10-17", "Statement": [trusted]}),
        f"/aws-service-role/{service}/",
        permissions_boundary=None,
        description="",
        tags=[],
        max_session_duration="3600",
        linked_service=service,
    )


def _current(policy: Any) -> str:
    return next(v.document for v in policy.versions if v.version_id == policy.default_version_id)


def _statements(document: str | dict[str, Any] | None) -> list[dict[str, Any]]:
    read = json.loads(document) if isinstance(document, str) else document or {}
    found = read.get("Statement", [])
    return [found] if isinstance(found, dict) else found


def _speaks_of(statement: dict[str, Any], action: str, resource: str) -> bool:
    actions = [a.lower() for a in _list(statement.get("Action"))]
    resources = _list(statement.get("Resource"))
    return any(fnmatchcase(action.lower(), a) for a in actions) and any(fnmatchcase(resource, r) for r in resources)


def _list(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or [])
