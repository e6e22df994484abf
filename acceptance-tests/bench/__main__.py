# SPDX-License-Identifier: MPL-2.0
"""`python -m bench`: measures the release build, and fails when bytes or calls are over their limits."""

import argparse
import datetime
import os
import sys
from pathlib import Path

from harness import clis

from . import changes, databases, refreshes, start
from .start import Provider
from .table import Table

RELEASE = Path(__file__).resolve().parents[2] / "target/release/terraform-provider-drop"
HEAD = """\
---
page_title: "Benchmarks"
subcategory: ""
description: "What the provider weighs, how fast it starts, and what it asks of a cloud."
---

# Benchmarks

Measured in one run on {date}, on a machine with {machine}, against the lab. Megabytes are millions of bytes. Times are
those of that machine on that day. The run fails when bytes or calls are over their limit, and never because of a time.

This page is generated: `{command}` in `acceptance-tests`.
"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--binary", type=Path, default=RELEASE, metavar="PATH", help="default: the release build")
    parser.add_argument(
        "--beside", type=_provider, action="extend", nargs="+", default=[], metavar="PATH",
        help="binaries of other providers, of protocol 5 or 6, shown in the table of size and start; NAME=PATH names one; "
        "cloudflare is shown making the same edge, too",
    )  # fmt: skip
    parser.add_argument("--start", action="store_true", help="size and start alone, without the lab and the CLIs")
    parser.add_argument("--changes", action="store_true", help="creates, updates and destroys alone")
    parser.add_argument("--write", type=Path, metavar="FILE", help="writes the tables as Markdown too")
    arguments = parser.parse_args()
    if not arguments.binary.is_file():
        parser.error(f"{arguments.binary} is not there: run `make release`, or give --binary")
    ours = Provider("drop", arguments.binary.resolve(), ours=True)
    os.environ["DROP_BIN"] = str(ours.binary)

    head = HEAD.format(date=datetime.date.today(), machine=_machine(), command=_command(arguments))
    tables = [] if arguments.changes else [_shown(start.measure([ours, *arguments.beside]))]
    for part in () if arguments.start or arguments.changes else (databases, refreshes):
        tables += map(_shown, part.measure(clis()[0]))
    if not arguments.start:
        tables += map(_shown, changes.measure(clis()[0], arguments.beside))
    if arguments.write:
        arguments.write.parent.mkdir(parents=True, exist_ok=True)
        arguments.write.write_text("\n".join([head, *(f"{table}\n" for table in tables)]))
    failures = [failure for table in tables for failure in table.failures]
    for failure in failures:
        print(f"over its limit: {failure}", file=sys.stderr)
    return 1 if failures else 0


def _provider(text: str) -> Provider:
    name, _, path = text.rpartition("=")
    binary = Path(path)
    if not binary.is_file():
        raise argparse.ArgumentTypeError(f"{text!r} is no file, nor NAME=PATH of one")
    return Provider(name or binary.name.removeprefix("terraform-provider-").partition("_v")[0], binary.resolve())


def _shown(table: Table) -> Table:
    print(f"{table}\n", flush=True)
    return table


def _machine() -> str:
    lines = Path("/proc/meminfo").read_text().splitlines()
    kibibytes = next(int(line.split()[1]) for line in lines if line.startswith("MemTotal:"))
    return f"{os.cpu_count()} cores, {kibibytes / 2**20:.0f} GiB"


def _command(arguments: argparse.Namespace) -> str:
    """As it was given, without where things are on this machine."""
    words = ["python -m bench", *(f"--beside {provider.name}=PATH" for provider in arguments.beside)]
    words += ["--start"] if arguments.start else []
    words += ["--changes"] if arguments.changes else []
    return " ".join([*words, *(["--write FILE"] if arguments.write else [])])


if __name__ == "__main__":
    sys.exit(main())
