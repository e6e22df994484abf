# SPDX-License-Identifier: MPL-2.0
"""How an instance passes from one status to the next."""

from collections.abc import Callable

from ...models import fault
from ...world import World
from ..ec2 import attach_interface, detach_interface, subnet_of
from .snapshots import take_snapshot
from .store import Instance, Store, moment


# What terraform-provider-aws waits for after `available` (internal/service/rds/instance.go), and one nobody knows.
DETOURS = ("configuring-enhanced-monitoring", "backing-up", "maintenance", "lab-unknown-status")


def require_available(instance: Instance, what: str) -> None:
    if instance.status == "deleting":
        text = f"Instance {instance.id} is already being deleted."
        raise fault("rds", "InvalidDBInstanceStateFault", text)
    if instance.status not in ("available", "storage-optimization"):
        text = f"Database instance is not in available state: {instance.id} is {instance.status}; {what} refused."
        raise fault("rds", "InvalidDBInstanceStateFault", text)


def then(
    world: World, store: Store, instance: Instance, phase: str, step: Callable[[], None], seconds: float | None = None
) -> None:
    """After the phase, unless the instance has meanwhile gone or begun something else."""
    instance.busy += 1
    mine = instance.busy

    def due() -> None:
        if store.instances.get(instance.id) is instance and instance.busy == mine:
            step()

    world.timeline.after(world.timing.seconds(phase) if seconds is None else seconds, due)


def create_over_time(world: World, store: Store, instance: Instance) -> None:
    """creating -> backing-up (if backups are on) -> available."""

    def created() -> None:
        if instance.facts["BackupRetentionPeriod"] == 0:
            available()
            return
        instance.status = "backing-up"
        automated_backup(world, store, instance)
        then(world, store, instance, "backing_up", available)

    def available() -> None:
        become_available(world, store, instance)
        store.note("db-instance", instance.id, "db", world.timeline.now, "DB instance created", "creation")

    instance.status = "creating"
    then(world, store, instance, "creating", created)


def become_available(world: World, store: Store, instance: Instance) -> None:
    instance.status = "available"
    instance.reachable = True
    instance.pending.pop("MasterUserPassword", None)
    instance.facts["LatestRestorableTime"] = (
        moment(world.timeline.now) if instance.facts["BackupRetentionPeriod"] else None
    )
    if world.lag.detour:
        _detour(world, store, instance)


def _detour(world: World, store: Store, instance: Instance) -> None:
    """Some status again after `available` was seen, unless somebody was quicker; the last of them is nobody's."""
    status = DETOURS[instance.detours % len(DETOURS)]
    instance.detours += 1

    def leave() -> None:
        if instance.status == "available":
            instance.status = status
            then(world, store, instance, "", come_back, world.lag.detour)

    def come_back() -> None:
        if instance.status == status:
            instance.status = "available"

    then(world, store, instance, "", leave, world.lag.detour / 4)


def automated_backup(world: World, store: Store, instance: Instance) -> None:
    stamp = moment(world.timeline.now).strftime("%Y-%m-%d-%H-%M-%S")
    take_snapshot(world, store, instance, f"rds:{instance.id}-{stamp}", "automated", {})


def drop_backups(store: Store, instance: Instance) -> None:
    for name, snapshot in list(store.snapshots.items()):
        mine = snapshot.facts["DbiResourceId"] == instance.facts["DbiResourceId"]
        if mine and snapshot.facts["SnapshotType"] == "automated":
            del store.snapshots[name]


def place_interfaces(store: Store, instance: Instance) -> None:
    """One network interface in each zone the instance runs in."""
    group = store.subnet_groups[instance.subnet_group]
    zones = [instance.facts["AvailabilityZone"], instance.facts.get("SecondaryAvailabilityZone")]
    remove_interfaces(store, instance.interfaces)
    instance.interfaces = []
    for zone in filter(None, zones):
        home = next(i for i in group.subnet_ids if _zone(store, i) == zone)
        made = attach_interface(
            store.account, store.region, home, instance.security_groups, "amazon-rds", "RDSNetworkInterface"
        )
        instance.interfaces.append(made)


def remove_interfaces(store: Store, interfaces: list[str]) -> None:
    for interface in interfaces:
        detach_interface(store.account, store.region, interface)


def group_zones(store: Store, name: str) -> list[str]:
    return sorted({zone for i in store.subnet_groups[name].subnet_ids if (zone := _zone(store, i))})


def _zone(store: Store, subnet_id: str) -> str | None:
    subnet = subnet_of(store.account, store.region, subnet_id)
    return subnet.availability_zone if subnet else None
