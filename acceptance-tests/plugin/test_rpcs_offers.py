# SPDX-License-Identifier: MPL-2.0
"""Every call of both protocols about what is offered beside resources: data, keys, functions, lists, actions."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

import toy
from toy_wire import Client, identity, said, steps, unpacked

# Data sources, ephemeral resources, functions.


def test_a_data_source_is_read(client: Client) -> None:
    client.create(toy.thing(name="a", size=7))
    config = {"name": "a", "size": None, "colour": None}
    given = {"type_name": "toy_thing", "config": toy.packed(config)}
    assert not client.call("ValidateDataResourceConfig", **given).diagnostics
    assert unpacked(client.call("ReadDataSource", **given).state) == {"name": "a", "size": 7, "colour": "blue"}
    absent = client.call("ReadDataSource", type_name="toy_thing", config=toy.packed(config | {"name": "b"}))
    assert "There is no thing" in said(absent.diagnostics) and steps(absent.diagnostics[0]) == ["name"]


def test_an_ephemeral_resource_is_opened_renewed_and_closed(client: Client, cloud: Path) -> None:
    given = {"type_name": "toy_key", "config": toy.packed({"name": "a", "valid_for": 60, "key": None})}
    assert not client.call("ValidateEphemeralResourceConfig", **given).diagnostics
    before = time.time()
    opened = client.call("OpenEphemeralResource", **given)
    assert unpacked(opened.result) == {"name": "a", "valid_for": 60, "key": "key-of-a"}
    assert before + 60 <= opened.renew_at.seconds + opened.renew_at.nanos / 1e9 <= time.time() + 60
    renewed = client.call("RenewEphemeralResource", type_name="toy_key", private=opened.private)
    assert (renewed.private, renewed.HasField("renew_at")) == (b"a'", False)
    closed = client.call("CloseEphemeralResource", type_name="toy_key", private=renewed.private)
    assert not closed.diagnostics
    assert toy.log(cloud) == ["open a", "renew a", "close a'"]


def call(client: Client, name: str, *arguments: Any) -> Any:
    packed = [client.value(argument if isinstance(argument, bytes) else toy.packed(argument)) for argument in arguments]
    return client.call("CallFunction", name=name, arguments=packed)


def test_functions_answer_results(client: Client) -> None:
    functions = client.call("GetFunctions").functions
    joined = functions["joined"]
    assert [parameter.name for parameter in joined.parameters] == ["separator"]
    assert (joined.variadic_parameter.name, joined.variadic_parameter.type) == ("texts", b'"string"')
    assert (joined.summary, "to show which" in joined.description) == ("Joins texts.", True)
    taken = functions["known"].parameters[0]
    assert taken.allow_null_value and taken.allow_unknown_values
    assert json.loads(getattr(functions["parse_id"], "return").type)[0] == "object"

    assert unpacked(call(client, "repeat", "ab", 2).result) == "abab"
    assert unpacked(call(client, "joined", "-").result) == ""
    assert unpacked(call(client, "joined", "-", "a", "b").result) == "a-b"
    assert unpacked(call(client, "parse_id", "thing-a").result) == {"kind": "thing", "name": "a"}
    unknown = b"\xd4\x00\x00"
    assert unpacked(call(client, "known", None).result) == "null"
    assert unpacked(call(client, "known", unknown).result) == "unknown"
    assert call(client, "repeat", unknown, 2).result.msgpack == unknown


@pytest.mark.parametrize(
    ("name", "arguments", "blamed", "words"),
    [
        ("repeat", ["a", 0], 1, "from 1 to 9"),
        ("repeat", ["a", 1.5], 1, "whole number"),
        ("repeat", ["a", -1], 1, "whole number from 0"),
        ("repeat", ["a", "many"], 1, "argument times of repeat cannot be read"),
        ("repeat", [None, 1], 0, "text must not be null"),
        ("repeat", [b"\xc1", 1], 0, "argument text of repeat cannot be read"),
        ("repeat", ["a"], None, "2 arguments are needed: text, times; 1 were given"),
        ("repeat", ["a", 1, 2], None, "3 were given"),
        ("joined", [], None, "at least 1 arguments"),
        ("joined", ["*", "a"], 0, "one of"),
        ("joined", ["-", "a", ""], 2, "must not be empty"),
        ("joined", ["-", "a", None], 2, "must not be null"),
        ("parse_id", ["a"], 0, "An id is"),
        ("known", ["panic"], None, "crashed in CallFunction of known"),
        ("other", [], None, "no function other"),
    ],
)
def test_functions_blame_an_argument(
    client: Client, name: str, arguments: list[Any], blamed: int | None, words: str
) -> None:
    answer = call(client, name, *arguments)
    assert not answer.HasField("result")
    assert words in answer.error.text
    position = answer.error.function_argument if answer.error.HasField("function_argument") else None
    assert position == blamed


# Lists and actions.

EVERYTHING = toy.packed({"prefix": None, "mode": None})


def test_a_list_streams_what_there_is(client: Client) -> None:
    for name in ("a", "ab", "b"):
        client.create(toy.thing(name=name))
    validated = {"config": EVERYTHING, "include_resource_object": toy.packed(False), "limit": toy.packed(10)}
    assert not client.call("ValidateListResourceConfig", type_name="toy_thing", **validated).diagnostics
    too_many = validated | {"limit": toy.packed(1001)}
    assert "limit" in said(client.call("ValidateListResourceConfig", type_name="toy_thing", **too_many).diagnostics)

    def listed(**given: Any) -> list[Any]:
        return list(client.stream("ListResource", type_name="toy_thing", **({"config": EVERYTHING} | given)))

    events = listed()
    assert [identity(event.identity)["name"] for event in events] == ["a", "ab", "b"]
    assert [event.display_name for event in events] == ["The thing a", "The thing ab", "The thing b"]
    assert not any(event.HasField("resource_object") or event.diagnostic for event in events)
    assert len(listed(limit=2)) == 2
    some = listed(config=toy.packed({"prefix": "a", "mode": None}), include_resource_object=True)
    assert [unpacked(event.resource_object)["id"] for event in some] == ["thing-a", "thing-ab"]


def test_a_list_that_never_ends_is_limited_or_cancelled(client: Client, cloud: Path) -> None:
    endless = {"type_name": "toy_thing", "config": toy.packed({"prefix": None, "mode": "endless"})}
    assert len(list(client.stream("ListResource", **endless, limit=1000))) == 1000
    assert toy.log(cloud) == ["list ended"]
    stream = client.stream("ListResource", **endless)
    assert [identity(next(stream).identity)["name"] for _ in range(3)] == ["thing0", "thing1", "thing2"]
    stream.cancel()
    toy.until(lambda: len(toy.log(cloud)) == 2)


def test_what_goes_wrong_in_a_list_is_its_last_event(client: Client) -> None:
    for config, words in [
        (toy.packed({"prefix": None, "mode": "panic"}), "crashed in ListResource of toy_thing"),
        (toy.packed({"prefix": 1, "mode": None}), "configuration of toy_thing cannot be read"),
    ]:
        *_, last = client.stream("ListResource", type_name="toy_thing", config=config)
        assert words in said(last.diagnostic)
    (event,) = client.stream("ListResource", type_name="toy_other", config=EVERYTHING)
    assert "no list of toy_other" in said(event.diagnostic)


def paint(name: str, mode: str | None = None, colour: str = "red") -> bytes:
    return toy.packed({"name": name, "colour": colour, "mode": mode})


def invoked(client: Client, config: bytes, action: str = "toy_paint") -> tuple[list[str], str]:
    """What an action said on its way, and with which messages it completed."""
    *progress, last = client.stream("InvokeAction", action_type=action, config=config)
    assert {event.WhichOneof("type") for event in progress} <= {"progress"}
    assert last.WhichOneof("type") == "completed"
    return [event.progress.message for event in progress], said(last.completed.diagnostics)


def test_an_action_tells_its_progress_and_completes(client: Client, cloud: Path) -> None:
    client.create(toy.thing(name="a"))
    given = {"config": paint("a")}
    assert not client.call("ValidateActionConfig", type_name="toy_paint", **given).diagnostics
    assert not client.call("PlanAction", action_type="toy_paint", **given).diagnostics
    assert invoked(client, paint("a")) == (["Opening a", "Painted a"], "")
    assert json.loads((cloud / "a").read_text())["colour"] == "red"
    plaid = client.call("PlanAction", action_type="toy_paint", config=paint("a", colour="plaid"))
    assert "Plaid is not a colour" in said(plaid.diagnostics)


@pytest.mark.parametrize(
    ("config", "action", "words"),
    [
        (paint("absent"), "toy_paint", "There is no thing absent"),
        (paint("a", "panic"), "toy_paint", "crashed in InvokeAction of toy_paint"),
        (b"\xc1", "toy_paint", "configuration of toy_paint cannot be read"),
        (b"\x83\xa4name\xd4\x00\x00\xa6colour\xa1x\xa4mode\xc0", "toy_paint", "name of toy_paint is not known"),
        (paint("a"), "toy_other", "no action toy_other"),
    ],
)
def test_an_action_that_fails_completes_all_the_same(client: Client, config: bytes, action: str, words: str) -> None:
    assert words in invoked(client, config, action)[1]


def test_stop_interrupts_an_action(client: Client, cloud: Path) -> None:
    events = client.stream("InvokeAction", action_type="toy_paint", config=paint("a", "wait"))
    assert next(events).progress.message == "Opening a"
    client.call("StopProvider")
    (last,) = events
    assert "Interrupted" in said(last.completed.diagnostics)
    assert toy.log(cloud) == ["painting was interrupted"]


def test_an_action_outlives_a_client_that_cancels(client: Client, cloud: Path) -> None:
    events = client.stream("InvokeAction", action_type="toy_paint", config=paint("a", "wait"))
    next(events)
    events.cancel()
    # What is asked after it on the same connection is answered after it was heard.
    client.call("GetFunctions")
    assert toy.log(cloud) == []
    client.call("StopProvider")
    toy.until(lambda: toy.log(cloud) == ["painting was interrupted"])
