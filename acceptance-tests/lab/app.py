# SPDX-License-Identifier: MPL-2.0
"""Puts the parts together: the world, the services, the server."""

import os
import threading

from .aws import ec2, rds, tagging  # noqa: F401  importing a service registers it
from .objects import remember_defaults
from .server import LabServer
from .world import World


def start(port: int) -> LabServer:
    """A server that already answers, on a thread of its own."""
    os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"  # 1300 images a region: 8 MB and a tenth of a second
    remember_defaults()
    server = LabServer(port, World())
    threading.Thread(target=server.serve_forever, name="lab", daemon=True).start()
    return server
