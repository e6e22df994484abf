# SPDX-License-Identifier: MPL-2.0
"""Cloudflare on loopback: zones, DNS records, zone settings and rulesets of API v4. `edge` is its door."""
