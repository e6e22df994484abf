# SPDX-License-Identifier: MPL-2.0
"""The pages in `docs/`, held to what a CLI is told by the provider, and to HashiCorp's own check of pages."""

from .offer import offer
from .page import DOCS, Entry, Page, read
from .schema import entries, signature
from .validator import TOOL, validate, version

__all__ = ["DOCS", "TOOL", "Entry", "Page", "entries", "offer", "read", "signature", "validate", "version"]
