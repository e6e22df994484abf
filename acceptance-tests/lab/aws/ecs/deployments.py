# SPDX-License-Identifier: MPL-2.0
"""Service deployments: PENDING, IN_PROGRESS, and how they end; circuit breaker, rollback, stop.

"View service history using Amazon ECS service deployments", "How the Amazon ECS deployment circuit breaker detects
failures" and "Stopping Amazon ECS service deployments" in the developer guide.
"""

from math import ceil

from ...world import World
from . import scheduler
from .store import Facts, Revision, Rollout, Service, ServiceDeployment, Store, digits, identifier

EXCEEDED = "Service deployment rolled back because the circuit breaker threshold was exceeded."
STOPPED = "Service deployment stopped because the circuit breaker threshold was exceeded."
NO_CANDIDATE = "No rollback candidate was found to run the rollback."
FAILED_TO_START = "ECS deployment circuit breaker: tasks failed to start."
# What a revision freezes, and what therefore needs a deployment to change (model: UpdateService).
WORKLOAD = (
    "taskDefinition",
    "networkConfiguration",
    "platformVersion",
    "loadBalancers",
    "serviceRegistries",
    "serviceConnectConfiguration",
    "volumeConfigurations",
)


def begin(world: World, store: Store, service: Service) -> None:
    """A deployment of the service as it now is; one that is still under way is stopped."""
    now, number = world.timeline.now, digits()
    path = (service.cluster.name, service.name)
    facts = {k: service.facts[k] for k in (*WORKLOAD, "launchType", "capacityProviderStrategy", "platformFamily")}
    revision = Revision(store.arn("service-revision", *path, number), facts, now)
    sources = list(dict.fromkeys(r.revision for r in service.rollouts))
    deployment = ServiceDeployment(store.arn("service-deployment", *path, identifier()), revision, sources, now)
    deployment.threshold = threshold(service)
    if not breaker(service).get("enable"):
        deployment.breaker = "DISABLED"
    if service.deployments and not service.deployments[0].is_over:
        service.deployments[0].status = "STOP_REQUESTED"
    service.revisions.insert(0, revision)
    service.deployments.insert(0, deployment)
    _put_first(service, Rollout(f"ecs-svc/{number}", revision, deployment, now))
    service.primary.reason = f"ECS deployment {service.primary.id} in progress."
    world.timeline.after(world.timing.seconds("deployment_pending"), lambda: _start(world, store, service, deployment))


def complete(world: World, store: Store, service: Service, rollout: Rollout) -> None:
    now, deployment = world.timeline.now, rollout.deployment
    rollout.state, rollout.reason = "COMPLETED", f"ECS deployment {rollout.id} completed."
    rollout.failed = 0
    service.rollouts = [rollout]
    service.completed = rollout.revision
    service.note(now, f"(deployment {rollout.id}) deployment completed.")
    _end(deployment, "ROLLBACK_SUCCESSFUL" if deployment.rollback else "SUCCESSFUL", now)
    if deployment.breaker == "MONITORING":
        deployment.breaker = "MONITORING_COMPLETE"


def count_failure(world: World, store: Store, service: Service, rollout: Rollout) -> None:
    deployment = rollout.deployment
    if rollout.state != "IN_PROGRESS" or deployment.is_over:
        return
    if deployment.rollback is None:
        deployment.failures = rollout.failed
    if not breaker(service).get("enable") or rollout.failed < deployment.threshold:
        return
    rollout.state, rollout.reason = "FAILED", FAILED_TO_START
    service.note(world.timeline.now, f"(deployment {rollout.id}) deployment failed: tasks failed to start.")
    if deployment.rollback is not None:
        _end(deployment, "ROLLBACK_FAILED", world.timeline.now, "The rollback failed: tasks failed to start.")
        return
    deployment.breaker = "TRIGGERED"
    if breaker(service).get("rollback"):
        roll_back(world, store, service, rollout, EXCEEDED)
    else:
        _end(deployment, "STOPPED", world.timeline.now, STOPPED)


def roll_back(world: World, store: Store, service: Service, rollout: Rollout, reason: str) -> None:
    """To the last revision that was completed. Without one, nothing more is started ("does not launch new tasks and
    the deployment is stalled"); the status of that is reported by users."""
    now, deployment = world.timeline.now, rollout.deployment
    rollout.waiting = False
    candidate = service.completed
    if candidate is None:
        if rollout.state != "FAILED":
            rollout.state, rollout.reason = "FAILED", NO_CANDIDATE
        _end(deployment, "ROLLBACK_FAILED", now, NO_CANDIDATE)
        return
    deployment.status, deployment.reason = "ROLLBACK_IN_PROGRESS", reason
    deployment.rollback = {"reason": reason, "startedAt": now, "serviceRevisionArn": candidate.arn}
    service.facts.update({k: candidate.facts[k] for k in WORKLOAD})
    back = Rollout(f"ecs-svc/{digits()}", candidate, deployment, now, waiting=False)
    back.reason = f"ECS deployment circuit breaker: rolling back to deploymentId {back.id}."
    for task in service.tasks:
        # The tasks of that revision that still run are kept, not replaced.
        if task.rollout.revision is candidate:
            task.rollout = back
    _put_first(service, back)
    service.note(now, f"rolling back to deployment {back.id}.")
    world.timeline.after(0, scheduler.Scheduler(world, store, service).tend)


def stop_requested(world: World, store: Store, service: Service, deployment: ServiceDeployment) -> None:
    """Rolls back whether or not that is configured."""
    deployment.status = "ROLLBACK_REQUESTED"
    rollout = next(r for r in service.rollouts if r.deployment is deployment)

    def due() -> None:
        if deployment.status == "ROLLBACK_REQUESTED" and service.primary is rollout:
            rollout.state, rollout.reason = "FAILED", "ECS deployment was stopped by request."
            reason = "Service deployment rolled back because of a user request to stop the deployment."
            roll_back(world, store, service, rollout, reason)

    world.timeline.after(world.timing.seconds("deployment_pending"), due)


def look_whether_drained(world: World, store: Store, service: Service) -> None:
    if service.facts["status"] != "DRAINING" or service.tasks:
        return

    def inactive() -> None:
        if service.facts["status"] != "DRAINING":
            return
        service.facts["status"] = "INACTIVE"

        def forgotten() -> None:
            if store.services.get(service.arn) is service:
                del store.services[service.arn]

        world.timeline.after(world.timing.seconds("task_kept"), forgotten)

    world.timeline.after(world.timing.seconds("draining"), inactive)


def breaker(service: Service) -> Facts:
    return service.facts["deploymentConfiguration"].get("deploymentCircuitBreaker") or {}


def forgives(service: Service) -> bool:
    """Model: resetOnHealthyTask."""
    return breaker(service).get("resetOnHealthyTask") is not False


def threshold(service: Service) -> int:
    """Half of the desired count, at least 3 and at most 200, unless configured (model: thresholdConfiguration)."""
    configured = breaker(service).get("thresholdConfiguration") or {"type": "BOUNDED_PERCENT", "value": 50}
    if configured["type"] == "COUNT":
        return configured["value"]
    wanted = ceil(configured["value"] * service.desired / 100)
    return max(wanted, 1) if configured["type"] == "UNBOUNDED_PERCENT" else min(max(wanted, 3), 200)


def _start(world: World, store: Store, service: Service, deployment: ServiceDeployment) -> None:
    for older in service.deployments:
        if older.status == "STOP_REQUESTED" and older is not deployment:
            _end(older, "STOPPED", world.timeline.now, "Service deployment stopped because a new one was started.")
    if deployment.status != "PENDING" or service.facts["status"] != "ACTIVE":
        return
    deployment.status, deployment.started = "IN_PROGRESS", world.timeline.now
    service.primary.waiting = False
    scheduler.Scheduler(world, store, service).tend()


def _put_first(service: Service, rollout: Rollout) -> None:
    for older in service.rollouts:
        older.status = "ACTIVE"
    running = {t.rollout.id for t in service.tasks}
    kept = [r for r in service.rollouts if r.id in running or r.state == "FAILED"]
    service.rollouts = [rollout, *kept]
    service.steady = False


def _end(deployment: ServiceDeployment, status: str, now: float, reason: str | None = None) -> None:
    if deployment.is_over:
        return
    deployment.status, deployment.reason = status, reason or deployment.reason
    deployment.finished = now
    if status in ("STOPPED", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED"):
        deployment.stopped = now
