# SPDX-License-Identifier: MPL-2.0
"""`python -m release`: holds a release to what registries ask, installs it from a mirror with every CLI, uses it."""

import argparse
import sys
import tempfile
from pathlib import Path

from harness import Cli, Lab, clis

from .artefacts import DIST, Artefacts, Unfit
from .installation import User, install, install_again, lock, quickstart, refuse_another
from .mirror import mirror


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m release", description=__doc__)
    parser.add_argument("directory", nargs="?", type=Path, default=DIST, help="default: what `make snapshot` made")
    try:
        artefacts = Artefacts.found(parser.parse_args().directory.resolve())
        print(f"== version {artefacts.version} for {', '.join(artefacts.archives)}")
        print("\n".join(f"  {line}" for line in artefacts.check()), flush=True)
        with Lab() as lab, tempfile.TemporaryDirectory(prefix="drop-mirror-") as directory:
            for cli in clis():
                _use(artefacts, cli, lab, Path(directory) / cli.name)
    except (Unfit, AssertionError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    print("\n== all of it held")
    return 0


def _use(artefacts: Artefacts, cli: Cli, lab: Lab, root: Path) -> None:
    print(f"\n== {cli}")
    root.mkdir()
    settings = mirror(artefacts, cli, root)
    user = User.fresh(cli, lab, root / "first", settings)
    install(user, artefacts)
    lock(user, artefacts)
    install_again(User.fresh(cli, lab, root / "second", settings, user.lock))
    refuse_another(User.fresh(cli, lab, root / "third", settings, user.lock), artefacts)
    quickstart(user)


if __name__ == "__main__":
    sys.exit(main())
