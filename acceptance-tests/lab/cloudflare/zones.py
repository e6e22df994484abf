# SPDX-License-Identifier: MPL-2.0
"""Zones and the token."""

from collections.abc import Callable
from typing import Any

from ..wire import Response
from .account import ACCOUNT_ID, ACCOUNT_NAME, TOKEN, Zone, fixed_id
from .envelope import Denied, pages, success
from .routes import Call, operation

COMPARISONS: dict[str, Callable[[str, str], bool]] = {
    "equal": str.__eq__,
    "not_equal": str.__ne__,
    "starts_with": str.startswith,
    "ends_with": str.endswith,
    "contains": str.__contains__,
    "starts_with_case_sensitive": str.startswith,
    "ends_with_case_sensitive": str.endswith,
    "contains_case_sensitive": str.__contains__,
}


@operation("VerifyToken", "GET", "/user/tokens/verify")
def verify(_call: Call) -> Response:
    valid = {"code": 10000, "message": "This API Token is valid and active", "type": None}
    return success({"id": fixed_id(TOKEN), "status": "active"}, messages=[valid])


@operation("ListZones", "GET", "/zones", query="zones.zone_list_params:ZoneListParams")
def list_zones(call: Call) -> Response:
    query = call.query
    page, per_page = int(query.get("page", 1)), int(query.get("per_page", 20))
    if page < 1 or not 5 <= per_page <= 50:
        raise Denied(400, 1100, "Invalid list options parameters: page starts at 1, per_page is 5 to 50")
    zones = [z for z in call.account.zones.values() if _meets(z, query)]
    zones.sort(key=lambda z: z.name, reverse=query.get("direction") == "desc")
    shown, info = pages([_shown(z) for z in zones], page, per_page)
    return success(shown, info)


@operation("GetZone", "GET", "/zones/{zone_id}")
def get_zone(call: Call) -> Response:
    return success(_shown(call.zone))


def _meets(zone: Zone, query: dict[str, Any]) -> bool:
    account = query.get("account", {})
    wanted = [
        _compares(zone.name, query["name"]) if "name" in query else None,
        query["status"] == "active" if "status" in query else None,
        "full" in query["type"] if "type" in query else None,
        account["id"] == ACCOUNT_ID if "id" in account else None,
        _compares(ACCOUNT_NAME, account["name"]) if "name" in account else None,
    ]
    asked = [met for met in wanted if met is not None]
    return any(asked) if asked and query.get("match") == "any" else all(asked)


def _compares(name: str, wanted: str) -> bool:
    """`wanted` may start with an operator, as in `contains:shop`."""
    how, colon, value = wanted.partition(":")
    if not colon:
        how, value = "equal", wanted
    if how not in COMPARISONS:
        raise Denied(400, 1100, f"Invalid list options parameters: no operator {how}")
    if not how.endswith("_case_sensitive"):
        name, value = name.lower(), value.lower()
    return COMPARISONS[how](name, value)


def _shown(zone: Zone) -> dict[str, Any]:
    plan = {
        "id": fixed_id("plan", zone.tier.id),
        "name": zone.tier.name,
        "price": zone.tier.price,
        "currency": "USD",
        "frequency": "monthly" if zone.tier.price else "",
        "is_subscribed": True,
        "can_subscribe": False,
        "legacy_id": zone.tier.id,
        "legacy_discount": False,
        "externally_managed": zone.tier.id == "enterprise",
    }
    return {
        "id": zone.id,
        "name": zone.name,
        "status": "active",
        "paused": False,
        "type": "full",
        "development_mode": 0,
        "name_servers": ["ada.ns.cloudflare.com", "bob.ns.cloudflare.com"],
        "original_name_servers": ["ns1.registrar.example", "ns2.registrar.example"],
        "original_registrar": None,
        "original_dnshost": None,
        "modified_on": zone.created_on,
        "created_on": zone.created_on,
        "activated_on": zone.created_on,
        "meta": {"step": 2, "custom_certificate_quota": 1, "page_rule_quota": 3, "phishing_detected": False},
        "owner": {"id": None, "type": "user", "email": None},
        "account": {"id": ACCOUNT_ID, "name": ACCOUNT_NAME},
        "tenant": {"id": None, "name": None},
        "tenant_unit": {"id": None},
        "permissions": ["#dns_records:edit", "#dns_records:read", "#waf:edit", "#waf:read", "#zone:read"],
        "plan": plan,
    }
