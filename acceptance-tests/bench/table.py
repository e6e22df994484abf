# SPDX-License-Identifier: MPL-2.0
"""What was measured, beside its limits, in a form that reads the same in a terminal and in the documentation."""

from collections.abc import Iterator
from dataclasses import dataclass, field

TIMES = ("ms", "s")
COUNTS = ("calls", "trips")


@dataclass(frozen=True)
class Figure:
    """A number, and the limit it is held to if it has one."""

    value: float
    unit: str
    limit: float | None = None

    @property
    def fails(self) -> bool:
        """Bytes and calls fail a run. Times tell of the machine too, which may be shared: they never do."""
        return self._over and self.unit not in TIMES

    @property
    def _over(self) -> bool:
        return self.limit is not None and self.value > self.limit

    def __str__(self) -> str:
        number = f"{self.value:g}" if self.unit in COUNTS else f"{self.value:.2f}"
        told = f"{number} {self.unit}"
        return told if self.limit is None else f"{told} (≤ {self.limit:g}: {'over' if self._over else 'ok'})"


Cell = Figure | str


@dataclass
class Table:
    """Rows under a heading, and what a reader must know of how they were measured."""

    title: str
    note: str
    columns: list[str]
    rows: list[list[Cell]] = field(default_factory=list)

    @property
    def failures(self) -> list[str]:
        """What fails the run."""
        return [
            f"{self.title}: {row[0]}, {column}: {cell}"
            for row in self.rows
            for column, cell in zip(self.columns, row, strict=True)
            if isinstance(cell, Figure) and cell.fails
        ]

    def __str__(self) -> str:
        return "\n".join([f"## {self.title}", "", self.note, "", *self._lines()])

    def _lines(self) -> Iterator[str]:
        texts = [self.columns, *([str(cell) for cell in row] for row in self.rows)]
        widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
        for n, row in enumerate(texts):
            yield "| " + " | ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) + " |"
            if n == 0:
                yield "|" + "|".join("-" * (width + 2) for width in widths) + "|"
