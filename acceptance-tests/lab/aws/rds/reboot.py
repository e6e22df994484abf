# SPDX-License-Identifier: MPL-2.0
"""RebootDBInstance and failover."""

from typing import Any

from ...world import Call, World
from .. import operation
from .applying import apply_soon
from .describe import shown_instance
from .lifecycle import become_available, require_available, then
from .store import Instance, Store, conflict, store_of


@operation("rds", "RebootDBInstance")
def reboot(world: World, call: Call) -> dict[str, Any]:
    p, store = call.params, store_of(world, call)
    instance = store.instance(p["DBInstanceIdentifier"])
    require_available(instance, "reboot")
    if p.get("ForceFailover") and not instance.facts["MultiAZ"]:
        raise conflict("Rebooting with failover is only possible for a Multi-AZ instance.")
    restart(world, store, instance, failover=bool(p.get("ForceFailover")))
    return {"DBInstance": shown_instance(store, instance)}


def restart(world: World, store: Store, instance: Instance, failover: bool) -> None:
    def up() -> None:
        facts = instance.facts
        if failover:
            home, spare = facts["AvailabilityZone"], facts["SecondaryAvailabilityZone"]
            facts["AvailabilityZone"], facts["SecondaryAvailabilityZone"] = spare, home
            text = "Multi-AZ instance failover completed"
            store.note("db-instance", instance.id, "db", world.timeline.now, text, "failover")
        instance.parameter_status = "in-sync"
        become_available(world, store, instance)
        store.note("db-instance", instance.id, "db", world.timeline.now, "DB instance restarted", "availability")
        if instance.coming:
            apply_soon(world, store, instance, {})

    instance.status = "rebooting"
    then(world, store, instance, "rebooting", up)
