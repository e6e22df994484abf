# SPDX-License-Identifier: MPL-2.0
"""What the provider weighs, how fast it starts, and what it asks of a cloud: `python -m bench --help`."""
