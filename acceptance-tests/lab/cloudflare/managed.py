# SPDX-License-Identifier: MPL-2.0
"""The rulesets Cloudflare itself deploys to every zone: they show up in lists, with ids known to everybody."""

from typing import Any

from .account import Zone
from .tiers import PRO, Tier

MANAGED = (
    ("77454fe2d30c4220b5701f6fdfb893ba", "Cloudflare Managed Free Ruleset", "http_request_firewall_managed", None),
    ("efb7b8c949ac4650a09736fc376e9aee", "Cloudflare Managed Ruleset", "http_request_firewall_managed", PRO),
    ("4814384a9e5d4991b9815dcfc25d2f1f", "Cloudflare OWASP Core Ruleset", "http_request_firewall_managed", PRO),
)


def managed(zone: Zone) -> list[dict[str, Any]]:
    return [_shown(i, name, phase) for i, name, phase, tier in MANAGED if _offered(zone, tier)]


def _offered(zone: Zone, tier: Tier | None) -> bool:
    return tier is None or zone.tier.level >= tier.level


def _shown(identifier: str, name: str, phase: str) -> dict[str, Any]:
    return {
        "id": identifier,
        "name": name,
        "description": "Deployed by Cloudflare.",
        "kind": "managed",
        "version": "31",
        "last_updated": "2025-09-02T10:15:00.000000Z",
        "phase": phase,
    }
