# SPDX-License-Identifier: MPL-2.0
"""The three pieces of work, and what must hold when one of their calls went wrong."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness import CallId, Cli, Lab, Outcome, Workspace, database, distinct, until
from sequences.case import LONG, SHORT, Case

CHANGED: dict[str, Any] = {
    "apply_immediately": True,
    "size": "db.t4g.small",
    "storage": {"gb": 30},
    "parameters": {"log_min_duration_statement": "900"},
    "backup": {"retention_days": 14},
    "tags": {"team": "shop"},
    "deletion_protection": False,
}
FIRST: dict[str, Any] = {"parameters": {"work_mem": "8192"}, "tags": {"tier": "one"}}
WORKS = ("create", "update", "destroy")


@dataclass(frozen=True)
class Kind:
    """A way to go wrong: what the lab does, and how often the client tries."""

    name: str
    action: str
    attempts: int = 1


KINDS = [
    Kind("throttle", "throttle"),
    Kind("5xx", "error"),
    Kind("lost", "lost"),
    Kind("lost-retried", "lost", attempts=2),
    Kind("kill", "kill_after"),
]


@dataclass(frozen=True)
class Job:
    """One call of one piece of work, gone wrong in one way."""

    work: str
    call: CallId
    kind: Kind
    cli: Cli
    last: bool

    def __str__(self) -> str:
        """The command that runs it again."""
        return f"python -m faults --cli {self.cli.name} --work {self.work} --at {self.call} --kind {self.kind.name}"


def discover(cli: Cli, lab: Lab, directory: Path) -> dict[str, list[CallId]]:
    """The calls of each piece of work when nothing goes wrong."""
    found = {}
    for work in WORKS:
        lab.reset()
        case = Case(cli, 6, lab, directory / work, None)
        one = _prepared(case, work)
        one.lease(LONG)
        since = lab.now()
        _do(one, work).must()
        found[work] = distinct(lab.journal(since))
    return found


def play(job: Job, lab: Lab, directory: Path) -> None:
    case = Case(job.cli, 6, lab, directory, job.call)
    one = _prepared(case, job.work)
    existing = lab.births()
    lab.faults(job.call.rule(job.kind.action))
    one.lease(LONG)
    one.variables["AWS_MAX_ATTEMPTS"] = str(job.kind.attempts)
    struck = _do(one, job.work)
    assert lab.fired(), f"{job.call} was not called:\n" + "\n".join(map(str, lab.journal()))
    lab.clear_faults()
    one.lease(SHORT)
    match job.work:
        case "create":
            _created(case, one, struck, unheard=job.last and job.kind.action == "kill_after")
        case "update":
            _updated(case, one, existing)
        case "destroy":
            _do(one, "destroy").must()
            case.nothing_left(snapshots=1)


def _prepared(case: Case, work: str) -> Workspace:
    """Everything before the work itself."""
    one = case.workspace()
    if work == "create":
        # What an import cannot know is left at its default.
        one.write(database(**FIRST, skip_final_snapshot=None))
    elif work == "update":
        one.write(database(**FIRST, apply_immediately=True))
        one.apply().must()
        one.write(database(**CHANGED))
    else:
        one.write(database(**FIRST, skip_final_snapshot=False, deletion_protection=False))
        one.apply().must()
    return one


def _do(one: Workspace, work: str) -> Outcome:
    return one.destroy() if work == "destroy" else one.apply()


def _created(case: Case, one: Workspace, struck: Outcome, unheard: bool) -> None:
    before = case.lab.births()
    if unheard:
        one.apply().must_fail("exists already and is complete", "import {")
        one.import_("orders").must()
        # What no object says of itself: the tags that are wished for.
        one.apply().must()
    elif not struck.ok:
        one.apply().must()
    case.same(before)
    case.finish(one, snapshots=1)


def _updated(case: Case, one: Workspace, before: dict[str, int]) -> None:
    one.apply().must()
    case.same(before)
    rds = case.lab.client("rds")
    instance = until("RDS to have applied it all", lambda: _settled(rds.describe_db_instances()["DBInstances"][0]))
    tags = {tag["Key"]: tag["Value"] for tag in instance["TagList"]}
    told = (
        instance["DBInstanceClass"], instance["AllocatedStorage"], instance["BackupRetentionPeriod"],
        instance["DeletionProtection"], tags.get("team"), tags.get("tier"),
    )  # fmt: skip
    assert told == ("db.t4g.small", 30, 14, False, "shop", None), told
    case.finish(one)


def _settled(instance: dict[str, Any]) -> dict[str, Any] | None:
    busy = instance["DBInstanceStatus"] != "available" or instance.get("PendingModifiedValues")
    return None if busy else instance
