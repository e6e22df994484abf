# SPDX-License-Identifier: MPL-2.0
"""`drop_edge`: what holds of it alone, in a zone that it shares with others."""
