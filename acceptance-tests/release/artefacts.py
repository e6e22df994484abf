# SPDX-License-Identifier: MPL-2.0
"""What a release consists of, held to what the registries ask of it."""

import hashlib
import json
import re
import shutil
import subprocess
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from harness.cli import REPOSITORY

PROJECT = "terraform-provider-drop"
DIST = REPOSITORY / "target" / "dist"
PUBLIC_KEY = "snapshot-key.gpg"
NOTICES = "THIRD-PARTY-NOTICES.md"
ARCHIVE = re.compile(rf"{PROJECT}_(?P<version>\d+\.\d+\.\d+)_(?P<os>[a-z]+)_(?P<arch>[a-z0-9]+)\.zip")


class Unfit(Exception):
    """A registry, or a CLI, would not take it."""


@dataclass(frozen=True)
class Artefacts:
    """A directory that a release was put into, and its version."""

    directory: Path
    version: str
    archives: dict[str, Path]

    @classmethod
    def found(cls, directory: Path) -> Self:
        """Every archive in `directory`, by platform."""
        named = [(path, ARCHIVE.fullmatch(path.name)) for path in sorted(directory.glob("*.zip"))]
        if not named:
            raise Unfit(f"{directory} holds no archive: run `make snapshot`, or say where a release is")
        if strange := [path.name for path, name in named if not name]:
            raise Unfit(f"not named {PROJECT}_<version>_<os>_<arch>.zip: {', '.join(strange)}")
        versions = {name["version"] for _, name in named if name}
        if len(versions) > 1:
            raise Unfit(f"more than one version in {directory}: {', '.join(sorted(versions))}")
        return cls(directory, versions.pop(), {f"{name['os']}_{name['arch']}": path for path, name in named if name})

    def named(self, rest: str) -> Path:
        return self.directory / f"{PROJECT}_{self.version}_{rest}"

    def check(self) -> list[str]:
        """What was found to be as it must, a line each."""
        return [*(self._archive(path) for path in self.archives.values()), *self._sums(), self._signature(),
                self._manifest(), self._materials()]  # fmt: skip

    def _archive(self, path: Path) -> str:
        """The CLIs start the first file whose name begins so; the registries want the version in it."""
        executable = f"{PROJECT}_v{self.version}{'.exe' if '_windows_' in path.name else ''}"
        with zipfile.ZipFile(path) as archive:
            held = {entry.filename: entry for entry in archive.infolist()}
            if executable not in held:
                raise Unfit(f"{path.name} holds {', '.join(held)}, not {executable}")
            if not held[executable].external_attr >> 16 & 0o111:
                raise Unfit(f"{executable} in {path.name} is not executable")
            if "_linux_" in path.name and b"/ld-linux" in archive.read(executable):
                raise Unfit(f"{executable} in {path.name} asks for glibc, which Alpine lacks")
            _notices(path.name, archive)
        size = held[executable].file_size / 1e6
        return f"{path.name}: {path.stat().st_size / 1e6:.1f} MB, of it {executable} {size:.1f} MB unpacked"

    def _sums(self) -> list[str]:
        """Archives and manifest must be among them; the manifest keeps its place in the repository."""
        sums = dict(reversed(line.split("  ")) for line in self.named("SHA256SUMS").read_text().splitlines())
        files = {name: self.directory / name for name in sums}
        files[self.named("manifest.json").name] = REPOSITORY / "terraform-registry-manifest.json"
        wanted = {path.name for path in self.archives.values()} | {self.named("manifest.json").name}
        if missing := wanted - sums.keys():
            raise Unfit(f"SHA256SUMS lacks {', '.join(sorted(missing))}")
        for name, expected in sums.items():
            if hashlib.sha256(files[name].read_bytes()).hexdigest() != expected:
                raise Unfit(f"SHA256SUMS is not right about {name}")
        return [f"SHA256SUMS is right about {name}" for name in sums]

    def _signature(self) -> str:
        """Checked with the key beside it, which a snapshot leaves there."""
        sums, key = self.named("SHA256SUMS"), self.directory / PUBLIC_KEY
        signature = sums.with_name(f"{sums.name}.sig")
        if signature.read_bytes().startswith(b"-----BEGIN"):
            raise Unfit(f"{signature.name} is armoured; the registries take a binary one")
        # In a home of its own, which gpg wants to write to.
        home = tempfile.mkdtemp(prefix="gpg-", dir="/tmp")
        try:
            command = ["gpgv", "--homedir", home, "--keyring", str(key), str(signature), str(sums)]
            told = subprocess.run(command, capture_output=True, text=True, check=False)
        finally:
            shutil.rmtree(home)
        if told.returncode:
            raise Unfit(f"{signature.name}: {told.stderr.strip()}")
        return f"{signature.name}: {told.stderr.strip().splitlines()[-1].removeprefix('gpgv: ')}"

    def _manifest(self) -> str:
        manifest = json.loads((REPOSITORY / "terraform-registry-manifest.json").read_text())
        if manifest != {"version": 1, "metadata": {"protocol_versions": ["5.0", "6.0"]}}:
            raise Unfit(f"the registry manifest says {manifest}")
        return f"the manifest says protocols {', '.join(manifest['metadata']['protocol_versions'])}"

    def _materials(self) -> str:
        """The provider and what it is made of."""
        materials = self.named("sbom.spdx.json")
        packages = {package["name"] for package in json.loads(materials.read_text())["packages"]}
        if absent := {PROJECT, "tf-plugin", "tokio", "rustls"} - packages:
            raise Unfit(f"{materials.name} does not name {', '.join(sorted(absent))}")
        return f"{materials.name} names {len(packages)} packages"


def _notices(name: str, archive: zipfile.ZipFile) -> None:
    """Licences of our own and of others go along with the binary."""
    if missing := {"LICENSE", NOTICES} - set(archive.namelist()):
        raise Unfit(f"{name} lacks {', '.join(sorted(missing))}")
    notices = archive.read(NOTICES).decode()
    if absent := [crate for crate in ("tokio", "rustls", "ring", "aws-sdk-rds") if f"\n- {crate} " not in notices]:
        raise Unfit(f"{NOTICES} in {name} does not name {', '.join(absent)}")
    if "Permission is hereby granted" not in notices:
        raise Unfit(f"{NOTICES} in {name} holds no text of a licence")
