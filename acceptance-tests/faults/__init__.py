# SPDX-License-Identifier: MPL-2.0
"""Every call of a create, an update and a destroy, gone wrong in every way: `python -m faults --help`."""
