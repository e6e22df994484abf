# SPDX-License-Identifier: MPL-2.0
"""Task definitions: every registration is a new revision, and a revision never changes."""

import json
import re
from typing import Any

from ...errors import NotPerformed
from ...world import Call, Shelf, World
from .. import finds, operation
from .store import Facts, Service, Store, TaskDefinition, client, moment, page, read_tags, store_of, tag_list

# CPU units -> MiB ("Task CPU and memory" in the developer guide's Fargate chapter).
SIZES = {
    256: [512, 1024, 2048],
    512: list(range(1024, 4097, 1024)),
    1024: list(range(2048, 8193, 1024)),
    2048: list(range(4096, 16385, 1024)),
    4096: list(range(8192, 30721, 1024)),
    8192: list(range(16384, 61441, 4096)),
    16384: list(range(32768, 122881, 8192)),
}

# "Task definition size", not adjustable (developer guide, "Amazon ECS service quotas"); the text as in
# https://github.com/awsdocs/amazon-ecs-developer-guide/pull/149.
LONGEST = 65536


@operation("ecs", "RegisterTaskDefinition")
def register(world: World, call: Call) -> dict[str, Any]:
    p, store = call.params, store_of(world, call)
    tags = read_tags(p.get("tags"))
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,255}", p["family"]):
        raise client("Family name can only contain letters, numbers, hyphens and underscores, up to 255 characters.")
    if "FARGATE" not in p.get("requiresCompatibilities", []):
        raise NotPerformed("ecs", "RegisterTaskDefinition", "but for Fargate")
    if (length := _length(p)) > LONGEST:
        raise client(f"Actual length: '{length}'. Max allowed length is '{LONGEST}' bytes.")
    facts = {k: v for k, v in p.items() if k != "tags"} | _size(p)
    facts["containerDefinitions"] = [_container(c) for c in p["containerDefinitions"]]
    _check(facts)
    revision = store.revision_numbers.get(p["family"], 0) + 1
    store.revision_numbers[p["family"]] = revision
    facts |= {
        "taskDefinitionArn": store.arn("task-definition", f"{p['family']}:{revision}"),
        "revision": revision,
        "status": "ACTIVE",
        "compatibilities": ["EC2", "FARGATE"],
        "requiresAttributes": [],
        "placementConstraints": [],
        "volumes": p.get("volumes", []),
        "registeredAt": moment(world.timeline.now),
        "registeredBy": f"arn:aws:iam::{call.account}:root",
    }
    definition = TaskDefinition(facts, tags)
    store.task_definitions[definition.arn] = definition
    return {"taskDefinition": facts, "tags": tag_list(tags)}


@operation("ecs", "DescribeTaskDefinition")
def describe(world: World, call: Call) -> dict[str, Any]:
    found = store_of(world, call).task_definition(call.params["taskDefinition"])
    if found is None:
        raise client("Unable to describe task definition.")
    answer = {"taskDefinition": found.facts}
    if "TAGS" in call.params.get("include", []):
        answer["tags"] = tag_list(found.tags)
    return answer


@operation("ecs", "ListTaskDefinitions")
def list_task_definitions(world: World, call: Call) -> dict[str, Any]:
    p = call.params
    wanted = (p.get("familyPrefix"), p.get("status", "ACTIVE"))
    held = store_of(world, call).task_definitions.values()
    found = [
        d for d in held if d.facts["family"] == (wanted[0] or d.facts["family"]) and d.facts["status"] == wanted[1]
    ]
    found.sort(key=lambda d: (d.facts["family"], d.facts["revision"]), reverse=p.get("sort") == "DESC")
    return page(found, p, "taskDefinitionArns", 100, lambda d: d.arn)


@operation("ecs", "DeregisterTaskDefinition")
def deregister(world: World, call: Call) -> dict[str, Any]:
    """Running tasks and services go on with it (model: operation)."""
    definition = _named(store_of(world, call), call.params["taskDefinition"])
    if definition.facts["status"] == "ACTIVE":
        definition.facts |= {"status": "INACTIVE", "deregisteredAt": moment(world.timeline.now)}
    return {"taskDefinition": definition.facts}


@operation("ecs", "DeleteTaskDefinitions")
def delete(world: World, call: Call) -> dict[str, Any]:
    """Up to 10, and only deregistered ones; then DELETE_IN_PROGRESS until nothing uses them (model: operation)."""
    store, names = store_of(world, call), call.params["taskDefinitions"]
    if not 1 <= len(names) <= 10:
        raise client("You can delete 1 to 10 task definitions at once.")
    gone, failures = [], []
    for name in names:
        definition = store.task_definition(name) if ":" in name else None
        if definition is None or definition.facts["status"] == "ACTIVE":
            what = (
                "is still in ACTIVE status. Please deregister the target"
                if definition
                else "does not exist. Name another"
            )
            reason = f"The specified task definition {what} and try again."
            failures.append({"arn": name, "reason": reason})
            continue
        definition.facts |= {"status": "DELETE_IN_PROGRESS", "deleteRequestedAt": moment(world.timeline.now)}
        gone.append(definition.facts)
        _vanish(world, store, definition)
    return {"taskDefinitions": gone, "failures": failures}


@finds("ecs", "RegisterTaskDefinition")
def registered(world: World, call: Call, result: Facts) -> Shelf:
    return Shelf(store_of(world, call).task_definitions, result["taskDefinition"]["taskDefinitionArn"])


def _named(store: Store, name: str) -> TaskDefinition:
    if ":" not in name:
        raise client("A family and a revision must be specified.")
    found = store.task_definition(name)
    if found is None:
        raise client("Unable to describe task definition.")
    return found


def _vanish(world: World, store: Store, definition: TaskDefinition) -> None:
    def look() -> None:
        used = any(t.definition is definition and not t.is_gone for t in store.tasks.values())
        used = used or any(definition.arn in _needed(s) for s in store.services.values())
        if not used:
            store.task_definitions.pop(definition.arn, None)
            return
        world.timeline.after(max(1.0, world.timing.seconds("draining")), look)

    world.timeline.after(world.timing.seconds("draining"), look)


def _needed(service: Service) -> set[str]:
    """What the service runs, or would go back to."""
    if service.facts["status"] != "ACTIVE":
        return set()
    revisions = [r.revision for r in service.rollouts] + [r for r in (service.completed,) if r]
    return {r.facts["taskDefinition"] for r in revisions}


def _length(p: Facts) -> int:
    """What is registered, as compact JSON."""
    written = {k: v for k, v in p.items() if k != "tags"}
    return len(json.dumps(written, separators=(",", ":"), ensure_ascii=False).encode())


def _size(p: Facts) -> Facts:
    """`1 vCPU` and `2 GB` come back as units and MiB."""
    cpu, memory = (str(p.get(k, "")).strip() for k in ("cpu", "memory"))
    if found := re.fullmatch(r"([\d.]+)\s*vcpu", cpu, re.IGNORECASE):
        cpu = str(int(float(found[1]) * 1024))
    if found := re.fullmatch(r"([\d.]+)\s*gb", memory, re.IGNORECASE):
        memory = str(int(float(found[1]) * 1024))
    if not cpu.isdecimal() or not memory.isdecimal():
        raise client("Fargate requires that 'cpu' and 'memory' be defined at the task level.")
    if int(memory) not in SIZES.get(int(cpu), []):
        raise client(
            f"No Fargate configuration exists for given values: {cpu} CPU, {memory} memory. "
            "See the Amazon ECS documentation for the valid values."
        )
    return {"cpu": cpu, "memory": memory}


def _container(given: Facts) -> Facts:
    """Defaults show in the answer."""
    ports = [{"protocol": "tcp", "hostPort": m.get("containerPort")} | m for m in given.get("portMappings", [])]
    empty = {k: [] for k in ("environment", "mountPoints", "volumesFrom", "systemControls")}
    return {"cpu": 0, "essential": True} | empty | given | {"portMappings": ports}


def _check(facts: Facts) -> None:
    if facts.get("networkMode") != "awsvpc":
        raise client("Fargate only supports network mode 'awsvpc'.")
    containers = facts["containerDefinitions"]
    names = [c.get("name") for c in containers]
    if not containers or not all(names) or not all(c.get("image") for c in containers):
        raise client("Container.name and Container.image should not be null or empty.")
    if len(set(names)) < len(names):
        raise client("Container names must be unique within a task definition.")
    if not any(c["essential"] for c in containers):
        raise client("At least one container must be marked as essential.")
    for mapping in (m for c in containers for m in c["portMappings"]):
        if mapping["hostPort"] != mapping.get("containerPort"):
            raise client("When networkMode=awsvpc, the host ports and container ports in port mappings must match.")
    if facts.get("executionRoleArn"):
        return
    if any((c.get("logConfiguration") or {}).get("logDriver") == "awslogs" for c in containers):
        raise client("Fargate requires task definition to have execution role ARN to support log driver awslogs.")
    if any(c.get("secrets") for c in containers):
        raise client("Fargate requires task definition to have execution role ARN to support secrets.")
