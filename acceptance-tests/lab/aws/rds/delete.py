# SPDX-License-Identifier: MPL-2.0
"""DeleteDBInstance, and what is left of an instance for a while."""

from typing import Any

from ...world import Call, World
from .. import operation
from .describe import shown_instance
from .lifecycle import drop_backups, remove_interfaces, require_available, then
from .rules import identifier
from .secrets import drop_secret
from .snapshots import check_free, take_snapshot
from .store import Instance, Store, conflict, store_of


@operation("rds", "DeleteDBInstance")
def delete(world: World, call: Call) -> dict[str, Any]:
    """Protection first, then the final snapshot's rules, then the state (order assumed)."""
    p, store = call.params, store_of(world, call)
    instance = store.instance(p["DBInstanceIdentifier"])
    if instance.facts["DeletionProtection"]:
        raise conflict("Cannot delete protected DB Instance, please disable deletion protection and try again.")
    final = _final_snapshot(world, store, p.get("SkipFinalSnapshot", False), p.get("FinalDBSnapshotIdentifier"))
    if instance.status != "stopped":
        require_available(instance, "deletion")
    if final:
        take_snapshot(world, store, instance, final, "manual", {})
    instance.status = "deleting"
    keep_backups = p.get("DeleteAutomatedBackups") is False
    then(world, store, instance, "deleting", lambda: _gone(world, store, instance, keep_backups))
    return {"DBInstance": shown_instance(store, instance)}


def _final_snapshot(world: World, store: Store, skip: bool, name: str | None) -> str | None:
    """Model: SkipFinalSnapshot, FinalDBSnapshotIdentifier."""
    if skip:
        if name:
            raise conflict("FinalDBSnapshotIdentifier can not be specified when deleting with SkipFinalSnapshot.")
        return None
    if not name:
        raise conflict("FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.")
    checked = identifier("FinalDBSnapshotIdentifier", name, most=255)
    check_free(world, store, checked)
    return checked


def _gone(world: World, store: Store, instance: Instance, keep_backups: bool) -> None:
    """The secret and, by default, the automated backups go too; the network interfaces stay a little longer."""
    del store.instances[instance.id]
    drop_secret(store, instance)
    if not keep_backups:
        drop_backups(store, instance)
    store.note("db-instance", instance.id, "db", world.timeline.now, "DB instance deleted", "deletion")
    left = instance.interfaces
    world.timeline.after(world.timing.seconds("eni_linger"), lambda: remove_interfaces(store, left))
