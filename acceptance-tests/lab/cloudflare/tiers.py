# SPDX-License-Identifier: MPL-2.0
"""What each plan may do: Cloudflare's published availability tables, as data."""

from dataclasses import dataclass

# Phases that hold as many rules as the cache's: 10, 25, 50, 300 (each product's "Availability" table).
CACHE_LIKE = (
    "http_config_settings",
    "http_custom_errors",
    "http_request_cache_settings",
    "http_request_dynamic_redirect",
    "http_request_late_transform",
    "http_request_origin",
    "http_request_transform",
    "http_response_cache_settings",
    "http_response_compression",
    "http_response_headers_transform",
)
PERIODS = (10, 15, 20, 30, 40, 45, 60, 90, 120, 180, 240, 300, 480, 600, 900, 1200, 1800, 2400, 3600, 65535)
TIMEOUTS = (10, 15, 20, 30, 40, 45, 60, 90, 120, 180, 240, 300, 480, 600, 900, 1200, 1800, 2400, 3600, 86400)


@dataclass(frozen=True)
class Tier:
    """`level` orders the plans, so that "from Business on" is a comparison."""

    level: int
    id: str
    name: str
    price: int
    custom_rules: int
    rate_limits: int
    longest_period: int
    longest_timeout: int
    cache_rules: int
    shortest_edge_ttl: int
    records: int
    comment: int
    tags: int
    shortest_ttl: int = 60

    @property
    def periods(self) -> list[int]:
        return [p for p in PERIODS if p <= self.longest_period]

    @property
    def timeouts(self) -> list[int]:
        return [t for t in TIMEOUTS if t <= self.longest_timeout]

    def rules(self, phase: str) -> int:
        """How many rules the phase may hold."""
        if phase == "http_ratelimit":
            return self.rate_limits
        return self.cache_rules if phase in CACHE_LIKE else self.custom_rules


FREE = Tier(0, "free", "Free Website", 0, 5, 1, 10, 10, 10, 7200, 200, 100, 0)
PRO = Tier(1, "pro", "Pro Website", 25, 20, 2, 60, 3600, 25, 3600, 3500, 500, 20)
BUSINESS = Tier(2, "business", "Business Website", 250, 100, 5, 600, 86400, 50, 1, 3500, 500, 20)
ENTERPRISE = Tier(
    3, "enterprise", "Enterprise Website", 0, 1000, 100, 65535, 86400, 300, 1, 3500, 500, 20, shortest_ttl=30
)
TIERS = (FREE, PRO, BUSINESS, ENTERPRISE)
