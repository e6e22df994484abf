# SPDX-License-Identifier: MPL-2.0
"""What people and AWS itself do beside Terraform."""

from collections.abc import Iterable
from typing import Any

from harness import Lab, until

DATABASE = "orders"
VOLATILE = {"DBInstanceStatus", "LatestRestorableTime", "PendingModifiedValues", "StatusInfos"}


def instance(lab: Lab, id: str = DATABASE) -> dict[str, Any]:
    return lab.client("rds").describe_db_instances(DBInstanceIdentifier=id)["DBInstances"][0]


def facts(lab: Lab, id: str = DATABASE) -> dict[str, Any]:
    """An instance without what changes by the hour."""
    found = {k: v for k, v in instance(lab, id).items() if k not in VOLATILE}
    for group in found["DBParameterGroups"]:
        group.pop("ParameterApplyStatus")
    return found


def settled(lab: Lab, id: str = DATABASE) -> dict[str, Any]:
    """The instance, as soon as nothing moves any more."""

    def at_rest() -> dict[str, Any] | None:
        found = instance(lab, id)
        busy = found["DBInstanceStatus"] != "available" or found.get("PendingModifiedValues")
        return None if busy else found

    # RDS begins with a change a moment after it has taken it: until then nothing moves either.
    lab.passes(5)
    return until(f"{id} to come to rest", at_rest)


def modify(lab: Lab, id: str = DATABASE, **members: Any) -> None:
    """A change made in the console, at once."""
    lab.client("rds").modify_db_instance(DBInstanceIdentifier=id, ApplyImmediately=True, **members)
    settled(lab, id)


def parameters(lab: Lab, group: str) -> dict[str, str]:
    pages = lab.client("rds").get_paginator("describe_db_parameters")
    found = [p for page in pages.paginate(DBParameterGroupName=group, Source="user") for p in page["Parameters"]]
    return {p["ParameterName"]: p["ParameterValue"] for p in found if "ParameterValue" in p}


def set_parameter(lab: Lab, group: str, name: str, value: str) -> None:
    entry = {"ParameterName": name, "ParameterValue": value, "ApplyMethod": "immediate"}
    lab.client("rds").modify_db_parameter_group(DBParameterGroupName=group, Parameters=[entry])


def tags(lab: Lab, arn: str) -> dict[str, str]:
    return {t["Key"]: t["Value"] for t in lab.client("rds").list_tags_for_resource(ResourceName=arn)["TagList"]}


def subnets(lab: Lab) -> list[str]:
    return [s["SubnetId"] for s in lab.client("ec2").describe_subnets()["Subnets"]]


def by_hand(
    lab: Lab, id: str = "legacy", own: bool = True, others: Iterable[str] = (), password: str | None = None
) -> None:
    """An instance somebody made in the console, with groups of its own or with the defaults; `others` share them. RDS
    keeps its password unless one is given."""
    rds = lab.client("rds")
    groups: dict[str, str] = {}
    if own:
        rds.create_db_subnet_group(
            DBSubnetGroupName="legacy-net", DBSubnetGroupDescription="by hand", SubnetIds=subnets(lab)[:3]
        )
        rds.create_db_parameter_group(
            DBParameterGroupName="legacy-pg", DBParameterGroupFamily="postgres16", Description="by hand"
        )
        set_parameter(lab, "legacy-pg", "log_min_duration_statement", "250")
        groups = {"DBSubnetGroupName": "legacy-net", "DBParameterGroupName": "legacy-pg"}
    secret = {"MasterUserPassword": password} if password else {"ManageMasterUserPassword": True}
    for name in [id, *others]:
        rds.create_db_instance(
            DBInstanceIdentifier=name, DBInstanceClass="db.t4g.small", Engine="postgres", EngineVersion="16.9",
            AllocatedStorage=50, StorageType="gp3", MasterUsername="boss",
            BackupRetentionPeriod=3, PreferredBackupWindow="01:00-01:30",
            PreferredMaintenanceWindow="tue:03:00-tue:03:30", PubliclyAccessible=False, DBName="shop", **secret, **groups,
        )  # fmt: skip
        settled(lab, name)
