# SPDX-License-Identifier: MPL-2.0
"""`python -m old_tests`: fails if an old test runs nowhere; `--write` writes table.md."""

import argparse
import sys

from .map import BEFORE, FOLDER, MOVED, before, moved, places, problems

TABLE = FOLDER / "table.md"
HEAD = """\
# Where the old tests run now

Written by `make old-tests`. The tests that `make acceptance` ran at commit 49b042f, the number of their cases there, whatever
the CLI and the protocol, and the test functions that hold these cases now. `=`: the same function, where it was.

| then | cases | now |
|---|--:|---|
"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m old_tests", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write table.md, instead of comparing it")
    arguments = parser.parse_args()
    old, moves = before(BEFORE.read_text()), moved(MOVED.read_text())
    found = problems(old, moves)
    lines = []
    for test, now in places(old, moves).items():
        cells = ["=" if place == test else f"`{place}`" for place in now]
        lines.append(f"| `{test}` | {old[test]} | {', '.join(cells)} |\n")
    text = HEAD + "".join(lines)
    if arguments.write:
        TABLE.write_text(text)
    elif not TABLE.is_file() or TABLE.read_text() != text:
        found.append(f"{TABLE.name} is out of date: run `make old-tests` and commit it")
    print("".join(f"old_tests: {problem}\n" for problem in found), end="", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
