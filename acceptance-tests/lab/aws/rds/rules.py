# SPDX-License-Identifier: MPL-2.0
"""What a value must be, whoever sends it: pure checks that raise the service's refusal."""

import re
from typing import Any

from .catalogue import STORAGE
from .store import conflict, invalid

IDENTIFIER = re.compile(r"[A-Za-z](?:-?[A-Za-z0-9])*")
# The reserved key words of PostgreSQL (postgresql.org/docs/17/sql-keywords-appendix.html): CreateDBInstance,
# MasterUsername and DBName, "Can't be a reserved word for the chosen database engine".
KEY_WORDS = set(
    """all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create
    current_catalog current_date current_role current_time current_timestamp current_user default deferrable desc
    distinct do else end except false fetch for foreign from grant group having in initially intersect into lateral
    leading limit localtime localtimestamp not null offset on only or order placing primary references returning select
    session_user some symmetric system_user table then to trailing true union unique user using variadic when where
    window with""".split()
)
RESERVED_USERS = KEY_WORDS | {
    "admin", "none", "public", "rds_iam", "rds_password", "rds_replication", "rds_superuser", "rdsadmin",
    "rdsrepladmin",
}  # fmt: skip
# People report "DBName db cannot be used. It is a reserved word for this engine".
RESERVED_NAMES = KEY_WORDS | {"db", "rdsadmin", "template0", "template1"}
LOG_TYPES = {"postgresql", "upgrade", "iam-db-auth-error"}
INSIGHTS_DAYS = {7, 731} | {31 * month for month in range(1, 24)}
# Below this size gp3 has its baseline and takes no numbers of its own (RDS storage page, gp3, PostgreSQL).
GP3_STRIPED = 400


def identifier(member: str, value: str, most: int = 63) -> str:
    """Letters, digits, single hyphens, a letter first; stored in lower case (model: DBInstanceIdentifier)."""
    if len(value) > most or not IDENTIFIER.fullmatch(value):
        raise invalid(
            f"The parameter {member} is not a valid identifier. Identifiers must begin with a letter; must contain "
            "only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive "
            f"hyphens; and have at most {most} characters: {value}"
        )
    return value.lower()


def master_username(value: str | None) -> None:
    if not value:
        raise invalid("The parameter MasterUsername must be provided and must not be blank.")
    if not re.fullmatch(r"[A-Za-z]\w{0,62}", value, re.ASCII):
        raise invalid(
            "The parameter MasterUsername is not valid: it begins with a letter and has at most 63 letters, digits "
            f"and underscores: {value}"
        )
    if value.lower() in RESERVED_USERS or value.lower().startswith("pg_"):
        raise invalid(f"MasterUsername {value} cannot be used as it is a reserved word used by the engine")


def master_password(value: str) -> None:
    if len(value) < 8:
        raise invalid(
            "The parameter MasterUserPassword is not a valid password because it is shorter than 8 characters."
        )
    if len(value) > 128 or not all("!" <= c <= "~" and c not in "/@\"'" for c in value):
        raise invalid(
            "The parameter MasterUserPassword is not a valid password. Only printable ASCII characters besides "
            "'/', '@', '\"', ' ' may be used."
        )


def database_name(value: str) -> None:
    """Model: DBName, PostgreSQL: 1 to 63 letters, digits, underscores, a letter or underscore first."""
    if not re.fullmatch(r"[A-Za-z_]\w{0,62}", value, re.ASCII):
        raise invalid(f"DBName must begin with a letter and contain only alphanumeric characters: {value}")
    if value.lower() in RESERVED_NAMES:
        raise invalid(f"DBName {value} cannot be used, it is a reserved word for this engine")


def storage(kind: str, size: int, iops: int | None, throughput: int | None) -> None:
    if kind not in STORAGE:
        raise invalid(f"Invalid storage type: {kind}")
    low, high = STORAGE[kind]
    if not low <= size <= high:
        raise invalid(f"Invalid storage size for engine name postgres and storage type {kind}: {size}")
    if throughput is not None and kind != "gp3":
        raise conflict("You can't specify storage throughput for a storage type other than gp3.")
    if kind == "gp3" and size < GP3_STRIPED and (iops or throughput):
        raise conflict(
            "You can't specify IOPS or storage throughput for engine postgres and a storage size less than "
            f"{GP3_STRIPED}."
        )
    if kind in ("io1", "io2") and not iops:
        raise conflict(f"You must specify IOPS for storage type {kind}.")
    if kind in ("gp2", "standard") and iops:
        raise conflict(f"You can't specify IOPS for storage type {kind}.")
    if iops and not 0.5 * size <= iops <= 500 * size:
        raise conflict("The IOPS to GiB ratio is not valid for this storage type.")


def storage_numbers(kind: str, size: int, iops: int | None, throughput: int | None) -> dict[str, Any]:
    """gp3 always reports numbers; 400 GiB and more are striped over four volumes (RDS storage page)."""
    if kind == "gp3":
        base = (12000, 500) if size >= GP3_STRIPED else (3000, 125)
        return {"Iops": iops or base[0], "StorageThroughput": throughput or base[1]}
    return {"Iops": iops if kind in ("io1", "io2") else None, "StorageThroughput": None}


def storage_ceiling(most: int, size: int) -> None:
    if most <= size:
        raise conflict("Max storage size must be greater than storage size")
    if most * 10 < size * 11:
        raise conflict("The maximum allocated storage must be increased by at least 10 percent.")
    if most > 65536:
        raise conflict(f"Invalid max storage size for engine name postgres: {most}")


def retention(days: int) -> None:
    """Model: BackupRetentionPeriod, 0 to 35."""
    if not 0 <= days <= 35:
        raise invalid(f"Invalid backup retention period: {days}. Must be between 0 and 35.")


def port(number: int) -> None:
    """Model: Port, 1150-65535."""
    if not 1150 <= number <= 65535:
        raise invalid(f"Invalid port: {number}. Must be between 1150 and 65535.")


def monitoring(interval: int, role: str | None) -> None:
    """Model: MonitoringInterval, MonitoringRoleArn."""
    if interval not in (0, 1, 5, 10, 15, 30, 60):
        raise invalid(f"Invalid monitoring interval: {interval}. Must be one of 0, 1, 5, 10, 15, 30, 60.")
    if interval and not role:
        raise conflict("A MonitoringRoleARN value is required if you specify a MonitoringInterval value other than 0.")
    if role and not interval:
        raise conflict("If MonitoringRoleArn is specified, MonitoringInterval must be a value other than 0.")


def insights(enabled: bool, days: int | None) -> None:
    """Model: PerformanceInsightsRetentionPeriod."""
    if days is None:
        return
    if not enabled:
        raise conflict("PerformanceInsightsRetentionPeriod is only for an instance with Performance Insights.")
    if days not in INSIGHTS_DAYS:
        raise invalid(f"Invalid Performance Insights retention period. Valid values are 7, 31*n and 731: {days}")


def log_types(names: list[str]) -> None:
    if unknown := sorted(set(names) - LOG_TYPES):
        raise conflict(f"You cannot use the log types '{', '.join(unknown)}' with engine postgres.")
