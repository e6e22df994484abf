# SPDX-License-Identifier: MPL-2.0
"""The table of what sequences, faults and scenarios are run for."""

from ..subject import Subject
from .app import APP, app_service
from .database import DATABASE
from .edge import EDGE, edge

SUBJECTS: tuple[Subject, ...] = (DATABASE, APP, EDGE)
# What any of them is made of.
OWN = frozenset().union(*(subject.parts for subject in SUBJECTS))

__all__ = ["APP", "DATABASE", "EDGE", "OWN", "SUBJECTS", "app_service", "edge"]
