# SPDX-License-Identifier: MPL-2.0
"""The Rules language's vocabulary: fields, functions, and which plan a zone needs for them."""

from .tiers import BUSINESS, ENTERPRISE, FREE, PRO, Tier

STRING, INT, FLOAT, IP, BOOL, MAP, LIST, INTS = "string", "int", "float", "ip", "bool", "map", "list", "ints"

FIELDS = {
    **dict.fromkeys(
        ["http.cookie", "http.host", "http.referer", "http.request.full_uri", "http.request.method",
         "http.request.uri", "http.request.uri.path", "http.request.uri.path.extension", "http.request.uri.query",
         "http.request.version", "http.user_agent", "http.x_forwarded_for", "raw.http.request.full_uri",
         "raw.http.request.uri", "raw.http.request.uri.path", "raw.http.request.uri.path.extension",
         "raw.http.request.uri.query", "ip.src.country", "ip.src.continent", "ip.src.city", "ip.src.region",
         "ip.src.region_code", "ip.src.postal_code", "ip.src.metro_code", "ip.src.lat", "ip.src.lon",
         "ip.src.timezone.name", "ip.src.subdivision_1_iso_code", "ip.src.subdivision_2_iso_code",
         "ip.geoip.country", "ip.geoip.continent", "ip.geoip.subdivision_1_iso_code",
         "ip.geoip.subdivision_2_iso_code", "cf.zone.name", "cf.zone.plan", "cf.ray_id", "cf.tls_version",
         "cf.tls_cipher", "cf.tls_client_auth.cert_fingerprint_sha1", "cf.tls_client_auth.cert_fingerprint_sha256",
         "cf.tls_client_auth.cert_issuer_dn", "cf.tls_client_auth.cert_serial", "cf.tls_client_auth.cert_subject_dn",
         "cf.verified_bot_category", "cf.worker.upstream_zone", "cf.metal.id", "http.request.body.mime",
         "http.request.body.raw", "cf.waf.score.class", "cf.bot_management.ja3_hash", "cf.bot_management.ja4",
         "http.response.content_type.media_type"], STRING),
    **dict.fromkeys(
        ["http.request.timestamp.sec", "http.request.timestamp.msec", "ip.src.asnum", "ip.geoip.asnum",
         "cf.threat_score", "cf.edge.server_port", "cf.edge.client_port", "cf.timings.client_tcp_rtt_msec",
         "http.request.body.size", "http.response.code", "http.response.1xxx_code", "cf.waf.score", "cf.waf.score.sqli",
         "cf.waf.score.xss", "cf.waf.score.rce", "cf.bot_management.score"], INT),
    **dict.fromkeys(["ip.src", "cf.edge.server_ip"], IP),
    **dict.fromkeys(
        ["ssl", "cf.client.bot", "ip.src.is_in_european_union", "ip.geoip.is_in_european_union",
         "cf.tls_client_auth.cert_presented", "cf.tls_client_auth.cert_verified", "cf.tls_client_auth.cert_revoked",
         "http.request.headers.truncated", "http.request.body.truncated", "cf.bot_management.verified_bot",
         "cf.bot_management.static_resource", "cf.bot_management.corporate_proxy",
         "cf.bot_management.js_detection.passed", "http.response.headers.truncated"], BOOL),
    **dict.fromkeys(
        ["http.request.uri.args", "http.request.headers", "http.request.cookies", "http.request.body.form",
         "http.response.headers", "raw.http.request.uri.args"], MAP),
    **dict.fromkeys(
        ["http.request.uri.args.names", "http.request.uri.args.values", "http.request.headers.names",
         "http.request.headers.values", "http.request.accepted_languages", "http.request.body.form.names",
         "http.request.body.form.values", "http.response.headers.names", "http.response.headers.values"], LIST),
    "cf.bot_management.detection_ids": INTS,
}  # fmt: skip

FUNCTIONS = {
    "any": BOOL, "all": BOOL, "starts_with": BOOL, "ends_with": BOOL, "has_key": BOOL, "has_value": BOOL,
    "is_timed_hmac_valid_v0": BOOL, "len": INT, "bit_slice": INT, "lookup_json_integer": INT, "lower": STRING,
    "upper": STRING, "concat": STRING, "substring": STRING, "url_decode": STRING, "to_string": STRING,
    "regex_replace": STRING, "wildcard_replace": STRING, "remove_bytes": STRING, "remove_query_args": STRING,
    "lookup_json_string": STRING, "encode_base64": STRING, "decode_base64": STRING, "sha256": STRING,
    "uuidv4": STRING, "join": STRING, "split": LIST, "cidr": IP, "cidr6": IP,
}  # fmt: skip

# Whole families of fields that need a plan, or a product no zone of the lab has.
RESPONSE = "http.response."
ADD_ONS = {"cf.bot_management.": "a Bot Management plan"}
FIELDS_FROM = {"cf.waf.score": ENTERPRISE, "cf.waf.score.class": BUSINESS, "http.request.body.": ENTERPRISE}
FUNCTIONS_FROM = {"regex_replace": BUSINESS, "is_timed_hmac_valid_v0": PRO, "sha256": ENTERPRISE}

# What a rate limit's expression may look at, by the plan that first may.
RATE_LIMIT_FROM: list[tuple[Tier, tuple[str, ...]]] = [
    (FREE, ("http.request.uri.path", "raw.http.request.uri.path", "cf.client.bot", "cf.verified_bot_category")),
    (PRO, ("http.host", "http.request.uri", "http.request.full_uri", "http.request.uri.query",
           "raw.http.request.uri", "raw.http.request.full_uri", "raw.http.request.uri.query")),
    (BUSINESS, ("http.request.method", "ip.src", "http.user_agent")),
]  # fmt: skip


def rate_limit_from(field: str) -> Tier:
    """The first plan whose rate limits may look at the field."""
    family = "ip.src" if field.startswith(("ip.src.", "ip.geoip.")) else field
    return next((tier for tier, fields in RATE_LIMIT_FROM if family in fields), ENTERPRISE)
