# SPDX-License-Identifier: MPL-2.0
"""The table of stories."""

from .app.story import STORY as APP
from .database.story import STORY as DATABASE
from .edge.story import STORY as EDGE

STORIES = [DATABASE, APP, EDGE]
