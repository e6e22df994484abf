# SPDX-License-Identifier: MPL-2.0
"""What the account's four zones hold before anybody calls: other people's records, rules and settings."""

from typing import Any

from . import record_check, rules
from .account import Record, Rule, Ruleset, Zone, fixed_id
from .setting_table import furnish
from .tiers import BUSINESS, ENTERPRISE, FREE, PRO, Tier

SINCE = "2025-01-15T09:30:00.000000Z"
LATER = "2025-06-02T14:05:11.482913Z"
CUSTOM, LIMITS, CACHE = "http_request_firewall_custom", "http_ratelimit", "http_request_cache_settings"

OFFICE = {
    "action": "skip",
    "action_parameters": {"ruleset": "current", "phases": ["http_ratelimit"], "products": ["waf", "securityLevel"]},
    "expression": "(ip.src in {198.51.100.0/24 2001:db8:7::/48})",
    "description": "Office",
    "logging": {"enabled": False},
}
SCANNERS = {
    "action": "block",
    "action_parameters": {
        "response": {"status_code": 403, "content": '{"error":"no"}', "content_type": "application/json"}
    },
    "expression": '(http.user_agent contains "sqlmap") or (http.user_agent contains "nikto")',
    "description": "Scanners",
}
OLD_ADMIN = {
    "action": "managed_challenge",
    "expression": '(http.request.uri.path eq "/wp-login.php" and not cf.client.bot)',
    "description": "Old admin page, kept until March",
    "enabled": False,
}
LOGIN = {
    "action": "block",
    "expression": '(http.request.uri.path eq "/session")',
    "description": "Login",
    "ratelimit": {
        "characteristics": ["ip.src", "cf.colo.id"],
        "period": 60,
        "requests_per_period": 20,
        "mitigation_timeout": 600,
    },
}
SEARCH = {
    "action": "managed_challenge",
    "expression": '(http.host eq "search.getdrop.no" and http.request.method eq "GET")',
    "description": "Search, per session",
    "ratelimit": {
        "characteristics": ['http.request.cookies["sid"]', "cf.colo.id"],
        "period": 120,
        "requests_per_period": 300,
        "mitigation_timeout": 120,
        "requests_to_origin": True,
        "counting_expression": '(http.host eq "search.getdrop.no" and http.response.code in {200 404})',
    },
}
NEVER_CACHE = {
    "action": "set_cache_settings",
    "action_parameters": {"cache": False},
    "expression": '(starts_with(http.request.uri.path, "/account"))',
    "description": "Never the account pages",
}
IMAGES = {
    "action": "set_cache_settings",
    "action_parameters": {
        "cache": True,
        "edge_ttl": {
            "mode": "override_origin",
            "default": 86400,
            "status_code_ttl": [{"status_code_range": {"from": 400, "to": 499}, "value": 60}],
        },
        "browser_ttl": {"mode": "respect_origin"},
    },
    "expression": '(http.request.uri.path.extension in {"jpg" "png" "webp"})',
    "description": "Images",
}


# Free has no custom responses.
PLAIN_SCANNERS = {name: member for name, member in SCANNERS.items() if name != "action_parameters"}


def zones() -> list[Zone]:
    return [
        _zone("getdrop.no", ENTERPRISE, {CUSTOM: [OFFICE, SCANNERS, OLD_ADMIN], LIMITS: [LOGIN, SEARCH],
                                         CACHE: [NEVER_CACHE, IMAGES]}),
        _zone("lomashwood.co.uk", BUSINESS, {CUSTOM: [SCANNERS, OLD_ADMIN], LIMITS: [LOGIN],
                                             CACHE: [NEVER_CACHE, IMAGES]}),
        _zone("skafu.dev", PRO, {CUSTOM: [OFFICE, SCANNERS], LIMITS: [LOGIN], CACHE: [IMAGES]}),
        _zone("braidmgr.com", FREE, {CUSTOM: [PLAIN_SCANNERS]}),
    ]  # fmt: skip


def _zone(name: str, tier: Tier, phases: dict[str, list[dict[str, Any]]]) -> Zone:
    zone = Zone(fixed_id("zone", name), name, tier, SINCE)
    for record in _records(zone):
        zone.records[record.id] = record
        zone.foreign.add(record.id)
    for phase, definitions in phases.items():
        zone.rulesets[phase] = _ruleset(zone, phase, definitions)
    hsts = {"enabled": True, "max_age": 15552000, "include_subdomains": False, "preload": False, "nosniff": True}
    furnish(
        zone,
        ssl=("flexible" if tier is FREE else "full", SINCE),
        min_tls_version=("1.1", LATER),
        **({"security_header": ({"strict_transport_security": hsts}, LATER)} if tier is ENTERPRISE else {}),
    )
    return zone


def _records(zone: Zone) -> list[Record]:
    mail = f"mail.{zone.name}"
    made = [
        _record(zone, "A", mail, "203.0.113.25", ttl=3600),
        _record(zone, "A", f"legacy.{zone.name}", "203.0.113.80", proxied=True, comment="the old shop"),
        _record(zone, "AAAA", f"legacy.{zone.name}", "2001:db8::80", proxied=True),
        _record(zone, "CNAME", f"status.{zone.name}", "stats.uptime.example", ttl=300),
        _record(zone, "MX", zone.name, mail, priority=10),
        _record(zone, "TXT", zone.name, f"v=spf1 a:{mail} -all", ttl=3600),
        _record(zone, "TXT", f"_dmarc.{zone.name}", f"v=DMARC1; p=quarantine; rua=mailto:dmarc@{zone.name}"),
        _record(zone, "CAA", zone.name, None, data={"flags": 0, "tag": "issue", "value": "letsencrypt.org"}),
    ]
    if zone.tier.tags:
        made[1].tags = ["owner:web", "until:march"]
    return made


def _record(zone: Zone, kind: str, name: str, content: str | None, **more: Any) -> Record:
    data = more.pop("data", None)
    proxied = more.pop("proxied", False)
    fields: dict[str, Any] = {"ttl": 1, "settings": {"flatten_cname": False} if kind == "CNAME" else {}} | more
    record = Record(
        id=fixed_id(zone.name, kind, name), type=kind, name=name, content="", proxied=proxied, proxiable=False,
        created_on=SINCE, modified_on=SINCE, **fields,
    )  # fmt: skip
    record_check.check(zone, record, content, data)
    return record


def _ruleset(zone: Zone, phase: str, definitions: list[dict[str, Any]]) -> Ruleset:
    ruleset = Ruleset(fixed_id("ruleset", zone.name, phase), phase, LATER, version=4)
    for i, body in enumerate(definitions):
        identifier = fixed_id("rule", zone.name, phase, str(i))
        # The dashboard gives a rule its own id as reference; people who use the API choose one.
        ref = "search_per_session" if body is SEARCH else identifier
        ruleset.rules.append(Rule(identifier, ref, rules.definition(body), LATER, version=1 + i))
        zone.foreign.add(identifier)
    rules.checked(zone, ruleset, [(rule.definition, f"/rules/{i}") for i, rule in enumerate(ruleset.rules)])
    rules.settled(zone, ruleset, "/rules")
    zone.foreign.add(ruleset.id)
    return ruleset
