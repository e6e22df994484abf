# SPDX-License-Identifier: MPL-2.0
"""The lab: local clouds on loopback, with a call journal and fault injection. See README.md."""
