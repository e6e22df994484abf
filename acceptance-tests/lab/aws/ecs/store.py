# SPDX-License-Identifier: MPL-2.0
"""What ECS holds in one region."""

import secrets
import string
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ...errors import Refusal
from ...models import fault
from ...world import Call, World

Facts = dict[str, Any]
LETTERS = string.ascii_letters + string.digits + "_-"


@dataclass(eq=False)
class Cluster:
    name: str
    arn: str
    facts: Facts
    tags: dict[str, str]
    status: str = "ACTIVE"


@dataclass(eq=False)
class TaskDefinition:
    """`facts` has the members of the model's TaskDefinition."""

    facts: Facts
    tags: dict[str, str]

    @property
    def arn(self) -> str:
        return self.facts["taskDefinitionArn"]


@dataclass(eq=False)
class Revision:
    """What a service runs: frozen when a deployment of it begins. `facts` has the workload's members."""

    arn: str
    facts: Facts
    created: float


@dataclass(eq=False)
class ServiceDeployment:
    """The way from some revisions to another, as ListServiceDeployments tells it."""

    arn: str
    target: Revision
    sources: list[Revision]
    created: float
    status: str = "PENDING"
    reason: str | None = None
    started: float | None = None
    finished: float | None = None
    stopped: float | None = None
    rollback: Facts | None = None
    breaker: str = "MONITORING"
    failures: int = 0
    threshold: int = 3

    @property
    def is_over(self) -> bool:
        return self.status in ("SUCCESSFUL", "STOPPED", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED")


@dataclass(eq=False)
class Rollout:
    """One entry of a service's `deployments`: the tasks of one revision."""

    id: str
    revision: Revision
    deployment: ServiceDeployment
    created: float
    status: str = "PRIMARY"
    state: str = "IN_PROGRESS"
    reason: str = ""
    failed: int = 0
    held_until: float = 0.0
    waiting: bool = True


@dataclass(eq=False)
class Task:
    arn: str
    facts: Facts
    definition: TaskDefinition
    # None of a task that no service started.
    rollout: Rollout | None
    interface: str
    address: str
    public: bool
    tags: dict[str, str]
    containers: list[Facts]
    target_groups: list[Facts] = field(default_factory=list)
    ready: bool = False
    healthy_in: set[str] = field(default_factory=set)
    grace: int = 0
    grace_until: float = 0.0
    serving_from: float = 0.0
    status_of_health: int = 200

    @property
    def id(self) -> str:
        return self.arn.rpartition("/")[2]

    @property
    def is_live(self) -> bool:
        return self.facts["desiredStatus"] == "RUNNING"

    @property
    def is_gone(self) -> bool:
        return self.facts["lastStatus"] == "STOPPED"


@dataclass(eq=False)
class Service:
    """`facts` has the members of the model's Service that are plain values."""

    facts: Facts
    tags: dict[str, str]
    cluster: Cluster
    token: str | None
    asked: Facts
    rollouts: list[Rollout] = field(default_factory=list)
    deployments: list[ServiceDeployment] = field(default_factory=list)
    revisions: list[Revision] = field(default_factory=list)
    completed: Revision | None = None
    events: list[Facts] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    steady: bool = False
    seen_from: float = 0.0

    @property
    def arn(self) -> str:
        return self.facts["serviceArn"]

    @property
    def name(self) -> str:
        return self.facts["serviceName"]

    @property
    def desired(self) -> int:
        return self.facts["desiredCount"]

    @property
    def primary(self) -> Rollout:
        return self.rollouts[0]

    def note(self, now: float, text: str) -> None:
        """The newest event is first, and a hundred are kept (model: events)."""
        event = {"id": secrets.token_hex(16), "createdAt": moment(now), "message": f"(service {self.name}) {text}"}
        self.events = [event, *self.events][:100]


class Store:
    def __init__(self, account: str, region: str) -> None:
        self.account = account
        self.region = region
        self.clusters: dict[str, Cluster] = {}
        self.task_definitions: dict[str, TaskDefinition] = {}
        self.services: dict[str, Service] = {}
        self.tasks: dict[str, Task] = {}
        self.revision_numbers: dict[str, int] = {}
        # By client token: what was asked, and what was answered.
        self.runs: dict[str, tuple[Facts, Facts]] = {}
        # How many of the next calls of RunTask find no capacity.
        self.scarce = 0

    def arn(self, kind: str, *parts: str) -> str:
        return f"arn:aws:ecs:{self.region}:{self.account}:{kind}/{'/'.join(parts)}"

    def cluster(self, name: str | None) -> Cluster:
        """By name or ARN; an inactive one counts as gone."""
        found = self.clusters.get(cluster_name(name))
        if found is None or found.status == "INACTIVE":
            raise fault("ecs", "ClusterNotFoundException", "Cluster not found.")
        return found

    def find_service(self, cluster: Cluster, name: str) -> Service | None:
        return self.services.get(self.arn("service", cluster.name, name.rpartition("/")[2]))

    def service(self, cluster: Cluster, name: str) -> Service:
        found = self.find_service(cluster, name)
        if found is None:
            raise fault("ecs", "ServiceNotFoundException", "Service not found.")
        return found

    def active_service(self, cluster: Cluster, name: str) -> Service:
        found = self.service(cluster, name)
        if found.facts["status"] != "ACTIVE":
            raise fault("ecs", "ServiceNotActiveException", "Service was not ACTIVE.")
        return found

    def task_definition(self, name: str) -> TaskDefinition | None:
        """By ARN, `family:revision`, or family: its latest active revision."""
        known = name.partition(":task-definition/")[2] or name
        if ":" in known:
            return self.task_definitions.get(self.arn("task-definition", known))
        family = [d for d in self.task_definitions.values() if d.facts["family"] == known]
        active = [d for d in family if d.facts["status"] == "ACTIVE"]
        return max(active, key=lambda d: d.facts["revision"], default=None)


def store_of(world: World, call: Call) -> Store:
    return world.store(Store, call.account, call.region)


def cluster_name(given: str | None) -> str:
    return (given or "default").rpartition("/")[2]


def moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def digits() -> str:
    return str(10**18 + secrets.randbelow(9 * 10**18))


def identifier() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(21))


def invalid(message: str) -> Refusal:
    return fault("ecs", "InvalidParameterException", message)


def client(message: str) -> Refusal:
    return fault("ecs", "ClientException", message)


def tag_list(tags: dict[str, str]) -> list[Facts]:
    return [{"key": k, "value": v} for k, v in tags.items()]


def read_tags(given: list[Facts] | None) -> dict[str, str]:
    tags = {t["key"]: t.get("value", "") for t in given or []}
    if len(tags) > 50 or len(tags) < len(given or []):
        raise invalid("At most 50 tags, and each key once.")
    if any(key.lower().startswith("aws:") for key in tags):
        raise invalid("Tag keys may not start with 'aws:'.")
    return tags


def page(things: list[Any], p: Facts, member: str, most: int, shown: Callable[[Any], Any]) -> Facts:
    start, size = int(p.get("nextToken") or 0), p.get("maxResults", most)
    answer: Facts = {member: [shown(thing) for thing in things[start : start + size]]}
    if start + size < len(things):
        answer["nextToken"] = str(start + size)
    return answer
