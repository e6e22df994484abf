# SPDX-License-Identifier: MPL-2.0
"""The body of a DNS record as clients send it: what Cloudflare takes is brought into the SDK's form, then checked."""

from typing import Any

from . import sdk
from .envelope import Denied
from .record_check import DATA, HOSTS, content_missing

# Read-only members of an answer: a client that changes what it read sends them back. `zone_id` is in older clients.
ECHOED = {
    "id", "zone_id", "zone_name", "meta", "locked", "proxiable", "created_on", "modified_on", "comment_modified_on",
    "tags_modified_on",
}  # fmt: skip
# What the name of an SRV record says: older versions of the API wanted it in `data` too, and octoDNS sends it.
NAMED = {"service", "proto", "name"}
TYPES = {"A", "AAAA", "TXT", "OPENPGPKEY", *HOSTS, *DATA}


def checked(sdk_type: str, body: Any, path: dict[str, str], pointer: str = "") -> dict[str, Any]:
    """The body, as the SDK would have sent it; raises Cloudflare's own refusal where there is one.

    9207 and 9002 are reported by users; that `ttl` may be left out is an assumption.
    """
    if not isinstance(body, dict):
        raise Denied(400, 9207, "Request body is invalid.")
    kept = {k: v for k, v in body.items() if k not in ECHOED and not (k == "comment" and v is None)}
    kind = kept.get("type")
    if kind not in TYPES:
        raise Denied(400, 9002, "DNS record type is invalid.")
    if not isinstance(kept.get("name"), str):
        raise Denied(400, 9000, "DNS name is invalid.")
    kept.setdefault("ttl", 1)
    if kind in DATA:
        _structured(kept, kind)
    else:
        kept.pop("data", None)
        if not isinstance(kept.get("content"), str):
            raise content_missing(kind)
    if kind not in ("MX", "URI"):
        kept.pop("priority", None)
    sdk.check_body(sdk_type, kept, path, pointer)
    return kept


def _structured(kept: dict[str, Any], kind: str) -> None:
    """`content` is made of `data`; an SRV's `data` may repeat its name."""
    kept.pop("content", None)
    if kind == "SRV" and isinstance(kept.get("data"), dict):
        kept["data"] = {k: v for k, v in kept["data"].items() if k not in NAMED}
