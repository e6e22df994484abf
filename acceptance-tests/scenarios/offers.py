# SPDX-License-Identifier: MPL-2.0
"""Actions and lists of the real provider, message by message, by the plugin tests' own client."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from harness import Workspace, installation
from harness.wire import Certificate, Client, Plugin, identity, packed, said, unpacked

PATIENCE = 300.0


@dataclass(frozen=True)
class Event:
    """One object of a list."""

    name: str
    identity: dict[str, Any]
    object: dict[str, Any] | None


class Offers:
    """A configured provider. What it is given lacks no attribute: those left out are null."""

    def __init__(self, client: Client) -> None:
        self.client = client
        config = packed({"aws": None, "cloudflare": None})
        assert not client.call("ConfigureProvider", config=config).diagnostics

    @cached_property
    def schema(self) -> Any:
        return self.client.call("GetProviderSchema", PATIENCE)

    def page(self, action: str) -> str:
        """What an action's page says."""
        return self.schema.action_schemas[action].schema.block.description

    def validate(self, action: str, **given: Any) -> str:
        answer = self.client.call("ValidateActionConfig", type_name=action, config=self._action(action, given))
        return said(answer.diagnostics)

    def plan(self, action: str, **given: Any) -> tuple[str, set[int]]:
        """What is said, and how severely."""
        answer = self.client.call("PlanAction", PATIENCE, action_type=action, config=self._action(action, given))
        return said(answer.diagnostics), {diagnostic.severity for diagnostic in answer.diagnostics}

    def start(self, action: str, **given: Any) -> Any:
        return self.client.stream("InvokeAction", PATIENCE, action_type=action, config=self._action(action, given))

    def invoke(self, action: str, **given: Any) -> tuple[list[str], str]:
        """What an action said on its way, and what it completed with."""
        *progress, last = self.start(action, **given)
        assert last.WhichOneof("type") == "completed"
        return [event.progress.message for event in progress], said(last.completed.diagnostics)

    def done(self, action: str, **given: Any) -> list[str]:
        """The same of an action that must succeed."""
        progress, told = self.invoke(action, **given)
        assert not told, told
        return progress

    def done_past(self, words: str, then: Callable[[], object], action: str, **given: Any) -> list[str]:
        """The same of one that goes on when `then` was done: as soon as it has said `words`."""
        progress: list[str] = []
        for event in self.start(action, **given):
            if event.WhichOneof("type") == "completed":
                assert not event.completed.diagnostics, said(event.completed.diagnostics)
                break
            progress.append(event.progress.message)
            if words in progress[-1]:
                then()
        assert any(words in line for line in progress), f"{words!r} was not said: {progress}"
        return progress

    def listed(self, type: str, **given: Any) -> tuple[list[str], str]:
        """The names in a list, and what is said beside them."""
        events = list(self._events(type, given))
        told = "".join(said(event.diagnostic) for event in events)
        return [event.display_name for event in events if event.display_name], told

    def list(self, type: str, include: bool = False, limit: int = 0, **given: Any) -> list[Event]:
        found = []
        for event in self._events(type, given, include_resource_object=include, limit=limit):
            assert not event.diagnostic, said(event.diagnostic)
            whole = unpacked(event.resource_object) if event.HasField("resource_object") else None
            found.append(Event(event.display_name, identity(event.identity), whole))
        return found

    def refused(self, type: str, **given: Any) -> str:
        """What a list ends with that cannot be had."""
        *_, last = self._events(type, given)
        return said(last.diagnostic)

    def _events(self, type: str, given: dict[str, Any], **asked: Any) -> Any:
        config = _complete(self.schema.list_resource_schemas[type].block, given)
        return self.client.stream("ListResource", PATIENCE, type_name=type, config=config, **asked)

    def _action(self, action: str, given: dict[str, Any]) -> bytes:
        return _complete(self.schema.action_schemas[action].schema.block, given)


def _complete(block: Any, given: dict[str, Any]) -> bytes:
    return packed({attribute.name: None for attribute in block.attributes} | given)


@contextmanager
def offers(workspace: Workspace) -> Iterator[Offers]:
    """The provider, as the workspace's CLI would start it."""
    environment = workspace.environment | {"DROP_LEASE_SECONDS": "1"}
    binary = installation() / "terraform-provider-drop"
    protocol = str(workspace.protocol)
    with Plugin.start(protocol, Certificate.new(), binary=binary, **environment) as plugin:
        assert plugin.protocol == workspace.protocol
        yield Offers(plugin.client())


def configured(example: str) -> set[str]:
    """The attributes that an example's `config` block sets."""
    block = re.search(r"^  config \{\n(.*?)^  \}", example, re.MULTILINE | re.DOTALL)
    assert block, "an example without a config block"
    return set(re.findall(r"^    (\w+) +=", block[1], re.MULTILINE))


__all__ = ["Event", "Offers", "configured", "offers", "said"]
