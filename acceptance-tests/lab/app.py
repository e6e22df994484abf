# SPDX-License-Identifier: MPL-2.0
"""Puts the parts together: the world, the services, the server."""

import os
import threading
from dataclasses import dataclass

from . import edge
from .aws import (  # noqa: F401  importing a service registers it
    acm,
    autoscaling,
    ec2,
    ecr,
    ecs,
    elbv2,
    iam,
    kms,
    logs,
    rds,
    secret_names,
    security_rules,
    tagging,
)
from .cloudflare import edge as cloudflare
from .objects import remember_defaults
from .server import LabServer
from .world import World


@dataclass(frozen=True)
class Lab:
    """Both clouds: two ports, one world."""

    aws: LabServer
    cloudflare: LabServer

    def shutdown(self) -> None:
        self.aws.shutdown()
        self.cloudflare.shutdown()


def start(port: int, cloudflare_port: int) -> Lab:
    """Servers that already answer, each on a thread of its own."""
    os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"  # 1300 images a region: 8 MB and a tenth of a second
    remember_defaults()
    world = World()
    lab = Lab(LabServer(port, world, edge.serve), LabServer(cloudflare_port, world, cloudflare.serve))
    for server in (lab.aws, lab.cloudflare):
        threading.Thread(target=server.serve_forever, name="lab", daemon=True).start()
    return lab
