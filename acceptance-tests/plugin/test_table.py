# SPDX-License-Identifier: MPL-2.0
"""The table of the crate's README, "Every call, and what proves it": held to the protocols and to these tests."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import toy

HERE = Path(__file__).parent
SECTION = (toy.ROOT / "plugin/README.md").read_text().split("## Every call, and what proves it")[1].split("\n## ")[0]
TICKED = re.compile(r"`([^`]+)`")
# What a row says instead of a test of its own.
GENERAL = ("every test of", "most tests", "as above")


@dataclass(frozen=True)
class Row:
    """A row: the names of its calls, whether protocols 5 and 6 have them, and who proves it."""

    names: list[str]
    in_5: str
    in_6: str
    clis: str
    proof: str


def rows() -> list[Row]:
    lines = [line for line in SECTION.splitlines() if line.startswith("| `")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [Row(TICKED.findall(names), *rest) for names, *rest in cells]


def calls(version: int) -> set[str]:
    """What the provider's service of a protocol offers."""
    text = (toy.ROOT / f"proto/tfplugin{version}.proto").read_text()
    service = re.search(r"^service Provider \{(.*?)^\}", text, re.MULTILINE | re.DOTALL)
    assert service
    return set(re.findall(r"^ +rpc (\w+)\(", service[1], re.MULTILINE))


def files() -> dict[str, list[str]]:
    """The files that a letter stands for, and each file for itself."""
    legend = SECTION.split("| RPC")[0]
    told = re.split(r"`([A-Z])`: ", legend)[1:]
    meant = {letter: re.findall(r"test_\w+\.py", text) for letter, text in zip(told[::2], told[1::2], strict=True)}
    return meant | {path.name: [path.name] for path in HERE.glob("test_*.py")}


def proofs(row: Row) -> Iterator[tuple[str, str]]:
    """Each letter or file that a row names, with each test that it names of it."""
    known = files()
    for part in row.proof.split(";"):
        letters: list[str] = []
        named = False
        for word in TICKED.findall(part):
            if word not in known:
                named = True
                yield from ((letter, word) for letter in letters)
            else:
                letters = [word] if named else [*letters, word]
                named = False


def test_every_call_of_both_protocols_has_its_row() -> None:
    told = [name for row in rows() for name in row.names]
    assert len(told) == len(set(told))
    assert set(told) == calls(5) | calls(6)
    for row in rows():
        assert (row.in_5 == "✓") == any(name in calls(5) for name in row.names), row
        assert (row.in_6 in ("✓", "UNIMPLEMENTED")) == any(name in calls(6) for name in row.names), row
        assert row.clis and row.proof, row


def test_every_test_that_is_named_is_there() -> None:
    there = {path.name: re.findall(r"^def test_(\w+)\(", path.read_text(), re.MULTILINE) for path in HERE.glob("test_*.py")}
    assert set().union(*files().values()) <= there.keys()
    missing = []
    for row in rows():
        named = list(proofs(row))
        assert named or any(words in row.proof for words in GENERAL), row
        for letter, test in named:
            if not any(test in there[file] for file in files()[letter]):
                missing.append(f"{row.names[0]}: {letter} {test}")
    assert missing == []
