# SPDX-License-Identifier: MPL-2.0
"""Where the cases of the acceptance suite's first cut run now."""
