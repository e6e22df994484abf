# SPDX-License-Identifier: MPL-2.0
"""The PostgreSQL parameters that people set, as RDS offers them.

RDS has some 400 a family; the lab knows these. A name it does not know is refused as RDS refuses a wrong one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

VARIABLES = ("AllocatedStorage", "DBInstanceClassMemory", "DBInstanceVCPU", "EndPointPort", "TrueIfReplica")


@dataclass(frozen=True)
class Parameter:
    name: str
    static: bool
    type: str
    allowed: str
    default: str | None
    modifiable: bool = True

    def accepts(self, value: str) -> bool:
        """RDS also takes formulas over the instance class: {DBInstanceClassMemory/32768}, LEAST(…), GREATEST(…).

        The names of variables are compared with case (user guide, "Specifying DB parameters").
        """
        if "{" in value and self.type != "list":
            return all(name in VARIABLES for name in re.findall(r"[A-Za-z]\w+(?!\w*\()", value))
        if not self.allowed:
            return True
        if self.type in ("integer", "float"):
            return any(_within(value, part, self.type) for part in self.allowed.split(","))
        choices = self.allowed.split(",")
        if self.type == "list":
            return all(part.strip() in choices for part in value.split(",") if part.strip())
        return value in choices


@lru_cache
def parameters(family: str) -> dict[str, Parameter]:
    """By name. transaction_timeout came with 17; idle_session_timeout with 14."""
    known = {p.name: p for p in _read(Path(__file__).with_suffix(".txt").read_text())}
    major = int(family.removeprefix("postgres"))
    if major < 17:
        del known["transaction_timeout"]
    if major < 14:
        del known["idle_session_timeout"], known["client_connection_check_interval"]
    if major < 15:
        known["rds.force_ssl"] = Parameter("rds.force_ssl", False, "boolean", "0,1", "0")
    return dict(sorted(known.items()))


def _read(table: str) -> Iterator[Parameter]:
    modifiable = True
    for line in table.splitlines():
        if line == "fixed:":
            modifiable = False
        if line.startswith("#") or "|" not in line:
            continue
        apply, kind, allowed, default, names = line.split("|")
        for entry in names.split():
            name, given, own = entry.partition("=")
            value = own if given else default
            yield Parameter(name, apply == "static", kind, allowed, value or None, modifiable)


def _within(value: str, span: str, kind: str) -> bool:
    if kind == "integer" and not re.fullmatch(r"-?[0-9]+", value):
        return False
    found = re.fullmatch(r"(-?[\d.]+(?:e[+-]?\d+)?)-(-?[\d.]+(?:e[+-]?\d+)?)", span.strip())
    try:
        number = int(value) if kind == "integer" else float(value)
    except ValueError:
        return False
    return bool(found) and float(found[1]) <= number <= float(found[2])
