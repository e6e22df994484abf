# SPDX-License-Identifier: MPL-2.0
"""What Elastic Load Balancing holds in one region."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ...errors import Refusal
from ...models import fault
from ...world import Call, World

Facts = dict[str, Any]


@dataclass(eq=False)
class LoadBalancer:
    """`facts` has the members of the model's LoadBalancer that are plain values."""

    facts: Facts
    tags: dict[str, str]
    attributes: dict[str, str]
    subnets: list[str]
    groups: list[str]
    state: str = "provisioning"
    interfaces: list[str] = field(default_factory=list)

    @property
    def arn(self) -> str:
        return self.facts["LoadBalancerArn"]

    @property
    def name(self) -> str:
        return self.facts["LoadBalancerName"]


@dataclass(eq=False)
class Target:
    """`turn` tells a check that has come due whether it is still the one being waited for."""

    id: str
    port: int
    state: str = "unused"
    reason: str | None = "Target.NotInUse"
    description: str | None = "Target group is not configured to receive traffic from the load balancer"
    turn: int = 0


@dataclass(eq=False)
class TargetGroup:
    facts: Facts
    tags: dict[str, str]
    attributes: dict[str, str]
    targets: dict[tuple[str, int], Target] = field(default_factory=dict)

    @property
    def arn(self) -> str:
        return self.facts["TargetGroupArn"]

    @property
    def name(self) -> str:
        return self.facts["TargetGroupName"]


@dataclass(eq=False)
class Listener:
    facts: Facts
    tags: dict[str, str]
    attributes: dict[str, str]

    @property
    def arn(self) -> str:
        return self.facts["ListenerArn"]

    @property
    def certificates(self) -> list[str]:
        return [c["CertificateArn"] for c in self.facts["Certificates"]]

    @property
    def target_groups(self) -> set[str]:
        forwards = [a["ForwardConfig"] for a in self.facts["DefaultActions"] if a["Type"] == "forward"]
        return {t["TargetGroupArn"] for f in forwards for t in f["TargetGroups"]}


class Store:
    """Everything by its ARN."""

    def __init__(self, account: str, region: str) -> None:
        self.account = account
        self.region = region
        self.load_balancers: dict[str, LoadBalancer] = {}
        self.target_groups: dict[str, TargetGroup] = {}
        self.listeners: dict[str, Listener] = {}
        self.released: dict[str, list[tuple[float, str]]] = {}  # certificate -> (until, load balancer)

    def arn(self, kind: str, *parts: str) -> str:
        base = f"arn:aws:elasticloadbalancing:{self.region}:{self.account}"
        return f"{base}:{kind}/{'/'.join(parts)}/{secrets.token_hex(8)}"

    def load_balancer(self, arn: str) -> LoadBalancer:
        if arn not in self.load_balancers:
            raise fault("elbv2", "LoadBalancerNotFoundException", f"Load balancer '{arn}' not found")
        return self.load_balancers[arn]

    def target_group(self, arn: str) -> TargetGroup:
        if arn not in self.target_groups:
            raise fault("elbv2", "TargetGroupNotFoundException", f"Target groups '{arn}' not found")
        return self.target_groups[arn]

    def listener(self, arn: str) -> Listener:
        if arn not in self.listeners:
            raise fault("elbv2", "ListenerNotFoundException", f"One or more listeners not found: {arn}")
        return self.listeners[arn]

    def listeners_of(self, load_balancer_arn: str) -> list[Listener]:
        found = [x for x in self.listeners.values() if x.facts["LoadBalancerArn"] == load_balancer_arn]
        return sorted(found, key=lambda x: x.facts["Port"])

    def users_of(self, target_group_arn: str) -> Iterator[LoadBalancer]:
        """The load balancers that forward to the group."""
        arns = {x.facts["LoadBalancerArn"] for x in self.listeners.values() if target_group_arn in x.target_groups}
        return (b for arn, b in self.load_balancers.items() if arn in arns)


def store_of(world: World, call: Call) -> Store:
    return world.store(Store, call.account, call.region)


def moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def invalid(message: str) -> Refusal:
    """The code elbv2 answers for parameters that make no sense; it is not in the model."""
    return Refusal("ValidationError", message)


def page(things: list[Facts], params: Facts, member: str) -> Facts:
    """400 a page unless asked otherwise (model: PageSize)."""
    start, size = int(params.get("Marker") or 0), params.get("PageSize", 400)
    answer: Facts = {member: things[start : start + size]}
    if start + size < len(things):
        answer["NextMarker"] = str(start + size)
    return answer
