# SPDX-License-Identifier: MPL-2.0
"""What a CLI answered."""

import json
import re
from dataclasses import dataclass, field
from typing import Any, Self

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
# Said of every run with a provider that is not installed from a registry.
DEVELOPMENT = "Provider development overrides are in effect"


@dataclass(frozen=True)
class Diagnostic:
    """An error or a warning, with the line of the configuration it points at."""

    severity: str
    summary: str
    detail: str
    address: str
    code: str
    line: int

    @property
    def text(self) -> str:
        return f"{self.summary}\n{self.detail}"

    @classmethod
    def read(cls, document: dict[str, Any]) -> Self:
        snippet = document.get("snippet") or {}
        start = (document.get("range") or {}).get("start") or {}
        return cls(
            document["severity"],
            document["summary"],
            document.get("detail", ""),
            document.get("address", ""),
            snippet.get("code", "").strip(),
            start.get("line", 0),
        )


@dataclass(frozen=True)
class Outcome:
    """One run of a CLI."""

    command: list[str]
    code: int
    stdout: str
    stderr: str
    diagnostics: list[Diagnostic] = field(default_factory=list)

    @classmethod
    def read(cls, command: list[str], code: int, stdout: str, stderr: str) -> Self:
        found = []
        if "-json" in command and "validate" in command:
            found = [Diagnostic.read(d) for d in json.loads(stdout)["diagnostics"]]
        elif "-json" in command and "show" not in command:
            messages = [json.loads(line) for line in stdout.splitlines() if line.startswith("{")]
            found = [Diagnostic.read(m["diagnostic"]) for m in messages if m["type"] == "diagnostic"]
        return cls(command, code, stdout, stderr, [d for d in found if d.summary != DEVELOPMENT])

    @property
    def ok(self) -> bool:
        return self.code == 0

    @property
    def errors(self) -> list[Diagnostic]:
        return [d for d in self.diagnostics if d.severity == "error"]

    @property
    def warnings(self) -> list[Diagnostic]:
        return [d for d in self.diagnostics if d.severity == "warning"]

    @property
    def text(self) -> str:
        """Everything that was said, without colours, with lines that were wrapped in boxes joined again."""
        told = "\n".join(d.text for d in self.diagnostics) or f"{self.stdout}\n{self.stderr}"
        return " ".join(COLOUR.sub("", told).replace("│", " ").split())

    def must(self) -> Self:
        """Itself, if it succeeded."""
        assert self.ok, f"{self}"
        return self

    def must_fail(self, *texts: str) -> Self:
        """Itself, if it failed and said all of `texts`."""
        assert not self.ok, f"expected a failure\n{self}"
        for text in texts:
            assert text in self.text, f"{text!r} was not said\n{self}"
        return self

    def __str__(self) -> str:
        told = self.text if self.diagnostics else f"{self.stdout[-600:]}\n{self.stderr[-1500:]}"
        return f"{' '.join(self.command)} -> {self.code}\n{told}"
