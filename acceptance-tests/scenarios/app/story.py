# SPDX-License-Identifier: MPL-2.0
"""The story of `drop_app_service`."""

from harness import APP, raw

from ..story import Secrets, Story

SECRETS = Secrets(
    values={
        "env": "hush-env-value",
        "path": "/hush-path",
        "tag": "hush-tag-value",
        "key": "hush-tag-key",
    },
    config={
        "env": {"TOKEN": raw("var.env")},
        "http": {"port": 8080, "health": {"path": raw("var.path")}},
        "tags": raw("{ (var.key) = var.tag }"),
    },
    later={"size": {"cpu": 512, "memory": 1024}},
    operations=["CreateLogGroup", "PutRolePolicy", "CreateTargetGroup", "RegisterTaskDefinition", "CreateService"],
    refused=[
        ("path", "hush-path"),
        ("tag", "hush" * 100),
        ("key", "aws:hush"),
    ],
)
STORY = Story(
    subject=APP,
    config={
        "env": {"COLOUR": "red"},
        "tags": {"team": "shop"},
        "http": {"port": 8080, "health": {"path": "/health"}},
        "logs": {"retention_days": 30},
    },
    secrets=SECRETS,
    misspelt={"logs": "days", "timeouts": "creat"},
)  # fmt: skip
