# SPDX-License-Identifier: MPL-2.0
"""What a provider weighs and how fast it is there, through a gRPC client that shares no code with it."""

import os
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import grpc

from harness.wire import Certificate, Plugin

from .memory import MEGABYTE, peak
from .table import Cell, Figure, Table

ROUNDS = 20
PATIENCE = 120
SIZE, TIME, MEMORY = 45.0, 10.0, 25.0


@dataclass(frozen=True)
class Provider:
    """A provider's binary, and whether it is the one that is held to limits."""

    name: str
    binary: Path
    ours: bool = False


@dataclass(frozen=True)
class Start:
    """Milliseconds to a provider's handshake line and to its schema, and megabytes after that."""

    handshake: float
    schema: float
    memory: float


def measure(providers: Sequence[Provider]) -> Table:
    """Takes turns, so that whatever else the machine does meets all of them alike."""
    table = Table(
        "Size and start",
        f"Medians of {ROUNDS}, in turns. Handshake: from starting the process, with a client's certificate as a CLI\n"
        "does, to its handshake line. Schema: the first `GetProviderSchema` of a process, on a standing connection,\n"
        "without TLS: gRPC for Python does not take the P-521 certificates of Go's providers. Memory: the high-water\n"
        "mark after it.",
        ["", *(provider.name for provider in providers)],
    )
    table.rows.append(["binary", *(_size(provider) for provider in providers)])
    certificate = Certificate.new()
    for protocol in (6, 5):
        starts: dict[Provider, list[Start]] = {provider: [] for provider in providers}
        spoken = list(providers)
        for _ in range(ROUNDS):
            for provider in list(spoken):
                if begun := _start(provider, certificate, protocol):
                    starts[provider].append(begun)
                else:
                    spoken.remove(provider)
        for what, unit, limit in (("handshake", "ms", TIME), ("schema", "ms", TIME), ("memory", "MB", MEMORY)):
            cells: list[Cell] = [f"protocol {protocol}: {what}"]
            for provider in providers:
                found = [getattr(start, what) for start in starts[provider]]
                held = limit if provider.ours else None
                cells.append(Figure(statistics.median(found), unit, held) if found else "not spoken")
            table.rows.append(cells)
    return table


def _size(provider: Provider) -> Figure:
    return Figure(provider.binary.stat().st_size / MEGABYTE, "MB", SIZE if provider.ours else None)


def _start(provider: Provider, certificate: Certificate, protocol: int) -> Start | None:
    """Nothing, if it answers in another protocol."""
    begun = time.perf_counter()
    with _plugin(provider, protocol, certificate) as plugin:
        handshake = time.perf_counter() - begun
        if plugin.protocol != protocol:
            return None
    with _plugin(provider, protocol) as plugin:
        client = plugin.client()
        grpc.channel_ready_future(client.channel).result(PATIENCE)
        begun = time.perf_counter()
        client.call("GetProviderSchema", PATIENCE)
        schema = time.perf_counter() - begun
        return Start(handshake * 1000, schema * 1000, peak(plugin.process.pid))


@contextmanager
def _plugin(provider: Provider, protocol: int, certificate: Certificate | None = None) -> Iterator[Plugin]:
    # A provider that is ended by a signal leaves its socket behind.
    with tempfile.TemporaryDirectory(prefix="bench-") as sockets:
        try:
            plugin = Plugin.start(str(protocol), certificate, provider.binary, TMPDIR=sockets)
        except ValueError:
            raise RuntimeError(f"{provider.name} printed no handshake line for protocol {protocol}") from None
        with plugin:
            # One that says much would stand still with its pipe full.
            reader = threading.Thread(target=_read, args=[plugin.process.stderr], daemon=True)
            reader.start()
            try:
                yield plugin
            finally:
                plugin.process.terminate()
                reader.join()


def _read(stream: IO[bytes]) -> None:
    while os.read(stream.fileno(), 1 << 16):
        pass
