# SPDX-License-Identifier: MPL-2.0
"""Rules of security groups: moto's, but a call does all it was asked or nothing, and tells all it made."""

from typing import Any

from moto.ec2.models.security_groups import SecurityGroup, SecurityGroupRule

from .. import upstream
from ..errors import Refusal
from ..wire import Response
from ..world import Call, World
from . import operation
from .ec2 import group_of, network


@operation("ec2", "AuthorizeSecurityGroupIngress", "AuthorizeSecurityGroupEgress")
def authorize(_world: World, call: Call) -> dict[str, Any] | Response:
    """One rule that exists fails the call; with several permissions, all new rules are answered."""
    group = group_of(call.account, call.region, call.params.get("GroupId", ""))
    if group is None:
        return upstream.forward(call)
    before = (list(group.ingress_rules), list(group.egress_rules))
    answer = upstream.forward(call)
    if answer.status >= 400:
        group.ingress_rules[:], group.egress_rules[:] = before
        return answer
    known = {rule.id for rules in before for rule in rules}
    new = [r for r in [*group.ingress_rules, *group.egress_rules] if r.id not in known]
    return {"Return": True, "SecurityGroupRules": [_shown(call, r) for r in new]}


@operation("ec2", "RevokeSecurityGroupIngress", "RevokeSecurityGroupEgress")
def revoke(_world: World, call: Call) -> dict[str, Any] | Response:
    group = group_of(call.account, call.region, call.params.get("GroupId", ""))
    if group is None:
        return upstream.forward(call)
    rules = group.ingress_rules if call.operation.endswith("Ingress") else group.egress_rules
    if ids := call.params.get("SecurityGroupRuleIds"):
        for missing in sorted(set(ids) - {r.id for r in rules}):
            raise _no_rule(missing)
    before = list(rules)
    answer = upstream.forward(call)
    if answer.status >= 400:
        rules[:] = before
    return answer


@operation("ec2", "DescribeSecurityGroupRules")
def describe(_world: World, call: Call) -> dict[str, Any]:
    """Filters `group-id`, `security-group-rule-id`, `tag:…`, `tag-key` (model)."""
    p = call.params
    wanted = {f["Name"]: f["Values"] for f in p.get("Filters", [])}
    groups = [g for held in network(call.account, call.region).groups.values() for g in held.values()]
    found = [r for g in groups for r in [*g.egress_rules, *g.ingress_rules] if _meets(call, g, r, wanted)]
    if ids := p.get("SecurityGroupRuleIds"):
        by_id = {r.id: r for r in found}
        for missing in sorted(set(ids) - by_id.keys()):
            raise _no_rule(missing)
        found = [by_id[i] for i in ids]
    start, size = int(p.get("NextToken") or 0), p.get("MaxResults", 1000)
    answer: dict[str, Any] = {"SecurityGroupRules": [_shown(call, r) for r in found[start : start + size]]}
    if start + size < len(found):
        answer["NextToken"] = str(start + size)
    return answer


def _no_rule(rule_id: str) -> Refusal:
    text = f"The security group rule ID '{rule_id}' does not exist"
    return Refusal("InvalidSecurityGroupRuleId.NotFound", text)


def _meets(call: Call, group: SecurityGroup, rule: SecurityGroupRule, wanted: dict[str, list[str]]) -> bool:
    tags = _tags(call, rule)
    for name, values in wanted.items():
        match name.partition(":"):
            case ("group-id", _, _):
                met = group.id in values
            case ("security-group-rule-id", _, _):
                met = rule.id in values
            case ("tag", _, key):
                met = tags.get(key) in values
            case ("tag-key", _, _):
                met = any(key in values for key in tags)
            case _:
                raise Refusal("InvalidParameterValue", f"The filter '{name}' is invalid")
        if not met:
            return False
    return True


def _shown(call: Call, rule: SecurityGroupRule) -> dict[str, Any]:
    peer = rule.ip_range or rule.source_group or {}
    named = rule.source_group or {}
    return {
        "SecurityGroupRuleId": rule.id,
        "GroupId": rule.group_id,
        "GroupOwnerId": call.account,
        "IsEgress": rule.is_egress,
        "IpProtocol": rule.ip_protocol,
        "FromPort": -1 if rule.from_port is None else rule.from_port,
        "ToPort": -1 if rule.to_port is None else rule.to_port,
        "CidrIpv4": (rule.ip_range or {}).get("CidrIp"),
        "CidrIpv6": (rule.ip_range or {}).get("CidrIpv6"),
        "PrefixListId": rule.prefix_list_id,
        "ReferencedGroupInfo": {"GroupId": named["GroupId"], "UserId": call.account} if named.get("GroupId") else None,
        "Description": peer.get("Description"),
        "Tags": [{"Key": k, "Value": v} for k, v in _tags(call, rule).items()],
    }


def _tags(call: Call, rule: SecurityGroupRule) -> dict[str, str]:
    return dict(network(call.account, call.region).tags.get(rule.id, {}))
