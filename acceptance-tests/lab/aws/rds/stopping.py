# SPDX-License-Identifier: MPL-2.0
"""A stopped instance: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_StopInstance.html"""

from typing import Any

from ...models import fault
from ...world import Call, World
from .. import event, operation
from .describe import shown_instance
from .lifecycle import become_available, require_available, then
from .store import Facts, Instance, Store, store_of


@operation("rds", "StopDBInstance")
def stop_instance(world: World, call: Call) -> dict[str, Any]:
    store = store_of(world, call)
    instance = store.instance(call.params["DBInstanceIdentifier"])
    _stop(world, store, instance)
    return {"DBInstance": shown_instance(store, instance)}


@operation("rds", "StartDBInstance")
def start_instance(world: World, call: Call) -> dict[str, Any]:
    store = store_of(world, call)
    instance = store.instance(call.params["DBInstanceIdentifier"])
    _start(world, store, instance)
    return {"DBInstance": shown_instance(store, instance)}


@event("rds", "stop")
def stop(world: World, where: Facts, _body: Facts) -> dict[str, Any]:
    """Somebody stops it."""
    store = world.store(Store, where["account"], where["region"])
    _stop(world, store, store.instance(where["id"]))
    return {}


@event("rds", "start")
def start(world: World, where: Facts, _body: Facts) -> dict[str, Any]:
    """Somebody starts it, or RDS does, seven days after it was stopped."""
    store = world.store(Store, where["account"], where["region"])
    _start(world, store, store.instance(where["id"]))
    return {}


def _stop(world: World, store: Store, instance: Instance) -> None:
    require_available(instance, "stop")
    instance.status, instance.reachable = "stopping", False
    then(world, store, instance, "rebooting", lambda: _reach(instance, "stopped"))


def _start(world: World, store: Store, instance: Instance) -> None:
    if instance.status != "stopped":
        text = f"Instance {instance.id} is not stopped: it is {instance.status}."
        raise fault("rds", "InvalidDBInstanceStateFault", text)
    instance.status = "starting"
    then(world, store, instance, "rebooting", lambda: become_available(world, store, instance))


def _reach(instance: Instance, status: str) -> None:
    instance.status = status
