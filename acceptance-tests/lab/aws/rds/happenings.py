# SPDX-License-Identifier: MPL-2.0
"""What RDS does by itself, on command: POST /_lab/rds/<instance>/<event>?region=…"""

from typing import Any

from ...world import World
from .. import event
from .applying import apply_soon
from .catalogue import ordered, upgrades_from
from .lifecycle import require_available
from .reboot import restart
from .store import Facts, Instance, Store


@event("rds", "minor-version")
def minor_version(world: World, where: Facts, body: Facts) -> dict[str, Any]:
    """The newest minor of the major, or the one named in `version`: by AutoMinorVersionUpgrade, or `forced`, as RDS does
    with versions that reach their end of support ("Upgrading a DB instance engine version")."""
    store, instance = _instance(world, where)
    if not (instance.facts["AutoMinorVersionUpgrade"] or body.get("forced")):
        raise ValueError(f"{instance.id} has no automatic minor version upgrade; an upgrade can be `forced`")
    now = instance.facts["EngineVersion"]
    newer = [v for v in upgrades_from(now) if v.partition(".")[0] == now.partition(".")[0]]
    target = body.get("version") or max(newer, key=ordered, default=None)
    if target not in newer:
        raise ValueError(f"{instance.id} runs {now}; minors above it: {', '.join(newer) or 'none'}")
    apply_soon(world, store, instance, {"EngineVersion": target})
    return {"from": now, "to": target}


@event("rds", "grow-storage")
def grow_storage(world: World, where: Facts, body: Facts) -> dict[str, Any]:
    """Storage autoscaling: to `gb`, or by 10 GiB or a tenth, whichever is more ("low free storage" article)."""
    store, instance = _instance(world, where)
    size, most = instance.facts["AllocatedStorage"], instance.facts["MaxAllocatedStorage"]
    target = body.get("gb") or max(size + 10, -(-size * 11 // 10))
    if most is None or not size < target <= most:
        raise ValueError(f"{instance.id} has {size} GiB and may grow to {most}; {target} is not between them")
    apply_soon(world, store, instance, {"AllocatedStorage": target})
    return {"from": size, "to": target}


@event("rds", "failover")
def failover(world: World, where: Facts, _body: Facts) -> dict[str, Any]:
    store, instance = _instance(world, where)
    if not instance.facts["MultiAZ"]:
        raise ValueError(f"{instance.id} is not Multi-AZ")
    restart(world, store, instance, failover=True)
    return {}


@event("rds", "maintenance-window")
def maintenance_window(world: World, where: Facts, _body: Facts) -> dict[str, Any]:
    """The window has come: what was pending is applied."""
    store, instance = _instance(world, where)
    pending = dict(instance.pending)
    if pending:
        apply_soon(world, store, instance, pending)
    instance.maintenance.clear()
    return {"applied": pending}


@event("rds", "offer-maintenance")
def offer_maintenance(world: World, where: Facts, body: Facts) -> dict[str, Any]:
    """A pending maintenance action appears, such as `system-update`."""
    _, instance = _instance(world, where)
    action = {"Action": body.get("action", "system-update"), "Description": body.get("description", "New update")}
    instance.maintenance.append(action)
    return action


@event("rds", "set")
def set_facts(world: World, where: Facts, body: Facts) -> dict[str, Any]:
    """Any member of DBInstance that is a plain value, without rules: what a support engineer might do."""
    _, instance = _instance(world, where)
    if unknown := sorted(body.keys() - instance.facts.keys()):
        raise ValueError(f"no such facts: {', '.join(unknown)}; there are {', '.join(sorted(instance.facts))}")
    instance.facts.update(body)
    return {}


def _instance(world: World, where: Facts) -> tuple[Store, Instance]:
    store = world.store(Store, where["account"], where["region"])
    instance = store.instance(where["id"])
    require_available(instance, "this")
    return store, instance
