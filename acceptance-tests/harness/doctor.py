# SPDX-License-Identifier: MPL-2.0
"""`terraform-provider-drop doctor`, run by hand, and somebody who does as it says."""

import re
import shlex
import subprocess
from typing import Any

import jmespath
from botocore import xform_name
from botocore.exceptions import ClientError, ParamValidationError

from .cli import installation
from .lab import Lab


def doctor(lab: Lab) -> str:
    """What it lists."""
    command = [str(installation() / "terraform-provider-drop"), "doctor"]
    told = subprocess.run(command, capture_output=True, env=lab.environment(), text=True, timeout=60, check=False)
    assert told.returncode == 0, f"doctor -> {told.returncode}\n{told.stdout}\n{told.stderr}"
    return told.stdout


def follow(lab: Lab, listed: str) -> None:
    """Does what the listed `aws` commands would do; what does not exist is skipped with an error, as it says."""
    for line in listed.splitlines():
        if not line.strip().startswith("aws "):
            continue
        try:
            _run(lab, line.strip())
        except ParamValidationError:
            continue  # what a search did not find has no id
        except ClientError as error:
            if "NotFound" not in error.response["Error"]["Code"]:
                raise


def _run(lab: Lab, line: str) -> str:
    line = re.sub(r"\$\((aws [^)]*)\)", lambda inner: _run(lab, inner[1]), line)
    _, service, operation, *words = shlex.split(line)
    waiter = words.pop(0) if operation == "wait" else None
    options = _options(words)
    client = lab.client(service, options.pop("region"))
    query = options.pop("query", None)
    options.pop("output", None)
    if waiter:
        waiting = client.get_waiter(waiter.replace("-", "_"))
        waiting.wait(**_members(client, waiting.config.operation, options), WaiterConfig={"Delay": 1})
        return ""
    name = client.meta.method_to_api_mapping[operation.replace("-", "_")]
    answer = getattr(client, operation.replace("-", "_"))(**_members(client, name, options))
    return "\t".join(jmespath.search(query, answer)) if query else ""


def _options(words: list[str]) -> dict[str, Any]:
    """`--name value`, `--name` and `--no-name`."""
    found: dict[str, Any] = {}
    while words:
        name = words.pop(0).removeprefix("--")
        if words and not words[0].startswith("--"):
            found[name] = words.pop(0)
        else:
            found[name.removeprefix("no-")] = not name.startswith("no-")
    return found


def _members(client: Any, operation: str, options: dict[str, Any]) -> dict[str, Any]:
    shape = client.meta.service_model.operation_model(operation).input_shape
    names = {xform_name(member, "-"): member for member in shape.members}
    return {names[option]: _value(value) for option, value in options.items()}


def _value(value: Any) -> Any:
    """The short form of a filter, or the value itself."""
    short = re.fullmatch(r"Name=([^,]+),Values=(.+)", value) if isinstance(value, str) else None
    return [{"Name": short[1], "Values": short[2].split(",")}] if short else value
