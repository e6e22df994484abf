# SPDX-License-Identifier: MPL-2.0
"""A dashboard user who writes into the same phase, just before somebody's n-th write."""

from dataclasses import asdict, dataclass, field
from typing import Any

from . import rules
from .account import Account, Rule, Ruleset, Zone, new_id, stamp
from .routes import Call

DEEDS = ("add", "edit", "move", "delete")
USUAL = {
    "http_ratelimit": {
        "action": "block",
        "expression": '(http.request.uri.path eq "/dashboard")',
        "ratelimit": {
            "characteristics": ["ip.src", "cf.colo.id"],
            "period": 10,
            "requests_per_period": 50,
            "mitigation_timeout": 10,
        },
    },
    "http_request_cache_settings": {
        "action": "set_cache_settings",
        "expression": '(http.request.uri.path eq "/dashboard")',
        "action_parameters": {"cache": False},
    },
}
USUAL_BLOCK = {"action": "block", "expression": '(http.request.uri.path eq "/dashboard")'}


@dataclass
class Deed:
    """`nth` counts writes to the phase from now on; 0 is at once. `rule` is members of the rule, `id` which one."""

    zone: str
    phase: str
    do: str = "add"
    nth: int = 1
    id: str | None = None
    rule: dict[str, Any] = field(default_factory=dict)
    index: int | None = None
    seen: int = 0
    done: bool = False

    def __post_init__(self) -> None:
        if self.do not in DEEDS:
            raise ValueError(f"a dashboard user can {', '.join(DEEDS)}, not {self.do!r}")
        if self.phase not in rules.ACTIONS:
            raise ValueError(f"no phase is named {self.phase!r}; known: {', '.join(sorted(rules.ACTIONS))}")

    def shown(self) -> dict[str, Any]:
        return asdict(self)


def ask(account: Account, document: dict[str, Any], now: float) -> dict[str, Any]:
    """Remembers the deed, or does it."""
    deed = Deed(**document)
    zone = account.named(deed.zone)
    if zone is None:
        raise ValueError(f"no zone is named {deed.zone!r}")
    account.interleaved.append(deed)
    if deed.nth == 0:
        _do(zone, deed, now)
    return deed.shown()


def before_write(call: Call, phase: str) -> None:
    """Somebody is about to write into the phase: who is waiting for that goes first."""
    if call.dry_run:
        return
    for deed in call.account.interleaved:
        if (deed.zone, deed.phase, deed.done) == (call.zone.name, phase, False):
            deed.seen += 1
            if deed.seen == deed.nth:
                _do(call.zone, deed, call.now)


def _do(zone: Zone, deed: Deed, now: float) -> None:
    ruleset = zone.rulesets.setdefault(deed.phase, Ruleset(new_id(), deed.phase, stamp(now), version=0))
    if deed.do == "add":
        body = USUAL.get(deed.phase, USUAL_BLOCK) | {"description": "made in the dashboard"} | deed.rule
        rule = rules.made(body, now)
        ruleset.rules.insert(_place(ruleset, deed), rule)
        zone.foreign.add(rule.id)
    else:
        rule = _foreign(zone, ruleset, deed)
        if deed.do == "edit":
            changed = {"description": f"{rule.definition.get('description', '')} (edited)".strip()} | deed.rule
            rules.changed(rule, rule.definition | changed, now)
        else:
            ruleset.rules.remove(rule)
            if deed.do == "move":
                ruleset.rules.insert(_place(ruleset, deed), rule)
    ruleset.version += 1
    ruleset.last_updated = stamp(now)
    deed.done = True


def _place(ruleset: Ruleset, deed: Deed) -> int:
    return len(ruleset.rules) if deed.index is None else deed.index - 1


def _foreign(zone: Zone, ruleset: Ruleset, deed: Deed) -> Rule:
    """The rule that was named, or the first that is nobody's of ours."""
    for rule in ruleset.rules:
        if rule.id == deed.id or (deed.id is None and rule.id in zone.foreign):
            return rule
    raise ValueError(f"there is no such foreign rule in {deed.zone} {deed.phase}")
