# SPDX-License-Identifier: MPL-2.0
"""A zone as its API answers it."""

from typing import Any

from harness import EDGE, Lab

ZONE = str(EDGE.zone)
CUSTOM, LIMITS, CACHE = "http_request_firewall_custom", "http_ratelimit", "http_request_cache_settings"


def ours(lab: Lab, phase: str) -> list[dict[str, Any]]:
    """The rules of all edges in a phase, in their order."""
    return [rule for rule in lab.zone(ZONE)["rules"][phase] if str(rule.get("ref", "")).startswith("drop:")]


def record(lab: Lab, name: str) -> dict[str, Any]:
    (found,) = [record for record in lab.zone(ZONE)["records"] if record["name"] == name]
    return found
