# SPDX-License-Identifier: MPL-2.0
"""What a token must be allowed to do for each operation.

https://developers.cloudflare.com/fundamentals/api/reference/permissions/: the names of the zone's permission groups.
"""

from .envelope import Denied

READS = ("Get", "List")
CACHE_PHASES = ("http_request_cache_settings", "http_response_cache_settings")
# By what an operation's name holds; reading needs the one, writing the other.
GROUPS = {
    "DnsRecord": "DNS",
    "ZoneSetting": "Zone Settings",
    "Rule": "Zone WAF",
    "Entrypoint": "Zone WAF",
    "Zone": "Zone",
}
BOTH = (*GROUPS.values(), "Cache Rules")
NAMES = {"Cache Purge", *(f"{group} {kind}" for group in BOTH for kind in ("Read", "Write"))}


def let(lacks: set[str], operation: str, phase: str) -> None:
    """Raises Cloudflare's refusal if the token lacks the permission; one to write is also one to read.

    403 10000 "Authentication error" is what users report, "request is not authorized" in the phases of rulesets.
    """
    needed = needed_for(operation, phase)
    reads = needed.endswith(" Read")
    if not needed or needed not in lacks or (reads and needed.replace(" Read", " Write") not in lacks):
        return
    of_rules = needed.startswith(("Zone WAF", "Cache Rules"))
    raise Denied(403, 10000, "request is not authorized" if of_rules else "Authentication error")


def needed_for(operation: str, phase: str) -> str:
    if operation == "PurgeCache":
        return "Cache Purge"
    group = next((group for part, group in GROUPS.items() if part in operation), "")
    if group == "Zone WAF" and phase in CACHE_PHASES:
        group = "Cache Rules"
    return f"{group} {'Read' if operation.startswith(READS) else 'Write'}" if group else ""
