# SPDX-License-Identifier: MPL-2.0
"""The table of stories."""

from .app.story import STORY as APP
from .database.story import STORY as DATABASE

STORIES = [DATABASE, APP]
