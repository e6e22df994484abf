# SPDX-License-Identifier: MPL-2.0
"""The table of what sequences, faults and scenarios are run for."""

from ..subject import Subject
from .database import DATABASE

SUBJECTS: tuple[Subject, ...] = (DATABASE,)
# What any of them is made of.
OWN = frozenset().union(*(subject.parts for subject in SUBJECTS))

__all__ = ["DATABASE", "OWN", "SUBJECTS"]
