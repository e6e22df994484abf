# SPDX-License-Identifier: MPL-2.0
"""What a ModifyDBInstance asks for, checked against the instance, in the names of its facts."""

from ...errors import NotPerformed
from ...models import fault
from ...world import World
from . import rules
from .account import check_certificate
from .catalogue import check_class, default_minor, family_of, ordered, resolve_version
from .create import check_groups, insights_facts
from .modes import AT_ONCE, STORAGE
from .parameter_groups import check_family, group_of
from .store import Facts, Instance, Store, conflict
from .windows import windows


def check_network(store: Store, instance: Instance, p: Facts) -> None:
    if name := p.get("DBSubnetGroupName"):
        target, home = store.subnet_group(name), store.subnet_groups[instance.subnet_group]
        if target.vpc_id == home.vpc_id:
            text = (
                f"You cannot move DB instance {instance.id} to subnet group {target.name}. The specified DB subnet "
                "group and DB instance are in the same VPC. Choose a DB subnet group in different VPC than the "
                "specified DB instance and try again."
            )
            raise fault("rds", "InvalidVPCNetworkStateFault", text)
        raise NotPerformed("rds", "ModifyDBInstance", "moving an instance to another VPC")
    if p.get("VpcSecurityGroupIds"):
        check_groups(store, p["VpcSecurityGroupIds"], store.subnet_groups[instance.subnet_group].vpc_id)


def at_once(instance: Instance, p: Facts) -> Facts:
    facts = instance.facts
    changes = {member: p[member] for member in AT_ONCE if member in p}
    if "PreferredBackupWindow" in p or "PreferredMaintenanceWindow" in p:
        backup = p.get("PreferredBackupWindow", facts["PreferredBackupWindow"])
        maintenance = p.get("PreferredMaintenanceWindow", facts["PreferredMaintenanceWindow"])
        pair = windows(instance.id, backup, maintenance)
        changes["PreferredBackupWindow"], changes["PreferredMaintenanceWindow"] = pair
    if "MaxAllocatedStorage" in p:
        size = p.get("AllocatedStorage", facts["AllocatedStorage"])
        if p["MaxAllocatedStorage"] == size:
            changes["MaxAllocatedStorage"] = None  # the documented way to switch autoscaling off
        else:
            rules.storage_ceiling(p["MaxAllocatedStorage"], size)
    return changes


def in_window(world: World, store: Store, instance: Instance, p: Facts) -> Facts:
    """What the maintenance window would change, in the names of facts, differing or not."""
    facts, changes = instance.facts, {}
    if "EngineVersion" in p:
        changes["EngineVersion"] = _upgrade(instance, p)
    if "DBInstanceClass" in p:
        check_class(p["DBInstanceClass"], facts["EngineVersion"])
        changes["DBInstanceClass"] = p["DBInstanceClass"]
    if "BackupRetentionPeriod" in p:
        rules.retention(p["BackupRetentionPeriod"])
        changes["BackupRetentionPeriod"] = p["BackupRetentionPeriod"]
    if "CACertificateIdentifier" in p:
        check_certificate(p["CACertificateIdentifier"])
        changes["CACertificateIdentifier"] = p["CACertificateIdentifier"]
    if "MultiAZ" in p:
        changes["MultiAZ"] = p["MultiAZ"]
    if "EnableIAMDatabaseAuthentication" in p:
        changes["IAMDatabaseAuthenticationEnabled"] = p["EnableIAMDatabaseAuthentication"]
    if "NewDBInstanceIdentifier" in p:
        name = rules.identifier("NewDBInstanceIdentifier", p["NewDBInstanceIdentifier"])
        if name != instance.id and name in store.instances:
            raise fault("rds", "DBInstanceAlreadyExistsFault", "DB instance already exists")
        changes["DBInstanceIdentifier"] = name
    return changes | _storage(world, instance, p)


def _upgrade(instance: Instance, p: Facts) -> str:
    """A major alone moves to its default minor only if that is newer (model: EngineVersion)."""
    now, asked = instance.facts["EngineVersion"], p["EngineVersion"]
    target = resolve_version(asked)
    major = target.partition(".")[0]
    if asked == now or (asked == now.partition(".")[0] and ordered(default_minor(major)) <= ordered(now)):
        return now
    if ordered(target) < ordered(now):
        raise conflict(f"Cannot upgrade postgres from {now} to {target}")
    if major != now.partition(".")[0]:
        if not p.get("AllowMajorVersionUpgrade"):
            raise conflict("The AllowMajorVersionUpgrade flag must be present when upgrading to a new major version.")
        if not instance.parameter_group.startswith("default.") and not p.get("DBParameterGroupName"):
            raise conflict(
                f"The current DB instance parameter group {instance.parameter_group} is custom. You must explicitly "
                "specify a new DB parameter group, either default or custom, for the engine version upgrade."
            )
    return target


def _storage(world: World, instance: Instance, p: Facts) -> Facts:
    if not any(member in p for member in STORAGE):
        return {}
    facts = instance.facts
    kind, size = p.get("StorageType", facts["StorageType"]), p.get("AllocatedStorage", facts["AllocatedStorage"])
    numbered = facts["StorageType"] in ("io1", "io2") or (
        facts["StorageType"] == "gp3" and facts["AllocatedStorage"] >= rules.GP3_STRIPED
    )
    keeps = numbered and kind == facts["StorageType"]
    if keeps and ("AllocatedStorage" in p) != ("Iops" in p):
        raise conflict(
            "You must specify both the storage size and iops when modifying the storage size or iops on a DB "
            "instance that has iops."
        )
    if size < facts["AllocatedStorage"]:
        raise conflict(
            f"Requested storage size ({size}) is smaller than the current size ({facts['AllocatedStorage']}): "
            "storage can only grow."
        )
    if size > facts["AllocatedStorage"]:
        size = max(size, -(-facts["AllocatedStorage"] * 11 // 10))
    iops = p.get("Iops", facts["Iops"] if keeps else None)
    throughput = p.get("StorageThroughput", facts["StorageThroughput"] if keeps else None)
    rules.storage(kind, size, iops, throughput)
    changes = {"StorageType": kind, "AllocatedStorage": size}
    changes |= rules.storage_numbers(kind, size, iops, throughput)
    if any(changes[m] != facts[m] for m in changes):
        _check_cooldown(world, instance)
        ceiling = p.get("MaxAllocatedStorage", facts["MaxAllocatedStorage"])
        if ceiling is not None and ceiling < size:
            raise conflict("Max storage size must be greater than storage size")
    return changes


def _check_cooldown(world: World, instance: Instance) -> None:
    """Six hours, or until storage is optimized, on AWS ("low free storage" knowledge article); see Timing."""
    changed = instance.storage_changed_at
    if changed is not None and world.timeline.now - changed < world.timing.seconds("storage_cooldown"):
        raise conflict(
            "You can't currently modify the storage of this DB instance because the previous storage change is "
            "being optimized."
        )


def soon(store: Store, instance: Instance, p: Facts, waiting: Facts) -> Facts:
    facts, changes = instance.facts, {}
    if name := p.get("DBParameterGroupName"):
        check_family(group_of(store, name), family_of(waiting.get("EngineVersion", facts["EngineVersion"])))
    if "DBPortNumber" in p:
        rules.port(p["DBPortNumber"])
        changes["Port"] = p["DBPortNumber"]
    if "PubliclyAccessible" in p:
        changes["PubliclyAccessible"] = p["PubliclyAccessible"]
    if "DatabaseInsightsMode" in p:
        changes["DatabaseInsightsMode"] = p["DatabaseInsightsMode"]
    if "MonitoringInterval" in p or "MonitoringRoleArn" in p:
        interval = p.get("MonitoringInterval", facts["MonitoringInterval"])
        role = (p.get("MonitoringRoleArn") or facts["MonitoringRoleArn"]) if interval else p.get("MonitoringRoleArn")
        rules.monitoring(interval, role)
        changes |= {"MonitoringInterval": interval, "MonitoringRoleArn": role}
    if any(m in p for m in ("EnablePerformanceInsights", "PerformanceInsightsRetentionPeriod")):
        changes |= insights_facts(store, p.get("EnablePerformanceInsights", facts["PerformanceInsightsEnabled"]), p)
    if logs := p.get("CloudwatchLogsExportConfiguration"):
        on, off = logs.get("EnableLogTypes", []), logs.get("DisableLogTypes", [])
        rules.log_types([*on, *off])
        changes["EnabledCloudwatchLogsExports"] = sorted({*facts["EnabledCloudwatchLogsExports"], *on} - {*off})
    changes = {member: value for member, value in changes.items() if value != facts[member]}
    return changes | _login(instance, p) | _memberships(instance, p)


def _login(instance: Instance, p: Facts) -> Facts:
    managed, password = p.get("ManageMasterUserPassword"), p.get("MasterUserPassword")
    if password is not None:
        if managed or (instance.secret and managed is None):
            raise conflict("You can't specify MasterUserPassword for an instance with ManageMasterUserPassword.")
        rules.master_password(password)
        return {"MasterUserPassword": "****"}
    if managed is False and instance.secret:
        raise conflict("MasterUserPassword is required when ManageMasterUserPassword is switched off.")
    if p.get("RotateMasterUserPassword"):
        if not instance.secret:
            raise conflict("RotateMasterUserPassword is only for an instance with ManageMasterUserPassword.")
        if not p.get("ApplyImmediately"):
            raise conflict("You must apply the change immediately when rotating the master user password.")
    if p.get("MasterUserSecretKmsKeyId") and (instance.secret or not managed):
        raise conflict("MasterUserSecretKmsKeyId is only for the call that switches ManageMasterUserPassword on.")
    return {}


def _memberships(instance: Instance, p: Facts) -> Facts:
    """Groups show at once as being applied; that they are makes the instance `modifying` for a while."""
    moved = p.get("DBParameterGroupName", instance.parameter_group).lower() != instance.parameter_group
    regrouped = set(p.get("VpcSecurityGroupIds") or instance.security_groups) != set(instance.security_groups)
    return {"_memberships": True} if moved or regrouped else {}
