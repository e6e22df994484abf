# SPDX-License-Identifier: MPL-2.0
"""Changes becoming facts over time."""

from ...models import service_model
from ...world import World
from .catalogue import family_of
from .create import other_zone
from .lifecycle import automated_backup, become_available, drop_backups, place_interfaces, then
from .modes import STORAGE
from .store import Facts, Instance, Store

STATUS = {
    "EngineVersion": "upgrading",
    "DBInstanceIdentifier": "renaming",
    "MasterUserPassword": "resetting-master-credentials",
    "MonitoringInterval": "configuring-enhanced-monitoring",
    "IAMDatabaseAuthenticationEnabled": "configuring-iam-database-auth",
    "EnabledCloudwatchLogsExports": "configuring-log-exports",
}


def apply_soon(world: World, store: Store, instance: Instance, changes: Facts) -> None:
    """The status turns only a moment after the answer (aws-sdk-js issue 1505); how long is assumed."""
    instance.coming |= changes

    def begin() -> None:
        instance.status = next((s for member, s in STATUS.items() if member in instance.coming), "modifying")
        then(world, store, instance, "modifying", finish)

    def finish() -> None:
        done, instance.coming = instance.coming, {}
        grown = any(instance.facts[m] != done[m] for m in STORAGE if m in done)
        settle(world, store, instance, done)
        become_available(world, store, instance)
        text = "Finished applying modification to the DB instance"
        store.note("db-instance", instance.id, "db", world.timeline.now, text, "configuration change")
        if grown:
            instance.storage_changed_at = world.timeline.now
            instance.status = "storage-optimization"
            then(world, store, instance, "storage_optimization", lambda: become_available(world, store, instance))

    then(world, store, instance, "lag", begin)


def settle(world: World, store: Store, instance: Instance, changes: Facts) -> None:
    """Makes the changes facts; each leaves PendingModifiedValues."""
    facts, was = instance.facts, dict(instance.facts)
    for member in showable(changes):
        instance.pending.pop(member, None)
    facts.update({member: value for member, value in changes.items() if member in facts})
    if facts["EngineVersion"] != was["EngineVersion"]:
        instance.parameter_status = "in-sync"  # an upgrade restarts the engine
        if instance.parameter_group.startswith("default."):
            instance.parameter_group = f"default.{family_of(facts['EngineVersion'])}"
    elif instance.parameter_status == "applying":
        instance.parameter_status = "pending-reboot"
    instance.security_status = "active"
    if facts["MultiAZ"] != was["MultiAZ"]:
        spare = other_zone(store, instance.subnet_group, facts) if facts["MultiAZ"] else None
        facts["SecondaryAvailabilityZone"] = spare
        place_interfaces(store, instance)
    if instance.id != was["DBInstanceIdentifier"]:
        store.instances[instance.id] = store.instances.pop(was["DBInstanceIdentifier"])
    if facts["BackupRetentionPeriod"] and not was["BackupRetentionPeriod"]:
        automated_backup(world, store, instance)
    if not facts["BackupRetentionPeriod"]:
        drop_backups(store, instance)


def showable(changes: Facts) -> Facts:
    members = service_model("rds").shape_for("PendingModifiedValues").members
    return {k: v for k, v in changes.items() if k in members}
