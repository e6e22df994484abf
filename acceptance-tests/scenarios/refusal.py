# SPDX-License-Identifier: MPL-2.0
"""Something that must be refused."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Bad:
    """A configuration, the text of the line that is pointed at, and words that must be said."""

    config: dict[str, Any]
    points_at: str
    says: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        text = "-".join(f"{v}" for v in self.config.values())
        return "".join(c if c.isalnum() or c in "-.:" else "_" for c in text)[:50]
