# SPDX-License-Identifier: MPL-2.0
"""What is changed outside Terraform is named, and put back."""

from harness import Workspace

from ..story import Story


def test_meddling_is_named_and_put_back(workspace: Workspace, story: Story) -> None:
    lab = workspace.lab
    workspace.write(story.subject.config(**story.config))
    workspace.apply().must()
    ids = workspace.resource["components"]
    births, before = story.subject.births(lab), story.facts(lab)
    for meddling in story.meddling:
        meddling.act(lab, ids)
        plan = workspace.planned()
        change = plan.change()
        assert change["actions"] == ["update"], meddling
        if meddling.attribute:
            assert change["before"][meddling.attribute] != change["after"][meddling.attribute], meddling
        if meddling.line:
            told = change["before"]["drift"]
            assert any(line.startswith(meddling.line) for line in told), (meddling, told)
            assert change["after"]["drift"] == [], meddling
        since = lab.now()
        workspace.apply_saved().must()
        assert sorted(c.action for c in lab.mutations(since)) == sorted(s.call for s in plan.new_steps()), meddling
        workspace.must_be_empty()
        assert story.facts(lab) == before, meddling
    assert story.subject.births(lab) == births
