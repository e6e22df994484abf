# SPDX-License-Identifier: MPL-2.0
"""What is refused of any kind of resource."""

from harness import Workspace

from ..story import Story


def test_a_refusal_points_at_the_line_inside_its_block(workspace: Workspace, story: Story) -> None:
    workspace.write(story.subject.config(timeouts={"create": "soon"}))
    refused = workspace.validate().must_fail("duration")
    assert refused.errors[0].code == 'create = "soon"', refused
    assert workspace.lab.journal() == []


def test_a_misspelt_word_inside_a_block_is_refused(workspace: Workspace, story: Story) -> None:
    for block, word in story.misspelt.items():
        instead = {block.split()[0]: None}
        workspace.write(story.subject.config(blocks=f'{block} {{\n  {word} = "1"\n}}', **instead))
        refused = workspace.plan().must_fail("Unsupported argument")
        # Another error may say that the block lacks what it requires.
        unsupported = [error for error in refused.errors if error.summary == "Unsupported argument"]
        assert [word in error.code.split() for error in unsupported] == [True], refused
    assert workspace.lab.journal() == []
