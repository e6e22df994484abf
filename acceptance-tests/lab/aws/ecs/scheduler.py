# SPDX-License-Identifier: MPL-2.0
"""The service scheduler: keeps the number of tasks, rolls a revision out within the percentages, and replaces the dead.

`Scheduler.tend` looks at the service as it is and does what is due; every event of a task ends in it.
"""

from dataclasses import dataclass
from math import ceil

from ...world import World
from . import deployments, tasks
from .store import Rollout, Service, Store, Task

MOST_DELAY = 10.0


@dataclass
class Scheduler:
    """Keeper of the tasks of one service."""

    world: World
    store: Store
    service: Service

    def tend(self) -> None:
        service = self.service
        if service.facts["status"] != "ACTIVE" or service.primary.waiting:
            return
        primary = service.primary
        live = self._live(primary)
        surplus = len(live) - service.desired
        if surplus > 0:
            self._scale_in(primary, sorted(live, key=lambda t: t.ready)[:surplus])
        elif surplus < 0 and primary.state != "FAILED":
            self._start(primary, -surplus)
        if primary.state != "FAILED":
            self._retire_older()
        self._look_whether_done()

    def ready(self, task: Task) -> None:
        """Once a task runs well the failures are forgotten, unless they are counted for good (model: failedTasks)."""
        task.facts["healthStatus"] = "UNKNOWN"
        task.rollout.held_until = 0.0
        if deployments.forgives(self.service):
            task.rollout.failed = 0
            if task.rollout is self.service.primary:
                task.rollout.deployment.failures = 0
        self.tend()

    def failed(self, task: Task) -> None:
        now, rollout = self.world.timeline.now, task.rollout
        if task.facts["stopCode"] == "TaskFailedToStart":
            reason = task.facts["stoppedReason"]
            said = f"was unable to place a task. Reason: {reason}"
            if "unable to assume the role" in reason:
                said = f"failed to launch a task with (error {reason})."
            self.service.note(now, said)
        self.service.steady = False
        rollout.failed += 1
        if rollout is self.service.primary:
            self._hold_back(rollout)
            deployments.count_failure(self.world, self.store, self.service, rollout)
        self.tend()

    def stopped(self, task: Task) -> None:
        if task in self.service.tasks:
            self.service.tasks.remove(task)
        deployments.look_whether_drained(self.world, self.store, self.service)
        self.tend()

    def unhealthy(self, task: Task, target_group: str, port: int, why: str) -> None:
        now = self.world.timeline.now
        text = f"(task {task.id}) (port {port}) is unhealthy in (target-group {target_group}) due to (reason {why})."
        self.service.note(now, text)
        reason = tasks.HEALTH.format(target_group)
        tasks.stop(self.world, self.store, task, self, "ServiceSchedulerInitiated", reason)
        self.failed(task)

    def _live(self, rollout: Rollout) -> list[Task]:
        return [t for t in self.service.tasks if t.rollout is rollout and t.is_live]

    def _start(self, rollout: Rollout, wanted: int) -> None:
        """No more than maximumPercent of the desired count in all, rounded down (model)."""
        now = self.world.timeline.now
        if rollout.held_until > now:
            return
        most = self.service.desired * self._percent("maximumPercent", 200) // 100
        room = most - sum(t.is_live for t in self.service.tasks)
        made = [
            tasks.launch(self.world, self.store, self.service, rollout, self) for _ in range(min(wanted, max(room, 0)))
        ]
        if made:
            self.service.steady = False
            shown = " ".join(f"(task {t.id})" for t in made)
            self.service.note(now, f"has started {len(made)} tasks: {shown}.")

    def _retire_older(self) -> None:
        """No fewer than minimumHealthyPercent of the desired count, rounded up, stay ready (model)."""
        least = ceil(self.service.desired * self._percent("minimumHealthyPercent", 100) / 100)
        older = [t for t in self.service.tasks if t.rollout is not self.service.primary and t.is_live]
        spare = sum(t.ready for t in self.service.tasks if t.is_live) - least
        for task in sorted(older, key=lambda t: t.ready):
            if task.ready and spare <= 0:
                break
            spare -= task.ready
            self._scale_in(task.rollout, [task])

    def _scale_in(self, rollout: Rollout, chosen: list[Task]) -> None:
        reason = f"Scaling activity initiated by (deployment {rollout.id})"
        shown = " ".join(f"(task {t.id})" for t in chosen)
        self.service.note(self.world.timeline.now, f"has stopped {len(chosen)} running tasks: {shown}.")
        for task in chosen:
            tasks.stop(self.world, self.store, task, self, "ServiceSchedulerInitiated", reason)

    def _look_whether_done(self) -> None:
        """Steady: as many ready tasks as wanted, and no other that has not yet stopped."""
        service, primary = self.service, self.service.primary
        mine = self._live(primary)
        others = [t for t in service.tasks if t.rollout is not primary]
        if len(mine) != service.desired or not all(t.ready for t in mine) or others:
            return
        if primary.state == "IN_PROGRESS":
            deployments.complete(self.world, self.store, service, primary)
        if not service.steady:
            service.steady = True
            service.note(self.world.timeline.now, "has reached a steady state.")

    def _hold_back(self, rollout: Rollout) -> None:
        """Tasks that fail again and again are started ever more slowly ("Service throttle logic")."""
        base = self.world.timing.seconds("task_retry")
        delay = min(base * 2 ** max(rollout.failed - 3, 0), MOST_DELAY)
        rollout.held_until = self.world.timeline.now + delay
        self.world.timeline.after(delay, self.tend)

    def _percent(self, member: str, default: int) -> int:
        value = self.service.facts["deploymentConfiguration"].get(member)
        return default if value is None else value
