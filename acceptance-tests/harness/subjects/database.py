# SPDX-License-Identifier: MPL-2.0
"""`drop_database`: holds data, is protected, and leaves a snapshot."""

from contextlib import suppress
from typing import Any

from ..calls import CallId
from ..hcl import database
from ..lab import Lab
from ..process import until
from ..subject import Places, Subject, Variation, Wait

TAG = CallId("rds", "AddTagsToResource", 1)
CREATE = CallId("rds", "CreateDBInstance", 1)


def _instance(lab: Lab) -> dict[str, Any]:
    return lab.client("rds").describe_db_instances()["DBInstances"][0]


def _tags(instance: dict[str, Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in instance["TagList"]}


def _resumed(lab: Lab) -> None:
    until("the new value to be applied", lambda: _instance(lab)["BackupRetentionPeriod"] == 3)
    assert _tags(_instance(lab))["team"] == "shop"


def _named(lab: Lab) -> None:
    assert _instance(lab)["DBName"] == "shop"


def _changed(lab: Lab) -> None:
    instance = until("RDS to have applied it all", lambda: _settled(_instance(lab)))
    tags = _tags(instance)
    told = (
        instance["DBInstanceClass"], instance["AllocatedStorage"], instance["BackupRetentionPeriod"],
        instance["DeletionProtection"], tags.get("team"), tags.get("tier"),
    )  # fmt: skip
    assert told == ("db.t4g.small", 30, 14, False, "shop", None), told


def _settled(instance: dict[str, Any]) -> dict[str, Any] | None:
    busy = instance["DBInstanceStatus"] != "available" or instance.get("PendingModifiedValues")
    return None if busy else instance


def _unprotect(lab: Lab) -> None:
    """As somebody does it by hand: again, until RDS takes it and shows it."""
    rds = lab.client("rds")

    def unprotected() -> bool:
        instances = rds.describe_db_instances()["DBInstances"]
        for instance in instances:
            if instance["DeletionProtection"]:
                with suppress(rds.exceptions.InvalidDBInstanceStateFault):
                    name = instance["DBInstanceIdentifier"]
                    rds.modify_db_instance(DBInstanceIdentifier=name, DeletionProtection=False)
        return not any(instance["DeletionProtection"] for instance in instances)

    until("the protection to be off", unprotected)


def _at_rest(lab: Lab) -> bool:
    return all(i["DBInstanceStatus"] == "available" for i in lab.client("rds").describe_db_instances()["DBInstances"])


DATABASE = Subject(
    key="database",
    type="drop_database",
    label="main",
    name="orders",
    import_id="orders",
    render=database,
    # Interfaces, rules and backups come and go with these.
    parts=dict.fromkeys(("db_subnet_group", "security_group", "db_parameter_group", "db_instance", "secret"), 1),
    anchor="db_subnet_group",
    places=Places(
        anchor=CallId("rds", "CreateDBSubnetGroup", 1),
        look=CallId("rds", "DescribeDBSubnetGroups", 1),
        mark=TAG,
        finish=TAG.said('"complete '),
        great=CREATE,
        late=CallId("rds", "ModifyDBInstance", 1),
    ),
    first={"parameters": {"work_mem": "8192"}, "tags": {"tier": "one"}},
    changed=Variation(
        {
            "apply_immediately": True,
            "instance_class": "db.t4g.small",
            "storage": {"gb": 30},
            "parameters": {"log_min_duration_statement": "900"},
            "backup": {"retention_days": 14},
            "tags": {"team": "shop"},
            "deletion_protection": False,
        },
        _changed,
    ),
    changeable=Variation({"backup": {"retention_days": 3}, "tags": {"team": "shop"}}, _resumed),
    create_only=Variation({"database_name": "shop"}, _named, frozenset({"db_instance", "secret"})),
    renamed={"name": "sales"},
    holds_data=True,
    # Left at its default, which is what an import assumes.
    kept={"skip_final_snapshot": None},
    protection="deletion_protection",
    unprotect=_unprotect,
    wait=Wait("db_instance", "creating", CREATE, "DescribeDBInstances"),
    at_rest=_at_rest,
)
