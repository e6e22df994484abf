# SPDX-License-Identifier: MPL-2.0
"""Which CLIs and protocols a test runs on: one combination of them, or every one where the CLI is the subject."""

import os
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self

from .cli import Cli

PROTOCOLS = (6, 5)
# Chooses: a number (the day's date, unless it is given), the name of one combination, or ALL.
VARIABLE = "COMBINATIONS"
ALL = "all"


@dataclass(frozen=True)
class Combination:
    """A CLI, and a protocol on which it speaks to the provider."""

    cli: Cli
    protocol: int

    @classmethod
    def of(cls, clis: Sequence[Cli]) -> list[Self]:
        """Every one of these CLIs."""
        return [cls(cli, protocol) for cli in clis for protocol in PROTOCOLS]

    def __str__(self) -> str:
        return f"{self.cli.name}-{self.protocol}"


def today() -> str:
    """The seed of a run that was given none."""
    return date.today().strftime("%Y%m%d")


def choice() -> str:
    """What was asked for, or the seed. Workers inherit it, so that all of a run agree."""
    return os.environ.setdefault(VARIABLE, today())


def chosen(test: str, combinations: Sequence[Combination], choice: str) -> list[Combination]:
    """Those of the combinations that a test of this name runs on.

    With a number it is one: tests begin at different ones, and each takes the next with the next number, so that a few
    days see every test on all of them. A combination that was asked for by name is taken where it is among them.
    """
    if choice == ALL or not combinations:
        return list(combinations)
    if named := [one for one in combinations if str(one) == choice]:
        return named
    turn = int(choice) if choice.isdecimal() else 0
    return [combinations[(zlib.crc32(test.encode()) + turn) % len(combinations)]]
