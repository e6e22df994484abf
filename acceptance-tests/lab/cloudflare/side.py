# SPDX-License-Identifier: MPL-2.0
"""Cloudflare's part of the lab's side door: /_lab/cloudflare/…, and its part of /_lab/objects."""

from typing import Any

from ..aws import lists
from ..objects import birth
from ..world import World
from . import interleave, permissions
from .account import Account, Rule, Zone, account_of
from .routes import SERVICE


def serve(world: World, method: str, parts: list[str], query: dict[str, str], document: Any) -> Any:
    """`parts` is what follows /_lab/cloudflare; None means there is nothing at this address."""
    with world.lock:
        world.timeline.advance()
        account = account_of(world)
        match (method, *parts):
            case ("GET", "zones"):
                return [zone.name for zone in account.zones.values()]
            case ("GET", "zones", name):
                return _zone(_named(account, name), foreign=query.get("of") == "foreign")
            case ("POST", "zones", name, "settings", setting):
                return _set(_named(account, name), setting, document)
            case ("GET", "token"):
                return {"lacks": sorted(account.lacks), "known": sorted(permissions.NAMES)}
            case ("POST", "token"):
                if unknown := set(document["lacks"]) - permissions.NAMES:
                    known = ", ".join(sorted(permissions.NAMES))
                    raise ValueError(f"no permission is named {', '.join(sorted(unknown))}; known: {known}")
                account.lacks = set(document["lacks"])
                return {"lacks": sorted(account.lacks)}
            case ("GET", "limits"):
                return account.limiter.shown()
            case ("POST", "limits"):
                account.limiter.set(**document)
                return account.limiter.shown()
            case ("GET", "interleave"):
                return [deed.shown() for deed in account.interleaved]
            case ("POST", "interleave"):
                return interleave.ask(account, document, world.timeline.now)
    return None


@lists
def objects(world: World) -> list[dict[str, Any]]:
    """What is not of the initial world, nor a dashboard user's."""
    return [item for zone in account_of(world).zones.values() for item in _of_zone(zone)]


def _of_zone(zone: Zone) -> list[dict[str, Any]]:
    found = []
    for record in zone.records.values():
        if record.id not in zone.foreign:
            shown = {k: v for k, v in record.shown().items() if k not in ("id", "tags")}
            found.append(_item(zone, "dns_record", record.id, birth(record)) | shown)
    for ruleset in zone.rulesets.values():
        if ruleset.id not in zone.foreign:
            found.append(_item(zone, "ruleset", ruleset.id, birth(ruleset)) | {"phase": ruleset.phase})
        for rule in ruleset.rules:
            if rule.id not in zone.foreign:
                found.append(_rule(zone, ruleset.phase, rule))
    for setting in zone.settings.values():
        if setting.value != zone.initial_settings[setting.id]:
            name = f"{zone.name}/{setting.id}"
            found.append(_item(zone, "zone_setting", name, birth(setting)) | {"value": setting.value})
    return found


def _rule(zone: Zone, phase: str, rule: Rule) -> dict[str, Any]:
    shown = {k: v for k, v in rule.shown().items() if k != "id"}
    return _item(zone, "rule", rule.id, birth(rule)) | {"phase": phase} | shown


def _item(zone: Zone, kind: str, identifier: str, born: int) -> dict[str, Any]:
    return {"service": SERVICE, "kind": kind, "id": identifier, "region": zone.name, "tags": {}, "birth": born}


def _zone(zone: Zone, foreign: bool) -> dict[str, Any]:
    """All there is, or what is nobody's of ours, as the API answers it: two of these can be compared."""

    def counts(identifier: str) -> bool:
        return not foreign or identifier in zone.foreign

    rules = {p: [r.shown() for r in s.rules if counts(r.id)] for p, s in sorted(zone.rulesets.items())}
    return {
        "id": zone.id,
        "name": zone.name,
        "plan": zone.tier.id,
        "records": [r.shown() for r in zone.records.values() if counts(r.id)],
        "rules": {phase: shown for phase, shown in rules.items() if shown or not foreign},
        "settings": {s.id: s.value for s in zone.settings.values()},
    }


def _set(zone: Zone, name: str, document: dict[str, Any]) -> dict[str, Any]:
    """What only a change of plan, or a person, does to a setting."""
    if name not in zone.settings:
        raise ValueError(f"no setting is named {name!r}")
    if unknown := document.keys() - {"value", "editable", "modified_on"}:
        raise ValueError(f"a setting has no {', '.join(sorted(unknown))}")
    vars(zone.settings[name]).update(document)
    return zone.settings[name].shown()


def _named(account: Account, name: str) -> Zone:
    zone = account.named(name)
    if zone is None:
        raise ValueError(f"no zone is named {name!r}; there are {', '.join(z.name for z in account.zones.values())}")
    return zone
