# SPDX-License-Identifier: MPL-2.0
"""What a DNS record must look like, and how Cloudflare writes it."""

import ipaddress
import re
from typing import Any

import idna

from .account import Record, Zone
from .envelope import Denied
from .tiers import FREE

LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?")
TAG = re.compile(r"[A-Za-z0-9_-]{1,32}(:[\x20-\x7e]{0,100})?")
QUOTED_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
QUOTED_STRINGS = re.compile(r'(?:"(?:[^"\\]|\\.)*"\s*)+', re.DOTALL)
HOSTS = {
    "CNAME": (9007, "Content for CNAME record is invalid."),
    "MX": (9009, "Content for MX record is invalid."),
    "NS": (9018, "Content for NS record is invalid."),
    "PTR": (9017, "Content for PTR record is invalid."),
}
# What a structured record's content is made of, in order.
DATA = {
    "CAA": ("flags", "tag", "value"),
    "CERT": ("type", "key_tag", "algorithm", "certificate"),
    "DNSKEY": ("flags", "protocol", "algorithm", "public_key"),
    "DS": ("key_tag", "algorithm", "digest_type", "digest"),
    "HTTPS": ("priority", "target", "value"),
    "LOC": ("lat_degrees", "lat_minutes", "lat_seconds", "lat_direction", "long_degrees", "long_minutes",
            "long_seconds", "long_direction", "altitude", "size", "precision_horz", "precision_vert"),
    "NAPTR": ("order", "preference", "flags", "service", "regex", "replacement"),
    "SMIMEA": ("usage", "selector", "matching_type", "certificate"),
    "SRV": ("priority", "weight", "port", "target"),
    "SSHFP": ("algorithm", "type", "fingerprint"),
    "SVCB": ("priority", "target", "value"),
    "TLSA": ("usage", "selector", "matching_type", "certificate"),
    "URI": ("weight", "target"),
}  # fmt: skip
QUOTED = {("CAA", "value"), ("URI", "target"), ("NAPTR", "flags"), ("NAPTR", "service"), ("NAPTR", "regex")}
UNREACHABLE = [
    ipaddress.ip_network(n)
    for n in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16", "::1/128", "fc00::/7",
              "fe80::/10")
]  # fmt: skip
STRING = 255


def name_in(zone: str, name: str) -> str:
    """The whole name in Punycode, lower case: what is not below the zone is taken as relative to it."""
    given = name.strip().removesuffix(".").lower()
    labels = [_ascii(label) for label in given.split(".")] if given not in ("", "@") else []
    whole = ".".join(labels)
    if whole != zone and not whole.endswith(f".{zone}"):
        whole = f"{whole}.{zone}" if whole else zone
    first, *rest = whole.split(".")
    valid = all(LABEL.fullmatch(label) and len(label) < 64 for label in ([] if first == "*" else [first]) + rest)
    if not valid or len(whole) > 253:
        raise invalid(9000, "DNS name is invalid.")
    return whole


def check(zone: Zone, record: Record, content: str | None, data: dict[str, Any] | None) -> None:
    """Raises what Cloudflare would not store, else gives the record its content."""
    _ttl(zone, record)
    _words(zone, record)
    if record.type in DATA:
        record.data, record.content = _structured(record, data)
    else:
        record.data, record.content = None, _plain(record, content)
    if record.type in ("MX", "URI") and record.priority is None:
        raise invalid(9101, f"priority is a required data field for {record.type} records.")
    if record.type not in ("MX", "URI"):
        record.priority = None
    _proxy(record)
    _settings(zone, record)


def invalid(code: int, message: str) -> Denied:
    """The code is at the top: Cloudflare took the chains below 1004 out on 2024-10-01 (cloudflare-docs PR 15317)."""
    return Denied(400, code, message)


def content_missing(kind: str) -> Denied:
    match kind:
        case "A":
            return invalid(9005, "Content for A record must be a valid IPv4 address.")
        case "AAAA":
            return invalid(9006, "Content for AAAA record must be a valid IPv6 address.")
    return invalid(*HOSTS.get(kind, (9012, f"Content for {kind} record is invalid.")))


def _proxy(record: Record) -> None:
    """Users' logs of external-dns have 9003 for private addresses."""
    kind = record.type in ("A", "AAAA", "CNAME")
    record.proxiable = kind and not _private(record)
    if record.proxied and not kind:
        raise invalid(9004, "This record type cannot be proxied.")
    if record.proxied and not record.proxiable:
        raise invalid(9003, f"Target {record.content} is not allowed for a proxied record.")


def _settings(zone: Zone, record: Record) -> None:
    """https://developers.cloudflare.com/dns/cname-flattening/set-up-cname-flattening/: single records on paid plans;
    the other text is a user's."""
    if zone.tier.level > FREE.level:
        return
    if record.settings.get("flatten_cname"):
        raise invalid(9063, "The CNAME flattening setting is not available to this zone.")
    if record.settings.get("ipv4_only") or record.settings.get("ipv6_only"):
        raise invalid(9063, "The IPv4 Only and IPv6 Only settings are not available to this zone.")


def _ttl(zone: Zone, record: Record) -> None:
    low = zone.tier.shortest_ttl
    if not record.proxied and record.ttl != 1 and not low <= record.ttl <= 86400:
        raise invalid(9021, f"Invalid TTL. Must be between {low} and 86400 seconds, or 1 for Automatic.")


def _words(zone: Zone, record: Record) -> None:
    comment, tags, tier = record.comment or "", record.tags, zone.tier
    if len(comment) > tier.comment:
        text = f"DNS record comment has {len(comment)} characters, exceeding the quota of {tier.comment}."
        raise Denied(400, 9301, text)
    if len(tags) > tier.tags:
        raise Denied(400, 9300, f"DNS record has {len(tags)} tags, exceeding the quota of {tier.tags}.")
    for tag in tags:
        if not TAG.fullmatch(tag):
            raise Denied(400, 9302, f"DNS record tag {tag!r} is not of the form name:value.")


def _plain(record: Record, content: str | None) -> str:
    if content is None or not content.strip():
        raise content_missing(record.type)
    match record.type:
        case "A":
            return _address(content, ipaddress.IPv4Address, 9005, "IPv4", "A")
        case "AAAA":
            return _address(content, ipaddress.IPv6Address, 9006, "IPv6", "AAAA")
        case "TXT":
            return _text(content)
        case kind if kind in HOSTS:
            return _host(record, content)
    return content


def _address(content: str, kind: type, code: int, family: str, record: str) -> str:
    try:
        return str(kind(content.strip()))
    except ValueError:
        raise invalid(code, f"Content for {record} record must be a valid {family} address.") from None


def _text(content: str) -> str:
    """Quoted strings of more than 255 bytes are split; what has no quotes stays as it is (API reference, TXTRecord;
    users of the API report both). Quotes must be balanced (cloudflare-docs PR 17552)."""
    if len(content) > 2048:
        raise invalid(9012, "Content for TXT record is too long: 2048 characters at most.")
    if '"' not in re.sub(r"\\.", "", content):
        return content
    if not QUOTED_STRINGS.fullmatch(content.strip()):
        raise invalid(9012, "Content for TXT record is invalid: its quotation marks are not balanced.")
    return " ".join(f'"{part}"' for string in QUOTED_STRING.findall(content) for part in _parts(string))


def _parts(string: str) -> list[str]:
    parts, size = [""], 0
    for piece in re.findall(r"\\\d{3}|\\.|[^\\]", string, re.DOTALL):
        length = 1 if piece[0] == "\\" else len(piece.encode())
        if size + length > STRING:
            parts.append("")
            size = 0
        parts[-1] += piece
        size += length
    return parts


def _host(record: Record, content: str) -> str:
    host = ".".join(_ascii(label) for label in content.strip().removesuffix(".").lower().split("."))
    if not all(LABEL.fullmatch(label) for label in host.split(".")) or _is_address(host):
        raise invalid(*HOSTS[record.type])
    if record.type == "CNAME" and host == record.name:
        raise invalid(9039, "CNAME record cannot reference itself.")
    return host


def _structured(record: Record, data: dict[str, Any] | None) -> tuple[dict[str, Any], str]:
    wanted = DATA[record.type]
    if missing := [name for name in wanted if name not in (data or {})]:
        raise invalid(9101, f"{missing[0]} is a required data field for {record.type} records.")
    assert data is not None
    data = data | {"value": " ".join(str(data["value"]).split())} if record.type in ("SVCB", "HTTPS") else data
    parts = [f'"{data[n]}"' if (record.type, n) in QUOTED else _number(data[n]) for n in wanted]
    return dict(data), " ".join(parts)


def _number(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _ascii(label: str) -> str:
    if label.isascii():
        return label
    try:
        return idna.encode(label, uts46=True).decode()
    except idna.IDNAError:
        raise invalid(9000, "DNS name is invalid.") from None


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _private(record: Record) -> bool:
    return record.type in ("A", "AAAA") and any(ipaddress.ip_address(record.content) in net for net in UNREACHABLE)
