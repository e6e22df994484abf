# SPDX-License-Identifier: MPL-2.0
"""HTTP/1.1 on loopback, a thread a connection, with the socket at hand for faults."""

import contextlib
import json
import socket
import struct
import sys
import traceback
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from . import control
from .errors import Hangup
from .peers import Peer
from .wire import Request, Response
from .world import World

Door = Callable[[World, Request, Peer], Response]


class LabServer(ThreadingHTTPServer):
    """One cloud behind one port; the side door is on every port."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, world: World, door: Door) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.world = world
        self.door = door

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that vanish are the lab's daily bread; anything else is a fault of ours."""
        if not isinstance(sys.exception(), ConnectionError):
            traceback.print_exc(file=sys.stderr)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: LabServer

    def setup(self) -> None:
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().setup()
        self.peer = Peer(self.client_address[1], self.server.server_port)

    def answer(self) -> None:
        body = self._body()
        headers = {k.lower(): v for k, v in self.headers.items()}
        request = Request(self.command, self.path, headers, body)
        try:
            if self.path.startswith("/_lab"):
                response = control.serve(self.server.world, request)
            else:
                response = self.server.door(self.server.world, request, self.peer)
        except Hangup as hangup:
            self._hang_up(hangup.reset)
            return
        except Exception as error:
            traceback.print_exc(file=sys.stderr)
            body = json.dumps({"__type": "LabFailure", "message": f"{type(error).__name__}: {error}"}).encode()
            response = Response(400, {"Content-Type": "application/json"}, body)
        self._send(response)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = answer

    def log_message(self, *_: object) -> None:
        """Quiet: the journal is the log."""

    def version_string(self) -> str:
        return "lab"

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _send(self, response: Response) -> None:
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        if response.status != 204:
            self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)

    def _hang_up(self, reset: bool) -> None:
        self.close_connection = True
        if reset:
            self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        else:
            with contextlib.suppress(OSError):
                self.request.shutdown(socket.SHUT_RDWR)
        # rfile and wfile hold the descriptor too: without this the close, and its RST, waits for them.
        self.rfile.close()
        self.request.close()
