# SPDX-License-Identifier: MPL-2.0
"""`drop_database`: its story, and what holds of it alone."""
