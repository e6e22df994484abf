# SPDX-License-Identifier: MPL-2.0
"""The results of a sweep as a page of the documentation."""

from collections.abc import Sequence

from harness import SUBJECTS, Result, clis

from .work import KINDS, WORKS, Job

HEAD = """\
---
page_title: "Faults"
subcategory: ""
description: "Every call of a create, an update and a destroy that was made to go wrong, with its result."
---

# Calls that go wrong

Every call of a create, an update and a destroy was made to go wrong once, against the lab and through the real CLI
({clis}), in every one of these ways: throttled · answered with a server error · performed, but the answer lost (once
without and once with a retry by the AWS SDK) · performed, and the provider killed with `kill -9` right behind it. Polls
and renewals of the lease are left out.

*ok*: the next apply went on with the same objects, none twice; the plan after it was empty; a destroy left nothing but
the snapshot that was promised for what holds data. A create killed right behind its last call is not known to any
state: there the next apply prints an import block, and the import went on.

This page is generated: `python -m faults --write-table docs/guides/faults.md` in `acceptance-tests`.
"""


def render(results: Sequence[Result[Job]]) -> str:
    """A part for each subject."""
    names = sorted({str(r.job.cli) for r in results})
    text = HEAD.format(clis=", ".join(names) or ", ".join(map(str, clis())))
    for subject in SUBJECTS:
        own = [result for result in results if result.job.subject is subject]
        if own:
            text += f"\n## {subject.type}\n{_tables(own)}"
    return text


def _tables(results: Sequence[Result[Job]]) -> str:
    """A table for each piece of work: its calls, and how each way ended."""
    cells = {(r.job.work, r.job.call, r.job.kind.name): "ok" if r.ok else "**failed**" for r in results}
    text = ""
    kinds = [kind.name for kind in KINDS if any(r.job.kind is kind for r in results)]
    for work in WORKS:
        calls = dict.fromkeys(r.job.call for r in sorted(results, key=lambda r: str(r.job.call)) if r.job.work == work)
        text += f"\n### {work.capitalize()}\n\n| call | {' | '.join(kinds)} |\n|---|{'---|' * len(kinds)}\n"
        for call in calls:
            text += f"| `{call}` | {' | '.join(cells.get((work, call, kind), '') for kind in kinds)} |\n"
    return text
