# SPDX-License-Identifier: MPL-2.0
"""A workspace for every CLI that was found, on both protocols."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from toy import GO
from toy_cli import Cli, NoCli, Workspace, clis
from toy_wire import Certificate, Client, Plugin


def pytest_report_header() -> str:
    oracle = "" if GO else "; Go is not here, and the foreign codecs, a Go program, do not run"
    try:
        return f"plugin tests run on {', '.join(map(str, clis()))}{oracle}"
    except NoCli as error:
        return f"plugin tests: {error}"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    chosen = any("toy_combination" in mark.args for mark in metafunc.definition.iter_markers("parametrize"))
    if "toy_combination" in metafunc.fixturenames and not chosen:
        combinations = [(cli, protocol) for cli in clis() for protocol in (6, 5)]
        ids = [f"{cli.name}-{protocol}" for cli, protocol in combinations]
        metafunc.parametrize("toy_combination", combinations, ids=ids)


@pytest.fixture
def entries(toy_combination: tuple[Cli, int], tmp_path: Path) -> Iterator[Workspace]:
    cli, protocol = toy_combination
    workspace = Workspace(cli, protocol, tmp_path / "entries", provider="kv")
    yield workspace
    shutil.rmtree(workspace.sockets)


@pytest.fixture
def toys(toy_combination: tuple[Cli, int], tmp_path: Path) -> Iterator[Workspace]:
    cli, protocol = toy_combination
    workspace = Workspace(cli, protocol, tmp_path / "toys")
    yield workspace
    shutil.rmtree(workspace.sockets)


@pytest.fixture(scope="module", params=["5", "6"])
def plugin(request: pytest.FixtureRequest) -> Iterator[Plugin]:
    """A running toy, one for all tests of a file."""
    with Plugin.start(request.param, Certificate.new()) as plugin:
        yield plugin


@pytest.fixture
def cloud(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def client(plugin: Plugin, cloud: Path) -> Client:
    client = plugin.client()
    client.configure(cloud)
    return client
