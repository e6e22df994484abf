# SPDX-License-Identifier: MPL-2.0
"""Containers are not run: the image's tag says how they behave, and a command that takes the place of the image's own
ends by itself."""

import re
from dataclasses import dataclass, field

from ...world import World
from .. import logs
from .store import Facts, Store, Task, TaskDefinition


@dataclass(frozen=True)
class Manner:
    status: int = 200
    exit_code: int | None = None
    slow_to_pull: bool = False
    warms_up: bool = False
    seconds: float = 0
    greeting: list[str] = field(default_factory=list)
    last_words: list[str] = field(default_factory=list)


def of(definition: TaskDefinition, overrides: list[Facts] | None = None) -> Manner:
    """The first essential container's tag decides for the task, or the command that it is given instead of its own."""
    container = main_container(definition)
    for override in overrides or []:
        if override.get("name") == container["name"] and override.get("command"):
            return _commanded(container, override["command"])
    ports = ", ".join(str(m["containerPort"]) for m in container["portMappings"]) or "no port"
    greeting = [f"starting {container['image']}"]
    match tag_of(container["image"]):
        case "crash":
            words = ["error: cannot read configuration: KeyError: 'REQUIRED_SETTING'", "shutting down with exit code 1"]
            return Manner(exit_code=1, greeting=greeting, last_words=words)
        case "unhealthy":
            return Manner(500, greeting=[*greeting, f"listening on {ports}", "error: health: a dependency is down"])
        case "slow":
            return Manner(slow_to_pull=True, greeting=[*greeting, f"listening on {ports}"])
        case "warming":
            return Manner(warms_up=True, greeting=[*greeting, "warming up"], last_words=[f"listening on {ports}"])
    return Manner(greeting=[*greeting, f"listening on {ports}"])


def _commanded(container: Facts, command: list[str]) -> Manner:
    """`sleep N` in the command takes N seconds as a user configures them, `exit N` ends it with N, `:crash` with 1."""
    text = " ".join(command)
    takes, ends = (re.search(rf"\b{word} (\d+)", text) for word in ("sleep", "exit"))
    code = int(ends[1]) if ends else int(tag_of(container["image"]) == "crash")
    slow = tag_of(container["image"]) == "slow"
    words = [f"running {text}", "done" if code == 0 else f"error: the command failed with exit code {code}"]
    return Manner(exit_code=code, slow_to_pull=slow, seconds=float(takes[1]) if takes else 0, last_words=words)


def main_container(definition: TaskDefinition) -> Facts:
    return next(c for c in definition.facts["containerDefinitions"] if c["essential"])


def tag_of(image: str) -> str:
    """`latest` if none is given; an image by digest has none."""
    name, _, digest = image.partition("@")
    return "" if digest else name.rpartition("/")[2].partition(":")[2] or "latest"


def log_target(container: Facts, task_id: str) -> tuple[str, str] | None:
    """Group and stream of the awslogs driver: `<prefix>/<container>/<task>`."""
    configuration = container.get("logConfiguration") or {}
    options = configuration.get("options") or {}
    if configuration.get("logDriver") != "awslogs":
        return None
    return options.get("awslogs-group", ""), f"{options.get('awslogs-stream-prefix', '')}/{container['name']}/{task_id}"


def say(world: World, store: Store, task: Task, lines: list[str]) -> None:
    """Lost, as with the real driver, if the group has gone meanwhile."""
    target = log_target(main_container(task.definition), task.id)
    if target and lines and target[0] in world.store(logs.Store, store.account, store.region).groups:
        logs.write(world, store.account, store.region, *target, lines)
