# SPDX-License-Identifier: MPL-2.0
"""`drop_database` changed and meddled with."""

from collections.abc import Mapping
from typing import Any

from harness import DATABASE, Lab, raw

from ..story import Change, Meddling, Secrets, Story
from . import rds


def _facts(lab: Lab) -> dict[str, Any]:
    """The instance at rest with its parameters and tags; of its groups, those that are no account's default."""
    rds.settled(lab)
    found = rds.facts(lab)
    made = {thing.id for thing in lab.objects() if thing.kind == "security_group"}
    groups = made & {group["VpcSecurityGroupId"] for group in found.pop("VpcSecurityGroups")}
    group = found["DBParameterGroups"][0]["DBParameterGroupName"]
    tags = {tag["Key"]: tag["Value"] for tag in found.pop("TagList")}
    return found | {"tags": tags, "security groups": groups, "parameters": rds.parameters(lab, group)}


def _class(lab: Lab, _ids: Mapping[str, str]) -> None:
    rds.modify(lab, DBInstanceClass="db.t4g.large")


def _parameter(lab: Lab, ids: Mapping[str, str]) -> None:
    rds.set_parameter(lab, ids["db_parameter_group"], "log_min_duration_statement", "1")


def _another_parameter(lab: Lab, ids: Mapping[str, str]) -> None:
    rds.set_parameter(lab, ids["db_parameter_group"], "work_mem", "9999")


def _ingress(lab: Lab, ids: Mapping[str, str]) -> None:
    open_ = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    lab.client("ec2").authorize_security_group_ingress(GroupId=ids["db_security_group"], IpPermissions=[open_])


def _instance_tag(lab: Lab, _ids: Mapping[str, str]) -> None:
    lab.client("rds").remove_tags_from_resource(ResourceName=rds.instance(lab)["DBInstanceArn"], TagKeys=["team"])


def _subnet_group_tag(lab: Lab, ids: Mapping[str, str]) -> None:
    arn = rds.subnet_group_arn(lab, ids["db_subnet_group"])
    lab.client("rds").add_tags_to_resource(ResourceName=arn, Tags=[{"Key": "team", "Value": "nobody"}])


def _security_group_tag(lab: Lab, ids: Mapping[str, str]) -> None:
    lab.client("ec2").delete_tags(Resources=[ids["db_security_group"]], Tags=[{"Key": "team"}])


def _unprotect(lab: Lab, _ids: Mapping[str, str]) -> None:
    rds.modify(lab, DeletionProtection=False)


SECRETS = Secrets(
    values={
        "username": "hushuser",
        "database": "hushbase",
        "parameter": "8675309",
        "tag": "hush-tag-value",
        "key": "hush-tag-key",
        "snapshot": "hush-snapshot",
        "another": "hush.another",
    },
    config={
        "username": raw("var.username"),
        "database": raw("var.database"),
        "parameters": {"log_min_duration_statement": raw("var.parameter")},
        "tags": raw("{ (var.key) = var.tag }"),
        "snapshot_on": raw("var.snapshot"),
    },
    later={"size": "db.t4g.small", "snapshot_on": raw("var.another")},
    operations=["CreateDBSubnetGroup", "CreateSecurityGroup", "ModifyDBParameterGroup", "CreateDBInstance",
                "AddTagsToResource"],
    refused=[
        ("username", "9hushuser"),
        ("username", "rdsadmin"),
        ("database", "hush base"),
        ("tag", "hush" * 100),
        ("key", "aws:hush"),
        ("snapshot", "hush snapshot"),
    ],
)  # fmt: skip
STORY = Story(
    subject=DATABASE,
    config={
        "apply_immediately": True,
        "parameters": {"log_min_duration_statement": "500"},
        "storage": {"gb": 20},
        "backup": {"retention_days": 7},
        "tags": {"team": "shop"},
    },
    facts=_facts,
    changes=[
        Change("size", "db.t4g.small", ["rds:ModifyDBInstance"], {"DBInstanceClass": "db.t4g.small"}),
        # gp3's own numbers follow its size.
        Change("storage", {"gb": 30}, ["rds:ModifyDBInstance"], {"AllocatedStorage": 30},
               frozenset({"Iops", "StorageThroughput"})),
        Change("parameters", {"log_min_duration_statement": "900"}, ["rds:ModifyDBParameterGroup"],
               {"parameters": {"log_min_duration_statement": "900"}}),
        Change("backup", {"retention_days": 14}, ["rds:ModifyDBInstance"], {"BackupRetentionPeriod": 14}),
    ],
    meddling=[
        Meddling(_class, attribute="size"),
        Meddling(_parameter, attribute="parameters"),
        Meddling(_another_parameter, attribute="parameters"),
        Meddling(_unprotect, attribute="deletion_protection"),
        Meddling(_ingress, line="changed db_security_group.ingress"),
        Meddling(rds.detach, line="changed db_instance.security_group"),
        Meddling(_instance_tag, line="changed db_instance.tags"),
        Meddling(_subnet_group_tag, line="changed db_subnet_group.tags"),
        Meddling(_security_group_tag, line="changed db_security_group.tags"),
    ],
    secrets=SECRETS,
    results=frozenset({"pending"}),
    whole={
        "size": "db.t4g.small",
        "high_availability": True,
        "parameters": {"log_min_duration_statement": "500"},
        "deletion_protection": True,
        "snapshot_on": "v1",
        "tags": {"team": "shop"},
        "backup": {"retention_days": 14},
        "maintenance": {"window": "sun:04:00-sun:05:00"},
    },
    bare={"deletion_protection": False, "apply_immediately": True},
    apart=frozenset({
        "region", "engine", "version", "database", "username", "storage", "apply_immediately", "skip_final_snapshot",
        "names", "timeouts",
    }),
    misspelt={"storage": "gbs", "backup": "days", "maintenance": "windows", "timeouts": "creat"},
)  # fmt: skip
