# SPDX-License-Identifier: MPL-2.0
"""What acceptance tests are given: a lab that is empty, and workspaces on the CLIs that were found."""

import os
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

import pages
from harness import ACTIONS, PROTOCOLS, Cli, Combination, Lab, NoCli, Workspace, clis, combinations, knowing

SEEDS = (combinations.VARIABLE, "SEQUENCES_SEED", "FAULTS_SEED")
MARKERS = (
    "matrix: through every CLI and protocol, because the test is about them",
    "knowing(since): through the CLIs that know a thing, by release and name",
)


def pytest_configure(config: pytest.Config) -> None:
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
    if os.environ.get("SHARD") and (missing := [name for name in SEEDS if name not in os.environ]):
        raise pytest.UsageError(f"SHARD needs {', '.join(missing)}: shards that differ in them leave tests out")
    # Chosen once: workers, who start with this environment, would not agree about the day at midnight.
    for name in SEEDS:
        os.environ.setdefault(name, combinations.today())
    _check_choice()


def _check_choice() -> None:
    choice = combinations.choice()
    try:
        known = [*map(str, Combination.of(_every_cli())), combinations.ALL]
    except NoCli:
        return
    if not (choice.isdecimal() or choice in known):
        raise pytest.UsageError(f"{combinations.VARIABLE} is a number or one of {', '.join(known)}, not {choice!r}")


def _every_cli() -> tuple[Cli, ...]:
    return tuple(dict.fromkeys((*clis(), *knowing(ACTIONS))))


def pytest_report_header() -> str:
    try:
        found = f"CLIs: {', '.join(map(str, _every_cli()))}; protocols: {', '.join(map(str, PROTOCOLS))}"
    except NoCli as error:
        return f"CLIs: {error}"
    seeds = " ".join(f"{name}={os.environ[name]}" for name in SEEDS)
    return f"{found}\nthe same choice again: {seeds}\npages: {pages.version()}"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test runs on one CLI and protocol; on all of them if it is marked `matrix`."""
    if "combination" not in metafunc.fixturenames:
        return
    marker = metafunc.definition.get_closest_marker("knowing")
    found = Combination.of(knowing(*marker.args) if marker else clis())
    if not metafunc.definition.get_closest_marker("matrix"):
        name = f"{metafunc.module.__name__}.{metafunc.function.__name__}"
        found = combinations.chosen(name, found, combinations.choice())
    metafunc.parametrize("combination", found, ids=str)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With SHARD=2/3 the second of three parts; every test is in one of them, by its name."""
    if not (shard := os.environ.get("SHARD")):
        return
    part, of = map(int, shard.split("/"))
    if not 1 <= part <= of:
        raise pytest.UsageError(f"SHARD is one of 1/{of} to {of}/{of}, not {shard!r}")
    parts: list[list[pytest.Item]] = [[] for _ in range(of)]
    for item in items:
        parts[zlib.crc32(item.nodeid.encode()) % of].append(item)
    items[:] = parts.pop(part - 1)
    config.hook.pytest_deselected(items=sum(parts, []))


@pytest.fixture(scope="session")
def only_lab() -> Iterator[Lab]:
    with Lab() as lab:
        yield lab


@pytest.fixture
def lab(only_lab: Lab) -> Lab:
    only_lab.reset()
    return only_lab


@pytest.fixture
def workspace(combination: Combination, lab: Lab, tmp_path: Path, request: pytest.FixtureRequest) -> Workspace:
    again = f"{combinations.VARIABLE}={combination} python -m pytest '{request.node.nodeid}'"
    print(f"on {combination.cli}, protocol {combination.protocol}; again: {again}")
    return Workspace(combination.cli, lab, tmp_path, combination.protocol)
