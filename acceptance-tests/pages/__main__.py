# SPDX-License-Identifier: MPL-2.0
"""`python -m pages`: what `tfplugindocs validate` finds in the pages."""

import sys

from harness import clis

from . import TOOL, offer, validate, version


def main() -> int:
    if not TOOL:
        print(version(), file=sys.stderr)
        return 1
    told = validate(offer(clis()[0]), TOOL)
    print("\n".join(line for line in (told.stdout + told.stderr).splitlines() if "[DEBUG]" not in line))
    return told.returncode


if __name__ == "__main__":
    sys.exit(main())
