# SPDX-License-Identifier: MPL-2.0
"""ModifyDBInstance: everything is checked, then sorted by when it takes effect."""

from typing import Any

from ...errors import NotPerformed
from ...world import Call, Shelf, World
from .. import changes, operation
from ..ec2 import regroup_interface
from .applying import apply_soon, showable
from .changes import at_once, check_network, in_window, soon
from .describe import shown_instance
from .lifecycle import require_available
from .modes import ABOUT_THE_CALL, AT_ONCE, IN_WINDOW, SOON
from .secrets import drop_secret, make_secret
from .store import Facts, Instance, Store, conflict, store_of


@operation("rds", "ModifyDBInstance")
def modify(world: World, call: Call) -> dict[str, Any]:
    """What waits shows in PendingModifiedValues; ApplyImmediately takes along what waited before (model)."""
    p, store = call.params, store_of(world, call)
    if unread := sorted(p.keys() - AT_ONCE - SOON - IN_WINDOW - ABOUT_THE_CALL):
        raise NotPerformed("rds", "ModifyDBInstance", f"with {', '.join(unread)}")
    instance = store.instance(p["DBInstanceIdentifier"])
    if p.keys() <= {"DBInstanceIdentifier", "ApplyImmediately"} and not (
        p.get("ApplyImmediately") and instance.pending
    ):
        raise conflict("No modifications were requested")
    require_available(instance, "modification")
    check_network(store, instance, p)
    now = at_once(instance, p)
    wanted = in_window(world, store, instance, p)
    coming = soon(store, instance, p, wanted)

    for member in wanted:
        instance.pending.pop(member, None)
    waiting = {member: value for member, value in wanted.items() if value != instance.facts[member]}
    instance.facts.update(now)
    _adopt_memberships(world, store, instance, p)
    if (
        "BackupRetentionPeriod" in waiting
        and waiting["BackupRetentionPeriod"]
        and instance.facts["BackupRetentionPeriod"]
    ):
        coming["BackupRetentionPeriod"] = waiting.pop("BackupRetentionPeriod")
    if p.get("ApplyImmediately"):
        coming = instance.pending | waiting | coming
    instance.pending.update(showable(waiting | coming))
    if coming:
        apply_soon(world, store, instance, coming)
    return {"DBInstance": shown_instance(store, instance)}


def _adopt_memberships(world: World, store: Store, instance: Instance, p: Facts) -> None:
    name = p.get("DBParameterGroupName", instance.parameter_group).lower()
    if name != instance.parameter_group:
        instance.parameter_group, instance.parameter_status = name, "applying"
    groups = p.get("VpcSecurityGroupIds")
    if groups and set(groups) != set(instance.security_groups):
        instance.security_groups, instance.security_status = list(groups), "adding"
        for interface in instance.interfaces:
            regroup_interface(store.account, store.region, interface, groups)
    if p.get("ManageMasterUserPassword") and not instance.secret:
        make_secret(world, store, instance, p.get("MasterUserSecretKmsKeyId"))
    elif p.get("ManageMasterUserPassword") is False:
        drop_secret(store, instance)


@changes("rds", "ModifyDBInstance")
def changed(world: World, call: Call) -> Shelf:
    return Shelf(store_of(world, call).instances, call.params["DBInstanceIdentifier"].lower())
