# SPDX-License-Identifier: MPL-2.0
"""The provider itself, asked by a client that shares no code with the crate: values that are none are diagnostics, and
the process lives."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import msgpack
import pytest

import toy
from toy_wire import Certificate, Client, Plugin, said

TYPES = ("drop_app_service", "drop_database", "drop_edge")
FIELDS = {
    "ValidateResourceConfig": "config",
    "ReadResource": "current_state",
    "PlanResourceChange": "proposed_new_state",
    "ApplyResourceChange": "planned_state",
}
NONE = {
    "no msgpack": b"\xc1",
    "a length of billions": b"\xdf\xff\xff\xff\xff",
    "another type": msgpack.packb([1, 2]),
    "an unknown attribute": msgpack.packb({"name": "a", "colour": "red"}),
    "nothing after it began": b"\x85\xa4name",
}


@pytest.fixture(scope="module", params=["5", "6"])
def client(request: pytest.FixtureRequest) -> Iterator[Client]:
    binary = Path(os.environ.get("DROP_BIN") or toy.ROOT / "target/debug/terraform-provider-drop")
    with Plugin.start(request.param, Certificate.new(), binary) as plugin:
        yield plugin.client()


@pytest.mark.parametrize("value", NONE.values(), ids=NONE)
@pytest.mark.parametrize("type", TYPES)
def test_malformed_values_are_diagnostics(client: Client, type: str, value: bytes) -> None:
    for call, field in FIELDS.items():
        answer = client.call(call, type_name=type, **{field: value})
        assert [diagnostic.severity for diagnostic in answer.diagnostics] == [1], call
        assert len(said(answer.diagnostics)) > len(": "), call
    schema = client.call("GetProviderSchema")
    assert set(TYPES) <= set(schema.resource_schemas)


@pytest.mark.parametrize("type", TYPES)
def test_a_state_of_a_newer_schema_is_not_touched(client: Client, type: str) -> None:
    stored = json.dumps({"name": "a", "colour": "red"}).encode()
    answer = client.call("UpgradeResourceState", type_name=type, version=99, raw_state=stored)
    assert [diagnostic.severity for diagnostic in answer.diagnostics] == [1]
    assert "99" in said(answer.diagnostics)
    assert msgpack.unpackb(answer.upgraded_state.msgpack) is None


def test_a_moved_state_that_is_none(client: Client) -> None:
    raw = client.messages.RawState(json=b'{"arn": [')
    answer = client.call(
        "MoveResourceState", source_provider_address="registry.example/hashicorp/aws", source_type_name="aws_db_instance",
        source_schema_version=2, source_state=raw, target_type_name="drop_database",
    )  # fmt: skip
    assert [diagnostic.severity for diagnostic in answer.diagnostics] == [1]
    assert "aws_db_instance" in said(answer.diagnostics)
