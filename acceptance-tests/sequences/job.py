# SPDX-License-Identifier: MPL-2.0
"""One run of one row, as it is chosen, named and played."""

from dataclasses import dataclass
from pathlib import Path

from harness import CallId, Cli, Lab, Subject

from .case import Absorbed, Case
from .rows import Row


@dataclass(frozen=True)
class Job:
    """A row, and all that it leaves open."""

    row: Row
    subject: Subject
    cli: Cli
    protocol: int
    variant: str
    at: CallId | None
    lag: bool = False

    def __str__(self) -> str:
        """The command that runs it again."""
        more = f" --at {self.at}" if self.at else ""
        more += f' --variant "{self.variant}"' if self.variant else ""
        more += " --lag" if self.lag else ""
        where = f"--subject {self.subject} --rows {self.row.number} --cli {self.cli.name} --protocol {self.protocol}"
        return f"python -m sequences {where}{more}"


def play(job: Job, lab: Lab, directory: Path) -> None:
    """Leads the subject through the row, in an empty lab."""
    if job.lag:
        lab.lag()
    case = Case(job.subject, job.cli, job.protocol, lab, directory, job.at)
    try:
        job.row.play(case, job.variant)
    except Absorbed:
        case.complete()
        case.workspace().must_be_empty()
