# SPDX-License-Identifier: MPL-2.0
"""The results of a run as a page of the documentation."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from harness import SUBJECTS, Result, Subject, clis

from .rows import ROWS

HEAD = """\
---
page_title: "Sequences"
subcategory: ""
description: "What comes out when a create is interrupted: every sequence that was run, with its result."
---

# Interrupted creates, and what comes out

Each sequence was run against the lab through the real CLIs: {clis}. Where a row says so, it was run once for every
call, with a server error or a `kill -9` at that call; polls and renewals of the lease are left out. Where the provider
overcomes a failed read by reading again, the create's own success is what counts. *Same* means the same cloud objects
as before, none twice. At the end of every sequence a plan was empty, and a destroy left nothing but promised snapshots.

This page is generated: `python -m sequences --write-table docs/guides/sequences.md` in `acceptance-tests`.
"""


def render(results: Sequence[Result[Any]]) -> str:
    """A table for each subject."""
    text = HEAD.format(clis=" and ".join(map(str, clis())))
    for subject in SUBJECTS:
        own = [result for result in results if result.job.subject is subject]
        if own:
            text += f"\n## {subject.type}\n\n{_table(subject, own)}"
    return text


def _table(subject: Subject, results: Sequence[Result[Any]]) -> str:
    """A row for each sequence; a cell says how many cases passed of how many that were run."""
    counts: dict[tuple[int, str], list[int]] = defaultdict(lambda: [0, 0])
    for result in results:
        count = counts[result.job.row.number, f"{result.job.cli.name}, protocol {result.job.protocol}"]
        count[0] += result.ok
        count[1] += 1
    columns = sorted({column for _, column in counts}, key=lambda c: (not c.endswith("6"), c))
    text = f"| # | sequence | what comes out | goes wrong at | {' | '.join(columns)} |\n"
    text += f"|--:|---|---|---|{'--:|' * len(columns)}\n"
    for row in ROWS:
        cells = []
        for column in columns:
            passed, run = counts.get((row.number, column), (0, 0))
            cells.append(f"{passed} of {run}" if run else "")
        if any(cells):
            told = [str(row.number), row.title, row.result_for(subject), row.at.value, *cells]
            text += f"| {' | '.join(told)} |\n"
    return text
