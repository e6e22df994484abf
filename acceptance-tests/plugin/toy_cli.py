# SPDX-License-Identifier: MPL-2.0
"""The real CLIs, and a folder in which they use the toy provider."""

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Self

import toy


class NoCli(Exception):
    """Nothing to test with."""


@dataclass(frozen=True)
class Cli:
    name: str
    path: Path
    version: str

    @classmethod
    def at(cls, path: Path) -> Self:
        # Neither CLI is to read the configuration of whoever runs the tests.
        env = os.environ | {"TF_CLI_CONFIG_FILE": os.devnull, "CHECKPOINT_DISABLE": "1"}
        said = subprocess.run([path, "version"], capture_output=True, text=True, check=True, timeout=120, env=env)
        first = next(line for line in said.stdout.splitlines() if " v" in line)
        name, version = first.split(" v", 1)
        return cls(name.lower(), path, version.strip())

    def __str__(self) -> str:
        return f"{self.name} {self.version} ({self.path})"


@cache
def clis() -> tuple[Cli, ...]:
    """`terraform` on the PATH, and `tofu` and a newer `terraform` of the repository's own (or $TOFU, or on the PATH)."""
    tools = toy.ROOT / ".tools"
    found = (
        _first(shutil.which("terraform")),
        _first(os.environ.get("TOFU"), tools / "tofu", shutil.which("tofu")),
        _first(tools / "terraform"),
    )
    every = tuple(dict.fromkeys(Cli.at(path) for path in found if path))
    if not every:
        raise NoCli("neither terraform on the PATH nor tofu (TOFU, .tools/tofu, PATH); `make tofu` builds the latter")
    return every


def _first(*candidates: str | Path | None) -> Path | None:
    return next((Path(path) for path in candidates if path and os.access(path, os.X_OK)), None)


@dataclass
class Workspace:
    """A configuration, its state, and the directory that is the cloud of the toy (or holds the file of the other)."""

    cli: Cli
    protocol: int
    folder: Path
    provider: str = "toy"
    # The path of a socket must be short, and what pytest offers is long.
    sockets: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="s", dir="/tmp")))

    def __post_init__(self) -> None:
        (self.folder / "bin").mkdir(parents=True)
        self.cloud.mkdir()
        (self.folder / f"bin/terraform-provider-{self.provider}").symlink_to(toy.binary(self.provider))
        overrides = f'dev_overrides {{\n    "{self.address}" = "{self.folder / "bin"}"\n  }}'
        self.config.write_text(f"provider_installation {{\n  {overrides}\n  direct {{}}\n}}\n")

    @property
    def address(self) -> str:
        return f"example.com/tf-plugin/{self.provider}"

    @property
    def state(self) -> Path:
        return self.folder / "terraform.tfstate"

    @property
    def cloud(self) -> Path:
        return self.folder / "cloud"

    @property
    def config(self) -> Path:
        return self.folder / "cli.rc"

    @property
    def things(self) -> list[str]:
        return sorted(path.name for path in self.cloud.iterdir() if not path.name.startswith("."))

    @property
    def log(self) -> list[str]:
        """What the toy says that it did."""
        return toy.log(self.cloud)

    @property
    def left_behind(self) -> list[Path]:
        """Sockets of processes that did not clean up, or still run."""
        return list(self.sockets.glob("plugin*"))

    def write(self, body: str) -> None:
        required = f'required_providers {{\n    {self.provider} = {{\n      source = "{self.address}"\n    }}\n  }}'
        place = {"toy": f'directory = "{self.cloud}"', "kv": f'file = "{self.cloud / "entries"}"'}[self.provider]
        provider = f'provider "{self.provider}" {{\n  {place}\n}}'
        (self.folder / "main.tf").write_text(f"terraform {{\n  {required}\n}}\n\n{provider}\n\n{body}\n")

    def query(self, lists: str) -> None:
        """What `query` asks for."""
        (self.folder / "all.tfquery.hcl").write_text(lists)

    def environment(self, **more: str) -> dict[str, str]:
        env = {name: value for name, value in os.environ.items() if not name.startswith(("TF_", "TOY_PROTOCOL", "KV_PROTOCOL"))}
        ours = {
            "TF_CLI_CONFIG_FILE": str(self.config),
            "CHECKPOINT_DISABLE": "1",
            "TMPDIR": str(self.sockets),
            f"{self.provider.upper()}_PROTOCOL": str(self.protocol),
        }
        return env | ours | more

    def run(self, *arguments: str, code: int = 0, **environment: str) -> str:
        """Runs a command, which must end with `code`, and gives all that it said."""
        ran = subprocess.run(
            [self.cli.path, *arguments, "-no-color"],
            cwd=self.folder,
            env=self.environment(**environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
        )
        assert ran.returncode == code, f"{self.cli} {' '.join(arguments)}: {ran.returncode}\n{ran.stdout}"
        return ran.stdout

    def apply(self, code: int = 0, **environment: str) -> str:
        return self.run("apply", "-auto-approve", code=code, **environment)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        pipe = subprocess.PIPE
        command = [self.cli.path, *arguments, "-no-color"]
        env = self.environment()
        return subprocess.Popen(command, cwd=self.folder, env=env, stdout=pipe, stderr=subprocess.STDOUT, text=True)

    def has_nothing_to_do(self) -> None:
        self.run("plan", "-detailed-exitcode", code=0)
