# SPDX-License-Identifier: MPL-2.0
"""Every change is made in place, by the calls its plan named, and changes nothing else."""

from collections import Counter

from harness import Workspace

from ..story import Change, Story

FOLLOWS = {"steps", "permissions"}


def test_apply_then_nothing_to_do(workspace: Workspace, story: Story) -> None:
    workspace.write(story.subject.config(**story.config))
    named = Counter(story.calls(step.call for step in workspace.planned().new_steps()))
    since = workspace.lab.now()
    workspace.apply_saved().must()
    assert Counter(story.calls(call.action for call in workspace.lab.mutations(since))) == named
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
    assert story.calls(call.action for call in lab.mutations(since)) == change.calls, change
    after = story.facts(lab)
    assert after.items() >= change.facts.items(), change
    unexpected = {k for k in after if after[k] != before.get(k)} - change.facts.keys() - change.follows
    assert not unexpected, f"{change} changed {unexpected} too"
    kept = {thing: birth for thing, birth in births.items() if thing.split()[0] not in change.anew}
    assert story.subject.births(lab).items() >= kept.items(), change
    workspace.must_be_empty()
