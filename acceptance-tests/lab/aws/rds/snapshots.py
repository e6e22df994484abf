# SPDX-License-Identifier: MPL-2.0
"""DB snapshots: manual, automated and final."""

from typing import Any

from ...models import fault
from ...world import Call, Shelf, World
from .. import finds, operation
from .account import check_quota
from .pages import page
from .rules import identifier
from .store import Facts, Instance, Snapshot, Store, invalid, moment, store_of
from .tags import read_tags, shown_tags

COPIED = (
    "AllocatedStorage", "AvailabilityZone", "DBInstanceIdentifier", "DbiResourceId", "Engine", "EngineVersion",
    "IAMDatabaseAuthenticationEnabled", "InstanceCreateTime", "Iops", "KmsKeyId", "LicenseModel", "MasterUsername",
    "StorageThroughput", "StorageType",
)  # fmt: skip


@operation("rds", "CreateDBSnapshot")
def create(world: World, call: Call) -> dict[str, Any]:
    p, store = call.params, store_of(world, call)
    name = identifier("DBSnapshotIdentifier", p["DBSnapshotIdentifier"], most=255)
    tags = read_tags(p.get("Tags"))
    instance = store.instance(p["DBInstanceIdentifier"])
    check_free(world, store, name)
    if instance.status not in ("available", "storage-optimization"):
        text = (
            f"Cannot create a snapshot because the database instance {instance.id} is not currently in the "
            "available state."
        )
        raise fault("rds", "InvalidDBInstanceStateFault", text)
    snapshot = take_snapshot(world, store, instance, name, "manual", tags)
    return {"DBSnapshot": shown_snapshot(store, snapshot)}


@operation("rds", "DescribeDBSnapshots")
def describe(world: World, call: Call) -> dict[str, Any]:
    p, store = call.params, store_of(world, call)
    name = p.get("DBSnapshotIdentifier")
    found = [store.snapshot(name)] if name else list(store.snapshots.values())
    wanted = [
        s
        for s in found
        if p.get("DBInstanceIdentifier", "").lower() in ("", s.facts["DBInstanceIdentifier"])
        and p.get("DbiResourceId") in (None, s.facts["DbiResourceId"])
        and p.get("SnapshotType") in (None, s.facts["SnapshotType"])
        and all(_meets(s, f["Name"], f["Values"]) for f in p.get("Filters", []))
    ]
    shown = [shown_snapshot(store, s) for s in wanted]
    return page(shown, p, "DBSnapshots", key=lambda s: s["DBSnapshotIdentifier"])


@operation("rds", "DeleteDBSnapshot")
def delete(world: World, call: Call) -> dict[str, Any]:
    """Only an available, manual one (model: DeleteDBSnapshot)."""
    store = store_of(world, call)
    snapshot = store.snapshot(call.params["DBSnapshotIdentifier"])
    if snapshot.facts["SnapshotType"] == "automated":
        text = "Automated snapshots go with their instance and cannot be deleted by hand."
        raise fault("rds", "InvalidDBSnapshotStateFault", text)
    if snapshot.facts["Status"] != "available":
        text = f"Cannot delete the snapshot because it is not currently in the available state: {snapshot.id}"
        raise fault("rds", "InvalidDBSnapshotStateFault", text)
    del store.snapshots[snapshot.id]
    return {"DBSnapshot": shown_snapshot(store, snapshot) | {"Status": "deleted"}}


def check_free(world: World, store: Store, name: str) -> None:
    if name in store.snapshots:
        text = f"Cannot create the snapshot because a snapshot with the identifier {name} already exists."
        raise fault("rds", "DBSnapshotAlreadyExistsFault", text)
    check_quota(world, store, "ManualSnapshots", "SnapshotQuotaExceededFault")


def take_snapshot(
    world: World, store: Store, instance: Instance, name: str, kind: str, tags: dict[str, str]
) -> Snapshot:
    """creating -> available; CopyTagsToSnapshot brings the instance's tags along."""
    now = moment(world.timeline.now)
    facts: Facts = {member: instance.facts.get(member) for member in COPIED} | {
        "DBSnapshotIdentifier": name,
        "SnapshotType": kind,
        "Status": "creating",
        "PercentProgress": 0,
        "SnapshotCreateTime": now,
        "OriginalSnapshotCreateTime": now,
        "Encrypted": instance.facts["StorageEncrypted"],
        "Port": instance.facts["Port"],
        "VpcId": store.subnet_groups[instance.subnet_group].vpc_id,
        "SnapshotTarget": "region",
        "OptionGroupName": f"default:postgres-{instance.facts['EngineVersion'].partition('.')[0]}",
    }
    inherited = instance.tags if instance.facts.get("CopyTagsToSnapshot") else {}
    snapshot = Snapshot(facts, dict(inherited) | tags)
    store.snapshots[name] = snapshot

    def finished() -> None:
        facts.update(Status="available", PercentProgress=100)
        store.note("db-snapshot", name, "snapshot", world.timeline.now, f"{kind} snapshot created", "creation")

    world.timeline.after(world.timing.seconds("snapshot"), finished)
    return snapshot


def shown_snapshot(store: Store, snapshot: Snapshot) -> Facts:
    shown = {k: v for k, v in snapshot.facts.items() if v is not None}
    return shown | {"DBSnapshotArn": store.arn("snapshot", snapshot.id), "TagList": shown_tags(snapshot.tags)}


def _meets(snapshot: Snapshot, name: str, values: list[str]) -> bool:
    members = {
        "db-instance-id": "DBInstanceIdentifier",
        "db-snapshot-id": "DBSnapshotIdentifier",
        "dbi-resource-id": "DbiResourceId",
        "snapshot-type": "SnapshotType",
        "engine": "Engine",
    }
    if name not in members:
        raise invalid(f"Unrecognized filter name: {name}")
    return snapshot.facts[members[name]] in [v.rpartition(":")[2] for v in values]


@finds("rds", "CreateDBSnapshot")
def created(world: World, call: Call, _result: Any) -> Shelf:
    return Shelf(store_of(world, call).snapshots, call.params["DBSnapshotIdentifier"].lower())
