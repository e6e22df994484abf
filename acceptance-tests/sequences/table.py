# SPDX-License-Identifier: MPL-2.0
"""The results of a run as a page of the documentation."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from harness import Result, clis

from .rows import ROWS

HEAD = """\
---
page_title: "Sequences"
subcategory: ""
description: "What comes out when a create is interrupted: every sequence that was run, with its result."
---

# Interrupted creates, and what comes out

Each sequence was run against the lab through the real CLIs: {clis}. Where a row says so, it was run once for every call, with a server error or a `kill -9` at that call; polls and renewals of the lease are left out. Where the provider
overcomes a failed read by reading again, the create's own success is what counts. *Same* means the same cloud objects
as before, none twice. At the end of every sequence a plan was empty, and a destroy left nothing but promised snapshots.

This page is generated: `python -m sequences --write-table docs/guides/sequences.md` in `acceptance-tests`.

| # | sequence | what comes out | goes wrong at | {columns} |
|--:|---|---|---|{rule}|
"""


def render(results: Sequence[Result[Any]]) -> str:
    """A row for each sequence; a cell says how many cases passed of how many that were run."""
    counts: dict[tuple[int, str], list[int]] = defaultdict(lambda: [0, 0])
    for result in results:
        count = counts[result.job.row.number, f"{result.job.cli.name} {result.job.protocol}"]
        count[0] += result.ok
        count[1] += 1
    columns = sorted({column for _, column in counts}, key=lambda c: (c.split()[1] != "6", c))
    text = HEAD.format(
        clis=" and ".join(map(str, clis())),
        columns=" | ".join(f"{c.split()[0]}, protocol {c.split()[1]}" for c in columns),
        rule="--:|" * (len(columns) - 1) + "--:",
    )
    for row in ROWS:
        cells = []
        for column in columns:
            passed, run = counts.get((row.number, column), (0, 0))
            cells.append(f"{passed} of {run}" if run else "")
        if any(cells):
            text += f"| {row.number} | {row.title} | {row.result} | {row.at.value} | {' | '.join(cells)} |\n"
    return text
