# SPDX-License-Identifier: MPL-2.0
"""A release as its users meet it: artefacts, a mirror made of them, an installation, the quickstart."""
