# SPDX-License-Identifier: MPL-2.0
"""What acceptance tests are given: a lab that is empty, and workspaces on the CLIs that were found."""

import os
import zlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

import pages
from harness import ACTIONS, PROTOCOLS, Cli, Lab, NoCli, Workspace, clis, knowing

SEEDS = ("SEQUENCES_SEED", "FAULTS_SEED")


def pytest_configure(config: pytest.Config) -> None:
    # Chosen once: workers, who start with this environment, would not agree about the day at midnight.
    for name in SEEDS:
        os.environ[name] = os.environ.get(name) or date.today().strftime("%Y%m%d")
    config.addinivalue_line("markers", "knowing(since): through the CLIs that know a thing, by release and name")


def pytest_report_header() -> str:
    try:
        every = dict.fromkeys((*clis(), *knowing(ACTIONS)))
        found = f"CLIs: {', '.join(map(str, every))}; protocols: {', '.join(map(str, PROTOCOLS))}"
        return f"{found}\npages: {pages.version()}"
    except NoCli as error:
        return f"CLIs: {error}"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`workspace` runs a test through every CLI and protocol; `one_workspace` through one, which its name decides."""
    if "combination" not in metafunc.fixturenames:
        return
    marker = metafunc.definition.get_closest_marker("knowing")
    chosen = knowing(*marker.args) if marker else clis()
    combinations = [(cli, protocol) for cli in chosen for protocol in PROTOCOLS]
    if "one_workspace" in metafunc.fixturenames:
        own = f"{metafunc.module.__name__}.{metafunc.function.__name__}"
        combinations = [combinations[zlib.crc32(own.encode()) % len(combinations)]]
    ids = [f"{cli.name}-{protocol}" for cli, protocol in combinations]
    metafunc.parametrize("combination", combinations, ids=ids)


@pytest.fixture(scope="session")
def only_lab() -> Iterator[Lab]:
    with Lab() as lab:
        yield lab


@pytest.fixture
def lab(only_lab: Lab) -> Lab:
    only_lab.reset()
    return only_lab


@pytest.fixture
def workspace(combination: tuple[Cli, int], lab: Lab, tmp_path: Path) -> Workspace:
    cli, protocol = combination
    return Workspace(cli, lab, tmp_path, protocol)


@pytest.fixture
def one_workspace(workspace: Workspace) -> Workspace:
    return workspace
