# SPDX-License-Identifier: MPL-2.0
"""The provider's functions, as both CLIs call them: no cloud is asked, and an error names the argument."""

import json

import pytest

from harness import Workspace

GOOD = {
    'duration("15m")': 900,
    "fargate_size(300, 900)": {"cpu": 512, "memory": 1024},
    'parse_image("acme/web:1.4.2")': {
        "registry": "docker.io", "repository": "acme/web", "tag": "1.4.2", "digest": None,
    },
    'parse_step("2.3 update db_instance via rds:ModifyDBInstance — instance_class")': {
        "run": 2, "number": 3, "verb": "update", "component": "db_instance", "service": "rds",
        "operation": "ModifyDBInstance", "why": "instance_class", "irreversible": False,
    },
    'pg_units("2GB", "8kB")': 262144,
    'subnets("10.0.0.0/16", 2)': {
        "public": ["10.0.0.0/18", "10.0.64.0/18"], "private": ["10.0.128.0/18", "10.0.192.0/18"],
    },
}  # fmt: skip
BAD = {
    'duration("soon")': ("text", "must be a duration such as"),
    'duration("3651d")': ("text", "at most ten years"),
    "fargate_size(20000, 900)": ("cpu", "from 1 to 16384"),
    "fargate_size(0.5, 1)": ("cpu", "must be a whole number."),
    'parse_image("Web:1")': ("uri", "lower-case"),
    'parse_image("host:/a")': ("uri", "a registry is a host name"),
    'parse_step("update it")': ("step", "no line of `steps`"),
    'parse_step("3.1 frob x via rds:")': ("step", "no line of `steps`"),
    'pg_units("1s", "8kB")': ("unit", "one is of memory, the other of time"),
    'subnets("10.0.0.0/27", 6)': ("cidr", "too small"),
}


@pytest.mark.matrix
def test_what_they_answer(workspace: Workspace) -> None:
    outputs = [f'output "o{n}" {{\n  value = provider::drop::{call}\n}}' for n, call in enumerate(GOOD)]
    workspace.write(*outputs)
    since = workspace.lab.now()
    workspace.apply().must()
    told = json.loads((workspace.directory / "terraform.tfstate").read_text())["outputs"]
    assert {call: told[f"o{n}"]["value"] for n, call in enumerate(GOOD)} == GOOD
    assert workspace.lab.journal(since) == []
    workspace.must_be_empty()


@pytest.mark.parametrize("call", BAD)
def test_what_they_refuse(workspace: Workspace, call: str) -> None:
    parameter, text = BAD[call]
    workspace.write(f'output "o" {{\n  value = provider::drop::{call}\n}}')
    workspace.plan().must_fail(f'value for "{parameter}" parameter', text)
