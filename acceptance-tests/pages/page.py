# SPDX-License-Identifier: MPL-2.0
"""What a page says that there is, read from its Markdown."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from harness.cli import REPOSITORY

DOCS = REPOSITORY / "docs"
GROUPS = ("Required", "Optional", "Read-Only")
NESTINGS = {"Block": "single", "Blocks in order": "list", "Blocks in any order": "set", "Blocks with a label": "map"}
LINE = re.compile(r"- `(?P<name>\w+)` \((?P<traits>[^)]*)\)")
CODE = re.compile(r"`([^`]*)`")


@dataclass(frozen=True)
class Entry:
    """An attribute, a member of an object, or a block."""

    type: str
    required: bool = False
    optional: bool = False
    computed: bool = False
    sensitive: bool = False
    write_only: bool = False
    deprecated: bool = False


@dataclass
class Page:
    """Entries by path, and the calling form of a function."""

    entries: dict[str, Entry] = field(default_factory=dict)
    signature: str = ""


def read(path: Path) -> Page:
    """Every list under the headings that the generator writes; what an example or a guide says is passed over."""
    page = Page()
    text = path.read_text()
    if signature := re.search(r"^## Signature\n\n```text\n(.+)\n```$", text, re.MULTILINE):
        page.signature = signature[1]
    _, _, schema = text.partition("\n## Schema\n")
    schema, _, _ = schema.partition("\n## Import\n")
    schema, _, _ = schema.partition("\n### Identity\n")
    prefix, group, members = "", "", False
    for line in schema.splitlines():
        if heading := re.fullmatch(r"### Nested Schema for `(.+)`", line):
            prefix, group = f"{heading[1]}.", ""
        elif line.startswith('<a id="'):
            members = "nestedatt" in line
        elif (word := line.removeprefix("### ").removesuffix(":")) in GROUPS:
            group = word
        elif line.startswith("- `"):
            name, entry = _entry(line, group, members)
            if f"{prefix}{name}" in page.entries:
                raise ValueError(f"{path.name} tells twice of {prefix}{name}")
            page.entries[f"{prefix}{name}"] = entry
    return page


def _entry(line: str, group: str, member: bool) -> tuple[str, Entry]:
    # Code may hold brackets and commas of its own: it is put aside.
    name = CODE.search(line)[1]
    codes = iter(CODE.findall(line)[1:])
    bare = LINE.match(f"- `{name}`" + CODE.sub("§", line.removeprefix(f"- `{name}`")))
    if not bare:
        raise ValueError(f"no entry: {line}")
    type, *traits = bare["traits"].split(", ")
    if type == "§":
        type = next(codes)
    # Blocks that are identified by attributes are a list in which the order means nothing.
    nesting = "list" if type.startswith("Blocks identified by §") else NESTINGS.get(type)
    if nesting:
        return name, Entry(nesting, required=group == "Required", optional=group == "Optional")
    if member:
        return name, Entry(type)
    computed = any(trait.startswith("default ") or trait == "computed if left out" for trait in traits)
    return name, Entry(
        type,
        required=group == "Required",
        optional=group == "Optional",
        computed=computed or group == "Read-Only",
        sensitive="sensitive" in traits,
        write_only="write-only" in traits,
        deprecated="deprecated" in traits,
    )
