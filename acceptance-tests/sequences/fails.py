# SPDX-License-Identifier: MPL-2.0
"""Rows 1 to 14 and 31: a create that reports its failure, and what people do next."""

from harness import Outcome, Subject, raw

from .case import RESUMING, Case

CREATE_FIRST = "lifecycle {\n  create_before_destroy = true\n}"
PREVENT = "lifecycle {\n  prevent_destroy = true\n}"


def _dependent(subject: Subject) -> str:
    return f'resource "terraform_data" "app" {{\n  input = {subject.address}.id\n  {CREATE_FIRST}\n}}\n'


def apply(case: Case) -> None:
    one = case.start()
    case.fail(one)
    before = case.births()
    one.apply().must()
    case.same(before)
    case.finish(one)


def change_then_apply(case: Case) -> None:
    one = case.start()
    case.fail(one)
    before = case.births()
    changeable = case.subject.changeable
    one.write(case.subject.config(**changeable.attributes))
    one.apply().must()
    case.same(before, changeable)
    changeable.shows(case.lab)
    case.finish(one)


def change_what_only_a_create_sets(case: Case) -> None:
    one = case.start()
    case.fail(one)
    before = case.births()
    create_only = case.subject.create_only
    assert create_only
    one.write(case.subject.config(**create_only.attributes))
    one.apply().must()
    case.same(before, create_only)
    create_only.shows(case.lab)
    case.finish(one)


def destroy(case: Case) -> None:
    one = case.start(**case.subject.kept)
    case.fail(one)
    one.destroy().must()
    case.nothing_left()


def remove_the_block(case: Case) -> None:
    one = case.start(**case.subject.kept)
    case.fail(one)
    one.write()
    one.apply().must()
    case.nothing_left()


def rename(case: Case) -> None:
    one = case.start()
    case.fail(one)
    before = case.births()
    one.write(case.subject.config(**case.subject.renamed))
    one.apply().must()
    case.anew(before)
    case.finish(one)


def move_the_key(case: Case) -> None:
    one = case.start(for_each=raw('toset(["a"])'))
    case.fail(one)
    before = case.births()
    address = case.subject.address
    moved = f'moved {{\n  from = {address}["a"]\n  to = {address}["b"]\n}}\n'
    one.write(case.subject.config(for_each=raw('toset(["b"])')), moved)
    one.apply().must()
    case.same(before)
    case.finish(one)


def rename_the_block(case: Case) -> None:
    one = case.start()
    case.fail(one)
    one.write(case.subject.config("renamed"))
    if not one.apply().ok:
        one.apply().must()
    case.complete()
    case.finish(one)


def untaint_then_apply(case: Case) -> None:
    one = case.start()
    case.fail(one)
    before = case.births()
    case.untaint(one)
    one.apply().must()
    case.same(before)
    case.finish(one)


def fail_again_then_apply(case: Case) -> None:
    one = case.start()
    case.fail(one)
    before = case.births()
    case.fail_again(one)
    one.apply().must()
    case.same(before)
    case.finish(one)


def fail_again_then_destroy(case: Case) -> None:
    one = case.start(**case.subject.kept)
    case.fail(one)
    case.fail_again(one)
    one.destroy().must()
    case.nothing_left()


def no_network(case: Case, *, from_: str) -> None:
    """Nothing can be reached, from the start of the apply or from the second look at the anchor: the create's first."""
    one = case.start()
    case.fail(one)
    before = case.births()
    known = one.state.of(case.subject.type)
    one.save()
    everything = {"action": "reset", "times": -1}
    second = case.places.look.rule("reset", nth=2, times=-1)
    case.lab.faults(second if from_ == "create" else everything)
    one.apply_saved().must_fail()
    case.lab.clear_faults()
    if known:
        still = one.resource
        assert still["components"] == known[0]["components"]
        assert still.tainted
    one.apply().must()
    case.same(before)
    case.finish(one)


def create_before_destroy(case: Case, *, by: str, then: str) -> None:
    blocks, dependent = (CREATE_FIRST, "") if by == "own" else ("", _dependent(case.subject))
    one = case.start(dependent, blocks=blocks)
    failed = case.fail(one)
    before = case.births()
    if then != "apply":
        case.fail_again(one)
    if then == "fail, destroy":
        one.destroy().must()
        case.nothing_left()
        return
    applied = one.apply().must()
    # What a plain create warns of, too, is no word about the release.
    assert _subjects(applied) <= _subjects(failed), applied
    case.same(before)
    assert [i for i in one.state.of(case.subject.type) if i.deposed] == []
    case.finish(one)


def _subjects(outcome: Outcome) -> set[str]:
    """What it warns of, without what is enumerated behind."""
    return {warning.summary.partition(":")[0] for warning in outcome.warnings}


def prevent_destroy(case: Case) -> None:
    one = case.start(blocks=PREVENT)
    told = case.fail(one)
    before = case.births()
    if one.state.of(case.subject.type):
        assert "untaint" in told.text, told
        one.apply().must_fail("prevent_destroy")
        case.untaint(one)
    one.apply().must()
    case.same(before)
    one.must_be_empty()
    one.write(case.subject.config())
    case.finish(one)


def untaint_then_killed_at_the_end(case: Case) -> None:
    one = case.start()
    case.fail(one)
    before = case.births()
    if not one.state.of(case.subject.type):
        # It failed before there was anything: nothing to untaint, and the kill would be row 16.
        one.apply().must()
        case.finish(one)
        return
    one.untaint().must()
    case.kill(one, case.places.finish, lease=RESUMING)
    assert case.births().items() >= before.items()
    one.apply().must()
    case.same(before)
    case.finish(one)
