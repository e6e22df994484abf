# SPDX-License-Identifier: MPL-2.0
"""A Fargate task from its start to its end: PROVISIONING, PENDING, RUNNING, DEACTIVATING … STOPPED.

What its image does is read off the image's tag (`behaviour`); what keeps it from starting is found in `starting`.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from ...world import World
from .. import elbv2, rds
from ..apps import apps_in
from ..ec2 import attach_interface, detach_interface, network
from ..reach import may_reach
from . import behaviour, starting
from .store import Cluster, Facts, Rollout, Service, Store, Task, TaskDefinition, moment

HEALTH = "Task failed ELB health checks in (target-group {})"


class Keeper(Protocol):
    """Whoever wants to know how a task fares."""

    def ready(self, task: Task) -> None: ...

    def failed(self, task: Task) -> None: ...

    def stopped(self, task: Task) -> None: ...

    def unhealthy(self, task: Task, target_group: str, port: int, why: str) -> None: ...


@dataclass(frozen=True)
class Start:
    """What a task is started from, by a service or by RunTask."""

    cluster: Cluster
    definition: TaskDefinition
    vpc: Facts
    group: str
    started_by: str
    tags: dict[str, str]
    nth: int = 0
    overrides: list[Facts] = field(default_factory=list)


def launch(world: World, store: Store, service: Service, rollout: Rollout, keeper: Keeper) -> Task:
    """Puts a task with an interface of its own into the next of the service's subnets."""
    facts = rollout.revision.facts
    definition = store.task_definitions[facts["taskDefinition"]]
    tags = {"SERVICE": service.tags, "TASK_DEFINITION": definition.tags}.get(service.facts.get("propagateTags"), {})
    vpc = facts["networkConfiguration"]["awsvpcConfiguration"]
    group = f"service:{service.name}"
    start = Start(service.cluster, definition, vpc, group, rollout.id, dict(tags), len(service.tasks))
    task = begin(world, store, start, keeper, rollout)
    task.target_groups = list(facts["loadBalancers"])
    task.grace = service.facts.get("healthCheckGracePeriodSeconds") or 0
    service.tasks.append(task)
    return task


def begin(world: World, store: Store, start: Start, keeper: Keeper, rollout: Rollout | None = None) -> Task:
    """A task in PROVISIONING."""
    definition, vpc = start.definition, start.vpc
    subnet = vpc["subnets"][start.nth % len(vpc["subnets"])]
    groups = vpc.get("securityGroups") or starting.default_groups(store, subnet)
    seed = f"{start.cluster.arn}{start.group}{len(store.tasks)}{world.timeline.now}"
    task_id = hashlib.md5(seed.encode()).hexdigest()
    arn = store.arn("task", start.cluster.name, task_id)
    text = f"arn:aws:ecs:{store.region}:{store.account}:attachment/{task_id[:8]}"
    interface = attach_interface(store.account, store.region, subnet, groups, "amazon-ecs", text)
    address = network(store.account, store.region).enis[interface].private_ip_address
    shown: Facts = {
        "taskArn": arn,
        "clusterArn": start.cluster.arn,
        "taskDefinitionArn": definition.arn,
        "lastStatus": "PROVISIONING",
        "desiredStatus": "RUNNING",
        "healthStatus": "UNKNOWN",
        "launchType": "FARGATE",
        "platformVersion": "1.4.0",
        "platformFamily": "Linux",
        "connectivity": "CONNECTED",
        "cpu": definition.facts["cpu"],
        "memory": definition.facts["memory"],
        "group": start.group,
        "startedBy": start.started_by,
        "createdAt": moment(world.timeline.now),
        "overrides": {"containerOverrides": start.overrides},
        "attributes": [{"name": "ecs.cpu-architecture", "value": "x86_64"}],
        "attachments": [_attachment(task_id, subnet, interface, address)],
        "version": 1,
    }
    given = definition.facts["containerDefinitions"]
    containers = [_container(store, start.cluster, task_id, arn, container) for container in given]
    public = vpc.get("assignPublicIp") == "ENABLED"
    task = Task(arn, shown, definition, rollout, interface, address, public, start.tags, containers)
    store.tasks[arn] = task
    _later(world, task, "task_provisioning", lambda: _provisioned(world, store, task, keeper))
    return task


def stop(world: World, store: Store, task: Task, keeper: Keeper, code: str, reason: str) -> None:
    """Out of its target groups, then, when it has drained, down."""
    if not task.is_live:
        return
    was_running = task.facts["lastStatus"] == "RUNNING"
    task.facts |= {"desiredStatus": "STOPPED", "stopCode": code, "stoppedReason": reason}
    task.facts |= {"stoppingAt": moment(world.timeline.now)}
    task.ready = False
    wait = _deregister(world, store, task)
    task.facts["lastStatus"] = "DEACTIVATING" if wait else "STOPPING"
    for container in task.containers:
        container["exitCode"] = 0 if was_running else None

    def drained() -> None:
        task.facts["lastStatus"] = "STOPPING"
        apps_in(world, store.account, store.region).pop(task.address, None)
        world.timeline.after(world.timing.seconds("task_stop"), lambda: _gone(world, store, task, keeper))

    world.timeline.after(wait, drained)


def fail(world: World, store: Store, task: Task, keeper: Keeper, code: str, reason: str) -> None:
    """It comes down by itself."""
    if not task.is_live:
        return
    task.facts |= {"desiredStatus": "STOPPED", "lastStatus": "STOPPING", "stopCode": code, "stoppedReason": reason}
    task.facts |= {"stoppingAt": moment(world.timeline.now)}
    task.ready = False
    _deregister(world, store, task)
    apps_in(world, store.account, store.region).pop(task.address, None)
    keeper.failed(task)
    world.timeline.after(world.timing.seconds("task_stop"), lambda: _gone(world, store, task, keeper))


def _provisioned(world: World, store: Store, task: Task, keeper: Keeper) -> None:
    if reason := starting.role_problem(world, store, task):
        fail(world, store, task, keeper, "TaskFailedToStart", reason)
        return
    _show(task, "PENDING")
    phase = "task_slow" if behaviour.of(task.definition).slow_to_pull else "task_pending"
    _later(world, task, phase, lambda: _started(world, store, task, keeper))


def _started(world: World, store: Store, task: Task, keeper: Keeper) -> None:
    if reason := starting.start_problem(world, store, task):
        for container in task.containers:
            container["lastStatus"] = "STOPPED"
            if reason.startswith("CannotPull"):
                container["reason"] = reason
        fail(world, store, task, keeper, "TaskFailedToStart", reason)
        return
    now = world.timeline.now
    _show(task, "RUNNING")
    task.facts |= {k: moment(now) for k in ("startedAt", "pullStartedAt", "pullStoppedAt", "connectivityAt")}
    task.grace_until = now + world.timing.configured(task.grace)
    manner = behaviour.of(task.definition, task.facts["overrides"]["containerOverrides"])
    task.status_of_health = manner.status
    task.serving_from = now + (world.timing.seconds("task_warming") if manner.warms_up else 0)
    behaviour.say(world, store, task, manner.greeting)
    app = RunningApp(world, store, task, keeper)
    apps_in(world, store.account, store.region)[task.address] = app
    if manner.exit_code is not None:
        runs = world.timing.seconds("task_crash") + world.timing.configured(manner.seconds)
        world.timeline.after(runs, lambda: _exit(world, store, task, keeper, manner) if task.is_live else None)
    if manner.warms_up:
        _later(world, task, "task_warming", lambda: _wake(world, store, task, manner))
    if not task.target_groups:
        _later(world, task, "task_settle", lambda: _settled(task, keeper))
    for entry in task.target_groups:
        balancing = world.store(elbv2.store.Store, store.account, store.region)
        if group := balancing.target_groups.get(entry["targetGroupArn"]):
            elbv2.targets.register(world, balancing, group, task.address, entry["containerPort"])


def _exit(world: World, store: Store, task: Task, keeper: Keeper, manner: behaviour.Manner) -> None:
    behaviour.say(world, store, task, manner.last_words)
    for container in task.containers:
        container |= {"exitCode": manner.exit_code, "lastStatus": "STOPPED"}
    fail(world, store, task, keeper, "EssentialContainerExited", "Essential container in task exited")


def _wake(world: World, store: Store, task: Task, manner: behaviour.Manner) -> None:
    behaviour.say(world, store, task, manner.last_words)
    elbv2.targets.assess_address(world, world.store(elbv2.store.Store, store.account, store.region), task.address)


def _settled(task: Task, keeper: Keeper) -> None:
    task.ready = True
    keeper.ready(task)


def _gone(world: World, store: Store, task: Task, keeper: Keeper) -> None:
    now = world.timeline.now
    _show(task, "STOPPED")
    task.facts |= {"stoppedAt": moment(now), "executionStoppedAt": moment(now), "connectivity": "DISCONNECTED"}
    keeper.stopped(task)

    def detach() -> None:
        detach_interface(store.account, store.region, task.interface)

    world.timeline.after(world.timing.seconds("eni_linger"), detach)
    world.timeline.after(world.timing.seconds("task_kept"), lambda: store.tasks.pop(task.arn, None))


def _deregister(world: World, store: Store, task: Task) -> float:
    balancing = world.store(elbv2.store.Store, store.account, store.region)
    waits = [0.0]
    for entry in task.target_groups:
        if group := balancing.target_groups.get(entry["targetGroupArn"]):
            waits.append(elbv2.targets.deregister(world, balancing, group, task.address, entry["containerPort"]))
    return max(waits)


def _show(task: Task, status: str) -> None:
    task.facts["lastStatus"] = status
    task.facts["version"] += 1
    for container in task.containers:
        container["lastStatus"] = status if status in ("PENDING", "RUNNING", "STOPPED") else container["lastStatus"]


def _later(world: World, task: Task, phase: str, step: Callable[[], None]) -> None:
    """After the phase, if the task is still meant to run."""
    world.timeline.after(world.timing.seconds(phase), lambda: step() if task.is_live else None)


def _attachment(task_id: str, subnet: str, interface: str, address: str) -> Facts:
    known = {"subnetId": subnet, "networkInterfaceId": interface, "privateIPv4Address": address}
    details = [{"name": k, "value": v} for k, v in known.items()]
    return {"id": task_id[:8], "type": "ElasticNetworkInterface", "status": "ATTACHED", "details": details}


def _container(store: Store, cluster: Cluster, task_id: str, task_arn: str, given: Facts) -> Facts:
    return {
        "containerArn": store.arn("container", cluster.name, task_id, given["name"]),
        "taskArn": task_arn,
        "name": given["name"],
        "image": given["image"],
        "imageDigest": f"sha256:{hashlib.sha256(given['image'].encode()).hexdigest()}",
        "lastStatus": "PENDING",
        "healthStatus": "UNKNOWN",
        "cpu": str(given["cpu"]),
        "networkBindings": [],
        "networkInterfaces": [],
    }


class RunningApp:
    """The task as the network sees it."""

    def __init__(self, world: World, store: Store, task: Task, keeper: Keeper) -> None:
        self._world, self._store, self._task, self._keeper = world, store, task, keeper

    def status(self, port: int, path: str) -> int | None:
        ports = [
            m["containerPort"] for c in self._task.definition.facts["containerDefinitions"] for m in c["portMappings"]
        ]
        if port not in ports or self._world.timeline.now < self._task.serving_from:
            return None
        return self._task.status_of_health

    def about(self) -> dict[str, Any]:
        containers = self._task.definition.facts["containerDefinitions"]
        return {
            "image": containers[0]["image"],
            "task_definition": self._task.definition.arn,
            "task": self._task.arn,
            "environment": sorted(e["name"] for c in containers for e in c["environment"]),
            "secrets": sorted(s["name"] for c in containers for s in c.get("secrets", [])),
            "databases": self._databases(),
        }

    def _databases(self) -> list[str]:
        """The DB instances that security groups let the task reach."""
        where = (self._store.account, self._store.region)
        own = [g.id for g in network(*where).enis[self._task.interface].group_set]
        held = self._world.store(rds.store.Store, *where).instances
        return sorted(n for n, i in held.items() if may_reach(*where, own, i.security_groups, i.facts["Port"]))

    def checked(self, target_group_arn: str, healthy: bool, why: str) -> None:
        task = self._task
        if not task.is_live:
            return
        if healthy:
            task.healthy_in.add(target_group_arn)
            if {e["targetGroupArn"] for e in task.target_groups} <= task.healthy_in and not task.ready:
                task.ready = True
                self._keeper.ready(task)
            return
        task.healthy_in.discard(target_group_arn)
        grace = task.grace_until - self._world.timeline.now
        if grace > 0:
            self._world.timeline.after(grace, lambda: self._recheck(target_group_arn, why))
            return
        port = next(e["containerPort"] for e in task.target_groups if e["targetGroupArn"] == target_group_arn)
        self._keeper.unhealthy(task, target_group_arn, port, why)

    def _recheck(self, target_group_arn: str, why: str) -> None:
        if target_group_arn not in self._task.healthy_in:
            self.checked(target_group_arn, False, why)
