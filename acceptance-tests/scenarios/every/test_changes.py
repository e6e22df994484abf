# SPDX-License-Identifier: MPL-2.0
"""Every change is made in place, by the calls its plan named, and changes nothing else."""

from collections import Counter

import pytest

import pages
from harness import Workspace, clis

from ..story import Change, Story

FOLLOWS = {"steps", "permissions"}


@pytest.mark.matrix
def test_apply_then_nothing_to_do(workspace: Workspace, story: Story) -> None:
    _made_as_named(workspace, story, story.subject.config(**story.config))


def test_all_that_may_be_left_out_is_named_when_it_comes_and_goes(workspace: Workspace, story: Story) -> None:
    address = story.subject.address
    whole, bare = story.subject.config(**story.whole), story.subject.config(**dict.fromkeys(story.whole) | story.bare)
    workspace.write(story.beside)
    workspace.apply().must()
    for config in (bare, whole, bare):
        _made_as_named(workspace, story, story.beside, config)
    workspace.destroy(f"-target={address}").must()
    _made_as_named(workspace, story, story.beside, whole)


def test_nothing_that_may_be_left_out_is_forgotten(story: Story) -> None:
    block = pages.offer(clis()[0])["resource_schemas"][story.subject.type]["block"]
    optional = {name for name, attribute in block["attributes"].items() if attribute.get("optional")}
    blocks = {name for name, nested in block["block_types"].items() if not nested.get("min_items")}
    assert story.whole.keys() | story.apart == optional | blocks
    assert not story.whole.keys() & story.apart


def _made_as_named(workspace: Workspace, story: Story, *config: str) -> None:
    workspace.write(*config)
    named = Counter(step.call for step in workspace.planned().new_steps())
    since = workspace.lab.now()
    workspace.apply_saved().must()
    assert Counter(story.made(workspace.lab.mutations(since))) == named
    workspace.must_be_empty()


def test_each_change_is_in_place_and_alone(workspace: Workspace, story: Story) -> None:
    config = dict(story.config)
    workspace.write(story.subject.config(**config))
    workspace.apply().must()
    for change in story.changes:
        config[change.attribute] = change.value
        _make(workspace, story, change, story.subject.config(**config))


def _make(workspace: Workspace, story: Story, change: Change, config: str) -> None:
    lab = workspace.lab
    before, births = story.facts(lab), story.subject.births(lab)
    workspace.write(config)
    plan = workspace.planned()
    assert plan.actions() == ["update"], change
    assert plan.changed() <= FOLLOWS | story.results | {change.attribute}, change
    assert [step.call for step in plan.new_steps()] == change.calls, change

    since = lab.now()
    workspace.apply_saved().must()
    assert story.made(lab.mutations(since)) == change.calls, change
    after = story.facts(lab)
    assert after.items() >= change.facts.items(), change
    unexpected = {k for k in after if after[k] != before.get(k)} - change.facts.keys() - change.follows
    assert not unexpected, f"{change} changed {unexpected} too"
    kept = {thing: birth for thing, birth in births.items() if thing.split()[0] not in change.anew}
    assert story.subject.births(lab).items() >= kept.items(), change
    workspace.must_be_empty()
