# SPDX-License-Identifier: MPL-2.0
"""Pages of a listing: MaxRecords and Marker, as every Describe of RDS takes them."""

import base64
import binascii
from collections.abc import Callable
from typing import Any

from .store import invalid


def page(
    things: list[Any],
    params: dict[str, Any],
    member: str,
    key: Callable[[Any], str],
    most: int = 100,
    least: int = 20,
    kept_order: bool = False,
) -> dict[str, Any]:
    """100 a page unless asked otherwise (model: MaxRecords of each Describe). The marker is opaque to clients."""
    size = params.get("MaxRecords", 100)
    if not least <= size <= most:
        raise invalid(f"Invalid value {size} for MaxRecords. Must be between {least} and {most}")
    ordered = things if kept_order else sorted(things, key=key)
    start = _after(ordered, params["Marker"], key) if params.get("Marker") else 0
    answer: dict[str, Any] = {member: ordered[start : start + size]}
    if start + size < len(ordered):
        answer["Marker"] = base64.b64encode(key(ordered[start + size - 1]).encode()).decode()
    return answer


def _after(ordered: list[Any], marker: str, key: Callable[[Any], str]) -> int:
    try:
        last = base64.b64decode(marker, validate=True).decode()
    except (binascii.Error, ValueError):
        raise invalid(f"Invalid value {marker} for Marker.") from None
    keys = [key(thing) for thing in ordered]
    if last in keys:
        return keys.index(last) + 1
    return sum(1 for k in keys if k <= last)
