# SPDX-License-Identifier: MPL-2.0
"""The generated pages, held to what every CLI prints of the schemas, on both protocols."""

import os
import re
from typing import Any

import pytest

import pages
from harness import SCHEMAS, Combination
from pages import DOCS

FOLDERS = {
    "resource_schemas": "resources",
    "data_source_schemas": "data-sources",
    "ephemeral_resource_schemas": "ephemeral-resources",
    "list_resource_schemas": "list-resources",
    "action_schemas": "actions",
}

READ_FIRST = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "plugin/README.md", "acceptance-tests/README.md")


@pytest.fixture
def schema(combination: Combination) -> dict[str, Any]:
    return pages.offer(combination.cli, combination.protocol)


@pytest.mark.matrix
@pytest.mark.knowing(SCHEMAS)
def test_every_path_is_told_and_no_other(schema: dict[str, Any]) -> None:
    told = {"index.md": pages.read(DOCS / "index.md").entries}
    meant = {"index.md": pages.entries(schema["provider"]["block"])}
    for kind, folder in FOLDERS.items():
        for name, offered in schema.get(kind, {}).items():
            page = f"{folder}/{name.removeprefix('drop_')}.md"
            told[page] = pages.read(DOCS / page).entries
            meant[page] = pages.entries(offered["block"])
    assert len(meant["resources/database.md"]) > 20
    assert told == meant


@pytest.mark.matrix
@pytest.mark.knowing(SCHEMAS)
def test_every_function_is_called_as_its_page_says(schema: dict[str, Any]) -> None:
    functions = schema["functions"]
    told = {name: pages.read(DOCS / "functions" / f"{name}.md").signature for name in functions}
    assert told == {name: pages.signature(name, function) for name, function in functions.items()}


def test_every_link_leads_somewhere() -> None:
    dead = []
    for page in [*DOCS.rglob("*.md"), *(DOCS.parent / name for name in READ_FIRST)]:
        text = page.read_text()
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            file, _, anchor = target.partition("#")
            if "://" in target:
                continue
            there = (page.parent / file).resolve() if file else page
            if not there.exists() or (anchor and there.suffix == ".md" and anchor not in _anchors(there.read_text())):
                dead.append(f"{page.relative_to(DOCS.parent)}: {target}")
    assert dead == []


def _anchors(text: str) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    slugs = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    return slugs | set(re.findall(r'<a id="([^"]+)">', text))


if pages.TOOL:

    @pytest.mark.knowing(SCHEMAS)
    def test_the_registry_s_own_check_finds_nothing(schema: dict[str, Any]) -> None:
        assert pages.TOOL, pages.version()
        told = pages.validate(schema, pages.TOOL)
        assert told.returncode == 0, told.stdout + told.stderr
