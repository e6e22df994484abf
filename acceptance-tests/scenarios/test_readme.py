# SPDX-License-Identifier: MPL-2.0
"""What strangers read first: it names what is offered, and commands that there are."""

import re

from pages import DOCS

ROOT = DOCS.parent
README = (ROOT / "README.md").read_text()
NAMED = {"resources": "drop_", "data-sources": "drop_", "functions": "", "ephemeral-resources": "drop_", "actions": "drop_"}


def test_it_names_all_that_is_offered() -> None:
    offered = {prefix + page.stem for folder, prefix in NAMED.items() for page in (DOCS / folder).glob("*.md")}
    assert len(offered) > 15
    assert {name for name in offered if f"`{name}`" not in README} == set()


def test_its_commands_are_targets() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"`make ([a-z-]+)`", README))
    assert len(named) > 10 and named - targets == set()
