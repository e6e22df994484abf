# SPDX-License-Identifier: MPL-2.0
"""`terraform-provider-drop doctor`, run by hand, and somebody who does as it says."""

import re
import shlex
import time
from typing import Any

import jmespath
from botocore import xform_name
from botocore.exceptions import ClientError, ParamValidationError, WaiterError

from .cli import installation
from .lab import REGION, Lab
from .process import PATIENCE
from .shell import run, shell

LOOP = re.compile(r"for each in (?P<words>\$\(.+?\)); do (?P<commands>.+); done")
INNER = re.compile(r"\$\((aws [^)]*)\)")
# Of what does not exist.
MISSING = ("NotFound", "NoSuchEntity", "NotActive")
IN_USE = ("DependencyViolation", "ResourceInUse", "ResourceInUseException", "DeleteConflict")


def doctor(lab: Lab) -> str:
    """What it lists."""
    return run([str(installation() / "terraform-provider-drop"), "doctor"], lab.environment())


def follow(lab: Lab, listed: str) -> None:
    """Does what the listed commands would do; what does not exist is skipped with an error, as it says."""
    exports: list[str] = []
    for line in map(str.strip, listed.splitlines()):
        if line.startswith("export "):
            exports.append(line)
        elif line.startswith("curl "):
            shell("\n".join([*exports, line]), lab.environment())
        elif loop := LOOP.fullmatch(line):
            for word in _try(lab, loop["words"][2:-1]).split():
                for command in loop["commands"].split("; "):
                    _try(lab, command.replace("$each", word))
        elif line.startswith("aws "):
            _try(lab, line)


def _try(lab: Lab, line: str, patience: float = PATIENCE) -> str:
    give_up = time.monotonic() + patience
    while True:
        try:
            return _run(lab, line)
        except (ParamValidationError, WaiterError):
            return ""  # what a search did not find has no id, and is never as it is waited for
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if any(word in code for word in MISSING):
                return ""
            # Network interfaces outlive what they were of: a person waits a moment and does it again.
            if code not in IN_USE or time.monotonic() > give_up:
                raise
            time.sleep(0.2)


def _run(lab: Lab, line: str) -> str:
    line = INNER.sub(lambda inner: _run(lab, inner[1]), line)
    _, service, operation, *words = shlex.split(line)
    waiter = words.pop(0) if operation == "wait" else None
    options = _options(words)
    client = lab.client(service, options.pop("region", [REGION])[0])
    query = options.pop("query", None)
    options.pop("output", None)
    if waiter:
        waiting = client.get_waiter(waiter.replace("-", "_"))
        waiting.wait(**_members(client, waiting.config.operation, options), WaiterConfig={"Delay": 1})
        return ""
    name = client.meta.method_to_api_mapping[operation.replace("-", "_")]
    answer = getattr(client, operation.replace("-", "_"))(**_members(client, name, options))
    return "\t".join(jmespath.search(query[0], answer)) if query else ""


def _options(words: list[str]) -> dict[str, list[str]]:
    """The words behind each option."""
    found: dict[str, list[str]] = {}
    for word in words:
        if word.startswith("--"):
            found[word.removeprefix("--")] = []
        else:
            found[list(found)[-1]].append(word)
    return found


def _members(client: Any, operation: str, options: dict[str, list[str]]) -> dict[str, Any]:
    shapes = client.meta.service_model.operation_model(operation).input_shape.members
    names = {xform_name(member, "-"): member for member in shapes}
    found = {}
    for option, words in options.items():
        member = names[option.removeprefix("no-") if option not in names else option]
        found[member] = _value(shapes[member], words, yes=option in names)
    return found


def _value(shape: Any, words: list[str], yes: bool) -> Any:
    """`--name value`, `--name value value`, `--name Key=…,Values=…`, `--name` and `--no-name`."""
    match shape.type_name:
        case "boolean":
            return yes
        case "list" if shape.member.type_name == "structure":
            return [_structure(shape.member, word) for word in words]
        case "list":
            return words
    if len(words) > 1:
        raise ValueError(f"one value is taken, not {words}")
    return words[0] if words else None


def _structure(shape: Any, word: str) -> dict[str, Any]:
    """The short form."""
    pairs = [pair.split("=", 1) for pair in word.split(",")]
    return {name: [value] if shape.members[name].type_name == "list" else value for name, value in pairs}
