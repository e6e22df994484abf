# SPDX-License-Identifier: MPL-2.0
"""Test functions by file and name, in Python and in Rust, read off the source."""

import ast
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self

HERE = Path(__file__).resolve().parents[1]
REPOSITORY = HERE.parent
# Attributes, then the function: `#[test]`, `#[tokio::test(start_paused = true)]`, `#[test_case(1)]`.
RUST = r"^\s*#\[[\w:]*test[\w:]*\b[^\n]*\n(?:\s*(?:#\[|//)[^\n]*\n)*\s*(?:pub )?(?:async )?fn (\w+)"

# Of these a table makes the cases: tests/lab/every/changes.rs::row.
TRIALS = "tests/lab/"
TRIAL = r"^pub fn (\w+)\("


@dataclass(frozen=True, order=True)
class Test:
    """`scenarios/test_moved.py::test_x` as pytest prints it, or `tests/lab/drift.rs::x` from the repository's root."""

    file: str
    name: str

    @classmethod
    def parse(cls, text: str) -> Self:
        file, found, name = text.strip().partition("::")
        if not found or Path(file).suffix not in (".py", ".rs"):
            raise ValueError(f"{text.strip()!r} is not of the form file.py::test or file.rs::test")
        return cls(file, name)

    @property
    def exists(self) -> bool:
        return self.name in _names(self.file)

    def __str__(self) -> str:
        return f"{self.file}::{self.name}"


@cache
def _names(file: str) -> frozenset[str]:
    """The test functions of a file; none if there is no such file."""
    path = (REPOSITORY if file.endswith(".rs") else HERE) / file
    if not path.is_file():
        return frozenset()
    if file.startswith(TRIALS):
        return frozenset(re.findall(TRIAL, path.read_text(), re.MULTILINE))
    return frozenset((_rust if file.endswith(".rs") else _python)(path.read_text()))


def _python(text: str) -> list[str]:
    nodes = ast.walk(ast.parse(text))
    return [node.name for node in nodes if isinstance(node, ast.FunctionDef) and node.name.startswith("test")]


def _rust(text: str) -> list[str]:
    return re.findall(RUST, text, re.MULTILINE)
