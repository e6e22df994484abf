# SPDX-License-Identifier: MPL-2.0
"""`python -m release.snapshot`: a release for the platform of this machine, signed with a key made for it, kept here."""

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from harness.cli import REPOSITORY

from .artefacts import DIST, PROJECT, PUBLIC_KEY

CONFIGURATION = REPOSITORY / ".goreleaser.yml"
WHOSE = "a snapshot of terraform-provider-drop"


def main() -> int:
    package = provider()
    tag = f"v{package['version']}"
    with key() as (home, fingerprint), tempfile.TemporaryDirectory() as directory:
        settings = Path(directory) / "goreleaser.yml"
        settings.write_text(yaml.safe_dump(here(yaml.safe_load(CONFIGURATION.read_text()))))
        environment = os.environ | {
            "GNUPGHOME": str(home), "GPG_FINGERPRINT": fingerprint, "GORELEASER_CURRENT_TAG": tag,
            "GORELEASER_PREVIOUS_TAG": tag,
            # It asks git for a remote, which a fresh clone of a directory may lack.
            "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "remote.origin.url",
            "GIT_CONFIG_VALUE_0": package["repository"],
        }  # fmt: skip
        command = ["goreleaser", "release", "--snapshot", "--clean", "--timeout=2h", f"--config={settings}"]
        print(f"$ {' '.join(command)}   # {tag}", flush=True)
        ended = subprocess.run(command, cwd=REPOSITORY, env=environment, check=False).returncode
        if ended == 0:
            public = _gpg(home, "--export", fingerprint)
            (DIST / PUBLIC_KEY).write_bytes(public)
    return ended


def here(configuration: dict[str, Any]) -> dict[str, Any]:
    """As it is, for this machine's platform alone: GoReleaser has a flag for that in `build`, and none in `release`."""
    arch = {"arm64": "aarch64", "amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    system = platform.system().lower()
    for build in configuration["builds"]:
        build["targets"] = [target for target in build["targets"] if target.split("-")[::2][:2] == [arch, system]]
        if not build["targets"]:
            raise SystemExit(f"no release is made for {system} on {arch}")
    return configuration


def provider() -> dict[str, Any]:
    """The package, as Cargo.toml has it."""
    told = subprocess.run(
        ["cargo", "metadata", "--locked", "--no-deps", "--format-version=1"],
        cwd=REPOSITORY, capture_output=True, check=True,
    ).stdout  # fmt: skip
    return next(package for package in json.loads(told)["packages"] if package["name"] == PROJECT)


@contextmanager
def key() -> Iterator[tuple[Path, str]]:
    """A signing key that lives as long as the block."""
    # Short: the agent's socket lies in it, and a socket's path may not be long.
    home = Path(tempfile.mkdtemp(prefix="gpg-", dir="/tmp"))
    try:
        _gpg(home, "--passphrase", "", "--quick-generate-key", WHOSE, "rsa3072", "sign", "1d")
        listed = _gpg(home, "--with-colons", "--list-secret-keys").decode().splitlines()
        yield home, next(line.split(":")[9] for line in listed if line.startswith("fpr:"))
    finally:
        subprocess.run(["gpgconf", "--kill", "all"], env=os.environ | {"GNUPGHOME": str(home)}, check=False)
        shutil.rmtree(home, ignore_errors=True)


def _gpg(home: Path, *arguments: str) -> bytes:
    command = ["gpg", "--batch", "--quiet", "--homedir", str(home), *arguments]
    return subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout


if __name__ == "__main__":
    sys.exit(main())
