# SPDX-License-Identifier: MPL-2.0
"""Cloudflare's own provider, where its binary is given: the same edge in its words."""

import shutil
from pathlib import Path
from typing import Any, ClassVar

from harness import edge, resource


class Beside:
    """A directory that holds a copy of the provider's binary alone, and configurations for it."""

    NAME: ClassVar[str] = "cloudflare"
    SOURCE: ClassVar[str] = "cloudflare/cloudflare"

    def __init__(self, binary: Path, directory: Path) -> None:
        self.installation = directory / "provider"
        self.installation.mkdir()
        shutil.copy2(binary, self.installation / "terraform-provider-cloudflare")

    @staticmethod
    def ours(zone: str) -> str:
        """An edge of one record, four settings, a cache rule and a rate limit."""
        return edge(
            tls={"mode": "strict", "min_version": "1.2", "redirect_http": True, "hsts": "365d"},
            firewall={"rate_limit": {"login": {"path": "/login", "requests": 20, "period": "1m"}}},
            route={f"site.{zone}/*": {"origin_host": "origin.example", "cache": "1h"}},
        )

    def theirs(self, zone_id: str, zone: str) -> str:
        """The same, in the words of Cloudflare's provider, version 5."""
        host = f'(http.host eq "site.{zone}")'
        settings = {"ssl": "strict", "min_tls_version": "1.2", "always_use_https": "on", "security_header": HSTS}
        parts = [
            resource("cloudflare_zone_setting", name, {"zone_id": zone_id, "setting_id": name, "value": value})
            for name, value in settings.items()
        ]
        record = {
            "zone_id": zone_id, "name": f"site.{zone}", "type": "CNAME", "content": "origin.example", "ttl": 1,
            "proxied": True,
        }  # fmt: skip
        parts.append(resource("cloudflare_dns_record", "site", record))
        cached = {
            "ref": "cache", "expression": host, "action": "set_cache_settings",
            "action_parameters": {"cache": True, "edge_ttl": {"mode": "override_origin", "default": 3600}},
        }  # fmt: skip
        limited = {
            "ref": "login", "expression": f'{host} and (http.request.uri.path eq "/login")', "action": "block",
            "ratelimit": {
                "characteristics": ["ip.src", "cf.colo.id"], "period": 60, "requests_per_period": 20,
                "mitigation_timeout": 60,
            },
        }  # fmt: skip
        for label, phase, rule in (
            ("cache", "http_request_cache_settings", cached),
            ("limits", "http_ratelimit", limited),
        ):
            parts.append(resource("cloudflare_ruleset", label, _ruleset(zone_id, phase, rule)))
        return "\n".join(parts)


HSTS: dict[str, Any] = {
    "strict_transport_security": {
        "enabled": True, "max_age": 31536000, "include_subdomains": False, "preload": False, "nosniff": False,
    }
}  # fmt: skip


def _ruleset(zone_id: str, phase: str, rule: dict[str, Any]) -> dict[str, Any]:
    ruleset: dict[str, Any] = {"zone_id": zone_id, "name": "default", "kind": "zone", "phase": phase}
    return ruleset | {"rules": [{"enabled": True} | rule]}
