# SPDX-License-Identifier: MPL-2.0
"""What a zone's plan lets a rule use."""

from collections.abc import Iterator
from typing import Any

from .account import Zone
from .expressions import LONGEST, Malformed, read
from .fields import ADD_ONS, FIELDS_FROM, FUNCTIONS_FROM, RESPONSE, rate_limit_from
from .tiers import BUSINESS, ENTERPRISE, FREE

# What Cloudflare answers when the plan lacks something, except where a source names another code.
NOT_ENTITLED = 50000
CHALLENGES = ("challenge", "js_challenge", "managed_challenge")
LIMITS = "an higher Advanced Rate Limiting plan is required"
RESPONSE_PHASES = ("http_response_headers_transform", "http_log_custom_fields", "http_custom_errors")

# Code, message, JSON pointer below the rule.
Problem = tuple[int, str, str]


def expression(zone: Zone, phase: str, member: str, text: str, pointer: str) -> Iterator[Problem]:
    """`member` is `expression` or `counting_expression`; the latter may look at the response."""
    if not text.strip():
        yield 20125, f"'{text}' is not a valid value for {member} because the expression cannot be blank", pointer
        return
    if len(text) > LONGEST:
        yield 20126, f"the value for {member} has {len(text)} characters, the maximum is {LONGEST}", pointer
        return
    refused = f"'{text}' is not a valid value for {member} because"
    try:
        used = read(text)
    except Malformed as error:
        yield 20127, f"{refused} could not parse filter expression: {error}", pointer
        return
    counting = member == "counting_expression" or phase in RESPONSE_PHASES
    lacking: dict[str, list[str]] = {}
    for name in used.fields:
        if name.startswith(RESPONSE) and not counting:
            yield 20127, f"{refused} the use of field {name} is not allowed", pointer
        elif why := _field(zone, phase if member == "expression" else "", name):
            lacking.setdefault(why, []).append(name)
    for why, names in lacking.items():
        yield NOT_ENTITLED, _fields_refused(names, why), pointer
    for name in used.functions:
        if zone.tier.level < (tier := FUNCTIONS_FROM.get(name, zone.tier)).level:
            why = f"a {tier.id.capitalize()} plan or a WAF Advanced plan is required"
            yield NOT_ENTITLED, f"not entitled: the use of function {name} is not allowed, {why}", pointer
    if used.regex and zone.tier.level < BUSINESS.level:
        why = LIMITS if phase == "http_ratelimit" else "a Business plan or a WAF Advanced plan is required"
        yield NOT_ENTITLED, f"not entitled: the use of operator Matches is not allowed, {why}", pointer


def rate_limit(zone: Zone, action: str, limit: dict[str, Any], pointer: str) -> Iterator[Problem]:
    characteristics, period = limit["characteristics"], limit["period"]
    timeout = limit.get("mitigation_timeout", 0)
    if "cf.colo.id" not in characteristics:
        text = "characteristics field is missing 'cf.colo.id', this is required as ratelimiting counting is processed"
        yield 20155, f"{text} at colocation level only", f"{pointer}/characteristics"
    for i, name in enumerate(characteristics):
        if zone.tier.level < _characteristic(name):
            text = f"not entitled: the use of characteristic {name} is not allowed, {LIMITS}"
            yield NOT_ENTITLED, text, f"{pointer}/characteristics/{i}"
    if period not in zone.tier.periods:
        allowed = ", ".join(map(str, zone.tier.periods))
        text = f"not entitled to use the period {period}, can only use a period among [{allowed}]"
        yield NOT_ENTITLED, text, f"{pointer}/period"
    if limit.get("requests_per_period", 0) < 1 and "score_per_period" not in limit:
        yield 20156, "requests_per_period should be at least 1", f"{pointer}/requests_per_period"
    if "counting_expression" in limit and zone.tier.level < BUSINESS.level:
        yield NOT_ENTITLED, f"not entitled to use a counting expression, {LIMITS}", f"{pointer}/counting_expression"
    if why := _timeout(zone, action, timeout):
        yield NOT_ENTITLED, why, f"{pointer}/mitigation_timeout"


def cache(zone: Zone, parameters: dict[str, Any], pointer: str) -> Iterator[Problem]:
    edge = parameters.get("edge_ttl", {})
    if edge.get("mode") == "override_origin" and "default" not in edge:
        yield 20160, "edge_ttl needs a default where its mode is override_origin", f"{pointer}/edge_ttl/default"
    if edge.get("mode") != "override_origin" and "default" in edge:
        yield 20160, "edge_ttl has a default only where its mode is override_origin", f"{pointer}/edge_ttl/default"
    shortest = zone.tier.shortest_edge_ttl
    if edge.get("default", shortest) < shortest:
        text = f"not entitled to use the edge TTL {edge['default']}, the minimum is {shortest}"
        yield NOT_ENTITLED, text, f"{pointer}/edge_ttl/default"
    if parameters.get("cache_key", {}).get("custom_key") and zone.tier.level < ENTERPRISE.level:
        yield NOT_ENTITLED, "not entitled to use a custom cache key", f"{pointer}/cache_key/custom_key"


def action(zone: Zone, phase: str, name: str, parameters: dict[str, Any], pointer: str) -> Iterator[Problem]:
    """Texts as users report them. On Free a rate limit blocks and does nothing else, with Cloudflare's own page."""
    if name == "log" and zone.tier.level < ENTERPRISE.level:
        yield NOT_ENTITLED, "not entitled to use the log action", f"{pointer}/action"
    elif phase == "http_ratelimit" and name != "block" and zone.tier is FREE:
        yield NOT_ENTITLED, f"not entitled to use the {name} action in ratelimiting", f"{pointer}/action"
    if name == "block" and "response" in parameters and zone.tier is FREE:
        yield NOT_ENTITLED, "not entitled to use a custom response", f"{pointer}/action_parameters/response"


def _fields_refused(names: list[str], why: str) -> str:
    """Several fields that the plan lacks are told in one sentence."""
    told = ", ".join(f"the use of field {name} is not allowed" for name in names)
    count = f"there are {len(names)} errors: " if len(names) > 1 else ""
    return f"not entitled: {count}{told}, {why}"


def _field(zone: Zone, phase: str, name: str) -> str | None:
    """Which plan the zone lacks to look at the field."""
    for family, plan in ADD_ONS.items():
        if name.startswith(family):
            return f"{plan} is required"
    for family, tier in FIELDS_FROM.items():
        exactly = name == family or (family.endswith(".") and name.startswith(family))
        if exactly and zone.tier.level < tier.level:
            return f"an {tier.id.capitalize()} plan is required"
    if phase == "http_ratelimit" and zone.tier.level < rate_limit_from(name).level:
        return LIMITS
    return None


def _characteristic(name: str) -> int:
    """The level of the first plan that may count by this."""
    if name in ("cf.colo.id", "ip.src"):
        return 0
    return BUSINESS.level if name == "cf.unique_visitor_id" else ENTERPRISE.level


def _timeout(zone: Zone, action: str, timeout: int) -> str | None:
    tier = zone.tier
    if tier is ENTERPRISE:
        return None if 0 <= timeout <= tier.longest_timeout else f"not entitled to use the mitigation timeout {timeout}"
    if action in CHALLENGES:
        if tier is FREE:
            return None  # the action itself is refused
        return None if timeout == 0 else "not entitled to use a mitigation timeout different from 0"
    if timeout in tier.timeouts:
        return None
    if len(tier.timeouts) == 1:
        return f"not entitled to use a mitigation timeout different from {tier.timeouts[0]}"
    allowed = ", ".join(map(str, tier.timeouts))
    return f"not entitled to use the mitigation timeout {timeout}, can only use one among [{allowed}]"
