# SPDX-License-Identifier: MPL-2.0
"""What is refused of any kind of resource."""

from harness import Workspace

from ..story import Story


def test_a_misspelt_word_inside_a_block_is_refused(workspace: Workspace, story: Story) -> None:
    for block, word in story.misspelt.items():
        instead = {block.split()[0]: None}
        workspace.write(story.subject.config(blocks=f'{block} {{\n  {word} = "1"\n}}', **instead))
        refused = workspace.plan().must_fail("Unsupported argument")
        # What else a block must have may be missed first.
        assert any(word in error.code.split() for error in refused.errors), refused
    assert workspace.lab.journal() == []
