# SPDX-License-Identifier: MPL-2.0
"""What somebody does who has a mirror and a configuration: init, lock, apply; and that the lock file guards them."""

import hashlib
import re
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from harness import Cli, Lab
from harness.cli import REPOSITORY
from harness.outcome import Outcome
from harness.process import Running

from .artefacts import PROJECT, Artefacts, Unfit
from .mirror import SOURCE, address

QUICKSTART = REPOSITORY / "examples" / "quickstart" / "main.tf"
LOCK = ".terraform.lock.hcl"


@dataclass(frozen=True)
class User:
    """A directory with the quickstart in it, and a CLI that knows a mirror."""

    cli: Cli
    lab: Lab
    directory: Path
    settings: Path

    @classmethod
    def fresh(cls, cli: Cli, lab: Lab, directory: Path, settings: Path, lock: Path | None = None) -> "User":
        """Somebody who has installed nothing yet, with the lock file of another if one is given."""
        directory.mkdir()
        shutil.copy(QUICKSTART, directory)
        if lock:
            shutil.copy(lock, directory)
        return cls(cli, lab, directory, settings)

    @property
    def lock(self) -> Path:
        return self.directory / LOCK

    def run(self, *arguments: str) -> Outcome:
        print(f"$ {self.cli.name} {' '.join(arguments)}", flush=True)
        environment = self.lab.environment() | {
            "CHECKPOINT_DISABLE": "1", "TF_CLI_CONFIG_FILE": str(self.settings), "TF_IN_AUTOMATION": "1",
            "TF_INPUT": "0",
        }  # fmt: skip
        with Running([str(self.cli.path), *arguments], self.directory, environment) as running:
            return running.wait()


def install(user: User, artefacts: Artefacts) -> None:
    """`init` takes this version from the mirror, and notes its hash."""
    user.run("init", "-no-color").must()
    executable = f"{PROJECT}_v{artefacts.version}"
    versions = user.directory / ".terraform" / "providers" / address(user.cli)
    installed = [*versions.glob(f"*/*/{PROJECT}*")]
    if [path.name for path in installed] != [executable]:
        raise Unfit(f"{user.cli} installed {installed or 'nothing'}, not {executable}")
    platform = installed[0].parent.name
    with zipfile.ZipFile(artefacts.archives[platform]) as archive:
        if hashlib.sha256(archive.read(executable)).digest() != hashlib.sha256(installed[0].read_bytes()).digest():
            raise Unfit(f"{installed[0]} is not what the archive holds")
    print(f"  installed: {SOURCE} {artefacts.version}, {platform}, the file that the archive holds")
    print("  locked: " + ", ".join(_hashes(user.lock)))


def lock(user: User, artefacts: Artefacts) -> None:
    """The hashes of every platform there is an archive for: what a team commits that works on more than one."""
    platforms = [f"-platform={platform}" for platform in artefacts.archives]
    user.run("providers", "lock", "-no-color", f"-fs-mirror={user.settings.parent / 'mirror'}", *platforms).must()
    print(f"  locked: {len(_hashes(user.lock))} hashes for {len(platforms)} platforms")


def install_again(other: User) -> None:
    """A colleague, or CI: the lock file is there, and may not change."""
    before = other.lock.read_bytes()
    other.run("init", "-no-color", "-lockfile=readonly").must()
    if other.lock.read_bytes() != before:
        raise Unfit("the lock file was changed")
    print("  the lock file held, unchanged")


def refuse_another(user: User, artefacts: Artefacts) -> None:
    """The archive in the mirror is another one than was locked."""
    folder = user.settings.parent / "mirror" / address(user.cli)
    with _swapped([folder / archive.name for archive in artefacts.archives.values()]):
        user.run("init", "-no-color", "-lockfile=readonly").must_fail("checksums")
    print("  refused: an archive that is not the one that was locked")


def quickstart(user: User) -> None:
    """From nothing to nothing, by the provider as it was installed."""
    user.lab.reset()
    user.run("apply", "-json", "-auto-approve").must()
    made = sum(user.lab.kinds().values())
    again = user.run("plan", "-json", "-detailed-exitcode")
    if again.code:
        raise Unfit(f"the second plan is not empty: {again}")
    print(f"  {made} objects in the lab; the second plan is empty")
    user.run("apply", "-json", "-auto-approve", "-var", "protected=false").must()
    user.run("destroy", "-json", "-auto-approve", "-var", "protected=false").must()
    left = {thing.kind for thing in user.lab.objects()}
    if left != {"db_snapshot"}:
        raise Unfit(f"left after the destroy: {', '.join(sorted(left))}")
    print("  destroyed; what is left is the final snapshot")


def _hashes(lock: Path) -> list[str]:
    found = re.findall(r'"((?:h1|zh):[^"]+)"', lock.read_text())
    if not found:
        raise Unfit(f"no hash in {lock.name}")
    return found


@contextmanager
def _swapped(archives: list[Path]) -> Iterator[None]:
    """Archives with one more file in them."""
    whole = {archive: archive.read_bytes() for archive in archives}
    try:
        for archive in archives:
            with zipfile.ZipFile(archive, "a") as changed:
                changed.writestr("ADDED", "x")
        yield
    finally:
        for archive, contents in whole.items():
            archive.write_bytes(contents)
