# SPDX-License-Identifier: MPL-2.0
"""The crate's codec against those of the vendor, by the Go program in `../oracle`."""

import os
import re
import subprocess

import toy

# Where Go is missing, the head of the report says so. In CI it must not be.
if toy.GO or os.environ.get("CI"):

    def test_foreign_codecs_read_and_write_the_same_values() -> None:
        """A thousand pairs each way; `make oracle` has ten times as many, from a seed of its own."""
        assert toy.GO, "Go is not here"
        command = [toy.GO, "run", ".", "-codec", str(toy.binary("codec")), "-pairs", "1000", "-seed", "77"]
        oracle = toy.ROOT / "acceptance-tests/oracle"
        ran = subprocess.run(command, cwd=oracle, capture_output=True, text=True, timeout=600)
        assert ran.returncode == 0, ran.stdout[-5000:] + ran.stderr[-5000:]
        assert re.search(r"^1000 pairs each way, 0 differences", ran.stdout, re.MULTILINE), ran.stdout
