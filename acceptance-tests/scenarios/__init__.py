# SPDX-License-Identifier: MPL-2.0
"""What a user does, through the real CLIs: `every` for every kind of resource, the others each for one."""
