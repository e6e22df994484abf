# SPDX-License-Identifier: MPL-2.0
"""Every call of both protocols about provider and resources, made by a client that shares no code with the crate."""

import json
from pathlib import Path
from typing import Any

import grpc
import msgpack
import pytest

import toy
from toy_wire import PATIENCE, Client, identity, said, steps, unpacked

STATE_STORES = (
    *("ValidateStateStoreConfig", "ConfigureStateStore", "ReadStateBytes", "WriteStateBytes"),
    *("LockState", "UnlockState", "GetStates", "DeleteState"),
)


# What is offered.


def test_metadata_and_schemas_name_everything(client: Client) -> None:
    metadata, schema = client.call("GetMetadata"), client.call("GetProviderSchema")
    assert not schema.diagnostics
    for listed, described, name in [
        (metadata.resources, schema.resource_schemas, "toy_thing"),
        (metadata.data_sources, schema.data_source_schemas, "toy_thing"),
        (metadata.ephemeral_resources, schema.ephemeral_resource_schemas, "toy_key"),
        (metadata.list_resources, schema.list_resource_schemas, "toy_thing"),
        (metadata.actions, schema.action_schemas, "toy_paint"),
    ]:
        assert [one.type_name for one in listed] == list(described) == [name]
    assert sorted(one.name for one in metadata.functions) == sorted(schema.functions)
    assert schema.resource_schemas["toy_thing"].version == 1
    for capabilities in (metadata.server_capabilities, schema.server_capabilities):
        assert capabilities.plan_destroy and capabilities.get_provider_schema_optional
        assert capabilities.move_resource_state and capabilities.generate_resource_config


def test_state_stores_are_unimplemented(client: Client) -> None:
    """And in protocol 5 there are none."""
    stub = client.stub
    if client.protocol == 5:
        assert not any(hasattr(stub, name) for name in STATE_STORES)
        return
    for name in STATE_STORES:
        message = {"ValidateStateStoreConfig": "ValidateStateStore"}.get(name, name)
        with pytest.raises(grpc.RpcError) as refused:
            if name == "WriteStateBytes":
                stub.WriteStateBytes(iter([client.messages.WriteStateBytes.RequestChunk()]), timeout=PATIENCE)
            else:
                answer = getattr(stub, name)(getattr(client.messages, message).Request(), timeout=PATIENCE)
                list(answer) if name == "ReadStateBytes" else None
        assert refused.value.code() == grpc.StatusCode.UNIMPLEMENTED, name


# Provider and resources.


def test_the_provider_block_is_validated_and_configured(client: Client, cloud: Path) -> None:
    assert not client.call("ValidateProviderConfig", config=toy.packed({"directory": str(cloud)})).diagnostics
    for call in ("ValidateProviderConfig", "ConfigureProvider"):
        answer = client.call(call, config=toy.packed({"directory": 1}))
        assert "configuration of the provider cannot be read" in said(answer.diagnostics)
        assert steps(answer.diagnostics[0]) == ["directory"]


def test_a_resource_lives(client: Client, cloud: Path) -> None:
    """Validated, planned, applied, read, updated, destroyed; its identity goes with it."""
    config = toy.thing(name="a")
    assert not client.call("ValidateResourceConfig", type_name="toy_thing", config=toy.packed(config)).diagnostics
    planned = client.plan(config)
    whole = {"name": "a", "directory": str(cloud)}
    assert identity(planned.planned_identity) == whole
    made = client.apply(planned, config).result()
    assert identity(made.new_identity) == whole
    state = made.new_state.msgpack
    given = {"type_name": "toy_thing", "current_state": state, "current_identity": toy.packed(whole)}
    read = client.call("ReadResource", **given)
    assert (read.new_state.msgpack, identity(read.new_identity)) == (state, whole)

    nothing = toy.packed(None)
    given = {"type_name": "toy_thing", "prior_state": state, "prior_identity": toy.packed(whole)}
    plan = client.call("PlanResourceChange", **given, proposed_new_state=nothing, config=nothing)
    assert unpacked(plan.planned_state) is None and not plan.diagnostics
    gone = client.call(
        "ApplyResourceChange", type_name="toy_thing", prior_state=state, planned_state=nothing, config=nothing
    )
    assert unpacked(gone.new_state) is None and not gone.diagnostics
    assert client.call("ReadResource", type_name="toy_thing", current_state=state).new_state.msgpack == b"\xc0"


def test_replacement_is_asked_for_where_the_name_changes(client: Client, cloud: Path) -> None:
    state = client.create(toy.thing(name="a")).new_state.msgpack
    changed = toy.packed(unpacked_state(state) | {"name": "b"})
    plan = client.call(
        "PlanResourceChange",
        type_name="toy_thing",
        prior_state=state,
        proposed_new_state=changed,
        config=toy.packed(toy.thing(name="b")),
        prior_identity=toy.packed({"name": "a", "directory": str(cloud)}),
    )
    assert [path.steps[0].attribute_name for path in plan.requires_replace] == ["name"]
    assert identity(plan.planned_identity)["name"] == "a", "until it is replaced it is what it was"


def test_the_first_plan_is_handed_on_where_the_protocol_can(client: Client, cloud: Path) -> None:
    """Terraform from 1.16 gives the plan made during apply what the first one answered."""
    fields = client.messages.PlanResourceChange.Request.DESCRIPTOR.fields_by_name
    assert ("planned_private" in fields) == (client.protocol == 6)
    given = {"planned_private": b"first"} if client.protocol == 6 else {}
    config = toy.packed(toy.thing(name="a"))
    nothing = toy.packed(None)
    plan = client.call(
        "PlanResourceChange",
        type_name="toy_thing",
        prior_state=nothing,
        proposed_new_state=config,
        config=config,
        prior_private=b"prior",
        **given,
    )
    assert plan.planned_private == b"prior"
    assert toy.log(cloud) == (["planned again, after first"] if given else [])


def unpacked_state(state: bytes) -> dict[str, Any]:
    return msgpack.unpackb(state)


def test_write_only_values_need_a_cli_that_knows_them(client: Client) -> None:
    config = toy.packed(toy.thing(name="a", password_wo="hush"))
    answer = client.call("ValidateResourceConfig", type_name="toy_thing", config=config)
    assert "Write-only attribute password_wo is not allowed" in said(answer.diagnostics)
    assert steps(answer.diagnostics[0]) == ["password_wo"]
    assert "hush" not in said(answer.diagnostics)
    known = client.messages.ClientCapabilities(write_only_attributes_allowed=True)
    answer = client.call("ValidateResourceConfig", type_name="toy_thing", config=config, client_capabilities=known)
    assert not answer.diagnostics


def test_write_only_values_reach_apply_and_nothing_else(client: Client, cloud: Path) -> None:
    config = toy.thing(name="a", password_wo="hunter2")
    planned = client.plan(config)
    made = client.apply(planned, config).result()
    assert toy.log(cloud) == ["a password of 7 letters"]
    for answer in (planned, made):
        assert b"hunter2" not in answer.SerializeToString()
    assert "hunter2" not in (cloud / "a").read_text()


def test_a_state_of_an_older_version_is_upgraded(client: Client) -> None:
    upgrade = {"type_name": "toy_thing", "version": 0}
    answer = client.call("UpgradeResourceState", **upgrade, raw_state=b'{"title":"a","size":3}')
    state = unpacked(answer.upgraded_state)
    assert (state["name"], state["size"], state["rule"]) == ("a", 3, [])
    newer = client.call("UpgradeResourceState", type_name="toy_thing", version=2, raw_state=b"{}")
    assert "written by a newer version" in said(newer.diagnostics)
    broken = client.call("UpgradeResourceState", **upgrade, raw_state=b'{"title":{}}')
    assert "title: a string is required" in said(broken.diagnostics) or steps(broken.diagnostics[0]) == ["title"]
    flat = client.messages.RawState(flatmap={"title": "a"})
    flat = client.call("UpgradeResourceState", **upgrade, raw_state=flat)
    assert "before 0.12" in said(flat.diagnostics)


def test_import_takes_an_id_or_an_identity(client: Client, cloud: Path) -> None:
    client.create(toy.thing(name="a"))
    whole = {"name": "a", "directory": str(cloud)}
    for how in ({"id": "thing-a"}, {"identity": toy.packed({"name": "a", "directory": None})}):
        answer = client.call("ImportResourceState", type_name="toy_thing", **how)
        (imported,) = answer.imported_resources
        assert (imported.type_name, unpacked(imported.state)["id"]) == ("toy_thing", "thing-a")
        assert identity(imported.identity) == whole
    absent = client.call("ImportResourceState", type_name="toy_thing", id="b")
    assert "No toy_thing to import" in said(absent.diagnostics) and not absent.imported_resources


def test_an_import_answers_what_belongs_to_it_or_nothing(client: Client, cloud: Path) -> None:
    for name in ("a", "b"):
        client.create(toy.thing(name=name))
    answer = client.call("ImportResourceState", type_name="toy_thing", id="thing-a+b")
    assert not answer.diagnostics
    for imported, name in zip(answer.imported_resources, ("a", "b"), strict=True):
        assert (imported.type_name, unpacked(imported.state)["name"]) == ("toy_thing", name)
        assert identity(imported.identity) == {"name": name, "directory": str(cloud)}
    half = client.call("ImportResourceState", type_name="toy_thing", id="thing-a+absent")
    assert "invalid imported state for toy_thing: the object" in said(half.diagnostics)
    assert not half.imported_resources


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"name": None, "directory": None}, "lacks name"),
        ({"name": 1, "directory": None}, "identity of toy_thing cannot be read"),
        ({"name": "a"}, 'attribute "directory" is missing'),
        ({"name": "a", "directory": None, "more": 1}, 'no attribute "more"'),
        ({"name": "a", "directory": "/elsewhere"}, "in another cloud"),
        ([], "a map or object is required"),
    ],
)
def test_an_identity_of_the_wrong_shape_is_a_diagnostic(client: Client, given: Any, words: str) -> None:
    answer = client.call("ImportResourceState", type_name="toy_thing", identity=toy.packed(given))
    assert words in said(answer.diagnostics) and not answer.imported_resources


def test_identity_schemas_and_upgrades(client: Client) -> None:
    schema = client.call("GetResourceIdentitySchemas").identity_schemas["toy_thing"]
    shapes = [(one.name, json.loads(one.type), one.required_for_import) for one in schema.identity_attributes]
    assert shapes == [("name", "string", True), ("directory", "string", False)]
    assert all(one.optional_for_import != one.required_for_import for one in schema.identity_attributes)
    given = {"type_name": "toy_thing", "version": 0}
    answer = client.call("UpgradeResourceIdentity", **given, raw_identity=b'{"name":"a","gone":1}')
    assert identity(answer.upgraded_identity) == {"name": "a", "directory": None}
    for raw, version, words in [
        (b'{"name":1}', 0, "cannot be read"),
        (b"{}", 0, "not known"),
        (b'{"name":"a"}', 2, "newer version"),
    ]:
        answer = client.call("UpgradeResourceIdentity", type_name="toy_thing", version=version, raw_identity=raw)
        assert words in said(answer.diagnostics) and not answer.HasField("upgraded_identity")


def test_the_state_of_another_type_is_taken_over(client: Client) -> None:
    source = {
        "source_provider_address": "terraform.io/builtin/terraform",
        "source_type_name": "terraform_data",
        "target_type_name": "toy_thing",
    }
    state = b'{"id":"1","input":{"value":"a","type":"string"},"output":null,"triggers_replace":null}'
    answer = client.call("MoveResourceState", **source, source_state=state)
    moved = unpacked(answer.target_state)
    assert (moved["name"], moved["size"], moved["rule"]) == ("a", None, [])
    assert identity(answer.target_identity)["name"] == "a"
    broken = client.call("MoveResourceState", **source, source_state=b'{"input":[1]}')
    assert "state of the terraform_data cannot be read" in said(broken.diagnostics)
    other = client.call("MoveResourceState", **(source | {"source_type_name": "null_resource"}), source_state=state)
    assert "A null_resource is not taken over" in said(other.diagnostics)


def test_configuration_is_generated_without_what_nobody_writes(client: Client) -> None:
    state = client.create(toy.thing(name="a", lines=["x"], colour="red")).new_state.msgpack
    answer = client.call("GenerateResourceConfig", type_name="toy_thing", state=state)
    given = {name: value for name, value in unpacked(answer.config).items() if value not in (None, [], {})}
    assert given == {"name": "a", "lines": ["x"], "colour": "red"}


# Bad input, wherever it may come from.


@pytest.mark.parametrize(
    ("call", "field"),
    [
        ("ValidateResourceConfig", "config"),
        ("ReadResource", "current_state"),
        ("PlanResourceChange", "config"),
        ("ApplyResourceChange", "planned_state"),
        ("GenerateResourceConfig", "state"),
        ("ValidateDataResourceConfig", "config"),
        ("ReadDataSource", "config"),
        ("ValidateListResourceConfig", "config"),
    ],
)
@pytest.mark.parametrize("malformed", [b"\xc1", b"\xdf\xff\xff\xff\xff", toy.packed({"name": "a", "typo": 1})])
def test_malformed_values_are_diagnostics_everywhere(client: Client, call: str, field: str, malformed: bytes) -> None:
    answer = client.call(call, type_name="toy_thing", **{field: malformed})
    assert "of toy_thing cannot be read" in said(answer.diagnostics)
    if b"typo" in malformed:
        assert "there is no attribute" in said(answer.diagnostics)


@pytest.mark.parametrize(
    "call", ["ValidateEphemeralResourceConfig", "OpenEphemeralResource", "RenewEphemeralResource", "CloseEphemeralResource"]
)
def test_an_ephemeral_resource_that_is_not_offered_is_told(client: Client, call: str) -> None:
    assert "no ephemeral resource toy_other" in said(client.call(call, type_name="toy_other").diagnostics)
