# SPDX-License-Identifier: MPL-2.0
"""What a user does, through the real CLIs."""
