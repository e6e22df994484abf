# SPDX-License-Identifier: MPL-2.0
"""CreateDBInstance."""

import secrets
import string
from typing import Any

from ...errors import NotPerformed
from ...models import fault
from ...world import Call, Shelf, World
from .. import finds, operation
from ..ec2 import group_of as security_group_of
from ..ec2 import network
from . import rules
from .account import check_certificate, check_quota
from .catalogue import ENGINE, OTHER_ENGINES, check_class, family_of, resolve_version
from .describe import shown_instance
from .lifecycle import create_over_time, group_zones, place_interfaces
from .parameter_groups import check_family, group_of
from .secrets import make_secret
from .store import Facts, Instance, Store, conflict, invalid, moment, store_of
from .subnet_groups import default_group
from .tags import read_tags
from .windows import windows

# Members kept as they are given, with what RDS answers when they are not (model: the member's default).
KEPT: dict[str, Any] = {
    "AutoMinorVersionUpgrade": True,
    "CopyTagsToSnapshot": False,
    "DatabaseInsightsMode": "standard",
    "DedicatedLogVolume": False,
    "DeletionProtection": False,
    "EngineLifecycleSupport": "open-source-rds-extended-support",
    "LicenseModel": "postgresql-license",
    "MonitoringInterval": 0,
    "MonitoringRoleArn": None,
    "MultiAZ": False,
    "NetworkType": "IPV4",
    "StorageEncrypted": False,
}
READ = {
    "AllocatedStorage", "AvailabilityZone", "BackupRetentionPeriod", "CACertificateIdentifier", "DBInstanceClass",
    "DBInstanceIdentifier", "DBName", "DBParameterGroupName", "DBSubnetGroupName", "EnableCloudwatchLogsExports",
    "EnableIAMDatabaseAuthentication", "EnablePerformanceInsights", "Engine", "EngineVersion", "Iops", "KmsKeyId",
    "ManageMasterUserPassword", "MasterUserPassword", "MasterUserSecretKmsKeyId", "MasterUsername",
    "MaxAllocatedStorage", "PerformanceInsightsKMSKeyId", "PerformanceInsightsRetentionPeriod", "Port",
    "PreferredBackupWindow", "PreferredMaintenanceWindow", "PubliclyAccessible", "StorageThroughput", "StorageType",
    "Tags", "VpcSecurityGroupIds",
}  # fmt: skip


@operation("rds", "CreateDBInstance")
def create(world: World, call: Call) -> dict[str, Any]:
    p, store = call.params, store_of(world, call)
    if unread := sorted(p.keys() - KEPT.keys() - READ):
        raise NotPerformed("rds", "CreateDBInstance", f"with {', '.join(unread)}")
    name = rules.identifier("DBInstanceIdentifier", p["DBInstanceIdentifier"])
    tags = read_tags(p.get("Tags"))
    if name in store.instances:
        raise fault("rds", "DBInstanceAlreadyExistsFault", "DB instance already exists")
    facts = _facts(world, store, name, p)
    groups = p.get("VpcSecurityGroupIds") or []
    subnet_group = store.subnet_group(p["DBSubnetGroupName"]) if p.get("DBSubnetGroupName") else default_group(store)
    facts["PubliclyAccessible"] = p.get("PubliclyAccessible", subnet_group.name == "default")
    check_groups(store, groups, subnet_group.vpc_id)
    parameter_group = group_of(store, p.get("DBParameterGroupName") or f"default.{family_of(facts['EngineVersion'])}")
    check_family(parameter_group, family_of(facts["EngineVersion"]))
    _place(store, facts, subnet_group.name, p)
    check_quota(world, store, "DBInstances", "InstanceQuotaExceededFault")
    check_quota(world, store, "AllocatedStorage", "StorageQuotaExceededFault", facts["AllocatedStorage"])

    default_groups = [network(store.account, store.region).get_default_security_group(subnet_group.vpc_id).id]
    instance = Instance(facts, tags, subnet_group.name, parameter_group.name, groups or default_groups)
    store.instances[name] = instance
    if p.get("ManageMasterUserPassword"):
        make_secret(world, store, instance, p.get("MasterUserSecretKmsKeyId"))
    else:
        instance.pending["MasterUserPassword"] = "****"
    place_interfaces(store, instance)
    create_over_time(world, store, instance)
    return {"DBInstance": shown_instance(store, instance)}


def check_groups(store: Store, groups: list[str], vpc_id: str) -> None:
    for group_id in groups:
        group = security_group_of(store.account, store.region, group_id)
        if group is None:
            raise invalid(f"Invalid security group , groupId= {group_id}, groupName=.")
        if group.vpc_id != vpc_id:
            raise conflict(
                "The DB instance and EC2 security group are in different VPCs. The DB instance is in "
                f"{vpc_id} and the EC2 security group is in {group.vpc_id}"
            )


def _facts(world: World, store: Store, name: str, p: Facts) -> Facts:
    if p["Engine"] != ENGINE:
        if p["Engine"] in OTHER_ENGINES:
            raise NotPerformed("rds", "CreateDBInstance", f"with engine {p['Engine']}")
        raise invalid(f"Invalid DB engine: {p['Engine']}")
    version = resolve_version(p.get("EngineVersion"))
    check_class(p["DBInstanceClass"], version)
    _check_login(p)
    facts = {member: p.get(member, default) for member, default in KEPT.items()}
    facts |= _storage(p)
    days = p.get("BackupRetentionPeriod", 1)
    rules.retention(days)
    backup, maintenance = windows(name, p.get("PreferredBackupWindow"), p.get("PreferredMaintenanceWindow"))
    rules.port(p.get("Port", 5432))
    rules.monitoring(facts["MonitoringInterval"], facts["MonitoringRoleArn"])
    certificate = p.get("CACertificateIdentifier", "rds-ca-rsa2048-g1")
    check_certificate(certificate)
    rules.log_types(p.get("EnableCloudwatchLogsExports", []))
    return facts | insights_facts(store, p.get("EnablePerformanceInsights", False), p) | {
        "DBInstanceIdentifier": name,
        "DBInstanceClass": p["DBInstanceClass"],
        "Engine": ENGINE,
        "EngineVersion": version,
        "MasterUsername": p["MasterUsername"],
        "DBName": p.get("DBName"),
        "BackupRetentionPeriod": days,
        "PreferredBackupWindow": backup,
        "PreferredMaintenanceWindow": maintenance,
        "Port": p.get("Port", 5432),
        "CACertificateIdentifier": certificate,
        "EnabledCloudwatchLogsExports": sorted(p.get("EnableCloudwatchLogsExports", [])),
        "IAMDatabaseAuthenticationEnabled": p.get("EnableIAMDatabaseAuthentication", False),
        "KmsKeyId": (p.get("KmsKeyId") or store.kms_key("aws/rds")) if facts["StorageEncrypted"] else None,
        "DbiResourceId": "db-" + "".join(secrets.choice(string.ascii_uppercase + "234567") for _ in range(26)),
        "InstanceCreateTime": moment(world.timeline.now),
    }  # fmt: skip


def _check_login(p: Facts) -> None:
    rules.master_username(p.get("MasterUsername"))
    if p.get("DBName") is not None:
        rules.database_name(p["DBName"])
    if p.get("ManageMasterUserPassword"):
        if p.get("MasterUserPassword"):
            raise conflict("You can't specify MasterUserPassword when ManageMasterUserPassword is on.")
        return
    if p.get("MasterUserSecretKmsKeyId"):
        raise conflict("MasterUserSecretKmsKeyId is only for an instance with ManageMasterUserPassword.")
    if not p.get("MasterUserPassword"):
        raise invalid("The parameter MasterUserPassword must be provided and must not be blank.")
    rules.master_password(p["MasterUserPassword"])


def _storage(p: Facts) -> Facts:
    kind = p.get("StorageType") or ("io1" if p.get("Iops") else "gp3")
    size = p.get("AllocatedStorage")
    if size is None:
        raise invalid("The parameter AllocatedStorage must be provided and must not be null.")  # users' reports
    rules.storage(kind, size, p.get("Iops"), p.get("StorageThroughput"))
    if p.get("MaxAllocatedStorage") is not None:
        rules.storage_ceiling(p["MaxAllocatedStorage"], size)
    if p.get("KmsKeyId") and not p.get("StorageEncrypted"):
        raise conflict("KmsKeyId is only for an instance with StorageEncrypted.")
    return {
        "AllocatedStorage": size,
        "MaxAllocatedStorage": p.get("MaxAllocatedStorage"),
        "StorageType": kind,
    } | rules.storage_numbers(kind, size, p.get("Iops"), p.get("StorageThroughput"))


def insights_facts(store: Store, enabled: bool, p: Facts) -> Facts:
    days, key = p.get("PerformanceInsightsRetentionPeriod"), p.get("PerformanceInsightsKMSKeyId")
    rules.insights(enabled, days)
    if not enabled:
        keys = ("PerformanceInsightsKMSKeyId", "PerformanceInsightsRetentionPeriod")
        return {"PerformanceInsightsEnabled": False} | dict.fromkeys(keys)
    return {
        "PerformanceInsightsEnabled": True,
        "PerformanceInsightsRetentionPeriod": days or 7,
        "PerformanceInsightsKMSKeyId": key or store.kms_key("aws/rds"),
    }


def _place(store: Store, facts: Facts, subnet_group: str, p: Facts) -> None:
    zones, asked = group_zones(store, subnet_group), p.get("AvailabilityZone")
    if asked and facts["MultiAZ"]:
        raise conflict("Requesting a specific availability zone is not valid for Multi-AZ instances.")
    if asked and asked not in zones:
        raise invalid(f"Availability zone {asked} is not in the DB subnet group '{subnet_group}'.")
    facts["AvailabilityZone"] = asked or zones[0]
    facts["SecondaryAvailabilityZone"] = other_zone(store, subnet_group, facts) if facts["MultiAZ"] else None


def other_zone(store: Store, subnet_group: str, facts: Facts) -> str:
    return next(zone for zone in group_zones(store, subnet_group) if zone != facts["AvailabilityZone"])


@finds("rds", "CreateDBInstance")
def created(world: World, call: Call, _result: Any) -> Shelf:
    return Shelf(store_of(world, call).instances, call.params["DBInstanceIdentifier"].lower())
