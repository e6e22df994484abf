# SPDX-License-Identifier: MPL-2.0
"""A zone as its API answers it, and what people do there in the dashboard."""

import json
import re
import urllib.request
from typing import Any

from harness import EDGE, Lab

ZONE = str(EDGE.zone)
CUSTOM, LIMITS, CACHE = PHASES = "http_request_firewall_custom", "http_ratelimit", "http_request_cache_settings"
COUNTRY = re.compile(r'"([A-Z]{2})"')


def ask(lab: Lab, method: str, path: str, body: Any = None) -> Any:
    """A call inside the zone, without asking anybody."""
    url = f"{lab.cloudflare_url}/zones/{lab.zone(ZONE)['id']}/{path}"
    headers = {"Authorization": f"Bearer {lab.cloudflare_token}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data, headers, method=method), timeout=30) as answer:
        return json.load(answer)["result"]


def ours(lab: Lab, phase: str) -> list[dict[str, Any]]:
    """The rules of all edges in a phase, in their order."""
    return [rule for rule in lab.zone(ZONE)["rules"][phase] if str(rule.get("ref", "")).startswith("drop:")]


def facts(lab: Lab) -> dict[str, Any]:
    """All that was asked for: of records by host, of rules by phase, of settings by name. Others' to the byte."""
    found, foreign = lab.zone(ZONE), lab.foreign(ZONE)
    theirs = {record["id"] for record in foreign["records"]}
    served = [record for record in found["records"] if record["id"] not in theirs and record["type"] != "TXT"]
    rules = {phase: [_wished(rule) for rule in ours(lab, phase)] for phase in PHASES}
    return {
        **{record["name"]: (record["type"], record["content"], record["proxied"]) for record in served},
        **rules,
        **found["settings"],
        "countries": [sorted(COUNTRY.findall(rule["expression"])) for rule in rules[CUSTOM]],
        "requests": [rule["ratelimit"]["requests_per_period"] for rule in rules[LIMITS]],
        "ages": sorted(rule["action_parameters"].get("edge_ttl", {}).get("default", 0) for rule in rules[CACHE]),
        "others": (foreign["records"], foreign["rules"]),
    }


def _wished(rule: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in rule.items() if name not in ("id", "version", "last_updated")}


def edit_rule(lab: Lab, phase: str, **members: Any) -> None:
    """Somebody changes our first rule of a phase."""
    rule = {name: value for name, value in ours(lab, phase)[0].items() if name not in ("version", "last_updated")}
    ask(lab, "PATCH", f"rulesets/{_ruleset(lab, phase)}/rules/{rule.pop('id')}", rule | members)


def delete_rule(lab: Lab, phase: str) -> None:
    ask(lab, "DELETE", f"rulesets/{_ruleset(lab, phase)}/rules/{ours(lab, phase)[0]['id']}")


def record(lab: Lab, name: str) -> dict[str, Any]:
    (found,) = [record for record in lab.zone(ZONE)["records"] if record["name"] == name]
    return found


def edit_record(lab: Lab, name: str, **members: Any) -> None:
    ask(lab, "PATCH", f"dns_records/{record(lab, name)['id']}", members)


def delete_record(lab: Lab, name: str) -> None:
    ask(lab, "DELETE", f"dns_records/{record(lab, name)['id']}")


def _ruleset(lab: Lab, phase: str) -> str:
    return ask(lab, "GET", f"rulesets/phases/{phase}/entrypoint")["id"]
