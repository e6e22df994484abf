# SPDX-License-Identifier: MPL-2.0
"""The story of `drop_edge`."""

from typing import Any

from harness import EDGE, raw

from ..story import Secrets, Story
from .zone import ZONE

HOST = f"site.{ZONE}"


def _route(**members: Any) -> dict[str, Any]:
    return {f"{HOST}/*": {"origin_host": "origin.example", "cache": "1h"} | members}


def _firewall(*allow: str, **limits: dict[str, Any]) -> dict[str, Any]:
    return {"countries": {"allow": list(allow)}, "rate_limit": limits}


def _limit(path: str = "/login", requests: int = 20) -> dict[str, Any]:
    return {"path": path, "requests": requests, "period": "1m"}


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
STORY = Story(
    subject=EDGE,
    config={"route": _route(), "tls": {"min_version": "1.2"}, "firewall": _firewall("NO", "SE", login=_limit())},
    secrets=SECRETS,
    misspelt={"route": "hosts", "tls": "version", "firewall": "country", "timeouts": "creat"},
    repeated=frozenset({"cloudflare:EditZoneSetting"}),
)
