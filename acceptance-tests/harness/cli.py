# SPDX-License-Identifier: MPL-2.0
"""Which CLIs there are, and where the provider's binary is."""

import atexit
import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
TOOLS = REPOSITORY / ".tools"

# From which release on a CLI knows a thing. None of OpenTofu knows queries and actions.
SCHEMAS = {"terraform": (1, 0), "tofu": (1, 0)}
IDENTITIES = {"terraform": (1, 12), "tofu": (1, 12)}
MOCKS = {"terraform": (1, 7), "tofu": (1, 8)}
QUERIES = ACTIONS = {"terraform": (1, 14)}


class NoCli(RuntimeError):
    """Nothing to drive the provider with."""


@dataclass(frozen=True)
class Cli:
    """A `terraform` or a `tofu`."""

    name: str
    path: Path
    version: str

    @property
    def release(self) -> tuple[int, int]:
        major, minor = self.version.split(".")[:2]
        return int(major), int(minor)

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


@cache
def clis() -> tuple[Cli, ...]:
    """What everything is tested with: `terraform` ($TERRAFORM, on PATH, or the repository's own), and `tofu` ($TOFU, the
    repository's own, or on PATH)."""
    terraform = _found("terraform", os.environ.get("TERRAFORM"), shutil.which("terraform"), TOOLS / "terraform")
    tofu = _found("tofu", os.environ.get("TOFU"), TOOLS / "tofu", shutil.which("tofu"))
    if not terraform and not tofu:
        raise NoCli(
            "no CLI to test with: put `terraform` on PATH (or set TERRAFORM to it), or build `tofu` with `make tofu` "
            "(or set TOFU to it)"
        )
    return (*terraform, *tofu)


def knowing(since: dict[str, tuple[int, int]]) -> tuple[Cli, ...]:
    """Every CLI that knows a thing that not all know: the repository's own Terraform may, where another is too old."""
    own = [cli for cli in _found("terraform", TOOLS / "terraform") if cli not in clis()]
    return tuple(cli for cli in (*clis(), *own) if cli.name in since and cli.release >= since[cli.name])


def _found(name: str, *candidates: str | Path | None) -> tuple[Cli, ...]:
    path = next((Path(c).resolve() for c in candidates if c and Path(c).is_file()), None)
    return (Cli(name, path, _version(path)),) if path else ()


def _version(path: Path) -> str:
    environment = os.environ | {"CHECKPOINT_DISABLE": "1", "TF_CLI_CONFIG_FILE": os.devnull}
    told = subprocess.run([path, "version", "-json"], capture_output=True, check=True, env=environment, text=True)
    return json.loads(told.stdout)["terraform_version"]


def binary() -> Path:
    """The provider: $DROP_BIN, or the debug build."""
    path = Path(os.environ.get("DROP_BIN") or REPOSITORY / "target" / "debug" / "terraform-provider-drop")
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not there: run `cargo build`, or set DROP_BIN to the provider's binary")
    return path.resolve()


@cache
def installation() -> Path:
    """A directory that holds a copy of the binary alone: a rebuild does not change a run that has begun."""
    directory = Path(tempfile.mkdtemp(prefix="drop-provider-"))
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    shutil.copy2(binary(), directory / "terraform-provider-drop")
    return directory


def overrides(directory: Path, installed: dict[str, Path] | None = None) -> Path:
    """A CLI's settings, in `directory`, by which it takes these providers, by address, and asks no registry for them.

    Without any it is the provider under test.
    """
    settings = directory / "cli.tfrc"
    taken = {"getdrop/drop": installation()} if installed is None else installed
    lines = "".join(f'    "{address}" = "{place}"\n' for address, place in taken.items())
    settings.write_text(f"provider_installation {{\n  dev_overrides {{\n{lines}  }}\n  direct {{}}\n}}\n")
    return settings
