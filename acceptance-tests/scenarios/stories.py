# SPDX-License-Identifier: MPL-2.0
"""The table of stories."""

from .database.story import STORY as DATABASE

STORIES = [DATABASE]
