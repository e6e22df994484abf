# SPDX-License-Identifier: MPL-2.0
"""One rule: what a phase takes, what the server adds, and when two are the same."""

from collections.abc import Iterator
from typing import Any

from . import entitlements
from .account import Rule, Ruleset, Zone, new_id, stamp
from .entitlements import Problem
from .envelope import Denied

BLOCKS = ("block", "challenge", "js_challenge", "managed_challenge", "log")
ACTIONS = {
    "http_config_settings": ("set_config",),
    "http_custom_errors": ("serve_error",),
    "http_ratelimit": BLOCKS,
    "http_request_cache_settings": ("set_cache_settings",),
    "http_request_dynamic_redirect": ("redirect",),
    "http_request_firewall_custom": (*BLOCKS, "skip"),
    "http_request_firewall_managed": ("execute", "skip"),
    "http_request_late_transform": ("rewrite",),
    "http_request_origin": ("route",),
    "http_request_transform": ("rewrite",),
    "http_response_headers_transform": ("rewrite",),
    "http_response_compression": ("compress_response",),
    "http_response_cache_settings": ("set_cache_control", "set_cache_tags"),
}
# In the order Cloudflare answers them.
MEMBERS = (
    "action", "action_parameters", "expression", "description", "enabled", "logging", "ratelimit",
    "exposed_credential_check",
)  # fmt: skip


def problems(zone: Zone, phase: str, body: dict[str, Any], pointer: str) -> Iterator[Problem]:
    """Everything Cloudflare would refuse about this definition."""
    action = body.get("action", "")
    if action not in ACTIONS[phase]:
        text = f"'{action}' is not a valid value for action because it is not allowed in the phase {phase}"
        yield 20123, text, f"{pointer}/action"
        return
    yield from entitlements.action(zone, phase, action, body.get("action_parameters", {}), pointer)
    where = f"{pointer}/expression"
    yield from entitlements.expression(zone, phase, "expression", body.get("expression", ""), where)
    limit = body.get("ratelimit")
    if phase == "http_ratelimit" and limit is None:
        yield 20150, "ratelimit is required for rules in the phase http_ratelimit", f"{pointer}/ratelimit"
    if phase != "http_ratelimit" and limit is not None:
        yield 20151, f"ratelimit is not allowed for rules in the phase {phase}", f"{pointer}/ratelimit"
    if phase == "http_ratelimit" and limit is not None:
        yield from entitlements.rate_limit(zone, action, limit, f"{pointer}/ratelimit")
        if (counting := limit.get("counting_expression")) is not None:
            where = f"{pointer}/ratelimit/counting_expression"
            yield from entitlements.expression(zone, phase, "counting_expression", counting, where)
    parameters = body.get("action_parameters", {})
    if action == "set_cache_settings":
        yield from entitlements.cache(zone, parameters, f"{pointer}/action_parameters")
    if action in ("skip", "execute", "redirect", "route", "rewrite", "set_cache_settings") and not parameters:
        yield 20122, f"action_parameters are required for the action {action}", f"{pointer}/action_parameters"


def check_action(body: Any, pointer: str) -> None:
    """Raises Cloudflare's refusal of an action that is none; what it is for a phase, `problems` says."""
    known = sorted({action for actions in ACTIONS.values() for action in actions})
    if not isinstance(body, dict) or body.get("action") in known:
        return
    why = f"it must be one of {', '.join(known)}" if body.get("action") else "it cannot be blank"
    text = f"'{body.get('action') or ''}' is not a valid value for action because {why}"
    raise Denied(400, 20123, text, f"{pointer}/action")


def checked(zone: Zone, ruleset: Ruleset, bodies: list[tuple[dict[str, Any], str]]) -> None:
    """Raises all problems of all definitions at once."""
    found = [p for body, pointer in bodies for p in problems(zone, ruleset.phase, body, pointer)]
    if found:
        raise Denied.together([Denied(400, code, text, pointer or None) for code, text, pointer in found])


def definition(body: dict[str, Any]) -> dict[str, Any]:
    """The members that make up a rule, with what the server adds."""
    kept = {name: body[name] for name in MEMBERS if name in body}
    kept.setdefault("enabled", True)
    if kept["action"] == "skip":
        kept.setdefault("logging", {"enabled": True})
    if "ratelimit" in kept:
        kept["ratelimit"] = {"requests_to_origin": False, "mitigation_timeout": 0} | kept["ratelimit"]
    return {name: kept[name] for name in MEMBERS if name in kept}


def made(body: dict[str, Any], now: float) -> Rule:
    identifier = new_id()
    return Rule(identifier, body.get("ref") or identifier, definition(body), stamp(now))


def changed(rule: Rule, body: dict[str, Any], now: float) -> None:
    """The rule's version moves only if something is different."""
    ref, wanted = body.get("ref") or rule.ref, definition(body)
    if (ref, wanted) != (rule.ref, rule.definition):
        rule.ref, rule.definition = ref, wanted
        rule.version += 1
        rule.last_updated = stamp(now)


def settled(zone: Zone, ruleset: Ruleset, prefix: str) -> None:
    """Raises what only the ruleset as a whole can break: references that are not unique, too many rules."""
    refs: set[str] = set()
    for i, rule in enumerate(ruleset.rules):
        if rule.ref in refs:
            text = f"'{rule.ref}' is not a valid value for ref because it is not unique in the ruleset"
            raise Denied(400, 20124, text, f"/rules/{i}/ref" if prefix else "/ref")
        refs.add(rule.ref)
    most = zone.tier.rules(ruleset.phase)
    if len(ruleset.rules) > most:
        text = f"exceeded the maximum number of rules in the phase {ruleset.phase}: {len(ruleset.rules)} out of {most}"
        raise Denied(400, 50001, text, prefix or None)
