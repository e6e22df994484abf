# SPDX-License-Identifier: MPL-2.0
"""Everything that exists beyond an account's defaults, tagged or not, in every region."""

import itertools
import threading
from collections.abc import Iterator
from typing import Any

from moto.core.base_backend import AccountSpecificBackend, BackendDict, BaseBackend
from moto.ec2.models import EC2Backend
from moto.iam.models import IAMBackend, Role

from .aws import REGISTRY
from .aws.ec2 import furnish_default_vpc
from .aws.iam import furnish_policies
from .world import World

# What moto keeps in its backends that is a catalogue, an index, or a part of something listed already.
NOT_OBJECTS = {"tags", "tagger", "tagging_service", "_pages", "events", "enabled_regions", "amis", "dhcp_options_sets"}
# moto's attribute names, in the words of the API.
KINDS = {
    ("acm", "_certificates"): "certificate",
    ("ec2", "enis"): "network_interface",
    ("ec2", "groups"): "security_group",
    ("ec2", "security_group_rules"): "security_group_rule",
    ("ecr", "repositories"): "repository",
    ("secretsmanager", "secrets"): "secret",
    ("iam", "roles"): "role",
    ("kms", "keys"): "key",
}
_births = itertools.count(1)
_lock = threading.Lock()


def everything(world: World) -> list[dict[str, Any]]:
    """Sorted, so that two listings can be compared. `birth` differs when an object was made anew."""
    own = [item for lister in REGISTRY.listers for item in lister(world)]
    found = [*own, *_moto()]
    return sorted(found, key=lambda o: (o["service"], o["kind"], o["region"], o["id"]))


def birth(thing: Any) -> int:
    """The same number for the same object as long as it lives."""
    with _lock:
        if not hasattr(thing, "_lab_birth"):
            thing._lab_birth = next(_births)
        return thing._lab_birth


def _moto() -> Iterator[dict[str, Any]]:
    for backends in list(BackendDict._instances):
        for _, region, backend in backends.iter_backends():
            if backends.service_name in ("moto_api", "sts", "resourcegroupstaggingapi"):
                continue
            yield from _of_backend(backends.service_name, region, backend)


def _of_backend(service: str, region: str, backend: BaseBackend) -> Iterator[dict[str, Any]]:
    known = getattr(backend, "_lab_defaults", set())
    for kind, key, thing in _things(backend):
        if (kind, key) in known or _service_linked(thing):
            continue
        tags = backend.tags.get(key, {}) if isinstance(backend, EC2Backend) else _tags(thing)
        name = KINDS.get((service, kind), kind)
        own = thing.name if isinstance(thing, Role) else key
        item = {"service": service, "kind": name, "id": own, "region": region, "tags": dict(tags)}
        yield item | {"birth": birth(thing)}


def _things(backend: BaseBackend) -> Iterator[tuple[str, str, Any]]:
    for attribute, value in list(vars(backend).items()):
        if attribute in NOT_OBJECTS or not isinstance(value, dict):
            continue
        for key, thing in _flat(value):
            yield attribute, key, thing
            if attribute == "groups" and isinstance(backend, EC2Backend):
                for rule in [*thing.ingress_rules, *thing.egress_rules]:
                    yield "security_group_rules", rule.id, rule


def _service_linked(thing: Any) -> bool:
    """AWS makes these by itself, for itself, and they stay."""
    return str(getattr(thing, "path", "")).startswith("/aws-service-role/")


def _flat(mapping: dict[Any, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in list(mapping.items()):
        if isinstance(value, dict):
            yield from _flat(value)
        elif type(value).__module__.startswith("moto."):
            yield str(key), value


def _tags(thing: Any) -> dict[str, str]:
    tags = getattr(thing, "tags", None) or {}
    if isinstance(tags, list):
        return {t.get("Key", t.get("key", "")): t.get("Value", t.get("value", "")) for t in tags}
    return tags if isinstance(tags, dict) else {}


def remember_defaults() -> None:
    """Makes moto note, when it makes a region's backend, what an account has before anyone asked for anything."""
    made = AccountSpecificBackend.__getitem__

    def noting(self: Any, region: str) -> BaseBackend:
        backend = made(self, region)
        if "_lab_defaults" not in vars(backend):
            if isinstance(backend, EC2Backend):
                furnish_default_vpc(backend)
            if isinstance(backend, IAMBackend):
                furnish_policies(backend)
            backend._lab_defaults = {(kind, key) for kind, key, _ in _things(backend)}
        return backend

    AccountSpecificBackend.__getitem__ = noting
