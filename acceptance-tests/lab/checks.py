# SPDX-License-Identifier: MPL-2.0
"""Holds a decoded request against its model: required, enum, length, range, pattern."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

from .errors import Refusal
from .models import protocol_of
from .wire import Decoded, Problem

# Shapes whose own constraints contradict each other or the service's documentation.
# (service, shape) -> why the constraint is not applied.
CONTRADICTIONS: dict[tuple[str, str], str] = {}

# What a JSON service calls a request that its model does not allow, where that is not ValidationException.
INVALID = {"ecs": "InvalidParameterException"}


def check(service: str, shape: StructureShape | None, decoded: Decoded) -> None:
    """Raises the first thing the model does not allow, naming the member."""
    problems = decoded.problems or list(_problems(service, shape, decoded.params, ""))
    if problems:
        raise _refusal(service, problems[0])


def _problems(service: str, shape: Shape | None, value: Any, path: str) -> Iterator[Problem]:
    if shape is None or value is None or (service, shape.name) in CONTRADICTIONS:
        return
    match shape:
        case StructureShape():
            for name in shape.required_members:
                if value.get(name) is None:
                    yield Problem("missing", _join(path, name), "is required")
            for name, below in value.items():
                yield from _problems(service, shape.members[name], below, _join(path, name))
        case ListShape():
            yield from _length(shape, len(value), path, "items")
            for i, below in enumerate(value):
                yield from _problems(service, shape.member, below, f"{path}.{i + 1}")
        case MapShape():
            yield from _length(shape, len(value), path, "entries")
            for key, below in value.items():
                yield from _problems(service, shape.key, key, f"{path} key")
                yield from _problems(service, shape.value, below, _join(path, key))
        case StringShape():
            yield from _string(shape, value, path)
        case _ if shape.type_name in ("integer", "long", "float", "double"):
            low, high = shape.metadata.get("min"), shape.metadata.get("max")
            if (low is not None and value < low) or (high is not None and value > high):
                yield Problem("invalid", path, f"{value} is not between {low} and {high}")


def _string(shape: StringShape, value: str, path: str) -> Iterator[Problem]:
    if shape.enum and value not in shape.enum:
        shown = ", ".join(shape.enum[:12]) + (", …" if len(shape.enum) > 12 else "")
        yield Problem("invalid", path, f"{value!r} is not one of {shown}")
    yield from _length(shape, len(value), path, "characters")
    pattern = shape.metadata.get("pattern")
    if pattern and (compiled := _compile(pattern)) and not compiled.search(value):
        yield Problem("invalid", path, f"{value!r} does not match {pattern}")


def _length(shape: Shape, length: int, path: str, unit: str) -> Iterator[Problem]:
    low, high = shape.metadata.get("min", 0), shape.metadata.get("max")
    if length < low or (high is not None and length > high):
        yield Problem("invalid", path, f"has {length} {unit}; the model allows {low} to {high or 'any number'}")


@lru_cache
def _compile(pattern: str) -> re.Pattern[str] | None:
    """A model's pattern as Python's; None where it uses what only Java knows."""
    for java, python in ((r"\p{L}", r"\w"), (r"\p{Z}", r"\s"), (r"\p{N}", r"\d")):
        pattern = pattern.replace(java, python)
    try:
        return re.compile(rf"\A(?:{pattern})\Z")
    except re.error:
        return None


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _refusal(service: str, problem: Problem) -> Refusal:
    text = f"{problem.path}: {problem.text}" if problem.path else problem.text
    if protocol_of(service) in ("json", "rest-json"):
        invalid = INVALID.get(service, "ValidationException")
        return Refusal("SerializationException" if problem.kind == "malformed" else invalid, text)
    code = {"missing": "MissingParameter", "unknown": "UnknownParameter", "malformed": "MalformedInput"}
    return Refusal(code.get(problem.kind, "InvalidParameterValue"), f"The request is not valid: {text}")
