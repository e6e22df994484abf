# SPDX-License-Identifier: MPL-2.0
"""What the process promises to a client that is not Terraform: who may connect, what it survives, how it ends."""

import json
import os
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import grpc
import msgpack
import pytest

import toy
from toy_wire import PATIENCE, Certificate, Client, Plugin, generated


@pytest.fixture(scope="module")
def certificate() -> Certificate:
    return Certificate.new()


@pytest.fixture
def cloud() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="toy") as directory:
        yield Path(directory)


@pytest.fixture(params=["5", "6"])
def plugin(request: pytest.FixtureRequest, certificate: Certificate) -> Iterator[Plugin]:
    with Plugin.start(request.param, certificate) as plugin:
        yield plugin


@pytest.fixture
def client(plugin: Plugin, cloud: Path) -> Client:
    client = plugin.client()
    client.configure(cloud)
    return client


def test_run_by_hand_it_says_what_it_is() -> None:
    ran = subprocess.run([toy.binary()], env={}, capture_output=True, text=True, timeout=PATIENCE)
    assert ran.returncode == 1
    assert ran.stdout == ""
    assert "plugin for Terraform" in ran.stderr and "Version" in ran.stderr


@pytest.mark.parametrize(("offered", "chosen"), [("5,6", 6), ("6,5", 6), ("5", 5), ("6", 6), ("4", 5)])
def test_the_highest_common_protocol_is_chosen(offered: str, chosen: int) -> None:
    with Plugin.start(offered) as plugin:
        assert (plugin.protocol, plugin.network, plugin.rest) == (chosen, "unix", [])


def test_multiplexing_is_answered_only_when_it_is_asked_for() -> None:
    with Plugin.start(PLUGIN_MULTIPLEX_GRPC="true") as plugin:
        assert plugin.rest == ["true"]


def test_the_right_certificate_is_served(plugin: Plugin) -> None:
    schema = plugin.client().call("GetProviderSchema")
    assert list(schema.resource_schemas) == ["toy_thing"]
    assert schema.server_capabilities.get_provider_schema_optional
    attributes = {attribute.name: attribute for attribute in schema.resource_schemas["toy_thing"].block.attributes}
    assert attributes["name"].description == "What the file is called."
    assert attributes["secret"].sensitive and attributes["password_wo"].write_only
    nesting = {block.type_name: block.nesting for block in schema.resource_schemas["toy_thing"].block.block_types}
    assert nesting == {"door": 1, "rule": 2, "gate": 2, "route": 4}


def test_strangers_are_refused(plugin: Plugin) -> None:
    nobody = plugin.secure(grpc.ssl_channel_credentials(plugin.root), [])
    stranger = plugin.channel(Certificate.new())
    plaintext = grpc.insecure_channel(f"unix:{plugin.address}")
    for channel in (nobody, stranger, plaintext):
        with pytest.raises(grpc.RpcError) as refused:
            plugin.client(channel).call("GetProviderSchema")
        assert refused.value.code() == grpc.StatusCode.UNAVAILABLE
        channel.close()
    assert plugin.client().call("GetProviderSchema").resource_schemas, "it went down with them"


def test_without_a_client_certificate_there_is_no_tls() -> None:
    with Plugin.start() as plugin:
        assert plugin.server_certificate == b""
        assert plugin.client().call("GetProviderSchema").resource_schemas


def test_nobody_else_reaches_the_socket(plugin: Plugin) -> None:
    assert stat.S_IMODE(plugin.directory.stat().st_mode) == 0o700
    assert stat.S_IMODE(Path(plugin.address).stat().st_mode) == 0o600
    if os.geteuid() == 0:
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
        look = ["ls", "-l", plugin.address]
        ran = subprocess.run(look, user=65534, group=65534, extra_groups=[], env=environment, capture_output=True)
        assert b"Permission denied" in ran.stderr


def test_the_socket_is_made_where_it_is_asked_for(cloud: Path) -> None:
    with Plugin.start(PLUGIN_UNIX_SOCKET_DIR=str(cloud)) as plugin:
        assert plugin.directory.parent == cloud


def test_malformed_values_are_diagnostics(client: Client) -> None:
    deep = b"\x91" * 100_000 + b"\xc0"
    dynamic = b'\x92\xc4\x12["list","dynamic"]\x91' * 100_000
    wrong_type = toy.packed(toy.thing(name=True))
    missing = toy.packed({"name": "a"})
    for malformed in (b"\xff\xff", b"\xdf\xff\xff\xff\xff", deep, dynamic, wrong_type, missing, b"\x00" * 1000):
        answer = client.call("ValidateResourceConfig", type_name="toy_thing", config=malformed)
        assert [diagnostic.severity for diagnostic in answer.diagnostics] == [1], malformed[:40]
        assert "toy_thing cannot be read" in answer.diagnostics[0].summary
    named = client.call("ValidateResourceConfig", type_name="toy_thing", config=wrong_type).diagnostics[0]
    assert [step.attribute_name for step in named.attribute.steps] == ["name"]


def test_an_unknown_resource_type_is_a_diagnostic(client: Client) -> None:
    answer = client.call("ValidateResourceConfig", type_name="toy_other", config=toy.packed({}))
    assert "no resource type toy_other" in answer.diagnostics[0].summary


def test_a_panic_is_a_diagnostic_and_the_process_lives(client: Client) -> None:
    answer = client.plan(toy.thing(name="a", mode="panic"))
    assert "crashed in PlanResourceChange of toy_thing" in answer.diagnostics[0].summary
    assert "thing.rs" in answer.diagnostics[0].detail
    assert not client.plan(toy.thing(name="a")).diagnostics


def test_stop_cancels_a_waiting_apply_and_the_server_goes_on(client: Client, cloud: Path) -> None:
    config = toy.thing(name="a", mode="wait")
    waiting = client.apply(client.plan(config), config)
    toy.until((cloud / "a").exists)
    assert not waiting.done()
    assert client.call("StopProvider").Error == ""
    answer = waiting.result()
    assert answer.diagnostics[0].summary == "Interrupted"
    assert msgpack.unpackb(answer.new_state.msgpack)["id"] == "thing-a", "the state of what exists is lost"
    config = toy.thing(name="b")
    assert not client.apply(client.plan(config), config).result().diagnostics
    assert (cloud / "b").exists()


def test_twenty_megabytes_pass(client: Client) -> None:
    config = toy.thing(name="a", secret="x" * 20_000_000, password_wo="y")
    answer = client.apply(client.plan(config), config).result()
    assert not answer.diagnostics
    state = msgpack.unpackb(answer.new_state.msgpack)
    assert len(state["secret"]) == 20_000_000
    assert state["password_wo"] is None


def test_json_is_taken_where_there_is_no_msgpack(client: Client) -> None:
    state = client.messages.RawState(json=b'{"name":"a","price":0.1,"door":{"path":"/"},"gone":1}')
    answer = client.call("UpgradeResourceState", type_name="toy_thing", version=1, raw_state=state)
    assert not answer.diagnostics
    upgraded = msgpack.unpackb(answer.upgraded_state.msgpack)
    assert (upgraded["price"], upgraded["rule"], upgraded["door"]["path"]) == ("0.1", [], "/")


def test_shutdown_ends_the_process_and_leaves_nothing(certificate: Certificate) -> None:
    """Also while streams are open, as a CLI has them."""
    with Plugin.start("6", certificate) as plugin:
        client = plugin.client()
        client.call("GetProviderSchema")
        stdio = generated("go_plugin_pb2_grpc").GRPCStdioStub(client.channel)
        stream = stdio.StreamStdio(generated("google.protobuf.empty_pb2").Empty())
        broker = generated("go_plugin_pb2_grpc").GRPCBrokerStub(client.channel).StartStream(iter(()))
        client.shutdown()
        assert plugin.process.wait(PATIENCE) == 0
        assert not plugin.directory.exists()
        stream.cancel()
        broker.cancel()


def test_an_interrupt_is_ignored_and_a_termination_is_clean(plugin: Plugin) -> None:
    client = plugin.client()
    plugin.process.send_signal(2)
    assert client.call("GetProviderSchema").resource_schemas
    plugin.process.terminate()
    assert plugin.process.wait(PATIENCE) == 0
    assert not plugin.directory.exists()


def test_a_client_that_vanishes_cancels_its_work_and_ends_the_process(
    client: Client, plugin: Plugin, cloud: Path
) -> None:
    config = toy.thing(name="a", mode="wait")
    client.apply(client.plan(config), config)
    toy.until((cloud / "a").exists)
    client.channel.close()
    assert plugin.process.wait(PATIENCE) == 0
    assert not plugin.directory.exists()


def test_logs_are_lines_of_hclog_without_values(certificate: Certificate, cloud: Path) -> None:
    with Plugin.start("6", certificate, TF_LOG="TRACE") as plugin:
        client = plugin.client()
        client.configure(cloud)
        config = toy.thing(name="a", secret="hunter2", password_wo="hunter3", labels={"a": "hunter4"})
        assert not client.apply(client.plan(config), config).result().diagnostics
        client.plan(toy.thing(name="a", mode="panic"))
        client.shutdown()
        assert plugin.process.stderr
        text = plugin.process.stderr.read().decode()
    lines = [json.loads(line) for line in text.splitlines()]
    assert {line["@level"] for line in lines} >= {"debug", "error"}
    for line in lines:
        fraction = line["@timestamp"].split(".")[1]
        assert len(fraction) == len("123456Z") and fraction.endswith("Z")
        assert isinstance(line["@message"], str)
    assert "hunter" not in text
