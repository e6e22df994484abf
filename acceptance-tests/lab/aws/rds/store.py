# SPDX-License-Identifier: MPL-2.0
"""What RDS holds in one region."""

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ...errors import Refusal
from ...models import fault
from ...world import Call, World

Facts = dict[str, Any]


@dataclass(eq=False)
class SubnetGroup:
    name: str
    description: str
    vpc_id: str
    subnet_ids: list[str]
    tags: dict[str, str]


@dataclass(eq=False)
class ParameterGroup:
    name: str
    family: str
    description: str
    tags: dict[str, str]
    values: dict[str, tuple[str, str]] = field(default_factory=dict)  # name -> (value, apply method)


@dataclass(eq=False)
class Secret:
    arn: str
    status: str
    kms_key_id: str


@dataclass(eq=False)
class Instance:
    """`facts` has the members of the model's DBInstance that are plain values; the rest is worked out."""

    facts: Facts
    tags: dict[str, str]
    subnet_group: str
    parameter_group: str
    security_groups: list[str]
    status: str = "creating"
    pending: Facts = field(default_factory=dict)
    coming: Facts = field(default_factory=dict)
    parameter_status: str = "in-sync"
    security_status: str = "active"
    secret: Secret | None = None
    interfaces: list[str] = field(default_factory=list)
    reachable: bool = False
    storage_changed_at: float | None = None
    maintenance: list[Facts] = field(default_factory=list)
    busy: int = 0
    detours: int = 0

    @property
    def id(self) -> str:
        return self.facts["DBInstanceIdentifier"]


@dataclass(eq=False)
class Snapshot:
    facts: Facts
    tags: dict[str, str]

    @property
    def id(self) -> str:
        return self.facts["DBSnapshotIdentifier"]


class Store:
    """Names are keys in lower case, as RDS stores them."""

    def __init__(self, account: str, region: str) -> None:
        self.account = account
        self.region = region
        self.instances: dict[str, Instance] = {}
        self.snapshots: dict[str, Snapshot] = {}
        self.subnet_groups: dict[str, SubnetGroup] = {}
        self.parameter_groups: dict[str, ParameterGroup] = {}
        self.events: list[Facts] = []

    def arn(self, kind: str, name: str) -> str:
        return f"arn:aws:rds:{self.region}:{self.account}:{kind}:{name}"

    def kms_key(self, alias: str) -> str:
        """The AWS-managed key of this account and region: the same one every time."""
        name = uuid.uuid5(uuid.NAMESPACE_URL, f"{self.account}/{self.region}/{alias}")
        return f"arn:aws:kms:{self.region}:{self.account}:key/{name}"

    def instance(self, name: str) -> Instance:
        found = self.instances.get(name.rpartition(":")[2].lower())
        if found is None:
            raise fault("rds", "DBInstanceNotFoundFault", f"DBInstance {name} not found.")
        return found

    def snapshot(self, name: str) -> Snapshot:
        found = self.snapshots.get(name.removeprefix(self.arn("snapshot", "")).lower())
        if found is None:
            raise fault("rds", "DBSnapshotNotFoundFault", f"DBSnapshot {name} not found.")
        return found

    def subnet_group(self, name: str) -> SubnetGroup:
        found = self.subnet_groups.get(name.lower())
        if found is None:
            raise fault("rds", "DBSubnetGroupNotFoundFault", f"DB subnet group '{name}' does not exist.")
        return found

    def note(self, kind: str, name: str, arn_kind: str, when: float, text: str, *categories: str) -> None:
        self.events.append(
            {
                "SourceIdentifier": name,
                "SourceType": kind,
                "Message": text,
                "EventCategories": list(categories),
                "Date": moment(when),
                "SourceArn": self.arn(arn_kind, name),
            }
        )


def store_of(world: World, call: Call) -> Store:
    return world.store(Store, call.account, call.region)


def moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def invalid(message: str) -> Refusal:
    return Refusal("InvalidParameterValue", message)


def conflict(message: str) -> Refusal:
    return Refusal("InvalidParameterCombination", message)
