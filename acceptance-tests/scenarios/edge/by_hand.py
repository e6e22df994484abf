# SPDX-License-Identifier: MPL-2.0
"""What people make in a zone with Cloudflare's own client."""

from typing import Any

from cloudflare import Cloudflare

from harness import Lab

from .zone import CACHE, ZONE, record

HOST = f"www.{ZONE}"
COMMENT = "ask Anna before you touch this"
# The zone speaks so to its origins, and an edge that says nothing asks for strict.
KEPT: dict[str, Any] = {
    "name": "www", "route": {f"{HOST}/*": {"origin_host": "origin.example"}}, "tls": {"mode": "full"}, "firewall": None,
}  # fmt: skip


def _client(lab: Lab) -> Cloudflare:
    return Cloudflare(api_token=lab.cloudflare_token, base_url=lab.cloudflare_url, max_retries=0)


def lead(lab: Lab, host: str = HOST, **members: Any) -> dict[str, Any]:
    """Leads a host to an origin; answers the record."""
    plain = {"type": "CNAME", "content": "origin.example", "proxied": True, "ttl": 1, "comment": COMMENT}
    _client(lab).dns.records.create(zone_id=lab.zone(ZONE)["id"], name=host, **plain | members)
    return record(lab, host)


def never_cache(lab: Lab) -> None:
    """A rule for the host."""
    client, zone = _client(lab), lab.zone(ZONE)["id"]
    entrypoint = client.rulesets.phases.get(CACHE, zone_id=zone)
    client.rulesets.rules.create(
        entrypoint.id, zone_id=zone, action="set_cache_settings", action_parameters={"cache": False},
        expression=f'(http.host eq "{HOST}")', description="by hand",
    )  # fmt: skip


def rest(lab: Lab, made: dict[str, Any]) -> dict[str, Any]:
    """All of the zone but what drop adds, and what it says of whose the record is."""
    zone = lab.zone(ZONE)
    said = ("comment", "comment_modified_on", "modified_on")
    records = [record for record in zone["records"] if not record["name"].startswith(("_drop-", "_settings._drop-"))]
    assert made["id"] in {record["id"] for record in records}
    return zone | {"records": [{k: v for k, v in r.items() if k not in said} for r in records]}
