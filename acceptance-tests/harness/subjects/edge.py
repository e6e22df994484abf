# SPDX-License-Identifier: MPL-2.0
"""`drop_edge` on Cloudflare: holds no data, and is not protected."""

from typing import Any

from ..calls import CallId
from ..hcl import resource
from ..lab import Lab
from ..subject import Places, Subject, Variation

ZONE = "getdrop.no"


def edge(label: str = "site", blocks: str = "", **attributes: Any) -> str:
    """An edge with something in every phase, unless told otherwise."""
    name = attributes.get("name", "site")
    given = {
        "name": "site",
        "zone": ZONE,
        "route": {f"{name}.{ZONE}/*": {"origin_host": "origin.example", "cache": "1h"}},
        "tls": {"min_version": "1.2"},
        "firewall": {
            "countries": {"allow": ["NO", "SE"]},
            "rate_limit": {"login": {"path": "/login", "requests": 20, "period": "1m"}},
        },
    }
    return resource("drop_edge", label, given | attributes, blocks)


def _rules(lab: Lab, phase: str) -> list[dict[str, Any]]:
    """Ours of a phase, in their order."""
    return [rule for rule in lab.zone(ZONE)["rules"][phase] if str(rule.get("ref", "")).startswith("drop:")]


def _limits(lab: Lab) -> list[int]:
    return [rule["ratelimit"]["requests_per_period"] for rule in _rules(lab, "http_ratelimit")]


def _resumed(lab: Lab) -> None:
    assert _limits(lab) == [30]


def _changed(lab: Lab) -> None:
    found = lab.zone(ZONE)
    (record,) = [record for record in found["records"] if record["name"] == f"site.{ZONE}"]
    ages = sorted(r["action_parameters"]["edge_ttl"]["default"] for r in _rules(lab, "http_request_cache_settings"))
    (countries,) = _rules(lab, "http_request_firewall_custom")
    told = (
        record["content"], ages, _limits(lab), '"DK"' in countries["expression"],
        found["settings"]["min_tls_version"], found["settings"]["always_use_https"],
    )  # fmt: skip
    assert told == ("other.example", [7200, 31536000], [50, 30], True, "1.3", "on"), told


DNS = CallId("cloudflare", "CreateDnsRecord", 1)
MARK = CallId("cloudflare", "EditDnsRecord", 1)
LOGIN = {"path": "/login", "requests": 30, "period": "1m"}
EDGE = Subject(
    key="edge",
    type="drop_edge",
    label="site",
    name="site",
    import_id=f"{ZONE}/site",
    render=edge,
    # Settings are the zone's own: they are set and given back, never made.
    parts={"dns_record": 3, "rule": 3},
    anchor="dns_record",
    refusal={"code": "10000", "message": "Authentication error", "status": 403},
    zone=ZONE,
    places=Places(
        anchor=DNS,
        # With everything else of the zone.
        look=CallId("cloudflare", "ListDnsRecords", 1),
        mark=MARK.said("state="),
        finish=MARK.said("state=complete "),
        great=DNS.said("drop:settings"),
        late=DNS.said('"CNAME"'),
    ),
    first={},
    changed=Variation(
        {
            "route": {
                f"site.{ZONE}/*": {"origin_host": "other.example", "cache": "2h", "cache_paths": {"/static/*": "365d"}}
            },
            "tls": {"min_version": "1.3", "redirect_http": True},
            "firewall": {
                "countries": {"allow": ["NO", "SE", "DK"]},
                "rate_limit": {"api": {"path": "/api/*", "requests": 50, "period": "1m"}, "login": LOGIN},
            },
            "purge_trigger": "v1",
        },
        _changed,
        more={"rule": 2, "dns_record": 1},
    ),
    changeable=Variation(
        {"firewall": {"countries": {"allow": ["NO", "SE"]}, "rate_limit": {"login": LOGIN}}}, _resumed
    ),
    create_only=None,
    renamed={"name": "shop"},
)
