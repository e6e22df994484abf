# SPDX-License-Identifier: MPL-2.0
"""The settings of a zone: what they start with, what they may be, and from which plan on they may be edited."""

from dataclasses import dataclass, field
from typing import Any

from . import sdk
from .account import Setting, Zone
from .tiers import BUSINESS, ENTERPRISE, FREE, PRO, Tier


@dataclass(frozen=True)
class Known:
    """`sdk_type` is the SDK's answer, whose `value` says what is allowed; `reserved` values need a higher plan; `among` lists the
    values where the SDK's type is weaker than the API."""

    start: Any
    sdk_type: str
    editable_from: Tier = FREE
    reserved: dict[str, int] = field(default_factory=dict)
    among: tuple[Any, ...] = ()

    @property
    def type(self) -> Any:
        """Without a type of the SDK's, `among` says all there is to say."""
        if not self.sdk_type:
            return object if self.among else dict
        return sdk.answered(f"zones.{self.sdk_type}", "value")


ONE = "setting_get_response"
NO_HSTS = {"enabled": False, "max_age": 0, "include_subdomains": False, "preload": False, "nosniff": False}
# `zones_browser_cache_ttl_value` of Cloudflare's OpenAPI document, which the SDK's type lost.
BROWSER_TTLS = (
    0, 30, 60, 120, 300, 1200, 1800, 3600, 7200, 10800, 14400, 18000, 28800, 43200, 57600, 72000, 86400, 172800, 259200,
    345600, 432000, 691200, 1382400, 2073600, 2678400, 5356800, 16070400, 31536000,
)  # fmt: skip

SETTINGS = {
    "always_use_https": Known("off", f"{ONE}:ZonesAlwaysUseHTTPS2"),
    "automatic_https_rewrites": Known("on", f"{ONE}:ZonesAutomaticHTTPSRewrites2"),
    "brotli": Known("on", "brotli:Brotli"),
    "browser_cache_ttl": Known(14400, f"{ONE}:ZonesBrowserCacheTTL2", among=BROWSER_TTLS),
    "browser_check": Known("on", f"{ONE}:ZonesBrowserCheck2"),
    "cache_level": Known("aggressive", f"{ONE}:ZonesCacheLevel2"),
    "challenge_ttl": Known(1800, "challenge_ttl:ChallengeTTL"),
    "development_mode": Known("off", "development_mode:DevelopmentMode"),
    "early_hints": Known("off", "early_hints:EarlyHints"),
    "email_obfuscation": Known("on", f"{ONE}:ZonesEmailObfuscation2"),
    "hotlink_protection": Known("off", "hotlink_protection:HotlinkProtection"),
    "http2": Known("on", "http2:HTTP2", PRO),
    "http3": Known("on", "http3:HTTP3"),
    "ip_geolocation": Known("on", f"{ONE}:ZonesIPGeolocation2"),
    "ipv6": Known("on", "ipv6:IPV6"),
    "min_tls_version": Known("1.0", "min_tls_version:MinTLSVersion"),
    "mirage": Known("off", f"{ONE}:ZonesMirage2", PRO),
    "opportunistic_encryption": Known("on", f"{ONE}:ZonesOpportunisticEncryption2"),
    "opportunistic_onion": Known("on", "opportunistic_onion:OpportunisticOnion"),
    "origin_error_page_pass_thru": Known("off", f"{ONE}:ZonesOriginErrorPagePassThru2", ENTERPRISE),
    "polish": Known("off", f"{ONE}:ZonesPolish2", PRO),
    "prefetch_preload": Known("off", "prefetch_preload:PrefetchPreload", ENTERPRISE),
    "proxy_read_timeout": Known(100, "proxy_read_timeout:ProxyReadTimeout", ENTERPRISE),
    "pseudo_ipv4": Known("off", "pseudo_ipv4:PseudoIPV4"),
    "response_buffering": Known("off", f"{ONE}:ZonesResponseBuffering2", ENTERPRISE),
    "rocket_loader": Known("off", f"{ONE}:ZonesRocketLoader2"),
    "security_header": Known({"strict_transport_security": NO_HSTS}, ""),
    "security_level": Known("medium", f"{ONE}:ZonesSecurityLevel2"),
    "server_side_exclude": Known("on", "server_side_excludes:ServerSideExcludes"),
    "sort_query_string_for_cache": Known("off", f"{ONE}:ZonesSortQueryStringForCache2", ENTERPRISE),
    "ssl": Known("full", "ssl:SSL", reserved={"origin_pull": ENTERPRISE.level}),
    # developers.cloudflare.com/ssl/origin-configuration/ssl-modes/ ("Automatic SSL/TLS"); the SDK has no type of it.
    "ssl_automatic_mode": Known("custom", "", among=("auto", "custom")),
    "tls_1_3": Known("on", "tls_1_3:TLS1_3"),
    "tls_client_auth": Known("off", "tls_client_auth:TLSClientAuth"),
    "true_client_ip_header": Known("off", f"{ONE}:ZonesTrueClientIPHeader2", ENTERPRISE),
    "waf": Known("off", f"{ONE}:ZonesWAF2", PRO),
    "webp": Known("off", "webp:WebP", PRO),
    "websockets": Known("on", "websocket:Websocket"),
    "0rtt": Known("off", "zero_rtt:ZeroRTT"),
    "image_resizing": Known("off", "image_resizing:ImageResizing", BUSINESS),
}


def furnish(zone: Zone, **chosen: tuple[Any, str]) -> None:
    """Gives a zone its settings; `chosen` are those somebody has changed, and when."""
    for name, known in SETTINGS.items():
        value, since = chosen.get(name, (known.start, None))
        zone.settings[name] = Setting(name, value, zone.tier.level >= known.editable_from.level, since)
    zone.initial_settings = {name: setting.value for name, setting in zone.settings.items()}
