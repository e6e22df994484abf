# SPDX-License-Identifier: MPL-2.0
"""What can be ordered: engine versions, instance classes, storage types."""

from itertools import product
from typing import Any

from ...models import service_model
from ...world import Call, World
from .. import operation
from ..ec2 import zones_in
from .pages import page
from .store import Facts, conflict, invalid

ENGINE = "postgres"
# RDS release notes skip minors that were withdrawn (16.7, 17.3); the default is not the newest.
MINORS = {
    "13": ["13.20", "13.21", "13.22", "13.23"],
    "14": ["14.17", "14.18", "14.19", "14.20"],
    "15": ["15.12", "15.13", "15.14", "15.15"],
    "16": ["16.6", "16.8", "16.9", "16.10", "16.11"],
    "17": ["17.2", "17.4", "17.5", "17.6", "17.7"],
}
DEFAULT_MAJOR = "17"
BURSTABLE = ["micro", "small", "medium", "large", "xlarge", "2xlarge"]
LARGE = ["large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge", "24xlarge"]
GRAVITON = ["large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge"]
FAMILIES = {
    "t3": BURSTABLE, "t4g": BURSTABLE,
    "m5": LARGE, "m6g": GRAVITON, "m6i": LARGE, "m7g": GRAVITON,
    "r5": LARGE, "r6g": GRAVITON, "r6i": LARGE, "r7g": GRAVITON,
}  # fmt: skip
CLASSES = [f"db.{family}.{size}" for family, sizes in FAMILIES.items() for size in sizes]
# Real classes that no version above runs on: the refusal differs from that of a class that never was.
RETIRED = [f"db.{family}.{size}" for family in ("t2", "m4", "r4") for size in (*BURSTABLE, "4xlarge")]
STORAGE = {
    "gp2": (20, 65536), "gp3": (20, 65536), "io1": (100, 65536), "io2": (100, 65536), "standard": (5, 3072),
}  # fmt: skip
OTHER_ENGINES = ("aurora-mysql", "aurora-postgresql", "mysql", "mariadb", "oracle-ee", "oracle-se2", "sqlserver-ex",
                 "sqlserver-web", "sqlserver-se", "sqlserver-ee", "db2-ae", "db2-se")  # fmt: skip


def versions() -> list[str]:
    return [minor for minors in MINORS.values() for minor in minors]


def default_minor(major: str) -> str:
    return MINORS[major][-2]


def family_of(version: str) -> str:
    return f"postgres{version.partition('.')[0]}"


def ordered(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def upgrades_from(version: str) -> list[str]:
    return [v for v in versions() if ordered(v) > ordered(version)]


def resolve_version(asked: str | None) -> str:
    """A major alone means its default minor (model: EngineVersion of ModifyDBInstance)."""
    if asked is None:
        return default_minor(DEFAULT_MAJOR)
    if asked in MINORS:
        return default_minor(asked)
    if asked in versions():
        return asked
    raise conflict(f"Cannot find version {asked} for {ENGINE}")


def check_class(name: str, version: str) -> None:
    if name in CLASSES:
        return
    if name not in RETIRED:
        raise invalid(f"Invalid DB Instance class: {name}")
    raise conflict(
        "RDS does not support creating a DB instance with the following combination: "
        f"DBInstanceClass={name}, Engine={ENGINE}, EngineVersion={version}, LicenseModel=postgresql-license. "
        "For supported combinations of instance class and database engine version, see the documentation."
    )


@operation("rds", "DescribeDBEngineVersions")
def describe_engine_versions(_world: World, call: Call) -> dict[str, Any]:
    p = call.params
    asked, engine = p.get("EngineVersion"), p.get("Engine", ENGINE)
    found = versions() if engine == ENGINE else []
    if asked:
        found = [v for v in found if v == asked or v.startswith(asked + ".")]
    if family := p.get("DBParameterGroupFamily"):
        found = [v for v in found if family_of(v) == family]
    if p.get("DefaultOnly"):
        defaults = [default_minor(m) for m in ([asked] if asked in MINORS else [DEFAULT_MAJOR])]
        found = [v for v in found if v in defaults or v == asked]
    shown = [_engine_version(v) for v in found]
    return page(shown, p, "DBEngineVersions", key=lambda v: v["EngineVersion"], kept_order=True)


def _engine_version(version: str) -> Facts:
    major = version.partition(".")[0]
    return {
        "Engine": ENGINE,
        "MajorEngineVersion": major,
        "EngineVersion": version,
        "DBParameterGroupFamily": family_of(version),
        "DBEngineDescription": "PostgreSQL",
        "DBEngineVersionDescription": f"PostgreSQL {version}-R1",
        "ValidUpgradeTarget": [
            {
                "Engine": ENGINE,
                "EngineVersion": target,
                "Description": f"PostgreSQL {target}-R1",
                "AutoUpgrade": target == default_minor(major) and target != version,
                "IsMajorVersionUpgrade": target.partition(".")[0] != major,
            }
            for target in upgrades_from(version)
        ],
        "ExportableLogTypes": ["iam-db-auth-error", "postgresql", "upgrade"],
        "SupportsLogExportsToCloudwatchLogs": True,
        "SupportsReadReplica": True,
        "SupportsParallelQuery": False,
        "SupportsGlobalDatabases": False,
        "SupportsCertificateRotationWithoutRestart": True,
        "SupportedCACertificateIdentifiers": ["rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1", "rds-ca-ecc384-g1"],
        "Status": "available",
    }


@operation("rds", "DescribeOrderableDBInstanceOptions")
def describe_orderable(_world: World, call: Call) -> dict[str, Any]:
    p = call.params
    if p["Engine"] != ENGINE and p["Engine"] not in OTHER_ENGINES:
        raise invalid(f"Invalid DB engine: {p['Engine']}")
    engine = p["Engine"] == ENGINE and p.get("LicenseModel", "postgresql-license") == "postgresql-license"
    chosen = product(
        [v for v in versions() if engine and p.get("EngineVersion") in (None, v)],
        [c for c in sorted(CLASSES) if p.get("DBInstanceClass") in (None, c)],
        sorted(STORAGE),
    )
    zones = zones_in(call.account, call.region)
    answer = page(list(chosen), p, "OrderableDBInstanceOptions", key="|".join, kept_order=True, most=1000)
    answer["OrderableDBInstanceOptions"] = [_option(*o, zones) for o in answer["OrderableDBInstanceOptions"]]
    return answer


def _option(version: str, instance_class: str, storage: str, zones: list[str]) -> Facts:
    low, high = STORAGE[storage]
    provisioned = storage in ("gp3", "io1", "io2")
    option: Facts = {
        "Engine": ENGINE,
        "EngineVersion": version,
        "DBInstanceClass": instance_class,
        "LicenseModel": "postgresql-license",
        "AvailabilityZones": [{"Name": zone} for zone in zones],
        "MultiAZCapable": True,
        "ReadReplicaCapable": True,
        "Vpc": True,
        "SupportsStorageEncryption": True,
        "StorageType": storage,
        "SupportsIops": provisioned,
        "SupportsStorageThroughput": storage == "gp3",
        "SupportsEnhancedMonitoring": True,
        "SupportsIAMDatabaseAuthentication": True,
        "SupportsPerformanceInsights": not instance_class.endswith((".micro", ".small")),
        "SupportsStorageAutoscaling": storage != "standard",
        "SupportsKerberosAuthentication": True,
        "OutpostCapable": False,
        "SupportedActivityStreamModes": [],
        "SupportsGlobalDatabases": False,
        "SupportsClusters": False,
        "SupportedNetworkTypes": ["IPV4", "DUAL"],
        "MinStorageSize": low,
        "MaxStorageSize": high,
    }
    known = service_model("rds").shape_for("OrderableDBInstanceOption").members
    return {k: v for k, v in option.items() if k in known}
