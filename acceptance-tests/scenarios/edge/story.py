# SPDX-License-Identifier: MPL-2.0
"""`drop_edge` changed and meddled with."""

from typing import Any

from harness import EDGE, Lab, raw

from ..story import Change, Ids, Meddling, Secrets, Story
from . import zone
from .zone import CACHE, CUSTOM, LIMITS, ZONE

HOST = f"site.{ZONE}"


def _route(**members: Any) -> dict[str, Any]:
    return {f"{HOST}/*": {"origin_host": "origin.example", "cache": "1h"} | members}


def _firewall(*allow: str, **limits: dict[str, Any]) -> dict[str, Any]:
    return {"countries": {"allow": list(allow)}, "rate_limit": limits}


def _limit(path: str = "/login", requests: int = 20) -> dict[str, Any]:
    return {"path": path, "requests": requests, "period": "1m"}


def _another_origin(lab: Lab, _ids: Ids) -> None:
    zone.edit_record(lab, HOST, content="elsewhere.example")


def _past_the_edge(lab: Lab, _ids: Ids) -> None:
    zone.edit_record(lab, HOST, proxied=False)


def _older_tls(lab: Lab, _ids: Ids) -> None:
    zone.ask(lab, "PATCH", "settings/min_tls_version", {"value": "1.0"})


def _weaker_tls(lab: Lab, _ids: Ids) -> None:
    zone.ask(lab, "PATCH", "settings/ssl", {"value": "flexible"})


def _switched_off(lab: Lab, _ids: Ids) -> None:
    zone.edit_rule(lab, CUSTOM, enabled=False)


def _let_in(lab: Lab, _ids: Ids) -> None:
    limit = zone.ours(lab, LIMITS)[0]["ratelimit"]
    zone.edit_rule(lab, LIMITS, ratelimit=limit | {"requests_per_period": 9999})


def _never_cached(lab: Lab, _ids: Ids) -> None:
    zone.edit_rule(lab, CACHE, action_parameters={"cache": False})


def _elsewhere(lab: Lab, _ids: Ids) -> None:
    zone.edit_rule(lab, CACHE, expression=f'(http.host eq "elsewhere.{ZONE}")')


SECRETS = Secrets(
    values={
        "origin": "hush-origin.example",
        "cache": "7321s",
        "cached": "/hush-cached/*",
        "path": "/hush-path",
    },
    config={
        "route": {
            f"{HOST}/*": {
                "origin_host": raw("var.origin"),
                "cache": raw("var.cache"),
                "cache_paths": raw('{ (var.cached) = "365d" }'),
            }
        },
        "firewall": {"rate_limit": {"login": {"path": raw("var.path"), "requests": 20}}},
    },
    later={"tls": {"min_version": "1.3"}},
    operations=["CreateDnsRecord", "EditZoneSetting", "CreateRule", "EditDnsRecord"],
    refused=[
        ("origin", "https://hush-origin"),
        ("cache", "7321 hushes"),
        ("cached", "hush-cached"),
        ("path", "hush-path"),
    ],
)
RULE, RECORD, SETTING = "cloudflare:EditRule", "cloudflare:EditDnsRecord", "cloudflare:EditZoneSetting"
WALLED, LIMITED, CACHED = frozenset({CUSTOM}), frozenset({LIMITS}), frozenset({CACHE})
STORY = Story(
    subject=EDGE,
    config={"route": _route(), "tls": {"min_version": "1.2"}, "firewall": _firewall("NO", "SE", login=_limit())},
    facts=zone.facts,
    changes=[
        Change("route", _route(origin_host="other.example"), [RECORD], {HOST: ("CNAME", "other.example", True)}),
        Change("route", _route(origin_host="192.0.2.7"), [RECORD], {HOST: ("A", "192.0.2.7", True)}),
        Change("route", _route(origin_host="192.0.2.7", cache="2h"), [RULE], {"ages": [7200]}, CACHED),
        Change("tls", {"min_version": "1.3"}, [SETTING], {"min_tls_version": "1.3"}),
        Change("tls", {"min_version": "1.3", "mode": "full"}, [SETTING], {"ssl": "full"}),
        Change("firewall", _firewall("NO", "DK", login=_limit()), [RULE], {"countries": [["DK", "NO"]]}, WALLED),
        Change("firewall", _firewall("NO", "DK", login=_limit(requests=30)), [RULE], {"requests": [30]}, LIMITED),
        Change("firewall", _firewall("NO", "DK", login=_limit("/session", 30)), [RULE], {}, LIMITED),
    ],
    meddling=[
        Meddling(_another_origin, line="dns_records/records: "),
        Meddling(_past_the_edge, line="dns_records/records: "),
        Meddling(_older_tls, attribute="tls"),
        Meddling(_weaker_tls, line="edge_settings/ssl: "),
        Meddling(_switched_off, line="custom_rules/rules: "),
        Meddling(_let_in, line="rate_limits/rules: "),
        Meddling(_never_cached, line="cache_rules/rules: "),
        Meddling(_elsewhere, line="cache_rules/rules: "),
    ],
    secrets=SECRETS,
    results=frozenset({"tls_mode", "foreign_rules"}),
    misspelt={"route": "hosts", "tls": "version", "firewall": "country", "timeouts": "creat"},
    repeated=frozenset({SETTING}),
    whole={
        "route": _route(),
        "purge_on": "v1",
        "tls": {"min_version": "1.2", "redirect_http": True, "hsts": "180d"},
        "firewall": _firewall("NO", "SE", login=_limit()),
    },
    bare={"route": {f"{HOST}/*": {"origin_host": "origin.example"}}},
    apart=frozenset({"timeouts"}),
)
