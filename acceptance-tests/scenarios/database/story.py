# SPDX-License-Identifier: MPL-2.0
"""The story of `drop_database`."""

from harness import DATABASE, raw

from ..story import Secrets, Story

SECRETS = Secrets(
    values={
        "username": "hushuser",
        "database": "hushbase",
        "tag": "hush-tag-value",
        "key": "hush-tag-key",
        "snapshot": "hush-snapshot",
        "another": "hush.another",
    },
    config={
        "username": raw("var.username"),
        "database_name": raw("var.database"),
        "parameters": {"log_min_duration_statement": "8675309"},
        "tags": raw("{ (var.key) = var.tag }"),
        "snapshot_trigger": raw("var.snapshot"),
    },
    later={"instance_class": "db.t4g.small", "snapshot_trigger": raw("var.another")},
    operations=["CreateDBSubnetGroup", "CreateSecurityGroup", "ModifyDBParameterGroup", "CreateDBInstance",
                "AddTagsToResource"],
    refused=[
        ("username", "9hushuser"),
        ("username", "rdsadmin"),
        ("database_name", "hush base"),
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
    secrets=SECRETS,
    misspelt={"storage": "gbs", "backup": "days", "maintenance": "windows", "timeouts": "creat"},
)  # fmt: skip
