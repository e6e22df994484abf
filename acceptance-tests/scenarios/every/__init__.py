# SPDX-License-Identifier: MPL-2.0
"""What holds of every kind of resource."""
