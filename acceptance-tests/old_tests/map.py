# SPDX-License-Identifier: MPL-2.0
"""The two lists: what there was, and what of it moved where."""

from collections.abc import Mapping
from pathlib import Path

from .tests import Test

FOLDER = Path(__file__).parent
BEFORE, MOVED = FOLDER / "before.txt", FOLDER / "moved.txt"


def before(text: str) -> dict[Test, int]:
    """The old tests, each with the number of its cases, whatever the CLI and the protocol."""
    found = {}
    for line in _lines(text):
        cases, _, name = line.partition(" ")
        found[Test.parse(name)] = int(cases)
    return found


def moved(text: str) -> dict[Test, list[Test]]:
    """Where the cases of an old test run now."""
    found: dict[Test, list[Test]] = {}
    for line in _lines(text):
        old, arrow, new = line.partition(" -> ")
        if not arrow:
            raise ValueError(f"no ' -> ' in {line!r}")
        if Test.parse(old) in found:
            raise ValueError(f"{old} stands on two lines: put its places on one, with commas")
        found[Test.parse(old)] = [Test.parse(place) for place in new.split(",")]
    return found


def places(old: Mapping[Test, int], moves: Mapping[Test, list[Test]]) -> dict[Test, list[Test]]:
    """Where each old test runs now: where it was, if it is still there, and where it was moved."""
    return {test: [test] * test.exists + moves.get(test, []) for test in sorted(old)}


def problems(old: Mapping[Test, int], moves: Mapping[Test, list[Test]]) -> list[str]:
    """An old test that is nowhere, and a move that leads nowhere or from nowhere."""
    lost = [f"{test} is gone, and {MOVED.name} does not say where its cases run now" for test in sorted(old)
            if not test.exists and test not in moves]  # fmt: skip
    unknown = [f"{test} was never a test: before.txt has none of that name" for test in moves if test not in old]
    dead = [
        f"{test} -> {place}: there is no such test" for test, new in moves.items() for place in new if not place.exists
    ]
    return lost + unknown + dead


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
