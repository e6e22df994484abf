# SPDX-License-Identifier: MPL-2.0
"""The table: which sequences there are, where each goes wrong, and what must come out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from harness import Subject

from . import fails, interrupts, kills, replacements, states
from .case import Case
from .fails import CREATE_FIRST


class At(Enum):
    """The calls at which a row is run, each in turn."""

    CREATE = "every call of a create"
    MIDDLE = "every call of a create but the last"
    LAST = "the last call of a create"
    RESUME = "every changing call of a resumed create but the last"
    UPDATE = "every changing call of an update"
    DESTROY = "every call of a destroy"
    MARKED = "every changing call of a create but the first and the last"
    ONCE = "once"


def _every(_subject: Subject, _variant: str) -> bool:
    return True


@dataclass(frozen=True)
class Row:
    """One sequence."""

    number: int
    title: str
    # Where that differs: of what holds data, and of what holds none.
    result: str | tuple[str, str]
    run: Callable[..., None]
    at: At = At.ONCE
    variants: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: {"": {}})
    protocols: tuple[int, ...] = (6,)
    applies: Callable[[Subject, str], bool] = _every

    def variants_for(self, subject: Subject) -> list[str]:
        """Those that the subject can be led through."""
        return [variant for variant in self.variants if self.applies(subject, variant)]

    def result_for(self, subject: Subject) -> str:
        return self.result if isinstance(self.result, str) else self.result[not subject.holds_data]

    def play(self, case: Case, variant: str) -> None:
        self.run(case, **self.variants[variant])


def _create_only(subject: Subject, _variant: str) -> bool:
    return subject.create_only is not None


def _waits(subject: Subject, _variant: str) -> bool:
    return subject.wait is not None


def _protection(subject: Subject, variant: str) -> bool:
    return variant == "off" or subject.protection is not None


def _each(name: str, *values: str) -> dict[str, dict[str, Any]]:
    return {value: {name: value} for value in values}


BOTH = (6, 5)
VICTIMS = _each("victim", "provider", "CLI")
ROWS = [
    Row(1, "fails → apply", "same, complete", fails.apply, At.CREATE, protocols=BOTH),
    Row(2, "fails → change a changeable field → apply", "same, with the new value", fails.change_then_apply, At.CREATE),
    Row(3, "fails → change a create-only field → apply", "that object anew, the rest same",
        fails.change_what_only_a_create_sets, At.CREATE, applies=_create_only),
    Row(4, "fails → destroy", "all deleted", fails.destroy, At.CREATE),
    Row(5, "fails → block removed → apply", "all deleted", fails.remove_the_block, At.CREATE),
    Row(6, "fails → `name` changed → apply", "old deleted, new created", fails.rename, At.CREATE),
    Row(7, "fails → `for_each` key renamed with `moved` → apply", "same", fails.move_the_key, At.CREATE),
    Row(8, "fails → block renamed without `moved` → apply", "one of it, by the second apply at most",
        fails.rename_the_block, At.CREATE),
    Row(9, "fails → `untaint` → apply", "same, complete", fails.untaint_then_apply, At.CREATE),
    Row(10, "fails → fails again → apply", "same", fails.fail_again_then_apply, At.CREATE),
    Row(11, "fails → fails again → destroy", "all deleted", fails.fail_again_then_destroy, At.CREATE),
    Row(12, "fails → create fails before it read anything → apply", "state never empty; same", fails.no_network,
        At.CREATE, _each("from_", "start", "create")),
    Row(13, "1, 10, 11 under `create_before_destroy`", "released silently; same (11: all deleted)",
        fails.create_before_destroy, At.CREATE,
        {f"{by}, {then}": {"by": by, "then": then}
         for by in ("own", "inherited") for then in ("apply", "fail, apply", "fail, destroy")}, BOTH),
    Row(14, "fails with `prevent_destroy` → apply → `untaint` → apply", "told so; same", fails.prevent_destroy,
        At.CREATE),
    Row(15, "killed → apply", "adopted, same", kills.apply, At.MIDDLE, VICTIMS, BOTH),
    Row(16, "killed after the last call → apply → import", "error with import block; empty plan", kills.import_,
        At.LAST, _each("by", "command", "block")),
    Row(17, "killed while resuming → apply, or destroy", "same; all deleted, or listed by `doctor`",
        kills.killed_resume, At.RESUME, kills.KILLED_RESUMES),
    Row(18, "killed during an update → apply", "converged", kills.update, At.UPDATE, VICTIMS),
    Row(19, "two blocks of one `name`", "second errors, first intact", states.two_blocks),
    Row(20, "two states, one after the other", "second errors with import block", states.two_states_in_turn),
    Row(21, "two states at once", "second errors, first intact", states.two_states_at_once),
    Row(22, "second state while the first is failed; the first acts", "second adopts; first never deletes",
        states.second_adopts,
        variants={f"{first} {when}": {"first": first, "when": when}
                  for first in ("apply", "destroy", "rename") for when in ("while", "after")}),
    Row(23, "state rolled back → destroy", "nothing deleted, a warning", states.rolled_back_then_destroy),
    Row(24, "state rolled back → apply", "never a second, never a deletion", states.rolled_back_then_apply,
        variants=_each("to", "empty", "tainted", "older")),
    Row(25, "complete object tainted → apply, or -replace",
        ("refused, with the way out", "replaced; under `create_before_destroy` refused"), replacements.tainted,
        variants=_each("by", "apply", "-replace") | {"create_before_destroy": {"by": "apply", "blocks": CREATE_FIRST}}),
    Row(26, "-replace of a complete object", ("error in plan; replaced with final snapshot", "replaced"),
        replacements.asked_for, variants=_each("protection", "on", "off"), applies=_protection),
    Row(27, "-replace under `create_before_destroy`", "untouched", replacements.asked_for_create_first,
        variants=_each("protection", "on", "off"), applies=_protection),
    Row(28, "Ctrl-C in a wait → apply", "partial state, lease dropped; same", interrupts.in_a_wait, applies=_waits),
    Row(29, "Ctrl-C between the halves of a replacement → apply", "adopted, same", interrupts.between_the_halves),
    Row(30, "killed create → `name` changed → apply", "new one; `doctor` lists the old", kills.rename, At.MIDDLE),
    Row(31, "fails → `untaint` → killed after the last call → apply → destroy", "empty plan; all deleted",
        fails.untaint_then_killed_at_the_end, At.CREATE),
    Row(32, "two states wait out one dead lease", "one adopts, the other errors", states.one_dead_lease),
    Row(33, "the failure's last tag lands, its answer is lost → destroy", "all deleted", interrupts.lost_mark,
        At.MARKED, {"readable": {"readable": True}, "unreadable": {"readable": False}}),
    Row(34, "deletes fail half way → destroy again", "all deleted", interrupts.deletes, At.DESTROY),
    Row(35, "the last tag of a create lands, its answer is lost and it cannot be read back → apply → `untaint` → apply",
        ("told so; same", "replaced by the first apply"), interrupts.lost_success),
]  # fmt: skip
