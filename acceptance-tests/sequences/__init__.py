# SPDX-License-Identifier: MPL-2.0
"""What comes out when a create is interrupted, in every way we could think of: `python -m sequences --help`."""
