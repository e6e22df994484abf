# SPDX-License-Identifier: MPL-2.0
"""Which process holds the other end of a loopback connection (Linux: /proc)."""

import os
import threading
from functools import cached_property
from pathlib import Path

_seen: list[int] = []
_lock = threading.Lock()


class Peer:
    """The far end of one connection."""

    def __init__(self, client_port: int, lab_port: int) -> None:
        self._ports = client_port, lab_port

    @cached_property
    def pid(self) -> int | None:
        """Looked up once a connection: good enough to be written down."""
        return client_pid(*self._ports)

    def pid_now(self) -> int | None:
        """Looked up again: what may be signalled."""
        return client_pid(*self._ports)


def client_pid(client_port: int, lab_port: int) -> int | None:
    """The process whose socket is connected from `client_port` to `lab_port`, or None if it has gone."""
    inode = _client_inode(client_port, lab_port)
    if inode is None:
        return None
    with _lock:
        recent = list(_seen)
    for pid in recent:
        if _holds(pid, inode):
            return pid
    for entry in os.scandir("/proc"):
        if entry.name.isdigit() and int(entry.name) not in recent and _holds(int(entry.name), inode):
            with _lock:
                _seen.insert(0, int(entry.name))
                del _seen[16:]
            return int(entry.name)
    return None


def parent_pid(pid: int) -> int | None:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    return int(stat.rpartition(")")[2].split()[1])


def _client_inode(client_port: int, lab_port: int) -> str | None:
    local, remote = f":{client_port:04X}", f":{lab_port:04X}"
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            columns = line.split()
            if columns[1].endswith(local) and columns[2].endswith(remote) and columns[9] != "0":
                return columns[9]
    return None


def _holds(pid: int, inode: str) -> bool:
    wanted = f"socket:[{inode}]"
    try:
        with os.scandir(f"/proc/{pid}/fd") as links:
            for link in links:
                try:
                    if os.readlink(link.path) == wanted:
                        return True
                except OSError:
                    continue
    except OSError:
        return False
    return False
